"""Running a piece of student code and turning whatever it raises into a record."""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TypeVar

from grader.codec import encodable
from grader.records import MAX_PLACES, OutOfMemory, Place, Raised

MAX_MESSAGE = 500
MAX_KEPT = 2**19  # characters of one file or cell whose lines can be shown
T = TypeVar("T")


def guarded(
    action: Callable[[], T], labels: frozenset[str], passes: tuple[type[BaseException], ...] = ()
) -> T | Raised | OutOfMemory:
    """What `action` returns, or a record of what it raised; places are its lines in the files named by `labels`.

    Exceptions of the kinds `passes` are not caught.
    """
    try:
        return action()
    except passes:
        raise
    except BaseException as error:  # noqa: BLE001 (student code raises anything, SystemExit too; the only such place)
        return _record(error, labels)


def _record(error: BaseException, labels: frozenset[str]) -> Raised | OutOfMemory:
    places = tuple(place for place, _same in itertools.groupby(_places(error.__traceback__, labels)))[-MAX_PLACES:]
    if isinstance(error, MemoryError):
        return OutOfMemory(places=places)
    return Raised(kind=_name(type(error)), message=_message(error, labels), places=places)


def _message(error: BaseException, labels: frozenset[str]) -> str:
    text = guarded(lambda: str(error), labels)  # an exception's __str__ is student code too
    return encodable(text[:MAX_MESSAGE]) if type(text) is str else "(its message cannot be shown)"


def _name(kind: type[BaseException]) -> str:
    name: str = type.__dict__["__name__"].__get__(kind)  # a metaclass may have a `__name__` of its own
    return encodable(name[:80])


def _places(traceback: TracebackType | None, labels: frozenset[str]) -> Iterator[Place]:
    while traceback is not None:
        label, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        if label in labels:
            yield Place(label=label, line=line, source=linecache.getline(label, line).strip()[:200])
        traceback = traceback.tb_next


def keep_lines(label: str, text: str) -> None:
    """Let tracebacks (and whoever else asks for source) find the lines of `label`."""
    lines = [f"{line}\n" for line in text[:MAX_KEPT].split("\n")]  # not splitlines: it knows ends that Python does not
    linecache.cache[label] = (len(text), None, lines, label)


def cause(failure: Raised | OutOfMemory) -> str:
    """What went wrong, for a message about something that needs what failed."""
    return f"{failure.kind}: {failure.message}" if isinstance(failure, Raised) else "the memory limit was hit"
