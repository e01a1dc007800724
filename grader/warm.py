"""A template that starts while this process still imports the rest of the package: nothing here is slow to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket
from typing import NamedTuple

from grader.places import private_places
from grader.sandbox.namespaces import jail
from grader.sandbox.process import TemplateProcess, import_path

TYPE_CHECKING = False  # as in typing, whose import would cost every start
if TYPE_CHECKING:
    from grader.sandbox.client import Sandbox


class Warm(NamedTuple):
    """A sandbox whose first template has been told to start."""

    sandbox: Sandbox
    judge: socket | None  # for a RemoteJudge, where one was asked for


@contextmanager
def warm_sandbox(
    private: Iterable[Path],
    *,
    is_single: bool = False,
    has_judge: bool = False,
    process: TemplateProcess | None = None,
) -> Iterator[Warm]:
    """Start a template; it ends with the block. `private`: what student code must not be able to read.

    `is_single`: for one submission only. `has_judge`: together with a process that judges in place of this one (see
    remote_judge.py). `process`: one that has been started already, in the same way.

    Raises IsolationError where there is no way to confine it (not on Linux).
    """
    paths = private_places(private)
    with closing(process or TemplateProcess(jail(import_path(), paths), has_judge=has_judge)) as first:
        from grader.records import Limits  # noqa: PLC0415 (while the template starts)
        from grader.sandbox.client import Sandbox  # noqa: PLC0415

        with closing(Sandbox(Limits(), paths, first=first)) as sandbox:
            if is_single:
                sandbox.order_reader()
            else:
                sandbox.start("numpy")
            yield Warm(sandbox, first.judge)


def private_of(assignment: Path) -> tuple[Path, ...]:
    """What student code must not read of an assignment's folder, or of a packed one."""
    return (assignment,) if is_packed(assignment) else (assignment / "rubrics", assignment / "reference")


def is_packed(assignment: Path) -> bool:
    """Whether it is a file, as `grader pack` makes one, and no folder."""
    try:
        return assignment.is_file()
    except OSError:  # no name that a file could have
        return False
