"""Running a piece of student code and turning whatever it raises into a record."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from grader.records import OutOfMemory, Place, Raised

MAX_MESSAGE = 500
MAX_PLACES = 5
T = TypeVar("T")


def guarded(action: Callable[[], T], labels: frozenset[str]) -> T | Raised | OutOfMemory:
    """What `action` returns, or a record of what it raised; places are its lines in the files named by `labels`."""
    try:
        return action()
    except BaseException as error:  # noqa: BLE001 (student code raises anything, SystemExit too; the only such place)
        return _record(error, labels)


def _record(error: BaseException, labels: frozenset[str]) -> Raised | OutOfMemory:
    places = tuple(place for place, _same in itertools.groupby(_places(error.__traceback__, labels)))[-MAX_PLACES:]
    if isinstance(error, MemoryError):
        return OutOfMemory(places=places)
    return Raised(kind=type(error).__name__[:80], message=_message(error, labels), places=places)


def _message(error: BaseException, labels: frozenset[str]) -> str:
    text = guarded(lambda: str(error), labels)  # an exception's __str__ is student code too
    return text[:MAX_MESSAGE] if type(text) is str else "(its message cannot be shown)"


def _places(traceback: TracebackType | None, labels: frozenset[str]) -> Iterator[Place]:
    while traceback is not None:
        label, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        if label in labels:
            yield Place(label=label, line=line, source=linecache.getline(label, line).strip()[:200])
        traceback = traceback.tb_next


def keep_lines(label: str, text: str) -> None:
    """Let tracebacks (and whoever else asks for source) find the lines of `label`."""
    linecache.cache[label] = (len(text), None, text.splitlines(keepends=True), label)
