"""The cases of a plan as plain Python objects: for the floors, and as source text for the tests of other graders."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from grader.codec import thaw
from grader.plan import Check, Plan
from grader.targets import FunctionTarget, ProbeTarget

RTOL = 1e-4  # of the comparator `close`; every other grader is given the same


class Call(NamedTuple):
    """One call and what it should give."""

    arguments: tuple[object, ...]
    globals: dict[str, object]
    expected: object


class Group(NamedTuple):
    """The calls of one check."""

    question: str
    part: str
    name: str
    points: float
    function: str
    probe: tuple[str, str] | None  # the source that a probe is defined in, and its name
    output: int | None
    calls: tuple[Call, ...]


def groups_of(plan: Plan, questions: str) -> list[Group]:
    """The checks of these questions that run a function or a probe, without those of evidence."""
    return [
        _group(question.label, part.label, check)
        for question in plan.questions
        if question.label in questions
        for part in question.parts
        for check in part.checks
        if isinstance(check.target, FunctionTarget | ProbeTarget)
    ]


def _group(question: str, part: str, check: Check) -> Group:
    target = check.target
    probe = (target.source, target.probe) if isinstance(target, ProbeTarget) else None
    return Group(question, part, check.name, check.points, target.name, probe, check.output, tuple(_calls(check)))


def _calls(check: Check) -> Iterator[Call]:
    for case in check.cases:
        arguments = tuple(thaw(value, allow_seed=True) for value in case.arguments)
        yield Call(arguments, {name: thaw(value) for name, value in case.globals}, thaw(case.expected[0]))


def store(groups: Sequence[Group], documents: Mapping[str, str], path: Path) -> None:
    """Write the groups for floor.py, as plain tuples. `documents`: by function, the notebook that it is looked for in."""
    plain = [
        (group.points, documents.get(group.function, ""), group.function, group.probe, group.output, group.calls)
        for group in groups
    ]
    path.write_bytes(pickle.dumps([(*one[:-1], [tuple(call) for call in one[-1]]) for one in plain]))


def expression(group: Group) -> str:
    """The check as one Python expression, as an author of tests would write it."""
    tests = (
        f"np.allclose({group.function}({', '.join(map(literal, call.arguments))}), {literal(call.expected)}, rtol={RTOL})"
        for call in group.calls
    )
    return f"all([{', '.join(tests)}])"


def literal(thing: object) -> str:
    """The Python source of a number or an array."""
    return f"np.array({thing.tolist()!r})" if isinstance(thing, np.ndarray) else repr(thing)
