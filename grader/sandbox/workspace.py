"""Student code in the child: a namespace per candidate, filled by its slice, in which targets are called."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.machinery import PathFinder
from types import CodeType, ModuleType
from typing import Any, TypeVar

import msgspec

from grader.codec import changed, freeze, thaw
from grader.records import Candidate, Document, Log, Outcome, OutOfMemory, Raised, Returned, Statement
from grader.sandbox.failures import MAX_KEPT, cause, guarded, keep_lines
from grader.sandbox.log_files import on_logs
from grader.sandbox.messages import Call, Define, Done, Load
from grader.sandbox.modules import POSTPONED, SubmissionFinder, execute, future_flags, serve_modules
from grader.sandbox.stand_ins import NOTEBOOK_NAMES
from grader.targets import FunctionTarget, LogTarget, Target, ValueTarget

MAX_REPEATS = 20  # of a call that stops at a name which another statement of the document defines
MAX_LINES_KEPT = 2**21  # characters of all cells and files together
T = TypeVar("T")


class Workspace:
    """The statements of one submission and the namespace of the candidate at hand."""

    def __init__(self) -> None:
        self._documents: tuple[Document, ...] = ()
        self._files: tuple[Log, ...] = ()
        self._labels: frozenset[str] = frozenset()
        self._document = Document(name="", is_notebook=True, statements=())
        self._finder = SubmissionFinder(())
        self._candidate: Candidate | None = None
        self._module = ModuleType("__main__")
        self._namespace: dict[str, Any] = {}
        self._first_future = 0
        self._tried: set[int] = set()
        self._failures: dict[str, Raised | OutOfMemory] = {}

    def load(self, request: Load) -> Done:
        """Keep the documents and serve the modules; nothing is run."""
        self._documents = request.documents
        self._files = request.logs
        self._finder = serve_modules(request.modules)
        texts = _texts(request.documents)
        for label, text in texts.items():
            keep_lines(label, text)
        self._labels = self._finder.labels | frozenset(texts)
        return Done()

    def clear(self) -> None:
        """Let go of what the last candidate has defined."""
        self._module = sys.modules["__main__"] = ModuleType("__main__")
        self._namespace = self._module.__dict__
        self._failures = {}
        self._finder.forget()

    def define(self, request: Define) -> Done | Outcome:
        """Run the candidate's slice in a fresh namespace, statement by statement; one that fails costs only itself."""
        candidate = self._candidate = request.candidate
        self._document = self._documents[candidate.document]
        self._first_future = _first_future(self._document)
        self._finder.forget()
        self._module = _fresh_module(self._document)
        self._namespace = self._module.__dict__
        self._tried, self._failures = set(), {}
        self._set_globals(request)
        for index in candidate.slice:
            self._execute(index)
        self._set_globals(request)
        if candidate.name in self._namespace:
            return Done()
        return _while_defining(self._failures.get(candidate.name, _never_defined(candidate)))

    def _set_globals(self, request: Define) -> None:
        self._namespace.update((name, thaw(value)) for name, value in request.globals)

    def call(self, request: Call) -> Outcome:
        """Call the target; a missing name that the document defines somewhere is added, and the call repeated."""
        for _attempt in range(MAX_REPEATS):
            outcome = self._call_once(request)
            if not (isinstance(outcome, Raised) and outcome.kind == "NameError" and self._supply(outcome.message)):
                break
        return self._explain(outcome)

    def _call_once(self, request: Call) -> Outcome:
        arguments = [thaw(value, allow_seed=True) for value in request.arguments]
        function = guarded(lambda: self._function(request.target), self._labels)
        if isinstance(function, Raised | OutOfMemory):
            return function
        return guarded(lambda: _returned(request, function, arguments), self._labels)

    def _function(self, target: Target) -> Callable[..., object]:
        if isinstance(target, ValueTarget):
            return lambda: self._namespace[target.name]
        if isinstance(target, FunctionTarget):
            function: Callable[..., object] = self._namespace[target.name]
            return function
        author: dict[str, Any] = {}
        exec(_probe_code(target.source), author)  # noqa: S102 (the rubric's own code)
        probe = author[target.probe]
        if isinstance(target, LogTarget):
            return on_logs(probe, self._files)
        return lambda *arguments: probe(self._namespace, *arguments)

    def _execute(self, index: int) -> None:
        statement = self._document.statements[index]
        self._tried.add(index)
        if statement.fault:
            failure: object = Raised(kind="SyntaxError", message=statement.fault)
        else:
            place, flags = (statement.label, statement.line), POSTPONED if index > self._first_future else 0
            with _importable(self._module):
                failure = guarded(lambda: execute(statement.text, place, flags, self._namespace), self._labels)
        if isinstance(failure, Raised | OutOfMemory):
            self._failures.update(dict.fromkeys(statement.defines, self._with_cause(failure)))

    def _with_cause(self, failure: T) -> T:
        """Say why a module of the submission lacks a name."""
        if not (isinstance(failure, Raised) and failure.kind in ("ImportError", "AttributeError")):
            return failure
        return msgspec.structs.replace(failure, message=self._finder.explain(failure.message))

    def _supply(self, message: str) -> bool:
        """Run the statements that define the missing name, and what those need. False when none are left to try."""
        found: set[int] = set()
        names = set(message.split("'")[1:2])
        while new := self._givers(names) - found - self._tried:
            found |= new
            names.update(*(self._document.statements[index].uses for index in new))
        for index in sorted(found):
            self._execute(index)
        return bool(found)

    def _givers(self, names: set[str]) -> set[int]:
        pairs = enumerate(self._document.statements)
        own = self._candidate.name if self._candidate else ""  # its other definitions are rivals
        return {
            index
            for index, statement in pairs
            if names & (statement.defines | statement.mutates) and own not in statement.defines
        }

    def _explain(self, outcome: Outcome) -> Outcome:
        """Say why a name is missing when the statement that should give it has failed."""
        if not (isinstance(outcome, Raised) and outcome.kind == "NameError"):
            return self._with_cause(outcome)
        for name, failure in self._failures.items():
            if f"'{name}'" in outcome.message:
                return _because(outcome, failure)
        return outcome


