"""The author's Python files beside the rubric, loaded by path and never left in `sys.modules` or on `sys.path`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from grader.rubric.calls import Failure, call_quietly
from grader.rubric.faults import Fault, did_you_mean
from grader.rubric.unexecuted import ANY_NAME

Function = Callable[..., object]
Execute = Callable[[str, str], dict[str, object]]  # a file's text and name to its names


@dataclass(frozen=True, slots=True)
class Source:
    """One file. `fault` says why it could not be loaded; a file that does not exist has no text and no fault."""

    name: str  # "reference/mistakes/momentum.py"
    text: str = ""
    exists: bool = False
    fault: Fault | None = None
    namespace: dict[str, object] = field(default_factory=dict)

    @property
    def functions(self) -> dict[str, Function]:
        """What can be called, by name."""
        return {name: thing for name, thing in self.namespace.items() if callable(thing) and not name.startswith("__")}

    def why_missing(self, function: str) -> str:
        """Why there is no such function here; empty when the file itself is at fault, which is reported once."""
        if not self.exists:
            return f'{self.name} does not exist (wanted for "{function}")'
        if self.fault or ANY_NAME in self.namespace:
            return ""
        return f'{self.name} has no function "{function}"{did_you_mean(function, self.functions)}'


@dataclass(frozen=True, slots=True)
class Sources:
    """The files that belong to one question."""

    reference: Source
    mistakes: Source
    draws: Source
    probes: Source

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Of the files that could not be loaded."""
        files = (self.reference, self.mistakes, self.draws, self.probes)
        return tuple(source.fault for source in files if source.fault)


def execute(text: str, name: str) -> dict[str, object]:
    """The file's names after running it.

    Not through importlib: it would trust a stale `.pyc` when a file changes twice within a second.
    """
    module = ModuleType("_grader_" + name.removesuffix(".py").replace("/", "_"))
    module.__file__ = name
    sys.modules[module.__name__] = module  # while it runs: dataclasses look their module up
    try:
        exec(compile(text, name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 (the assignment's own code)
    finally:
        del sys.modules[module.__name__]
    return module.__dict__


def load_sources(folder: Path, reference: str | None, how: Execute = execute) -> Sources:
    """The files for the question whose `reference` is this ("momentum.py"); without one, none of them exists."""
    if reference is None:
        return Sources(Source("reference"), Source("mistakes"), Source("draws"), Source("probes"))
    return Sources(
        reference=_load(folder, f"reference/{reference}", how),
        mistakes=_load(folder, f"reference/mistakes/{reference}", how),
        draws=_load(folder, f"rubrics/draws/{reference}", how),
        probes=_load(folder, f"rubrics/probes/{reference}", how),
    )


def _load(folder: Path, name: str, how: Execute) -> Source:
    path = folder / name
    if not path.is_file():
        return Source(name)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return Source(name, exists=True, fault=Fault(name, 1, "", f"cannot be read: {error}"))
    loaded = call_quietly(lambda: how(text, name))
    if isinstance(loaded, Failure):
        line = loaded.line if loaded.file == name else 1
        message = f"importing it raised {loaded.kind}: {loaded.message}"
        return Source(name, text, exists=True, fault=Fault(name, line, "", message))
    return Source(name, text, exists=True, namespace=loaded)


def first_paragraph(function: Function) -> str:
    """Of the docstring, on one line."""
    paragraph = (inspect.getdoc(function) or "").partition("\n\n")[0]
    return " ".join(paragraph.split())
