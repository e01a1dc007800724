"""A run over many submissions, in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TextIO

import msgspec
from rich.table import Table
from rich.text import Text

from grader.batch.ledger import Kind, Row
from grader.batch.summary import Result, Summary
from grader.compare.wording import plural
from grader.outputs.github import add_step_summary, render_batch, render_batch_summary
from grader.outputs.junit import junit_lines
from grader.outputs.page import TextConsole
from grader.outputs.visible import one_line
from grader.report import Report

MAX_TROUBLES = 10
WORDS = {Kind.NOT_GRADABLE: "not gradable", Kind.INFRA: "a fault of the harness", None: "not graded yet"}


FORMATS = ("text", "json", "junit", "github")


def print_batch(summary: Summary, rows: Iterable[Result], style: str) -> None:
    """The run on standard output, in one of `FORMATS`."""
    if style == "text":
        render_summary(summary, sys.stdout)
    elif style == "json":
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(summary), indent=1).decode() + "\n")
    elif style == "junit":
        sys.stdout.writelines(junit_lines(summary.title, (_suite_of(row, report) for row, report in rows)))
    else:
        troubles = [(row.id, _trouble(row)) for row in summary.troubles]
        sys.stdout.write(render_batch(summary.title, troubles, f"{_counts(summary)}; {_scores(summary)}") + "\n")
        table = [(part.label, part.title, f"{part.mean:.2f}", f"{part.points:g}") for part in summary.parts]
        add_step_summary(render_batch_summary(summary.title, f"{_counts(summary)}; {_scores(summary)}", table))


def _suite_of(row: Row, report: Report | None) -> tuple[str, Report | str]:
    return row.id, report or _trouble(row)


def render_summary(summary: Summary, stream: TextIO) -> None:
    """Counts, scores, parts, and what was not graded."""
    console = TextConsole(file=stream, highlight=False)
    console.print(Text(f"{one_line(summary.title)}  {plural(summary.submissions, 'submission')}", "bold"))
    console.print(_counts(summary))
    if summary.graded:
        console.print(_scores(summary))
        console.print()
        console.print(_parts(summary))
    if summary.troubles:
        console.print()
    for row in summary.troubles[:MAX_TROUBLES]:
        console.print(Text(f"{row.id}  {_trouble(row)}", "yellow"), soft_wrap=True)
    if len(summary.troubles) > MAX_TROUBLES:
        console.print(f"… and {len(summary.troubles) - MAX_TROUBLES} more: see scores.csv")


def _counts(summary: Summary) -> str:
    counts = {
        "graded": summary.graded,
        "not gradable": summary.not_gradable,
        "with a fault of the harness": summary.infra,
        "not graded yet": summary.missing,
    }
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count or word == "graded")


def _scores(summary: Summary) -> str:
    return (
        f"mean {summary.mean:g} / {summary.points:g}, median {summary.median:g}, "
        f"lowest {summary.lowest:g}, highest {summary.highest:g}"
    )


def _parts(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, expand=True)
    table.add_column("part", no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    for head in ("mean", "of", "all points", "none"):
        table.add_column(head, justify="right", no_wrap=True)
    for part in summary.parts:
        shares = (f"{count / summary.graded:.0%}" for count in (part.full, part.none))
        table.add_row(part.label, one_line(part.title), f"{part.mean:.2f}", f"{part.points:g}", *shares)
    return table


def _trouble(row: Row) -> str:
    detail = one_line(row.detail)
    return f"{WORDS.get(row.kind, '')}{f': {detail}' if detail else ''}"
