"""The report in a terminal: readable without colour, at any width."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.outputs.visible import one_line, plain, without_secrets
from grader.outputs.words import STATUS_WORDS, check_lines, graded_lines
from grader.report import CheckResult, PartResult, QuestionResult, Report, Status

MARKS = {Status.PASSED: ("✓", "green"), Status.SKIPPED: ("-", "yellow"), Status.PLACEHOLDER: ("·", "yellow")}
FAILED_MARK = ("✗", "red")
ASCII_MARKS = {"✓": "ok", "✗": "x", "·": "-"}  # for a terminal whose encoding lacks the others
LABEL_WIDTH = 7
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
    _print_row(console, Text(f"Question {question.label}. {plain(question.title)}", "bold"), question, style, 0)
    for part in question.parts:
        _print_row(console, Text(f"{part.label} {plain(part.title)}"), part, _style(part.score, part.points), 2)
        for line in graded_lines(part):
            console.print(Padding(Text(line, "dim"), (0, 0, 0, 7)))
        before = None
        for check in part.checks:
            _print_check(console, without_secrets(check), is_repeated=_explanation(check) == before)
            before = _explanation(check)


def _explanation(check: CheckResult) -> tuple[object, ...] | None:
    """What is not said twice in a row: that one function is missing, say."""
    return (check.status, check.message, check.places) if check.message else None


def _print_check(console: Console, check: CheckResult, *, is_repeated: bool) -> None:
    mark, style = MARKS.get(check.status, FAILED_MARK)
    mark = mark if _has_marks(console.encoding) else ASCII_MARKS.get(mark, mark)
    word = "" if check.status is Status.PASSED else f"  [{STATUS_WORDS[check.status]}]"
    title = Text.assemble((f"{mark} ", style), plain(check.name), (word, style))
    _print_row(console, title, check, style, 6)
    for label, text in () if is_repeated else check_lines(check):
        _print_line(console, label, text)


def _has_marks(encoding: str) -> bool:
    try:
        "".join(ASCII_MARKS).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _print_line(console: Console, label: str, text: str) -> None:
    row = Table.grid(padding=(0, 1, 0, 0))
    if label:
        row.add_column(width=LABEL_WIDTH, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(*([Text(label, "dim")] if label else []), Text(text))
    console.print(Padding(row, (0, 0, 0, 8)))


def _print_row(
    console: Console, title: Text, item: CheckResult | PartResult | QuestionResult, style: str, indent: int
) -> None:
    row = Table.grid(expand=True)
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    row.add_row(Padding(title, (0, 1, 0, indent)), Text(f"{item.score:g} / {item.points:g}", style))
    console.print(row)


def _print_end(console: Console, report: Report) -> None:
    console.print()
    for note in report.notes:
        _print_remark(console, f"note: {plain(note)}", "dim")
    for incident in report.incidents:
        _print_remark(console, f"for staff: {plain(incident)}", "yellow")
    for weakness in report.weaknesses:
        _print_remark(console, f"weak isolation: student code could do this: {plain(weakness)}", "red")
    console.print(Text(f"Total {report.score:g} / {report.points:g}", "bold"))
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
