"""Starting the template of `grader run` before anything else is imported: it takes longest.

Nothing here is slow to import (pathlib is, and typing), so paths are strings.
"""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager

from grader.sandbox.namespaces import PACKAGE, jail
from grader.sandbox.process import TemplateProcess, import_path

TYPE_CHECKING = False  # as in typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType


class Early(AbstractContextManager["Early"]):
    """A template on its way, if the command needs one. It ends with the block, unless somebody has taken it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """`arguments`: of the command line, not looked at by anybody yet."""
        self._process: TemplateProcess | None = None
        if arguments[:1] == ["run"] and sys.platform == "linux":
            private = [*own_secrets(), *_paths_in(arguments[1:])]
            self._process = TemplateProcess(jail(import_path(), private), has_judge=True)

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if process := self.take():
            process.close()

    def take(self) -> TemplateProcess | None:
        """The process, once: whoever takes it closes it. Behind its namespaces, no path of the command line is to be seen."""
        process, self._process = self._process, None
        return process


def _paths_in(arguments: Sequence[str]) -> Iterator[str]:
    """Whatever may be a path: `DIR`, `--assignment=DIR`, `-aDIR`. They all are the course's, or the student's."""
    for argument in arguments:
        yield from (argument, argument.partition("=")[2] or argument[2:])


def own_secrets() -> tuple[str, ...]:
    """Rubric and reference of the bundled homework, and the compiled plans."""
    bundled, cache = bundled_path(), cache_path()
    return (f"{bundled}/rubrics", f"{bundled}/reference", *([cache] if cache else []))


def bundled_path() -> str:
    """The homework that comes with grader: installed with the package, or beside it in a checkout."""
    installed = f"{PACKAGE}/homework"
    return installed if os.path.isdir(installed) else os.path.dirname(PACKAGE)


def cache_path() -> str:
    """Where files that can be made again are kept; "" for a user without a home."""
    if own := os.environ.get("GRADER_CACHE_DIR"):
        return own
    shared, home = (os.environ.get(name, "") for name in ("XDG_CACHE_HOME", "HOME"))
    if os.path.isabs(shared):
        return f"{shared}/grader"
    return f"{home}/.cache/grader" if os.path.isabs(home) else ""
