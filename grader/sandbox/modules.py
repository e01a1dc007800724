"""Serving the submission's own modules to `import`, from memory. Installed libraries always come first."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import lru_cache, partial
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, NamedTuple

from grader.records import Module, OutOfMemory, Raised
from grader.sandbox.failures import cause, guarded, keep_lines
from grader.sandbox.stand_ins import NEED_FILES, StandInFinder
from grader.submission.blocks import split_statements
from grader.submission.magics import translate

FUTURE_IMPORT = re.compile(r"[ \t]*from[ \t]+__future__[ \t]+import\b[^#\n]*\bannotations\b")
POSTPONED = annotations.compiler_flag  # the feature's record, not an annotation
MISSING_NAME = re.compile(r"cannot import name '(\w+)' from '([\w.]+)'|module '([\w.]+)' has no attribute '(\w+)'")

UNKNOWN = " (unknown location)"  # what Python adds for a module that is no file
DEFINITION = r"^[ \t]*(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}\b[^\n]*=|\bimport\b.*\b{name}\b"


class Failure(NamedTuple):
    """A statement of a module that could not be run."""

    text: str
    reason: str  # "helper.py, line 3: SyntaxError: invalid syntax"


class SubmissionFinder(MetaPathFinder, Loader):
    """Finds `deeplearning.optim` as `deeplearning/optim.py`, at the top of the submission or below a folder.

    A folder without `__init__.py` is a package too. A module's statements run one by one; one that fails (a missing
    data file, say) or does not parse takes down only what needs it.
    """

    def __init__(self, modules: tuple[Module, ...]) -> None:
        ordered = sorted(modules, key=lambda module: module.path.count("/"))  # the nearest to the top wins
        self._sources = {module.path: module.source for module in reversed(ordered)}
        self._failures: dict[str, list[Failure]] = {}
        self.labels = frozenset(self._sources)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module of the submission, or None."""
        stem = fullname.replace(".", "/")
        for suffix in (f"{stem}.py", f"{stem}/__init__.py"):
            if label := self._find(suffix):
                is_package = suffix.endswith("__init__.py")
                return ModuleSpec(fullname, self, origin=label, is_package=is_package)
        if any(f"/{path}".find(f"/{stem}/") >= 0 for path in self._sources):
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's statements in its namespace."""
        failures = self._failures.setdefault(module.__name__, [])
        label = module.__spec__.origin if module.__spec__ else None
        if label is None:
            return
        flags = 0
        for block in split_statements(translate(self._sources[label]).text):
            flags |= future_flags(block.text)
            run = partial(execute, block.text, (label, block.line), flags, module.__dict__)
            broken = Raised(kind="SyntaxError", message=block.fault)
            failure = broken if block.node is None else guarded(run, self.labels)
            if isinstance(failure, Raised | OutOfMemory):
                failures.append(Failure(block.text, _reason(label, block.fault_line or block.line, failure)))

    def forget(self) -> None:
        """Drop what was imported from the submission: the next candidate must not find what this one has changed."""
        for name in self._failures:
            sys.modules.pop(name, None)
        self._failures.clear()

    def explain(self, message: str) -> str:
        """The message of an ImportError or AttributeError, with why the module does not have that name."""
        match = MISSING_NAME.search(message)
        if match is None:
            return message
        name, module = (match[1], match[2]) if match[1] else (match[4], match[3])
        definition = re.compile(DEFINITION.format(name=name), re.MULTILINE)
        failures = self._failures.get(module, [])
        reasons = [failure.reason for failure in failures if definition.search(failure.text)]
        return f"{message.removesuffix(UNKNOWN)}, because {reasons[-1]}" if reasons else message

    def _find(self, suffix: str) -> str | None:
        matches = [path for path in self._sources if f"/{path}".endswith(f"/{suffix}")]
        return min(matches, key=lambda path: path.count("/")) if matches else None


def execute(text: str, place: tuple[str, int], flags: int, namespace: dict[str, Any]) -> None:
    """Run a statement whose text starts at `place`, a label and a line, with these compiler flags."""
    exec(_compiled(text, place, flags), namespace)  # noqa: S102 (this is what the child is for)


@lru_cache(maxsize=1_000)  # an import is in the slice of every function
def _compiled(text: str, place: tuple[str, int], flags: int) -> CodeType:
    """The statement's code; empty lines before it make the lines of tracebacks those of the cell or file."""
    label, line = place
    code: CodeType = compile("\n" * (line - 1) + text, label, "exec", flags, dont_inherit=True)
    return code


def future_flags(text: str) -> int:
    """The compiler flags that a statement switches on for those after it."""
    return POSTPONED if FUTURE_IMPORT.match(text) else 0


def _reason(label: str, line: int, failure: Raised | OutOfMemory) -> str:
    return f"{label}, line {line} failed: {cause(failure)}"


def serve_modules(modules: tuple[Module, ...]) -> SubmissionFinder:
    """Let `import` find these modules, after everything that is installed and before stand-ins for what is not."""
    finder = SubmissionFinder(modules)
    for module in modules:
        keep_lines(module.path, module.source)
    sys.meta_path[:] = [StandInFinder(NEED_FILES), *sys.meta_path, finder, StandInFinder()]
    return finder
