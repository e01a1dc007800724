"""The report in a terminal: readable without colour, at any width."""

from __future__ import annotations

from typing import TextIO

from rich.text import Text

from grader.outputs.page import Page
from grader.outputs.visible import one_line, plain, without_secrets
from grader.outputs.words import LABEL_WIDTH, STATUS_WORDS, check_lines, graded_lines, unshown_words
from grader.outputs.written import (
    TITLE,
    amount_words,
    awaiting_words,
    evidence_lines,
    evidence_word,
    found_words,
    points_words,
    text_lines,
)
from grader.report import CheckResult, QuestionResult, Report, Status, WrittenResult

PERSON_MARK = ("✎", "cyan")
MARKS = {
    Status.PASSED: ("✓", "green"),
    Status.SKIPPED: ("-", "yellow"),
    Status.PLACEHOLDER: ("·", "yellow"),
    Status.UNDECIDED: PERSON_MARK,
}
FAILED_MARK = ("✗", "red")
QUOTED_LINES = 4  # of a written answer; the whole text is in the notebook and in the JSON
INDENT = 2  # of the further lines of a remark


def render_text(report: Report, stream: TextIO) -> None:
    """Write the report to a terminal or a file."""
    page = Page(stream)
    page.hanging(
        Text(), Text.assemble((one_line(report.title), "bold"), "  ", (one_line(report.submission), "cyan")), 0
    )
    if report.fault:
        page.line()
        _add_remark(page, f"This submission cannot be graded: {plain(report.fault)}", "red")
    else:
        for question in report.questions:
            _add_question(page, question)
        _add_end(page, report)
    page.print()


def _add_question(page: Page, question: QuestionResult) -> None:
    page.line()
    style = _style(question.score, question.points)
    page.row(Text(f"Question {question.label}. {plain(question.title)}", "bold"), amount_words(question), style, 0)
    for part in question.parts:
        page.row(Text(f"{part.label} {plain(part.title)}"), amount_words(part), _style(part.score, part.points), 2)
        for line in graded_lines(part):
            page.hanging(Text(), Text(line, "dim"), 7)
        before = None
        for check in part.checks:
            _add_check(page, without_secrets(check), is_repeated=_explanation(check) == before)
            before = _explanation(check)
        if part.written:
            _add_written(page, part.written)


def _explanation(check: CheckResult) -> tuple[object, ...] | None:
    """What is not said twice in a row: that one function is missing, say."""
    return (check.status, check.message, check.places) if check.message else None


def _add_check(page: Page, check: CheckResult, *, is_repeated: bool) -> None:
    mark, style = MARKS.get(check.status, FAILED_MARK)
    word = "" if check.status is Status.PASSED else f"  [{STATUS_WORDS[check.status]}]"
    title = Text.assemble((f"{page.mark(mark)} ", style), plain(check.name), (word, style))
    is_open = check.status is Status.UNDECIDED
    amount = points_words(check.points) if is_open else f"{check.score:g} / {check.points:g}"
    page.row(title, amount, style, 6)
    for label, text in () if is_repeated else check_lines(check):
        _add_line(page, label, text)


def _add_written(page: Page, written: WrittenResult) -> None:
    """A written answer for the person who grades it: where it is, how it begins, the checklist, what the data say."""
    mark, style = PERSON_MARK
    word = f"  [{STATUS_WORDS[Status.UNDECIDED]}]"
    page.row(
        Text.assemble((f"{page.mark(mark)} ", style), TITLE, (word, style)), points_words(written.points), style, 6
    )
    _add_line(page, "", found_words(written))
    _add_quoted(page, text_lines(written))
    for item in written.checklist:
        page.hanging(Text("[ ] "), Text(plain(item)), 8)
    for check in written.evidence:
        mark, style = MARKS.get(check.status, FAILED_MARK)
        claim = Text.assemble("evidence: ", plain(check.name), (f"  [{evidence_word(check)}]", style))
        page.hanging(Text(f"{page.mark(mark):<3} ", style), claim, 8)
        for label, text in evidence_lines(check):
            _add_line(page, label, text, indent=12)


def _add_quoted(page: Page, lines: list[str]) -> None:
    """The beginning of a student's text, each line behind a bar: none may look like a line of the report."""
    bar = f"{' ' * 8}{page.mark('│')} "
    wrapped = [piece for line in lines for piece in page.wrapped(Text(line), page.width - len(bar))]
    for piece in wrapped[:QUOTED_LINES]:
        page.line(Text.assemble((bar, "dim"), piece.plain))
    if len(wrapped) > QUOTED_LINES:
        page.line(Text(f"{bar}{page.mark('…')}", "dim"))


def _add_line(page: Page, label: str, text: str, indent: int = 8) -> None:
    page.hanging(Text(f"{label:<{LABEL_WIDTH}} " if label else "", "dim"), Text(text), indent)


def _add_end(page: Page, report: Report) -> None:
    page.line()
    for note in report.notes:
        _add_remark(page, f"note: {plain(note)}", "dim")
    for incident in report.incidents:
        _add_remark(page, f"for staff: {plain(incident)}", "yellow")
    for weakness in report.weaknesses:
        _add_remark(page, f"weak isolation: student code could do this: {plain(weakness)}", "red")
    awaiting = f", and {awaiting_words(report.awaiting)}" if report.awaiting else ""
    if report.unshown:
        _add_remark(page, unshown_words(report.unshown), "yellow")
    word = "Shown" if report.unshown else "Total"
    _add_remark(page, f"{word} {report.score:g} / {report.points:g}{awaiting}", "bold")
    if layers := ", ".join(layer.name for layer in report.layers if layer.is_active):
        _add_remark(page, f"student code was confined by: {layers}", "dim")


def _add_remark(page: Page, text: str, style: str) -> None:
    """A text of any length, whose further lines are indented: none may look like a line of the report."""
    first, *rest = page.wrapped(Text(text, style), page.width - INDENT)
    page.line(first)
    for line in rest:
        page.line(Text.assemble(" " * INDENT, line))


def _style(score: float, points: float) -> str:
    return "green" if score == points else "yellow" if score else "red"
