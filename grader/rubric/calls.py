"""Calling the author's code: reference, mistakes, draws, probes. What it does wrong becomes a value."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
AUTHORS_FILES = ("reference/", "rubrics/")


@dataclass(frozen=True, slots=True)
class Failure:
    """What the author's code raised, and the innermost line of theirs ("reference/momentum.py", 12; "" and 0 if none)."""

    kind: str
    message: str
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        return f"{self.kind}: {self.message}{place}" if self.message else f"{self.kind}{place}"


def call_quietly(function: Callable[[], T]) -> T | Failure:
    """The function's value, or what it raised. Prints and warnings are dropped: they say nothing about an answer."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return function()
        except (Exception, SystemExit) as error:  # noqa: BLE001 (the author's code can raise anything)
            return _failure(error)


@contextlib.contextmanager
def names_set(namespace: dict[str, object], values: Mapping[str, object]) -> Iterator[None]:
    """`values` as names of the namespace, for the duration of a `with` block."""
    before = {name: namespace[name] for name in values if name in namespace}
    namespace.update(values)
    try:
        yield
    finally:
        for name in values:
            namespace.pop(name, None)
        namespace.update(before)


def _failure(error: BaseException) -> Failure:
    message = str(error)
    if isinstance(error, SyntaxError) and error.filename and error.filename.startswith(AUTHORS_FILES):
        return Failure(type(error).__name__, error.msg, error.filename, error.lineno or 0)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(AUTHORS_FILES)]
    if not own:
        return Failure(type(error).__name__, message)
    return Failure(type(error).__name__, message, own[-1].filename, own[-1].lineno or 0)
