"""How far a batch is, on standard error: a bar where a person looks, a line now and then where a log is kept."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from grader.batch.ledger import Kind
from grader.batch.run import Progress as Told

SECONDS = 30.0  # between two lines of a log
WORDS = {Kind.INFRA: "failed", Kind.NOT_GRADABLE: "not gradable"}


@contextlib.contextmanager
def progress(total: int) -> Iterator[Told]:
    """For so many submissions."""
    if not sys.stderr.isatty():
        yield Lines(total, sys.stderr)
        return
    columns = (BarColumn(None), MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), TextColumn("{task.fields[bad]}"))
    with Progress(*columns, console=Console(stderr=True), expand=True) as bar:
        yield Bar(bar, total)


class _Rate(ProgressColumn):
    """Submissions per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.1f}/s")


class Counts:
    """How many of those that were graded now were no good."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(WORDS, 0)

    def add(self, kind: Kind | None, *, is_new: bool) -> None:
        """One more."""
        if kind in self._counts:
            self._counts[kind] += is_new

    def words(self) -> str:
        """As words: '1 failed, 2 not gradable'; empty for none."""
        return ", ".join(f"{count} {WORDS[kind]}" for kind, count in self._counts.items() if count)


class Bar:
    """A bar: how many, how fast, how long still, and how many were no good."""

    def __init__(self, bar: Progress, total: int) -> None:
        self._bar = bar
        self._task = bar.add_task("", total=total, bad="")
        self._counts = Counts()

    def add(self, kind: Kind | None, *, is_new: bool) -> None:
        """See batch.run.Progress. What the ledger knew counts for the bar, and not for the words."""
        self._counts.add(kind, is_new=is_new)
        self._bar.update(self._task, advance=1, bad=self._counts.words())


class Lines:
    """The same as lines, of which the first comes after a while: a short run says nothing."""

    def __init__(self, total: int, stream: TextIO, seconds: float = SECONDS) -> None:
        self._total = total
        self._stream = stream
        self._seconds = seconds
        self._done, self._graded = 0, 0
        self._counts = Counts()
        self._start = self._last = time.monotonic()

    def add(self, kind: Kind | None, *, is_new: bool) -> None:
        """See batch.run.Progress."""
        self._done += 1
        self._graded += is_new
        self._counts.add(kind, is_new=is_new)
        if (now := time.monotonic()) - self._last >= self._seconds:
            self._last = now
            self._stream.write(f"grader: {self._line(now - self._start)}\n")
            self._stream.flush()

    def _line(self, seconds: float) -> str:
        rate = self._graded / seconds if seconds else 0.0
        left = f", {rate:.1f}/s, {(self._total - self._done) / rate / 60:.0f} min left" if rate else ""
        bad = self._counts.words()
        return f"{self._done} of {self._total}{left}{f', {bad}' if bad else ''}"
