"""Logs as evidence, from the zip to the report; the real checks of the homework."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import msgspec
import pytest
from builders import ROOT, notebook, zip_bundle, zipped

from grader.assignment import load_plan
from grader.pipeline import grade
from grader.plan import Plan
from grader.records import Bundle
from grader.report import CheckResult, Status
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect
from grader.targets import LogTarget

CELL = "def f(): return 1"
RESULTS = "submission_logs/results.json"


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
        ([0.48], "raised", "TypeError"),
        ({"val_acc": "0.48; import os"}, "raised", "ValueError"),
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
    assert message == "submission_logs/optimizer_experiment_sgd.npz was not handed in, or cannot be read."


def test_a_log_that_cannot_be_read_is_a_note(sandbox: Sandbox) -> None:
    report = grade(handed_in(**{RESULTS: b"{'val_acc': 1}"}), homework(), sandbox)
    assert any(note.startswith(f"{RESULTS} cannot be read: its JSON") for note in report.notes)


def test_logs_of_a_folder_are_read(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "submission_logs").mkdir()
    (tmp_path / "hw2.ipynb").write_bytes(notebook(CELL))
    (tmp_path / RESULTS).write_text('{"val_acc": 0.5}', "utf-8")
    found = evidence(collect(tmp_path, homework().logs), sandbox)
    assert found["the tuned model's accuracy on the validation images"].status is Status.PASSED
