"""A run in numbers, for a person and for a gradebook."""

from __future__ import annotations

import csv
import io
import statistics
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from grader.batch.ledger import Key, Kind, Ledger, Row
from grader.report import PartResult, Report


class PartSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A part over all graded submissions."""

    label: str
    title: str
    points: float
    mean: float
    full: int  # submissions with all points
    none: int  # with no points


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A run. The scores are those of graded submissions; 0 where there are none."""

    title: str
    submissions: int
    graded: int
    not_gradable: int
    infra: int
    missing: int  # without a result yet
    points: float
    mean: float
    median: float
    lowest: float
    highest: float
    parts: tuple[PartSummary, ...]
    troubles: tuple[Row, ...]  # submissions that are not graded


class Result(NamedTuple):
    """One submission: its row, and its report if it has one."""

    row: Row
    report: Report | None


def results(ledger: Ledger, plan: str, environment: str) -> Iterator[Result]:
    """Every submission of the run, in the order of ids. Two that are alike share a report but for the id in it."""
    for row in ledger.rows(plan, environment):
        report = ledger.report(Key(row.submission, plan, environment))
        yield Result(row, report and msgspec.structs.replace(report, submission=row.id))


def summarize(title: str, rows: Iterable[Result]) -> Summary:
    """The numbers of a run, in one pass."""
    kinds: list[Kind | None] = []
    scores: list[float] = []
    points, troubles = 0.0, []
    parts: dict[str, tuple[PartResult, list[float]]] = {}
    for row, report in rows:
        kinds.append(row.kind)
        if row.kind is not Kind.GRADED or report is None:
            troubles.append(row)
            continue
        scores.append(report.score)
        points = max(points, report.points)
        for part in parts_of(report):
            parts.setdefault(part.label, (part, []))[1].append(part.score)
    return Summary(
        title=title,
        submissions=len(kinds),
        graded=kinds.count(Kind.GRADED),
        not_gradable=kinds.count(Kind.NOT_GRADABLE),
        infra=kinds.count(Kind.INFRA),
        missing=kinds.count(None),
        points=points,
        mean=round(statistics.fmean(scores), 2) if scores else 0.0,
        median=round(statistics.median(scores), 2) if scores else 0.0,
        lowest=min(scores, default=0.0),
        highest=max(scores, default=0.0),
        parts=tuple(_part(part, earned) for part, earned in parts.values()),
        troubles=tuple(troubles),
    )


def parts_of(report: Report) -> list[PartResult]:
    """Those with points of checks."""
    return [part for question in report.questions for part in question.parts if part.checks]


def _part(part: PartResult, earned: list[float]) -> PartSummary:
    return PartSummary(
        label=part.label,
        title=part.title,
        points=part.points,
        mean=round(statistics.fmean(earned), 3),
        full=sum(score >= part.points for score in earned),
        none=sum(score == 0 for score in earned),
    )


class Scores:
    """A table for a gradebook: a line per submission, with the points of every part. No names: see identities.py."""

    def __init__(self, labels: Sequence[str]) -> None:
        """`labels`: of the parts, in order."""
        self._labels = labels
        self._text = io.StringIO()
        self._writer = csv.writer(self._text, lineterminator="\n")
        self._writer.writerow(["id", "status", "score", "points", "awaiting", *labels])

    def listing(self, rows: Iterable[Result]) -> Iterator[Result]:
        """The rows, each in the table when it has passed."""
        for row, report in rows:
            scores = {part.label: part.score for part in parts_of(report)} if report else {}
            numbers = (row.score, row.points, row.awaiting, *map(scores.get, self._labels))
            self._writer.writerow([row.id, row.kind.value if row.kind else "missing", *map(_number, numbers)])
            yield Result(row, report)

    def text(self) -> str:
        """The table, as CSV."""
        return self._text.getvalue()


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
