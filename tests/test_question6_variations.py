"""Variations of a notebook of question 6: one `model` that is made, initialized and trained often, and all helpers."""

from __future__ import annotations

import re

import msgspec
import pytest
from builders import ROOT, notebook

from grader.assignment import load_plan
from grader.pipeline import grade
from grader.plan import Plan, wanted_names
from grader.records import Bundle, File, Reading
from grader.report import QuestionResult
from grader.sandbox.client import Sandbox
from grader.submission.read import Wanted, read_submission

TEXT = (ROOT / "tests/notebooks/deep_network.cells").read_text("utf-8")
FUNCTIONS = {
    "model",
    "weight_grad_norms",
    "print_gnorms",
    "jacobian_features",
    "svd_features",
    "svd_local_linearization",
}


@pytest.fixture(scope="module")
def plan() -> Plan:
    """Question 6 only."""
    homework = load_plan(ROOT)
    return msgspec.structs.replace(homework, questions=tuple(q for q in homework.questions if q.label == "6"))


def submission(*swaps: tuple[str, str]) -> Bundle:
    """The notebook, with some text replaced."""
    text = TEXT
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    cells = [cell.strip("\n") for cell in re.split(r"^# %%\n", text, flags=re.MULTILINE)[1:]]
    return Bundle(name="hw2.ipynb", files=(File(name="hw2.ipynb", data=notebook(*cells)),))


def reading(bundle: Bundle, plan: Plan) -> Reading:
    return read_submission(bundle, Wanted(wanted_names(plan), plan.files, dict(plan.handout.functions), {}))


def graded(bundle: Bundle, plan: Plan, sandbox: Sandbox) -> QuestionResult:
    (question,) = grade(bundle, plan, sandbox).questions
    return question


def lost(question: QuestionResult) -> list[str]:
    """The functions that cost points."""
    checks = [check for part in question.parts for check in part.checks]
    return sorted({check.function for check in checks if check.score < check.points})


@pytest.fixture(scope="module")
def question(plan: Plan, sandbox: Sandbox) -> QuestionResult:
    return graded(submission(), plan, sandbox)


def test_notebook_has_all_points(question: QuestionResult) -> None:
    assert (lost(question), question.score) == ([], 16)


def test_evidence_has_the_norms_of_the_notebooks_own_initialization(question: QuestionResult) -> None:
    (written,) = [part.written for part in question.parts if part.label == "6(f)"]
    assert written is not None
    assert written.evidence[0].message.startswith("0.weight 0.0849771, 2.weight 0.310949, 4.weight 0.336475")


def test_network_is_graded_where_it_is_made(question: QuestionResult) -> None:
    seen = [check.graded for part in question.parts for check in part.checks if check.function == "model"]
    assert [one.place.label for one in seen if one] == ["cell 8"]


def test_no_slice_trains_or_linearizes(plan: Plan) -> None:
    read = reading(submission(), plan)
    statements = read.documents[0].statements
    run = {index for candidate in read.candidates for index in candidate.slice}
    calls = re.compile(r"^(?!def ).*\b(train_model|svd_local_linearization|visualize)\(|\.backward\(\)$")
    assert [
        statements[i].text
        for i in run
        if not statements[i].text.startswith("def ") and calls.search(statements[i].text)
    ] == []


def test_networks_that_are_only_trained_again_are_no_rivals(plan: Plan) -> None:
    places = [one.place.label for one in reading(submission(), plan).candidates if one.name == "model"]
    assert places == ["cell 6", "cell 8"]


TRAINED_FIRST = (
    "torch.manual_seed(200)\n",
    "model, test_x_np, pred = train_model(model, n_steps, 32, 0.1, 1)\ntorch.manual_seed(200)\n",
)
IN_STEPS = (
    "    nn.Linear(1, width), nn.ReLU(),\n    nn.Linear(width, width), nn.ReLU(),\n    nn.Linear(width, width), nn.ReLU(),\n"
    "    nn.Linear(width, width), nn.ReLU(),\n    nn.Linear(width, 1),\n)\nassert",
    ")\nfor i in range(4):\n    model.append(nn.Linear(width if i else 1, width))\n    model.append(nn.ReLU())\n"
    "model.append(nn.Linear(width, 1))\nassert",
)


@pytest.mark.parametrize(
    ("swaps", "functions"),
    [
        ([TRAINED_FIRST], []),
        ([IN_STEPS], []),
        (
            [
                ("return model, test_x.numpy(), pred.numpy()", "return pred.numpy()"),
                ("model, test_x_np, pred = train", "pred = train"),
            ],
            [],
        ),
        ([("    model.train()\n", "    model = model.to('cpu')\n")], []),
        ([("    nn.Linear(width, width), nn.ReLU(),\n    nn.Linear(width, 1)", "    nn.Linear(width, 1)")], ["model"]),
        (
            [("    model.zero_grad()\n    loss = nn.MSELoss()(model(x), y)", "    loss = nn.MSELoss()(model(x), y)")],
            ["weight_grad_norms"],
        ),
        (
            [("        model.zero_grad()\n        model(x[i", "        model(x[i")],
            ["jacobian_features", "svd_local_linearization"],
        ),
        ([("gnorm = torch.norm(param.grad)", "gnorm = ?")], ["print_gnorms"]),
        ([("return s, J @ vh.T", "return s, u")], ["svd_features", "svd_local_linearization"]),
    ],
    ids=[
        "trained first",
        "made in steps",
        "not returned",
        "moved",
        "too shallow",
        "accumulated",
        "jacobian",
        "gap",
        "left vectors",
    ],
)
def test_notebook_loses_what_is_wrong(
    swaps: list[tuple[str, str]], functions: list[str], plan: Plan, sandbox: Sandbox
) -> None:
    checks_only = msgspec.structs.replace(
        plan,
        questions=tuple(
            msgspec.structs.replace(q, parts=tuple(msgspec.structs.replace(p, evidence=()) for p in q.parts))
            for q in plan.questions
        ),
    )
    assert lost(graded(submission(*swaps), checks_only, sandbox)) == functions
