"""What reports say of a written answer, which a person grades."""

from __future__ import annotations

from collections.abc import Iterator

from grader.compare.wording import plural
from grader.outputs.visible import one_line, plain
from grader.outputs.words import STATUS_WORDS, check_lines
from grader.report import CheckResult, PartResult, QuestionResult, Status, WrittenResult

NOT_FOUND = "no text found in the notebooks (it may have been handed in elsewhere)"
PRIVATE = "it is private and stays there"
TITLE = "written answer"


def awaiting_words(points: float) -> str:
    """`3 points await a person`."""
    return f"{points_words(points)} {'awaits' if points == 1 else 'await'} a person"


def amount_words(item: PartResult | QuestionResult) -> str:
    """`7 / 7, 4 awaiting`."""
    decided = f"{item.score:g} / {item.points:g}" if item.points or not item.awaiting else ""
    return ", ".join(filter(None, (decided, f"{item.awaiting:g} awaiting" if item.awaiting else "")))


def points_words(points: float) -> str:
    """`3 points`."""
    return f"{points:g} {'point' if points == 1 else 'points'}"


def found_words(written: WrittenResult) -> str:
    """Where a text was found, if anywhere."""
    if written.writing is None:
        return NOT_FOUND
    where = ", ".join(one_line(place.label) for place in written.writing.places)
    return f"{where}; {PRIVATE}" if written.is_private else f"{where}: {plural(written.writing.words, 'word')}"


def text_lines(written: WrittenResult) -> list[str]:
    """The text itself, unless it is private: lines of any length, none of them blank."""
    if written.writing is None or written.is_private:
        return []
    return [line for line in plain(written.writing.text).splitlines() if line.strip()]


def evidence_word(check: CheckResult) -> str:
    """Whether the data agree with a claim."""
    if check.status is Status.PASSED:
        return "holds"
    return "does not hold" if check.status is Status.FAILED else STATUS_WORDS[check.status]


def evidence_lines(check: CheckResult) -> Iterator[tuple[str, str]]:
    """(label, text) lines that say how the data differ from what they should be."""
    if check.status is not Status.PASSED:
        yield from check_lines(check)
