"""A template that starts while this process still imports the rest of the package: nothing here is slow to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from grader.isolation import places_of
from grader.records import Limits
from grader.sandbox.client import Sandbox


@contextmanager
def warm_sandbox(private: Iterable[Path]) -> Iterator[Sandbox]:
    """A sandbox whose first template has been told to start. `private`: what student code must not be able to read.

    Raises IsolationError where there is no way to confine it (not on Linux).
    """
    with closing(Sandbox(Limits(), places_of(private, ()).private)) as sandbox:
        sandbox.start("numpy")
        yield sandbox


def private_of(assignment: Path) -> tuple[Path, ...]:
    """What student code must not read of an assignment's folder, or of a packed one."""
    return (assignment,) if is_packed(assignment) else (assignment / "rubrics", assignment / "reference")


def is_packed(assignment: Path) -> bool:
    """Whether it is a file, as `grader pack` makes one, and no folder."""
    try:
        return assignment.is_file()
    except OSError:  # no name that a file could have
        return False
