"""Every known mistake loses points and every correct alternative gets full marks, through the whole pipeline."""

from __future__ import annotations

from functools import cache

import pytest
from builders import ROOT

from grader.assignment import load_plan
from grader.plan import Plan, wanted_names
from grader.rubric.variants import Variant, find_variants, grade_variant
from grader.sandbox.client import Sandbox

MIN_MISTAKES = 3


@cache
def homework() -> Plan:
    return load_plan(ROOT)


def name_of(value: object) -> str:
    return value.name if isinstance(value, Variant) else str(value)


ALTERNATIVES = find_variants(ROOT, "alternatives", homework())
LISTED = find_variants(ROOT, "mistakes", homework())
MISTAKES = [one for one in LISTED if not one.is_equivalent()]
RIGHT = [*ALTERNATIVES, *(one for one in LISTED if one.is_equivalent())]


@pytest.mark.parametrize("variant", RIGHT, ids=name_of)
def test_alternative_gets_full_marks(variant: Variant, sandbox: Sandbox) -> None:
    results = grade_variant(variant, homework(), sandbox)
    assert [result.message for result in results if result.score < result.points] == []


@pytest.mark.parametrize("variant", MISTAKES, ids=name_of)
def test_mistake_loses_points(variant: Variant, sandbox: Sandbox) -> None:
    lost = [result for result in grade_variant(variant, homework(), sandbox) if result.score < result.points]
    assert lost
    assert all(result.message for result in lost)


@pytest.mark.parametrize("function", wanted_names(homework()))
def test_every_function_has_mistakes_and_alternatives(function: str) -> None:
    assert sum(one.function == function for one in MISTAKES) >= MIN_MISTAKES
    assert any(one.function == function for one in ALTERNATIVES)
