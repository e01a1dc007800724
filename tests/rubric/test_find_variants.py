"""The variants of a small assignment: which there are, and what a variant stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.compile import compile_plan
from grader.rubric.variants import checks_of, find_variants

Write = Callable[..., Path]
REFERENCE = "def power(x, n=2):\n    return x**n\n\n\ndef power_of_two(n):\n    return 2**n\n\n\ndef root(x):\n    return x**0.5\n"
ALTERNATIVES = """\
import math


def _helper(x):
    return x


def power_by_loop(x, n=2):
    return math.prod([x] * n)


class power_as_class:
    pass


def root_by_newton(x):
    return x
"""


def found(folder: Path, kind: str) -> list[tuple[str, str]]:
    return [(one.name, one.function) for one in find_variants(folder, kind, compile_plan(folder))]


def test_variants_are_the_public_functions_and_classes_of_what_the_rubric_asks_for(write: Write) -> None:
    folder = write(files={"reference/powers.py": REFERENCE, "reference/alternatives/powers.py": ALTERNATIVES})
    assert found(folder, "alternatives") == [("power_by_loop", "power"), ("power_as_class", "power")]


def test_variant_prefers_what_the_rubric_asks_for_to_another_function(write: Write) -> None:
    extra = "def power_of_two_by_shift(n):\n    return 1 << n\n"
    folder = write(files={"reference/powers.py": REFERENCE, "reference/alternatives/powers.py": extra})
    assert found(folder, "alternatives") == [("power_of_two_by_shift", "power")]


def test_variant_of_no_function_is_a_fault(write: Write) -> None:
    folder = write(files={"reference/alternatives/powers.py": "def pover_by_loop(x, n=2):\n    return x**n\n"})
    with pytest.raises(RubricError) as caught:
        found(folder, "alternatives")
    assert str(caught.value) == "reference/alternatives/powers.py: pover_by_loop is named after no function"


@pytest.mark.parametrize(("doc", "expected"), [("Equivalent: so it is.", True), ("It is not equivalent.", False)])
def test_variant_is_equivalent_when_its_docstring_says_so(write: Write, doc: str, expected: bool) -> None:  # noqa: FBT001
    folder = write(files={"reference/alternatives/powers.py": f'def power_twice(x, n=2):\n    """{doc}"""\n'})
    (variant,) = find_variants(folder, "alternatives", compile_plan(folder))
    assert variant.is_equivalent() is expected


def test_variants_of_an_assignment_without_any_are_none(write: Write) -> None:
    assert found(write(), "alternatives") == []


@pytest.mark.parametrize(("function", "names"), [("power", ["the power"]), ("root", [])])
def test_checks_of_a_function_are_its_own(write: Write, function: str, names: list[str]) -> None:
    plan = checks_of(compile_plan(write()), function)
    assert [check.name for check in plan.questions[0].parts[0].checks] == names
