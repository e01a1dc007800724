"""The kill matrix is complete, up to date, and would show a mistake that survives."""

from __future__ import annotations

import importlib.util
from types import ModuleType

import pytest
from builders import ROOT

from grader.rubric.compile import Kill


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kill_matrix", ROOT / "scripts" / "kill_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TWO = (
    Kill("1", "a", "f", "small", ("f_half", "f_sign"), frozenset({"f_half"})),
    Kill("1", "a", "f", "large", ("f_half", "f_sign"), frozenset()),
)


def test_page_is_up_to_date_and_nothing_survives(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_survivors_are_those_that_no_check_catches(script: ModuleType) -> None:
    assert script.survivors(TWO) == ["f_sign"]


def test_page_names_the_survivors(script: ModuleType) -> None:
    assert "Mistakes: 2. Checks: 2. Mistakes that survive: 1: f_sign." in script.page(TWO)


def test_page_has_a_row_for_every_mistake(script: ModuleType) -> None:
    assert "| `f_half` | ✗ | · |\n| `f_sign` | · | · |" in script.page(TWO)
