"""How far a batch is, on standard error: a bar where a person looks, nothing where a program does."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from grader.batch.ledger import Kind


class _Rate(ProgressColumn):
    """Submissions per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


class Bar(AbstractContextManager["Bar"]):
    """The bar: how many, how fast, how long still, and how many were no good."""

    def __init__(self, total: int) -> None:
        console = Console(stderr=True)
        columns = (
            BarColumn(None),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[bad]}"),
        )
        self._bar = Progress(*columns, console=console, disable=not sys.stderr.isatty(), expand=True)
        self._task = self._bar.add_task("", total=total, bad="")
        self._counts = dict.fromkeys(Kind, 0)

    def __enter__(self) -> Bar:  # noqa: PYI034 (typing.Self needs Python 3.11)
        self._bar.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Leave the bar as it is."""
        self._bar.stop()

    def add(self, kind: Kind, *, is_new: bool) -> None:
        """One more. What the ledger knew counts for the bar, and not for the words."""
        self._counts[kind] += is_new
        bad = self._counts[Kind.INFRA], self._counts[Kind.NOT_GRADABLE]
        words = ", ".join(
            f"{count} {word}" for count, word in zip(bad, ("failed", "not gradable"), strict=True) if count
        )
        self._bar.update(self._task, advance=1, bad=words)
