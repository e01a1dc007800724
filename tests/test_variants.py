"""Every known mistake loses points and every correct alternative gets full marks, through the whole pipeline."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec
import pytest
from builders import bundle

from grader.assignment import load_plan
from grader.pipeline import grade
from grader.plan import Part, Plan, Question, wanted_names
from grader.report import CheckResult
from grader.sandbox.client import Sandbox

ROOT = Path(__file__).resolve().parent.parent
MIN_MISTAKES = 3


@cache
def homework() -> Plan:
    return load_plan(ROOT)


def only(plan: Plan, function: str) -> Plan:
    """The plan's checks of one function."""
    parts = [
        msgspec.structs.replace(
            part, needs=(), checks=tuple(check for check in part.checks if check.target.name == function)
        )
        for question in plan.questions
        for part in question.parts
    ]
    with_checks: tuple[Part, ...] = tuple(part for part in parts if part.checks)
    return msgspec.structs.replace(plan, questions=(Question(label="1", title="", parts=with_checks),))


# of formulas that the homework asks for inside of a class: tests/reference tries these on the reference alone
INSIDE = ("he_normal", "init_params", "mean_grad_norm")


def variants(kind: str) -> list[tuple[str, str]]:
    """(file, name) of every variant of a function that the homework asks for."""
    files = sorted((ROOT / "reference" / kind).glob("*.py"))
    return [
        (file.name, name)
        for file in files
        for name in re.findall(r"^def ([a-zA-Z]\w*)\(", file.read_text(), re.MULTILINE)
        if not name.startswith(INSIDE)
    ]


def function_of(variant: str) -> str:
    """The homework's function that a variant stands for: the longest name that begins it."""
    return max((name for name in wanted_names(homework()) if variant.startswith(f"{name}_")), key=len)


def graded(kind: str, file: str, name: str, sandbox: Sandbox) -> list[CheckResult]:
    function = function_of(name)
    source = (ROOT / "reference" / kind / file).read_text()
    report = grade(bundle(source, f"{function} = {name}"), only(homework(), function), sandbox)
    return [check for question in report.questions for part in question.parts for check in part.checks]


@pytest.mark.parametrize(("file", "name"), variants("alternatives"))
def test_alternative_gets_full_marks(file: str, name: str, sandbox: Sandbox) -> None:
    results = graded("alternatives", file, name, sandbox)
    assert [result.message for result in results if result.score < result.points] == []


@pytest.mark.parametrize(("file", "name"), variants("mistakes"))
def test_mistake_loses_points(file: str, name: str, sandbox: Sandbox) -> None:
    results = graded("mistakes", file, name, sandbox)
    lost = [result for result in results if result.score < result.points]
    assert lost
    assert all(result.message for result in lost)


@pytest.mark.parametrize("function", wanted_names(homework()))
def test_every_function_has_mistakes_and_alternatives(function: str) -> None:
    mistakes = [name for _file, name in variants("mistakes") if function_of(name) == function]
    alternatives = [name for _file, name in variants("alternatives") if function_of(name) == function]
    assert len(mistakes) >= MIN_MISTAKES
    assert alternatives
