"""Logs as evidence, from the zip to the report; the real checks of the homework."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import pytest
from builders import ROOT, SQUARE, bundle, notebook, plan, zip_bundle, zipped
from npy_files import described, header, npy

from grader.assignment import load_plan
from grader.codec import freeze
from grader.compare.exact import Exact
from grader.pipeline import grade
from grader.plan import Case, Check, Part, Plan, Question
from grader.records import Bundle
from grader.report import CheckResult, Status
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect
from grader.targets import LogTarget

CELL = "def f(): return 1"
RESULTS = "submission_logs/results.json"
CURVES = "submission_logs/optimizer_experiment_sgd.npz"


@cache
def homework() -> Plan:
    """The parts of question 5 that have evidence, without their checks."""
    plan = load_plan(ROOT)
    question = next(question for question in plan.questions if question.label == "5")
    parts = tuple(msgspec.structs.replace(part, checks=()) for part in question.parts if part.evidence)
    return msgspec.structs.replace(plan, questions=(msgspec.structs.replace(question, parts=parts),))


def evidence(thing: Bundle, sandbox: Sandbox) -> dict[str, CheckResult]:
    report = grade(thing, homework(), sandbox)
    parts = [part for question in report.questions for part in question.parts if part.written]
    return {check.name: check for part in parts if part.written for check in part.written.evidence}


def handed_in(**files: bytes) -> Bundle:
    return zip_bundle(
        zipped({"hw2/hw2.ipynb": notebook(CELL), **{f"hw2/{name}": data for name, data in files.items()}})
    )


def test_homework_reads_logs() -> None:
    targets = [check.target for part in homework().questions[0].parts for check in part.evidence]
    assert targets
    assert all(isinstance(target, LogTarget) for target in targets)


def test_evidence_holds_for_the_complete_submission(sandbox: Sandbox) -> None:
    found = evidence(collect(ROOT / "submissions_example" / "complete.zip"), sandbox)
    assert {name: check.message for name, check in found.items() if check.status is not Status.PASSED} == {}


def test_evidence_without_logs_names_what_is_looked_for(sandbox: Sandbox) -> None:
    found = evidence(handed_in(), sandbox)
    assert {check.status for check in found.values()} == {Status.MISSING}
    assert all(check.message.startswith("No logs were handed in (submission_logs/") for check in found.values())


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        ({"val_acc": 0.48}, "passed", ""),
        ({"val_acc": 0.31}, "failed", "It returned 0.31; good answers lie between 0.45 and 1."),
        ({"test_acc": 0.48}, "missing", 'submission_logs/results.json has no "val_acc".'),
        ([0.48], "missing", 'submission_logs/results.json has no "val_acc": it is a list.'),
        (0.48, "raised", "The logs do not hold what is looked for (low=0.45, high=1.0): TypeError: "),
        ({"val_acc": "0.48; import os"}, "raised", "ValueError: could not convert string to float"),
        ({"val_acc": float("nan")}, "failed", "nan"),
        ({"val_acc": 10**400}, "raised", "TypeError"),
    ],
)
def test_evidence_of_one_file(content: object, status: str, message: str, sandbox: Sandbox) -> None:
    found = evidence(handed_in(**{RESULTS: json.dumps(content).encode()}), sandbox)
    check = found["the tuned model's accuracy on the validation images"]
    assert check.status.value == status
    assert message in check.message


def test_evidence_names_a_file_that_is_missing(sandbox: Sandbox) -> None:
    found = evidence(handed_in(**{RESULTS: b"{}"}), sandbox)
    message = found["complete curves for four optimizers"].message
    assert message == "submission_logs/optimizer_experiment_sgd.npz was not handed in."


def test_evidence_names_a_file_that_cannot_be_read(sandbox: Sandbox) -> None:
    found = evidence(handed_in(**{RESULTS: b"{}", CURVES: b"PK"}), sandbox)
    message = found["complete curves for four optimizers"].message
    assert message.startswith(f"{CURVES} cannot be read: it is no .npz file (")


@pytest.mark.parametrize(
    "hostile",
    [
        zipped({"x.npy": header("{'descr': '<f8', 'shape': ((\n")}),
        zipped({"x.npy": described(f"(0, {2**50})")}),
        zipped({"x.npy": described(f"({'1, ' * 40})", body=bytes(8))}),
        zipped({"x.npy": npy([{"a": 1}], pickled=True)}),
        zipped({"x.npy": bytes(30 * 2**20)}),
    ],
    ids=["tokenizer", "side", "sides", "pickle", "bomb"],
)
def test_a_hostile_log_costs_only_itself(hostile: bytes, sandbox: Sandbox) -> None:
    found = evidence(handed_in(**{CURVES: hostile, RESULTS: b'{"val_acc": 0.48}'}), sandbox)
    assert found["the tuned model's accuracy on the validation images"].status is Status.PASSED
    assert found["complete curves for four optimizers"].status is Status.MISSING


def test_many_large_logs_cost_only_some_of_them(sandbox: Sandbox) -> None:
    rng = np.random.default_rng(0)
    large = {
        f"submission_logs/{number}_experiment.npz": zipped({"x.npy": npy(rng.integers(0, 256, 2_000_000, np.uint8))})
        for number in range(40)
    }
    found = evidence(handed_in(**large, **{RESULTS: b'{"val_acc": 0.48}'}), sandbox)
    assert found["the tuned model's accuracy on the validation images"].status is Status.PASSED


SPY = """
def spy(logs):
    try:
        import homework_helper
    except ImportError:
        return sorted(logs)
