"""The example submissions against their stored reports.

Each goes through the real command in a fresh process; the families of mistakes share one sandbox, which takes less time.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.assignment import load_plan
from grader.outputs.json import render_json
from grader.pipeline import grade
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "submissions_example"
GRADED = ("complete", "pasted", "code_only", "blank", "partial", "messy", "hostile")
NOT_GRADABLE = ("empty", "no_notebook", "not_a_zip", "zeros")
# the functions that lose points; a star where no hint explains it: the message does, or the value is one of many
FAMILIES = {
    "family_aliased": "gd_lstsq_path momentum_path runGDM augment*",
    "family_beta_swapped": (
        "momentum_path momentum_R momentum_eigs eig_type eta_repeated eta_stable_max eta_complex_range "
        "momentum_rate runGDM"
    ),
    "family_biases": "Solver jacobian_features svd_local_linearization",
    "family_columns": "gd_lstsq_path momentum_path* weight_grad_norms print_gnorms",
    "family_fan_out": "FullyConnectedNet",
    "family_features": "svd_features svd_local_linearization",
    "family_half_loss": (
        "gd_stable_range gd_scalar_path gd_iters_to_tol gd_diag_range faster_dim gd_opt_lr gd_lstsq_path "
        "momentum_path momentum_R momentum_eigs eig_type eta_repeated eta_stable_max eta_complex_range "
        "momentum_rate momentum_best_eta*"
    ),
    "family_heavy_ball": (
        "momentum_path momentum_R momentum_eigs eig_type eta_repeated eta_stable_max eta_complex_range "
        "momentum_rate momentum_best_eta* runGDM"
    ),
    "family_leftovers": (
        "gd_opt_lr* gd_lstsq_path* momentum_rate* runGDM* Solver* adam svd_features* svd_local_linearization*"
    ),
    "family_norms": "Solver weight_grad_norms print_gnorms",
    "family_optimizer_state": "sgd_momentum rmsprop adam",
    "family_other_courses": "FullyConnectedNet sgd_momentum rmsprop adam",
    "family_plain_case": (
        "gd_iters_to_tol* gd_diag_range faster_dim gd_opt_lr gd_lstsq_path momentum_path momentum_eigs* "
        "eig_type eta_stable_max momentum_rate"
    ),
    "family_rows": "gd_scalar_path gd_lstsq_path momentum_path mean_recursion",
    "family_sigma": (
        "gd_stable_range gd_scalar_path gd_iters_to_tol gd_diag_range faster_dim gd_opt_lr momentum_R "
        "momentum_eigs eig_type eta_repeated eta_stable_max eta_complex_range momentum_rate "
        "momentum_best_eta*"
    ),
    "family_sum_or_mean": (
        "gd_lstsq_path momentum_path noise_aug_weights expected_noisy_loss ridge_kernel ridge_primal"
    ),
    "family_two_everywhere": "mean_recursion mean_stable_range",
    "family_variance": (
        "noise_aug_weights expected_noisy_loss augment mean_recursion mean_stable_range mean_limit joint_cov "
        "ridge_kernel FullyConnectedNet better_init"
    ),
    "family_zero_grad": "weight_grad_norms jacobian_features svd_local_linearization",
}


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
    assert report == stored(name)


@pytest.mark.parametrize("name", FAMILIES)
def test_family_gets_its_stored_report(name: str, sandbox: Sandbox) -> None:
    report = grade(collect(EXAMPLES / f"{name}.zip"), load_plan(ROOT), sandbox)
    assert script("store_reports").of_the_submission(render_json(report)) == stored(name)


def test_every_zip_is_tried() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.zip")} == {*GRADED, *NOT_GRADABLE, *FAMILIES}


def stored(name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))
    return report


def checks_of(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (check for question in report["questions"] for part in question["parts"] for check in part["checks"])


@pytest.mark.parametrize(("name", "functions"), FAMILIES.items())
def test_family_loses_points_for_its_own_mistake_only_and_reads_the_hint(name: str, functions: str) -> None:
    lost = [check for check in checks_of(stored(name)) if check["score"] < check["points"]]
    explained = {check["function"] for check in lost if check["hint"]}
    names = dict.fromkeys(check["function"] for check in lost)
    assert " ".join(one if one in explained else f"{one}*" for one in names) == functions


@pytest.mark.parametrize("name", FAMILIES)
def test_readme_has_the_score_of_every_family(name: str) -> None:
    row = re.search(
        rf"^\| `{name}\.zip` \|.*\| ([\d.]+) \|$", (EXAMPLES / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert row is not None
    assert float(row[1]) == stored(name)["score"]


@pytest.mark.parametrize(
    ("name", "score"), [("complete", 96), ("pasted", 96), ("code_only", 17), ("blank", 0), ("messy", 63)]
)
def test_stored_report_has_the_score_that_it_must_have(name: str, score: float) -> None:
    assert stored(name)["score"] == score


def test_blank_is_not_attempted_everywhere() -> None:
    assert {check["status"] for check in checks_of(stored("blank"))} == {"placeholder"}


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


def test_family_with_a_name_that_nothing_defines_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build = script("build")
    for path in (EXAMPLES / "source").rglob("*"):
        copy = tmp_path / path.relative_to(EXAMPLES / "source")
        copy.mkdir() if path.is_dir() else copy.write_bytes(path.read_bytes())
    (tmp_path / "families/misspelt.cells").write_text("# %% gd_stabel_range\npass\n", "utf-8")
    monkeypatch.setattr(build, "SOURCE", tmp_path)
    with pytest.raises(ValueError, match="misspelt: the complete submission does not define gd_stabel_range"):
        build.family("misspelt")
