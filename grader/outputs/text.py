"""The report in a terminal: readable without colour, at any width."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

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
ASCII_MARKS = {"✓": "ok", "✗": "x", "·": "-", "✎": "?", "│": "|", "…": "..."}  # where the encoding lacks the others
QUOTED_LINES = 4  # of a written answer; the whole text is in the notebook and in the JSON
USUAL_WIDTH = 80
INDENT = "  "


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Left to the command line, which knows how to end; rich would end with 1."""
        raise BrokenPipeError


def render_text(report: Report, stream: TextIO) -> None:
    """Write the report to a terminal or a file."""
    console = _Console(file=stream, highlight=False, soft_wrap=False)
    console.width = console.width or USUAL_WIDTH  # COLUMNS=0 says nothing
    console.print(Text.assemble((one_line(report.title), "bold"), "  ", (one_line(report.submission), "cyan")))
    if report.fault:
        console.print()
        _print_remark(console, f"This submission cannot be graded: {plain(report.fault)}", "red")
        return
    for question in report.questions:
        _print_question(console, question)
    _print_end(console, report)


def _print_question(console: Console, question: QuestionResult) -> None:
    console.print()
    style = _style(question.score, question.points)
    title = Text(f"Question {question.label}. {plain(question.title)}", "bold")
    _print_row(console, title, amount_words(question), style, 0)
    for part in question.parts:
        style = _style(part.score, part.points)
        _print_row(console, Text(f"{part.label} {plain(part.title)}"), amount_words(part), style, 2)
        for line in graded_lines(part):
            console.print(Padding(Text(line, "dim"), (0, 0, 0, 7)))
        before = None
        for check in part.checks:
            _print_check(console, without_secrets(check), is_repeated=_explanation(check) == before)
            before = _explanation(check)
        if part.written:
            _print_written(console, part.written)


def _explanation(check: CheckResult) -> tuple[object, ...] | None:
    """What is not said twice in a row: that one function is missing, say."""
    return (check.status, check.message, check.places) if check.message else None


def _print_check(console: Console, check: CheckResult, *, is_repeated: bool) -> None:
    mark, style = MARKS.get(check.status, FAILED_MARK)
    word = "" if check.status is Status.PASSED else f"  [{STATUS_WORDS[check.status]}]"
    title = Text.assemble((f"{_mark(console, mark)} ", style), plain(check.name), (word, style))
    is_open = check.status is Status.UNDECIDED
    amount = points_words(check.points) if is_open else f"{check.score:g} / {check.points:g}"
    _print_row(console, title, amount, style, 6)
    for label, text in () if is_repeated else check_lines(check):
        _print_line(console, label, text)


def _print_written(console: Console, written: WrittenResult) -> None:
    """A written answer for the person who grades it: where it is, how it begins, the checklist, what the data say."""
    mark, style = PERSON_MARK
    word = f"  [{STATUS_WORDS[Status.UNDECIDED]}]"
    title = Text.assemble((f"{_mark(console, mark)} ", style), TITLE, (word, style))
    _print_row(console, title, points_words(written.points), style, 6)
    _print_line(console, "", found_words(written))
    _print_quoted(console, text_lines(written))
    for item in written.checklist:
        _print_marked(console, Text("[ ]"), Text(plain(item)))
    for check in written.evidence:
        mark, style = MARKS.get(check.status, FAILED_MARK)
        claim = Text.assemble("evidence: ", plain(check.name), (f"  [{evidence_word(check)}]", style))
        _print_marked(console, Text(_mark(console, mark), style), claim)
        for label, text in evidence_lines(check):
            _print_line(console, label, text, indent=12)


def _print_quoted(console: Console, lines: list[str]) -> None:
    """The beginning of a student's text, each line behind a bar: none may look like a line of the report."""
    wrapped = [piece for line in lines for piece in Text(line).wrap(console, max(10, console.width - 10))]
    for piece in wrapped[:QUOTED_LINES]:
        console.print(Text.assemble(" " * 8, (f"{_mark(console, '│')} ", "dim"), piece.plain.rstrip()))
    if len(wrapped) > QUOTED_LINES:
        console.print(Text(f"{' ' * 8}{_mark(console, '│')} {_mark(console, '…')}", "dim"))


def _print_marked(console: Console, mark: Text, text: Text) -> None:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=max(3, mark.cell_len), no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(mark, text)
    console.print(Padding(row, (0, 0, 0, 8)))


def _mark(console: Console, mark: str) -> str:
    return mark if _has_marks(console.encoding) else ASCII_MARKS.get(mark, mark)


def _has_marks(encoding: str) -> bool:
    try:
        "".join(ASCII_MARKS).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _print_line(console: Console, label: str, text: str, indent: int = 8) -> None:
    row = Table.grid(padding=(0, 1, 0, 0))
    if label:
        row.add_column(width=LABEL_WIDTH, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(*([Text(label, "dim")] if label else []), Text(text))
    console.print(Padding(row, (0, 0, 0, indent)))


def _print_row(console: Console, title: Text, amount: str, style: str, indent: int) -> None:
    row = Table.grid(expand=True)
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    row.add_row(Padding(title, (0, 1, 0, indent)), Text(amount, style))
    console.print(row)


def _print_end(console: Console, report: Report) -> None:
    console.print()
    for note in report.notes:
        _print_remark(console, f"note: {plain(note)}", "dim")
    for incident in report.incidents:
        _print_remark(console, f"for staff: {plain(incident)}", "yellow")
    for weakness in report.weaknesses:
        _print_remark(console, f"weak isolation: student code could do this: {plain(weakness)}", "red")
    awaiting = f", and {awaiting_words(report.awaiting)}" if report.awaiting else ""
    if report.unshown:
        _print_remark(console, unshown_words(report.unshown), "yellow")
    word = "Shown" if report.unshown else "Total"
    console.print(Text(f"{word} {report.score:g} / {report.points:g}{awaiting}", "bold"))
    if layers := ", ".join(layer.name for layer in report.layers if layer.is_active):
        _print_remark(console, f"student code was confined by: {layers}", "dim")


def _print_remark(console: Console, text: str, style: str) -> None:
    """A text of any length, whose further lines are indented: none may look like a line of the report."""
    first, *rest = Text(text, style).wrap(console, console.width - len(INDENT))
    console.print(first)
    for line in rest:
        console.print(Text.assemble(INDENT, line))


def _style(score: float, points: float) -> str:
    return "green" if score == points else "yellow" if score else "red"
