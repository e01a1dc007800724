"""Confined children in which a function of a one-cell notebook is defined, and calls of it."""

from __future__ import annotations

from builders import bundle

from grader.codec import freeze
from grader.records import Limits
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.messages import Call, Define, Done, Load
from grader.submission.read import Wanted, read_submission
from grader.targets import FunctionTarget


def defined(sandbox: Sandbox, source: str, name: str = "f", kind: str = "numpy") -> Child:
    """A child in which the function `name` of this one-cell notebook is defined."""
    reading = read_submission(bundle(source), Wanted((name,), ("*",), {}, {}))
    child = sandbox.child(kind)
    assert child.ask(Load(documents=reading.documents, modules=reading.modules), 5) == Done()
    assert child.ask(Define(candidate=reading.candidates[-1]), 5) == Done()
    return child


def call(*arguments: object, name: str = "f") -> Call:
    """A call of that function."""
    return Call(target=FunctionTarget(name=name), arguments=tuple(freeze(argument) for argument in arguments))


def result_of(sandbox: Sandbox, source: str, *arguments: object, seconds: float = 5) -> object:
    """What `f` of this cell gives, in a child of its own."""
    child = defined(sandbox, source)
    try:
        return child.ask(call(*arguments), seconds)
    finally:
        child.end()


class Counting(Sandbox):
    """A sandbox that knows how many of its children live."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.children: list[Child] = []
        self.most = 0

    def child(self, kind: str) -> Child:
        """As Sandbox gives it."""
        self.children.append(super().child(kind))
        self.most = max(self.most, sum(child.is_alive for child in self.children))
        return self.children[-1]
