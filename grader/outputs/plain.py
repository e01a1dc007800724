"""Results as a short text for a notebook's output: no colours, no width."""

from __future__ import annotations

from collections.abc import Iterator

from grader.outputs.public import later_lines
from grader.outputs.visible import one_line, plain
from grader.outputs.words import STATUS_WORDS
from grader.public_checks import PublicChecks
from grader.report import CheckResult, PartResult, QuestionResult, Status

MARKS = {Status.PASSED: "✓", Status.PLACEHOLDER: "·", Status.UNDECIDED: "?"}
MAX_PRINTED = 8  # lines


def report_lines(questions: tuple[QuestionResult, ...], checks: PublicChecks) -> Iterator[str]:
    """Part by part; then that these checks are not all."""
    for question in questions:
        for part in question.parts:
            yield from _part(part)
    yield ""
    yield from later_lines(checks)


def _part(part: PartResult) -> Iterator[str]:
    points = f": {part.score:g} of {part.points:g} points" if part.checks else ": no public checks"
    yield f"{part.label} {one_line(part.title)}{points}"
    before = ""
    for check in part.checks:
        word = "" if check.status is Status.PASSED else f"  [{STATUS_WORDS[check.status]}]"
        yield f"  {MARKS.get(check.status, '✗')} {one_line(check.name)}{word}"
        if check.message != before:
            yield from (f"      {line}" for line in _explanation(check))
        before = check.message


def _explanation(check: CheckResult) -> Iterator[str]:
    yield from plain(check.message).splitlines()
    for place in check.places:
        yield f"where: line {place.line}:  {one_line(place.source)}".rstrip(": ")
    printed = [] if check.status is Status.PASSED else plain(check.stdout).splitlines()
    yield from (f"printed: {line[:200]}" for line in printed[:MAX_PRINTED])
    if len(printed) > MAX_PRINTED:
        yield f"printed: … and {len(printed) - MAX_PRINTED} more lines"
