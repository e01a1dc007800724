"""A template that starts while this process still imports the rest of the package: nothing here is slow to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from grader.places import places_of
from grader.sandbox.namespaces import jail
from grader.sandbox.process import TemplateProcess, import_path

TYPE_CHECKING = False  # as in typing, whose import would cost every start
if TYPE_CHECKING:
    from grader.sandbox.client import Sandbox


@contextmanager
def warm_sandbox(private: Iterable[Path]) -> Iterator[Sandbox]:
    """A sandbox whose first template has been told to start. `private`: what student code must not be able to read.

    Raises IsolationError where there is no way to confine it (not on Linux).
    """
    paths = places_of(private, ()).private
    with closing(TemplateProcess(jail(import_path(), paths))) as first:
        from grader.records import Limits  # noqa: PLC0415 (while the template starts)
        from grader.sandbox.client import Sandbox  # noqa: PLC0415

        with closing(Sandbox(Limits(), paths, first=first)) as sandbox:
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