"""


def spying(name: str) -> Check:
    target = LogTarget(name=name, probe="spy", source=SPY)
    case = Case(arguments=(), expected=(freeze(["a.json"]),))
    return Check(name="spied", points=2, target=target, compare=Exact(), cases=(case,))


def test_a_check_of_logs_runs_no_code_of_the_submission(sandbox: Sandbox) -> None:
    files = {"hw.ipynb": notebook(CELL), "homework_helper.py": b"1", "a.json": b"1"}
    given = msgspec.structs.replace(plan(spying("logs")), logs=("*.json",))
    assert grade(zip_bundle(zipped(files)), given, sandbox).score == 2


def test_a_check_of_logs_is_not_one_of_a_function_of_that_name(sandbox: Sandbox) -> None:
    part = Part(label="a", title="Both", checks=(SQUARE, spying("square")))
    given = Plan(
        assignment="t", title="T", questions=(Question(label="1", title="Q", parts=(part,)),), logs=("*.json",)
    )
    files = {"hw.ipynb": notebook("def square(x): return x * x"), "a.json": b"1"}
    assert grade(zip_bundle(zipped(files)), given, sandbox).score == 3


def test_an_exception_of_a_student_is_not_a_missing_log(sandbox: Sandbox) -> None:
    cell = "class MissingLogError(Exception): pass\ndef square(x): raise MissingLogError('all logs are there')"
    report = grade(bundle(cell), plan(SQUARE), sandbox)
    assert report.questions[0].parts[0].checks[0].status is Status.RAISED


def test_a_log_that_cannot_be_read_is_a_note(sandbox: Sandbox) -> None:
    report = grade(handed_in(**{RESULTS: b"{'val_acc': 1}"}), homework(), sandbox)
    assert any(note.startswith(f"{RESULTS} cannot be read: its JSON") for note in report.notes)


def test_logs_of_a_folder_are_read(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "submission_logs").mkdir()
    (tmp_path / "hw2.ipynb").write_bytes(notebook(CELL))
    (tmp_path / RESULTS).write_text('{"val_acc": 0.5}', "utf-8")
    found = evidence(collect(tmp_path, homework().logs), sandbox)
    assert found["the tuned model's accuracy on the validation images"].status is Status.PASSED
