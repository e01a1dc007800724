"""Starting the template of `grader run` before anything else is imported: it takes longest.

Nothing here is slow to import (pathlib is, and typing), so paths are strings.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager

from grader.paths import bundled_path, cache_path

TYPE_CHECKING = False  # as in typing
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from grader.sandbox.process import TemplateProcess


class Early(AbstractContextManager["Early"]):
    """A template on its way, if the command needs one. It ends with the block, unless somebody has taken it."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """`arguments`: of the command line, not looked at by anybody yet."""
        self._process: TemplateProcess | None = None
        if arguments[:1] == ["run"] and sys.platform == "linux":
            self._process = _started([*own_secrets(), *_paths_in(arguments[1:])])

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if process := self.take():
            process.close()

    def take(self) -> TemplateProcess | None:
        """The process, once: whoever takes it closes it. Behind its namespaces, no path of the command line is to be seen."""
        process, self._process = self._process, None
        return process


def _started(private: Sequence[str]) -> TemplateProcess:
    from grader.sandbox.namespaces import jail  # noqa: PLC0415 (other commands need none)
    from grader.sandbox.process import TemplateProcess, import_path  # noqa: PLC0415

    return TemplateProcess(jail(import_path(), private), has_judge=True)


def _paths_in(arguments: Sequence[str]) -> Iterator[str]:
    """Whatever may be a path: `DIR`, `--assignment=DIR`, `-aDIR`. They all are the course's, or the student's."""
    for argument in arguments:
        if argument.startswith("--"):
            yield argument.partition("=")[2]
        elif argument.startswith("-"):
            yield argument[2:]
        else:
            yield argument


def own_secrets() -> tuple[str, ...]:
    """Rubric and reference of the bundled homework, and the compiled plans."""
    bundled, cache = bundled_path(), cache_path()
    return (f"{bundled}/rubrics", f"{bundled}/reference", *([cache] if cache else []))
