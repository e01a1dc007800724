"""The words that every report uses for a check's status, and a check's lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from grader.compare.wording import plural
from grader.outputs.visible import one_line, plain, without_secrets
from grader.report import CheckResult, PartResult, Seen, Status, Visibility
from grader.scoring import place_text

STATUS_WORDS = {
    Status.PASSED: "passed",
    Status.FAILED: "wrong",
    Status.RAISED: "raised an exception",
    Status.TIMED_OUT: "too slow",
    Status.OUT_OF_MEMORY: "out of memory",
    Status.CRASHED: "crashed",
    Status.NOT_PARSED: "not valid Python",
    Status.MISSING: "not found",
    Status.PLACEHOLDER: "not attempted",
    Status.SKIPPED: "not run",
    Status.UNDECIDED: "awaits a person",
    Status.NOT_GRADED: "not graded",
}
MAX_STDOUT_LINES = 8
LABEL_WIDTH = 7
HIDDEN = "This check is hidden: nothing more is shown."


def unshown_words(checks: int) -> str:
    """Why the points in a student's view are not all."""
    verb = "is" if checks == 1 else "are"
    return f"{plural(checks, 'check')} {verb} not shown at this time. While one is not, Gradescope shows no total."


def check_lines(check: CheckResult) -> Iterator[tuple[str, str]]:
    """(label, text) lines that explain a check: the gap, where, the hint, what was printed, which definition counted."""
    for line in plain(check.message).splitlines():
        yield "", line
    for place in check.places:
        source = f":  {one_line(place.source)}" if place.source else ""
        yield "where", f"{one_line(place_text(place))}{source}"
    if check.hint:
        yield "hint", plain(check.hint)
    yield from _printed(check)


def lost_lines(check: CheckResult) -> Iterator[str]:
    """A check that has not passed, on its own: the result, then the lines that explain it. For output without a width."""
    shown = without_secrets(check)
    yield f"[{STATUS_WORDS[shown.status]}]  {shown.score:g} / {shown.points:g}"
    if shown.visibility is Visibility.HIDDEN:
        yield HIDDEN
    for label, text in check_lines(shown):
        gap = f"{'':{LABEL_WIDTH}} "
        yield f"{label:{LABEL_WIDTH}} {text}".replace("\n", f"\n{gap}") if label else text


def wait_words(check: CheckResult) -> str:
    """Why a check has no result yet, on one line."""
    shown = without_secrets(check)
    return one_line(shown.message) or STATUS_WORDS[shown.status]


def graded_lines(part: PartResult) -> Iterator[str]:
    """For every function of a part, which definition was graded and which others were seen."""
    visible = [without_secrets(check) for check in part.checks]
    for check in {check.function: check for check in visible if check.graded}.values():
        if check.graded:
            others = f"; also seen: {_seen(check.others)}" if check.others else ""
            yield f"{one_line(check.function)} in {one_line(place_text(check.graded.place))}{others}"


def _printed(check: CheckResult) -> Iterator[tuple[str, str]]:
    lines = plain(check.stdout).splitlines()
    if check.status is Status.PASSED or not lines:
        return
    for line in lines[:MAX_STDOUT_LINES]:
        yield "printed", line[:200]
    if len(lines) > MAX_STDOUT_LINES:
        yield "printed", f"… and {len(lines) - MAX_STDOUT_LINES} more lines"


def _seen(others: tuple[Seen, ...]) -> str:
    return ", ".join(f"{one_line(place_text(seen.place))} ({one_line(seen.remark)})" for seen in others)
