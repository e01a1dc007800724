"""The bands of question 6 are those of the experiments, and a band that has drifted away shows."""

from __future__ import annotations

import copy
import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from builders import ROOT

SMALL = "6(a) print_gnorms at small weights, seed 200"
FIT = "6(h) after the better_init that was handed in the network fits (the first of three runs that is not constant)"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("question6_experiments", ROOT / "scripts/question6_experiments.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def stored(script: ModuleType) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(script.STORED.read_text("utf-8"))
    return copy.deepcopy(found)


def test_stored_numbers_lie_in_the_bands(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_every_part_has_evidence(script: ModuleType) -> None:
    assert {name[:4] for name, _rules, _bands in script.evidence_checks()} == {f"6({part})" for part in "abcdefghijk"}


def test_one_more_run_lies_in_the_bands(script: ModuleType) -> None:
    checks = {name: rules for name, rules, _bands in script.evidence_checks()}
    fresh = {
        name: {one: [min(v), max(v)] for one, v in script.measured(checks[name], 1).items()} for name in (SMALL, FIT)
    }
    assert [fault for fault in script.drift(fresh) if fault.startswith((SMALL, FIT)) and "only" not in fault] == []


def test_number_outside_of_its_band_shows(script: ModuleType, stored: dict[str, Any]) -> None:
    stored["evidence"][FIT]["test error"][1] = 0.2
    (fault,) = script.drift(stored["evidence"])
    assert "test error is from [" in fault


def test_number_that_is_none_shows(script: ModuleType, stored: dict[str, Any]) -> None:
    stored["evidence"][FIT]["test error"][1] = None
    assert len(list(script.drift(stored["evidence"]))) == 1


def test_number_without_a_band_shows(script: ModuleType, stored: dict[str, Any]) -> None:
    stored["evidence"][SMALL]["9.weight"] = [1.0, 1.0]
    assert list(script.drift(stored["evidence"])) == [f"{SMALL}: 9.weight is only in one"]


def test_evidence_that_was_not_measured_shows(script: ModuleType, stored: dict[str, Any]) -> None:
    del stored["evidence"][SMALL]
    assert list(script.drift(stored["evidence"])) == [f"{SMALL}: only measured, or only in the rubric"]


def test_norms_unlike_the_published_ones_show(script: ModuleType, stored: dict[str, Any]) -> None:
    stored["before_training"]["small"]["weight_grad_norms"][2] *= 1.02
    (fault,) = script.unlike_published(stored["before_training"])
    assert fault.startswith("small: the norms are [")
