"""Student code in the child: a namespace per candidate, filled by its slice, in which targets are called."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from grader.codec import freeze, thaw
from grader.records import Candidate, Document, Outcome, OutOfMemory, Raised, Returned, Statement
from grader.sandbox.failures import guarded, keep_lines
from grader.sandbox.messages import Call, Define, Done, Load
from grader.sandbox.modules import serve_modules
from grader.targets import FunctionTarget, Target
from grader.values import Array, Items, Mapping, Value

MAX_REPEATS = 20  # of a call that stops at a name which another statement of the document defines
MUTABLE = (Array, Items, Mapping)


class Workspace:
    """The statements of one submission and the namespace of the candidate at hand."""

    def __init__(self) -> None:
        self._documents: tuple[Document, ...] = ()
        self._labels: frozenset[str] = frozenset()
        self._document = Document(name="", is_notebook=True, statements=())
        self._namespace: dict[str, Any] = {}
        self._tried: set[int] = set()
        self._failures: dict[str, Raised | OutOfMemory] = {}

    def load(self, request: Load) -> Done:
        """Keep the documents and serve the modules; nothing is run."""
        self._documents = request.documents
        labels = serve_modules(request.modules)
        for label, text in _texts(request.documents).items():
            keep_lines(label, text)
            labels |= {label}
        self._labels = labels
        return Done()

    def define(self, request: Define) -> Done | Outcome:
        """Run the candidate's slice in a fresh namespace, statement by statement; one that fails costs only itself."""
        candidate = request.candidate
        self._document = self._documents[candidate.document]
        self._namespace = _fresh_namespace(self._document)
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
        result = guarded(lambda: Returned(value=freeze(function(*arguments))), self._labels)
        if isinstance(result, Returned):
            return Returned(value=result.value, mutated=_mutated(request.arguments, arguments))
        return result

    def _function(self, target: Target) -> Callable[..., object]:
        if isinstance(target, FunctionTarget):
            function: Callable[..., object] = self._namespace[target.name]
            return function
        author: dict[str, Any] = {}
        exec(compile(target.source, "the check's probe", "exec", dont_inherit=True), author)  # noqa: S102 (the rubric's own code)
        return lambda *arguments: author[target.probe](self._namespace, *arguments)

    def _execute(self, index: int) -> None:
        statement = self._document.statements[index]
        self._tried.add(index)
        if statement.fault:
            failure: object = Raised(kind="SyntaxError", message=statement.fault)
        else:
            failure = guarded(lambda: _run(statement, self._namespace), self._labels)
        if isinstance(failure, Raised | OutOfMemory):
            self._failures.update(dict.fromkeys(statement.defines, failure))

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
        return {index for index, statement in pairs if names & (statement.defines | statement.mutates)}

    def _explain(self, outcome: Outcome) -> Outcome:
        """Say why a name is missing when the statement that should give it has failed."""
        if not (isinstance(outcome, Raised) and outcome.kind == "NameError"):
            return outcome
        for name, failure in self._failures.items():
            if f"'{name}'" in outcome.message:
                return _because(outcome, failure)
        return outcome


def _run(statement: Statement, namespace: dict[str, Any]) -> None:
    tree = ast.increment_lineno(ast.parse(statement.text), statement.line - 1)
    exec(compile(tree, statement.label, "exec", dont_inherit=True), namespace)  # noqa: S102 (this is what the child is for)


def _fresh_namespace(document: Document) -> dict[str, Any]:
    """A module of its own; `__main__` for a notebook, so that dataclasses and typing find it."""
    stem = document.name.rsplit("/", 1)[-1].removesuffix(".py")
    module = ModuleType("__main__" if document.is_notebook else stem)
    if not document.is_notebook:
        module.__package__ = ".".join(document.name.split("/")[:-1])
    sys.modules[module.__name__] = module
    return module.__dict__


def _texts(documents: tuple[Document, ...]) -> dict[str, str]:
    """The lines of every cell and file, as far as their statements give them."""
    lines: dict[str, dict[int, str]] = {}
    for document in documents:
        for statement in document.statements:
            for offset, line in enumerate(statement.text.splitlines()):
                lines.setdefault(statement.label, {})[statement.line + offset] = line
    return {
        label: "\n".join(numbered.get(number, "") for number in range(1, max(numbered) + 1))
        for label, numbered in lines.items()
    }


def _mutated(before: tuple[Value, ...], after: list[object]) -> tuple[int, ...]:
    pairs = enumerate(zip(before, after, strict=True))
    return tuple(position for position, (old, new) in pairs if isinstance(old, MUTABLE) and freeze(new) != old)


def _never_defined(candidate: Candidate) -> Raised:
    return Raised(kind="NameError", message=f"its statement ran, but did not define {candidate.name}")


def _while_defining(failure: Raised | OutOfMemory) -> Outcome:
    if isinstance(failure, OutOfMemory):
        return OutOfMemory(places=failure.places, while_defining=True)
    return Raised(kind=failure.kind, message=failure.message, places=failure.places, while_defining=True)


def _because(outcome: Raised, failure: Raised | OutOfMemory) -> Raised:
    where = "".join(f" ({place.label}, line {place.line})" for place in failure.places[-1:])
    why = f"{failure.kind}: {failure.message}" if isinstance(failure, Raised) else "the memory limit was hit"
    message = f"{outcome.message}, because the statement that defines it failed{where}: {why}"
    return Raised(kind=outcome.kind, message=message, places=outcome.places)
