"""`grader run SUBMISSION`: grade one submission."""

from __future__ import annotations

import json
import os
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import msgspec

from grader.assignment import check_folder, load_plan
from grader.errors import SubmissionError, UsageError
from grader.files import check_writable, clear_faults, is_special, write_atomically
from grader.isolation import Isolation, measure, places_around, require
from grader.outputs.formats import render, render_problem
from grader.outputs.gradescope import render_gradescope
from grader.pipeline import grade, unfinished, ungradable
from grader.plan import Limits, without_evidence
from grader.report import Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect, name_of

NOT_GRADABLE = 4
NOT_MET = 1


class Options(NamedTuple):
    """What `grader run` was asked for."""

    submission: Path
    assignment: Path
    output: Path | None  # where to write results.json
    style: str  # "text" or one of outputs.formats
    fail_under: float  # percent of the points
    allows_weak_isolation: bool
    has_evidence: bool  # beside written answers
    moment: str | None  # of the student whose view is printed (see outputs.student); None for staff


def run(options: Options) -> int:
    """Grade, write results.json when asked for, print.

    The exit code: 4 when the submission cannot be graded, 1 when it has too few points.
    """
    if options.output is not None:
        check_writable(options.output)  # before any time is spent on grading
    with _Problem(options):
        report = _grade(options)
    try:
        _store(options, report)
    finally:
        _print(_view(options, report), options.style)  # also when the disk is full by now
    if report.fault:
        return NOT_GRADABLE
    return NOT_MET if 100 * report.score < options.fail_under * report.points else 0


class _Problem(AbstractContextManager["_Problem"]):
    """Tells programs what stopped the harness: a test run without results could pass for a success."""

    def __init__(self, options: Options) -> None:
        self._options = options

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Print it in the format that was asked for; the command line says the rest."""
        if isinstance(error, Exception) and not isinstance(error, UsageError):
            text = render_problem(str(error), self._options.assignment.resolve().name, self._options.style)
            sys.stdout.write(text and f"{text}\n")


def _grade(options: Options) -> Report:
    check_folder(options.assignment)
    places = places_around(options.assignment, options.submission, options.output)
    with closing(Sandbox(Limits(), places.private)) as sandbox:
        sandbox.start("numpy")  # its imports run while this process reads the plan and the submission
        plan = load_plan(options.assignment)
        plan = plan if options.has_evidence else without_evidence(plan)
        try:
            bundle = collect(options.submission, plan.logs)
        except SubmissionError as error:
            return ungradable(name_of(options.submission), str(error), plan)
        if options.output is not None and not is_special(options.output):
            _store(options, unfinished(name_of(options.submission), plan))  # what stays when this process is killed
        weaknesses = _weaknesses(measure(sandbox, places), is_allowed=options.allows_weak_isolation)
        return msgspec.structs.replace(grade(bundle, plan, sandbox), weaknesses=weaknesses)


def _weaknesses(isolation: Isolation, *, is_allowed: bool) -> tuple[str, ...]:
    """What student code could do here; empty as it should be. Raises IsolationError unless that is allowed."""
    if not is_allowed:
        require(isolation)
    weaknesses = tuple(f"{trial.property.value}: {trial.action}" for trial in isolation.failures())
    for weakness in weaknesses:
        sys.stderr.write(f"grader: weak isolation, {weakness}\n")
    return weaknesses


def _store(options: Options, report: Report) -> None:
    if options.output is not None:
        write_atomically(options.output, render_gradescope(report) + "\n")


def _view(options: Options, report: Report) -> Report:
    if options.moment is None:
        return report
    from grader.outputs.student import Moment, as_student  # noqa: PLC0415 (only when asked for)

    return as_student(report, Moment(options.moment))


def _print(report: Report, style: str) -> None:
    if style == "text":
        from grader.outputs.text import render_text  # noqa: PLC0415 (rich takes a while)

        render_text(report, sys.stdout)
        return
    sys.stdout.write(_encodable(render(report, style), style) + "\n")
    if style == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        _add_summary(Path(summary), report)


def _add_summary(path: Path, report: Report) -> None:
    from grader.outputs.github import render_summary  # noqa: PLC0415 (only when asked for)

    with clear_faults(path), path.open("a", encoding="utf-8") as file:
        file.write(render_summary(report))


def _encodable(text: str, style: str) -> str:
    """What standard output can say: as it is, or with the format's own escapes."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        if style == "junit":
            return text.encode("ascii", "xmlcharrefreplace").decode("ascii").replace("utf-8", "us-ascii", 1)
        return text if style == "github" else json.dumps(json.loads(text), indent=1)
    return text
