"""Serving the submission's own modules to `import`, from memory. Installed libraries always come first."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from grader.records import Module
from grader.sandbox.failures import guarded, keep_lines


class SubmissionFinder(MetaPathFinder, Loader):
    """Finds `deeplearning.optim` as `deeplearning/optim.py`, at the top of the submission or below a folder.

    A folder without `__init__.py` is a package too. A module's statements run one by one; one that fails (a missing
    data file, say) takes down only what needs it.
    """

    def __init__(self, modules: tuple[Module, ...]) -> None:
        ordered = sorted(modules, key=lambda module: module.path.count("/"))  # the nearest to the top wins
        self._sources = {module.path: module.source for module in reversed(ordered)}
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
        label = module.__spec__.origin if module.__spec__ else None
        if label is None:
            return
        for statement in ast.parse(self._sources[label]).body:
            code = compile(ast.Module([statement], []), label, "exec", dont_inherit=True)
            guarded(lambda code=code: exec(code, module.__dict__), self.labels)  # type: ignore[misc] # noqa: S102

    def _find(self, suffix: str) -> str | None:
        matches = [path for path in self._sources if f"/{path}".endswith(f"/{suffix}")]
        return min(matches, key=lambda path: path.count("/")) if matches else None


def serve_modules(modules: tuple[Module, ...]) -> frozenset[str]:
    """Let `import` find these modules, after everything that is installed. Returns the labels in their tracebacks."""
    finder = SubmissionFinder(modules)
    for module in modules:
        keep_lines(module.path, module.source)
    sys.meta_path.append(finder)
    return finder.labels
