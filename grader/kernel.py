"""The student's own process as a place to call functions in: everything is put back after each call."""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from grader.codec import changed, freeze, thaw
from grader.generators import known_generators
from grader.plan import Case
from grader.records import Outcome, Raised, Returned
from grader.sandbox.capture import Capture
from grader.sandbox.failures import guarded
from grader.submission.placeholders import fingerprint, is_placeholder
from grader.targets import FunctionTarget, ProbeTarget, Target, ValueTarget

PASSES = (KeyboardInterrupt,)  # whoever stops a call that does not end wants the whole check to stop


class Kernel:
    """The names of a notebook, in which targets are called. `handout`: fingerprints of what was handed out, by name."""

    def __init__(self, names: dict[str, Any], handout: dict[str, str]) -> None:
        self._names = names
        self._handout = handout

    def has(self, name: str) -> bool:
        """Whether something of this name is there."""
        return name in self._names

    def is_placeholder(self, name: str) -> bool:
        """Whether a function or text is as it was handed out; False where its source cannot be had."""
        thing = self._names[name]
        if isinstance(thing, str):
            return not thing.strip()
        try:
            (node,) = ast.parse(textwrap.dedent(inspect.getsource(thing))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            return thing is None
        is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        return is_definition and (
            self._handout.get(name) == fingerprint(node) or is_placeholder(node, name, self._handout)
        )

    def call(self, target: Target, case: Case) -> Outcome:
        """Call the target with copies of the case's arguments. KeyboardInterrupt is not caught."""
        output = Capture()
        with known_generators(), self._names_kept(target), _printing_to(output):
            self._names.update((name, thaw(value)) for name, value in case.globals)
            outcome = guarded(lambda: self._returned(target, case), self._files(), PASSES)
        printed = output.take()
        return msgspec.structs.replace(outcome, stdout=printed) if isinstance(outcome, Returned | Raised) else outcome

    def _returned(self, target: Target, case: Case) -> Returned:
        arguments = [thaw(value, allow_seed=True) for value in case.arguments]
        value = freeze(self._function(target)(*arguments))
        return Returned(value=value, mutated=changed(case.arguments, arguments))

    def _function(self, target: Target) -> Callable[..., object]:
        if isinstance(target, ValueTarget):
            return lambda: self._names[target.name]
        if isinstance(target, FunctionTarget):
            function: Callable[..., object] = self._names[target.name]
            return function
        if not isinstance(target, ProbeTarget):
            raise TypeError("logs are read when the homework is handed in")
        author: dict[str, Any] = {}
        exec(compile(target.source, "the check's probe", "exec", dont_inherit=True), author)  # noqa: S102 (the course's own code)
        given = {**self._names, target.name: _copied(self._names[target.name])}
        return lambda *arguments: author[target.probe](given, *arguments)

    @contextlib.contextmanager
    def _names_kept(self, target: Target) -> Iterator[None]:
        """Put back every name that the block sets or deletes: those of the notebook, and of the function's own file."""
        function = self._names.get(target.name)
        spaces = [self._names, *_globals_of(function, self._names)]
        before = [dict(space) for space in spaces]
        try:
            yield
        finally:
            for space, names in zip(spaces, before, strict=True):
                for name in space.keys() - names.keys():
                    del space[name]
                space.update(names)

    def _files(self) -> frozenset[str]:
        """Where the notebook's functions are from: the lines to look at are there."""
        codes = (getattr(thing, "__code__", None) for thing in [*self._names.values()])
        return frozenset(code.co_filename for code in codes if inspect.iscode(code))


def _globals_of(function: object, names: dict[str, Any]) -> list[dict[str, Any]]:
    own = getattr(function, "__globals__", names)
    return [own] if isinstance(own, dict) and own is not names else []


def _copied(thing: Any) -> Any:
    """An object that a probe works on must stay as it is; functions and classes are themselves."""
    return copy.deepcopy(thing)


@contextlib.contextmanager
def _printing_to(output: Capture) -> Iterator[None]:
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        yield
