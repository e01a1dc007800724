"""Every known mistake in logs, handed in as files, is seen; what is in the code of question 2 as well."""

from __future__ import annotations

import io
import json
import runpy
from functools import cache
from typing import Any

import msgspec
import numpy as np
import pytest
from builders import ROOT, bundle, notebook, zip_bundle, zipped

from grader.assignment import load_plan
from grader.pipeline import grade
from grader.plan import Check, Plan
from grader.records import Bundle
from grader.report import CheckResult, Status
from grader.sandbox.client import Sandbox
from grader.targets import LogTarget

GIVEN = "import numpy as np\nX, y = np.zeros((1, 2)), np.zeros((1, 1))"
RUN_GDM = """
def runGDM(maxiter, stepsize, beta):
    w = np.zeros((2, 1))
    smoothed = grad = 2 * X.T @ (X @ w - y)
    grads, ws, losses = [], [], []
    for _ in range(maxiter):
        grad = 2 * X.T @ (X @ w - y)
        smoothed = {update}
        w = w - stepsize * smoothed
        grads.append(grad.ravel())
        ws.append(w.ravel())
        losses.append(np.sum((X @ w - y) ** 2))
    return np.array(grads), np.array(ws), losses
"""


@cache
def homework() -> Plan:
    return load_plan(ROOT)


def log_checks() -> list[Check]:
    parts = [part for question in homework().questions for part in question.parts]
    return [check for part in parts for check in part.evidence if isinstance(check.target, LogTarget)]


def only(*checks: Check) -> Plan:
    """The homework with one part, whose evidence these are."""
    question = next(question for question in homework().questions if question.label == "5")
    part = next(part for part in question.parts if part.evidence)
    part = msgspec.structs.replace(part, checks=(), evidence=checks)
    return msgspec.structs.replace(homework(), questions=(msgspec.structs.replace(question, parts=(part,)),))


def graded(thing: Bundle, sandbox: Sandbox, *checks: Check) -> tuple[CheckResult, ...]:
    (part,) = grade(thing, only(*checks), sandbox).questions[0].parts
    assert part.written is not None
    return part.written.evidence


def file_of(content: Any) -> bytes:
    """As the notebook writes it."""
    if not isinstance(content, dict) or not all(isinstance(value, np.ndarray) for value in content.values()):
        return json.dumps(content).encode()
    buffer = io.BytesIO()
    np.savez(buffer, **content)
    return buffer.getvalue()


def handed_in(logs: dict[str, Any]) -> Bundle:
    files = {f"hw2/{path}": file_of(content) for path, content in logs.items()}
    return zip_bundle(zipped({"hw2/hw2.ipynb": notebook("f = 1"), **files}))


MISTAKES = [(check.name, mistake.name) for check in log_checks() for mistake in check.mistakes]


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_mistake_in_logs_is_seen(name: str, mistake: str, sandbox: Sandbox) -> None:
    check = next(check for check in log_checks() if check.name == name)
    logs = runpy.run_path(str(ROOT / "reference/mistakes/optimizers.py"))[mistake]()
    (result,) = graded(handed_in(logs), sandbox, check)
    assert result.status is not Status.PASSED
    assert result.message


def test_logs_of_the_reference_pass_as_files(sandbox: Sandbox) -> None:
    logs = runpy.run_path(str(ROOT / "reference/optimizers.py"))["submission_logs"]()
    assert {result.status for result in graded(handed_in(logs), sandbox, *log_checks())} == {Status.PASSED}


def test_infinite_first_losses_are_no_mistake(sandbox: Sandbox) -> None:
    logs = runpy.run_path(str(ROOT / "reference/optimizers.py"))["submission_logs"]()
    logs["submission_logs/initialization_experiment_he.npz"]["train_losses"][:3] = np.inf
    assert {result.status for result in graded(handed_in(logs), sandbox, *log_checks())} == {Status.PASSED}


def momentum_evidence() -> list[Check]:
    parts = next(question for question in homework().questions if question.label == "2").parts
    return [check for part in parts for check in part.evidence]


@pytest.mark.parametrize(
    ("update", "statuses"),
    [
        ("(1 - beta) * smoothed + beta * grad", ["passed", "passed"]),
        ("grad", ["passed", "failed"]),
        ("-grad", ["failed", "failed"]),
        ("smoothed - 0.1 * grad", ["failed", "failed"]),
        ("nothing", ["raised", "raised"]),
    ],
)
def test_momentum_evidence_looks_at_the_code(update: str, statuses: list[str], sandbox: Sandbox) -> None:
    found = graded(bundle(GIVEN, RUN_GDM.format(update=update)), sandbox, *momentum_evidence())
    assert [result.status.value for result in found] == statuses


HOSTILE = {
    "results.json": b"[" * 60_000,
    "w_stds_he.json": b'{"\\ud800": 1e999, "a": ' + b"9" * 4_000 + b"}",
    "optimizer_experiment_adam.npz": zipped({"train_losses.npy": b"\x93NUMPY\x01\x00\x04\x00'''\n"}),
    "optimizer_experiment_sgd.npz": zipped({"x.npy": bytes(19 * 2**20)}),
    "optimizer_experiment_rmsprop.npz": b"PK\x03\x04" + bytes(40),
    "initialization_experiment_he.npz": zipped(
        {
            "x.npy": b"\x93NUMPY\x01\x00\x48\x00{'descr': '<f8', 'fortran_order': False, 'shape': (4000000000000, 0), } \n"
        }
    ),
}


def test_hostile_logs_cost_only_themselves(sandbox: Sandbox) -> None:
    good = runpy.run_path(str(ROOT / "reference/optimizers.py"))["submission_logs"]()
    files = {path: file_of(content) for path, content in good.items()}
    files |= {f"submission_logs/{name}": data for name, data in HOSTILE.items()}
    thing = zip_bundle(zipped({"hw2.ipynb": notebook("f = 1"), **files}))
    found = {result.name: result.status for result in graded(thing, sandbox, *log_checks())}
    assert [name for name, status in found.items() if status is Status.PASSED] == [
        "random and zero: the loss stays near ln 10"
    ]