@lru_cache(maxsize=100)  # of one submission
def _probe_code(source: str) -> CodeType:
    code: CodeType = compile(source, "the check's probe", "exec", dont_inherit=True)
    return code


def _fresh_module(document: Document) -> ModuleType:
    """A module of its own; `__main__` for a notebook, with what a kernel puts there."""
    if document.is_notebook:
        module = ModuleType("__main__")
        module.__dict__.update(NOTEBOOK_NAMES)
        sys.modules["__main__"] = module  # dataclasses and typing look there, at any time
        return module
    module = ModuleType(document.name.rsplit("/", 1)[-1].removesuffix(".py"))
    module.__package__ = ".".join(document.name.split("/")[:-1])
    return module


@contextlib.contextmanager
def _importable(module: ModuleType) -> Iterator[None]:
    """Let dataclasses and typing find a file's module while a statement runs, but never in a library's place.

    Not longer: it has only what one candidate needs, and whoever imports the file means all of it.
    """
    name = module.__name__
    if name in sys.modules or PathFinder.find_spec(name) is not None:
        yield
        return
    sys.modules[name] = module
    yield
    if sys.modules.get(name) is module:
        del sys.modules[name]


def _first_future(document: Document) -> int:
    """The index of the statement after which annotations are not evaluated; past the end when there is none."""
    pairs = enumerate(document.statements)
    return next((index for index, statement in pairs if future_flags(statement.text)), len(document.statements))


class _Lines:
    """The text of a cell or file, put together from its statements, up to a length."""

    def __init__(self) -> None:
        self.text = io.StringIO()
        self.line = 1

    def add(self, statement: Statement, room: int) -> int:
        """Write the statement at its line if it fits into `room` characters; how many were written."""
        gap = statement.line - self.line
        start = self.text.tell()
        if start + max(gap, 0) + len(statement.text) + 2 > min(room + start, MAX_KEPT):
            return 0
        self.text.write("\n" * gap if gap > 0 else "; " * (start > 0))
        self.text.write(statement.text)
        self.line += max(gap, 0) + statement.text.count("\n")
        return self.text.tell() - start


def _texts(documents: tuple[Document, ...]) -> dict[str, str]:
    """The lines of every cell and file, as far as their statements give them and they are not too long to keep."""
    lines: dict[str, _Lines] = {}
    room = MAX_LINES_KEPT
    for document in documents:
        for statement in document.statements:
            room -= lines.setdefault(statement.label, _Lines()).add(statement, room)
    return {label: kept.text.getvalue() for label, kept in lines.items()}


def _returned(request: Call, function: Callable[..., object], arguments: list[object]) -> Returned:
    value = freeze(function(*arguments))
    return Returned(value=value, mutated=changed(request.arguments, arguments))


def _never_defined(candidate: Candidate) -> Raised:
    return Raised(kind="NameError", message=f"its statement ran, but did not define {candidate.name}")


def _while_defining(failure: Raised | OutOfMemory) -> Outcome:
    return msgspec.structs.replace(failure, while_defining=True)


def _because(outcome: Raised, failure: Raised | OutOfMemory) -> Raised:
    where = "".join(f" ({place.label}, line {place.line})" for place in failure.places[-1:])
    message = f"{outcome.message}, because the statement that defines it failed{where}: {cause(failure)}"
    return Raised(kind=outcome.kind, message=message, places=outcome.places)
