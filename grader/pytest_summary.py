"""The points of a pytest run. With pytest-xdist workers find and grade, and the controller adds up what they report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from grader.outputs.visible import one_line, plain
from grader.outputs.written import amount_words, awaiting_words
from grader.report import CheckResult, QuestionResult, Status
from grader.scoring import awaiting, possible, total

Property = tuple[str, object]
DECIMALS = 6
TITLE_WIDTH = 60


class Points(msgspec.Struct, frozen=True, kw_only=True):
    """Those of one check, or of many."""

    score: float = 0.0
    points: float = 0.0
    awaiting: float = 0.0  # that a person decides


class Remarks(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says about a submission as a whole."""

    title: str = ""  # of the assignment
    fault: str = ""
    notes: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """A rubric file and what was chosen of it."""

    file: str  # as test ids have it: "hw1/rubrics/q1.yaml"
    folder: str  # of the assignment, whatever stands for it
    rank: int  # of the question in the homework
    label: str
    title: str
    checks: int  # chosen
    written: float  # points of its written answers, where the question was chosen as a whole


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a process knows, besides the results of the checks."""

    collected: tuple[Collected, ...] = ()
    remarks: tuple[tuple[str, Remarks], ...] = ()  # by folder


def properties(check: CheckResult) -> list[Property]:
    """The points of a check, as they go into test reports and JUnit files."""
    if check.status is Status.UNDECIDED:
        return [("score", "0"), ("points", "0"), ("awaiting", _exact(check.points))]
    return [("score", _exact(check.score)), ("points", _exact(check.points))]


def points_of(found: Iterable[Property]) -> Points | None:
    """What `properties` said; None where it was never asked."""
    values = {name: float(str(value)) for name, value in found if name in {"score", "points", "awaiting"}}
    return msgspec.convert(values, Points) if "points" in values else None


def _exact(points: float) -> str:
    return f"{round(points, DECIMALS):.15g}"


class Summary:
    """Collects the points of every check that has run."""

    def __init__(self, submission: str) -> None:
        self._submission = submission
        self._points: dict[str, Points] = {}  # by test id
        self._findings: list[Findings] = []

    def add_points(self, nodeid: str, found: Iterable[Property]) -> None:
        """A test has ended; one that the harness failed at has no points, and does not count."""
        points = points_of(found)
        if points is not None:
            self._points[nodeid] = points

    def add_findings(self, findings: Findings) -> None:
        """Of this process, or of a worker; workers collect the same, but need not grade the same."""
        self._findings.append(findings)

    def sections(self) -> Iterator[tuple[str, list[str]]]:
        """(title, lines) of every assignment."""
        files = {one.file: one for findings in self._findings for one in findings.collected}
        for folder in dict.fromkeys(one.folder for one in files.values()):
            mine = sorted((one for one in files.values() if one.folder == folder), key=lambda one: one.rank)
            remarks = self._remarks(folder)
            title = f"{one_line(remarks.title)}: {one_line(self._submission)}"
            yield title, [*self._points_lines(mine), *_remark_lines(remarks)]

    def _remarks(self, folder: str) -> Remarks:
        """Those of all processes, each once."""
        every = [one for findings in self._findings for where, one in findings.remarks if where == folder]
        return Remarks(
            title=next((one.title for one in every if one.title), ""),
            fault=next((one.fault for one in every if one.fault), ""),
            notes=tuple(dict.fromkeys(note for one in every for note in one.notes)),
            incidents=tuple(dict.fromkeys(incident for one in every for incident in one.incidents)),
            weaknesses=tuple(dict.fromkeys(weakness for one in every for weakness in one.weaknesses)),
        )

    def _points_lines(self, files: list[Collected]) -> Iterator[str]:
        results = [self._result(one) for one in files if one.checks or one.written]
        for question in results:
            title = one_line(f"Question {question.label}. {question.title}")
            yield f"{title:{TITLE_WIDTH}} {amount_words(question)}"
        waits = f", and {awaiting_words(points)}" if (points := awaiting(results)) else ""
        yield f"Total {total(results):g} / {possible(results):g}{waits}"
        chosen = sum(one.checks for one in files)
        done = sum(len(self._of(one)) for one in files)
        if done < chosen:
            yield f"{chosen - done} of {chosen} checks have no result and do not count here"

    def _result(self, collected: Collected) -> QuestionResult:
        found = self._of(collected)
        return QuestionResult(
            label=collected.label,
            title=collected.title,
            score=round(sum(one.score for one in found), DECIMALS),
            points=round(sum(one.points for one in found), DECIMALS),
            parts=(),
            awaiting=round(sum(one.awaiting for one in found) + collected.written, DECIMALS),
        )

    def _of(self, collected: Collected) -> list[Points]:
        return [points for nodeid, points in self._points.items() if nodeid.startswith(f"{collected.file}::")]


def _remark_lines(remarks: Remarks) -> Iterator[str]:
    if remarks.fault:
        yield f"This submission cannot be graded: {plain(remarks.fault)}"
    yield from (f"note: {plain(note)}" for note in remarks.notes)
    yield from (f"for staff: {plain(incident)}" for incident in remarks.incidents)
    yield from (f"weak isolation: student code could do this: {plain(weakness)}" for weakness in remarks.weaknesses)
