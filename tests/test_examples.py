"""The example submissions, each through the real command in a fresh process, against its stored report."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "submissions_example"
GRADED = ("complete", "pasted", "code_only", "blank", "partial", "messy", "hostile")
NOT_GRADABLE = ("empty", "no_notebook", "not_a_zip", "zeros")


def script(name: str) -> ModuleType:
    """A script beside the examples, as a module."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", GRADED + NOT_GRADABLE)
def test_example_gets_its_stored_report(name: str) -> None:
    code, report = script("store_reports").report_of(EXAMPLES / f"{name}.zip")
    assert code == (4 if name in NOT_GRADABLE else 0)
    assert report == json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("name", "score"), [("complete", 96), ("pasted", 96), ("code_only", 17), ("blank", 0), ("messy", 63)]
)
def test_stored_report_has_the_score_that_it_must_have(name: str, score: float) -> None:
    assert json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))["score"] == score


def test_blank_is_not_attempted_everywhere() -> None:
    report = json.loads((EXAMPLES / "expected" / "blank.json").read_text("utf-8"))
    checks = [check for question in report["questions"] for part in question["parts"] for check in part["checks"]]
    assert {check["status"] for check in checks} == {"placeholder"}


def written_of(name: str) -> dict[str, bool]:
    """By part that a person grades: whether the stored report has a text."""
    report = json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))
    parts = [part for question in report["questions"] for part in question["parts"] if part["written"]]
    return {part["label"]: bool(part["written"]["writing"]) for part in parts}


def test_complete_has_every_written_answer() -> None:
    found = written_of("complete")
    assert {"1(f)", "1(g)", "2(h)", "2(i)", "3(a)", "4(c)", "5(a)", "7(a)", "7(b)", "7(c)"} <= found.keys()
    assert all(found.values())


@pytest.mark.parametrize("name", ["blank", "code_only"])
def test_handout_has_no_written_answer(name: str) -> None:
    assert not any(written_of(name).values())


def test_no_report_has_the_private_answer() -> None:
    assert not [path for path in EXAMPLES.glob("expected/*.json") if "Sam Example" in path.read_text("utf-8")]


def test_examples_are_what_their_sources_build() -> None:
    for name, data in script("build").build().items():
        assert (ROOT / name).read_bytes() == data, f"{name} is out of date: run `make examples`"
