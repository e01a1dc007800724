"""Question 6 in a notebook as the starter lays it out: magics, a network that is made, retrained and made again."""

from __future__ import annotations

import re
from functools import cache

import msgspec
import pytest
from builders import ROOT, bundle

from grader.assignment import load_plan
from grader.pipeline import grade
from grader.plan import Plan, wanted_names
from grader.records import Bundle, Candidate, Reading
from grader.report import PartResult, Status
from grader.sandbox.client import Sandbox
from grader.submission.read import Wanted, read_submission

ASKED = ("model", "print_gnorms", "better_init", "svd_local_linearization")  # the real homework has no more functions
TRAINS = re.compile(r"^(?!def ).*\b(?:train_model|print_gnorms|svd_local_linearization|visualize)\(", re.MULTILINE)
CELLS = ROOT / "tests" / "notebooks" / "question6.cells"


def cells() -> list[str]:
    """The code cells."""
    parts = re.split(r"^# %%(.*)\n", CELLS.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [text for kind, text in zip(parts[::2], parts[1::2], strict=True) if not kind]


def submission(*changes: tuple[str, str]) -> Bundle:
    """The notebook, with texts replaced."""
    text = cells()
    for old, new in changes:
        assert any(old in cell for cell in text)
        text = [cell.replace(old, new) for cell in text]
    return bundle(*text)


@cache
def question6() -> Plan:
    plan = load_plan(ROOT)
    return msgspec.structs.replace(plan, questions=tuple(one for one in plan.questions if one.label == "6"))


def reading() -> Reading:
    wanted = Wanted(wanted_names(question6()), ("*.ipynb",), {}, {}, frozenset())
    return read_submission(submission(), wanted)


def statements(candidate: Candidate, found: Reading) -> list[str]:
    return [found.documents[candidate.document].statements[index].text for index in candidate.slice]


def parts(thing: Bundle, sandbox: Sandbox) -> dict[str, PartResult]:
    (question,) = grade(thing, question6(), sandbox).questions
    return {part.label[2:-1]: part for part in question.parts}  # "6(a)"


@pytest.fixture(scope="module")
def graded(sandbox: Sandbox) -> dict[str, PartResult]:
    return parts(submission(), sandbox)


def test_reading_finds_the_networks_that_are_made_not_those_that_are_trained() -> None:
    found = [candidate.place.source for candidate in reading().candidates if candidate.name == "model"]
    assert found == [
        "model = nn.Sequential(nn.Linear(1, width), nn.ReLU(), nn.Linear(width, 1))",
        "model = nn.Sequential(",
    ]


@pytest.mark.parametrize("name", ASKED)
def test_slice_trains_nothing(name: str) -> None:
    found = reading()
    needed = [text for one in found.candidates if one.name == name for text in statements(one, found)]
    assert [text for text in needed if TRAINS.search(text) and not text.startswith("def ")] == []


def test_every_function_that_the_notebook_asks_for_gets_full_marks(graded: dict[str, PartResult]) -> None:
    lost = [
        (label, check.message)
        for label, part in graded.items()
        for check in part.checks
        if check.function in ASKED and check.status is not Status.PASSED
    ]
    assert lost == []


def evidence(part: PartResult) -> list[tuple[str, Status, str]]:
    assert part.written is not None
    return [(check.name, check.status, check.message) for check in part.written.evidence]


@pytest.mark.parametrize("label", "abcdefghijk")
def test_evidence_agrees_with_a_right_notebook(label: str, graded: dict[str, PartResult]) -> None:
    found = evidence(graded[label])
    assert found
    assert [one for one in found if one[1] is not Status.PASSED] == []


WRONG = [
    (
        "a",
        "nn.MSELoss()(model(train_x), train_y)\n    loss.b",
        "((model(train_x) - train_y[:, 0]) ** 2).mean()\n    loss.b",
    ),
    ("c", "        model.zero_grad()\n        y = model(x)", "        y = model(x)"),
    ("d", "nn.MSELoss()(model(train_x), train_y)\n    loss.b", "((model(train_x) - train_y) ** 2).sum()\n    loss.b"),
    (
        "f",
        "nn.init.kaiming_uniform_(module.weight, nonlinearity='relu')",
        "nn.init.uniform_(module.weight, -0.03, 0.03)",
    ),
    (
        "h",
        "nn.init.kaiming_uniform_(module.weight, nonlinearity='relu')",
        "nn.init.uniform_(module.weight, -0.03, 0.03)",
    ),
    ("i", "feature_matrix.shape[1], s, u * s", "feature_matrix.shape[1], s**3, u * s"),
    (
        "j",
        "nn.init.kaiming_uniform_(module.weight, nonlinearity='relu')",
        "nn.init.uniform_(module.weight, -0.03, 0.03)",
    ),
]


@pytest.mark.parametrize(("label", "old", "new"), WRONG, ids=[label for label, _old, _new in WRONG])
def test_evidence_disagrees_with_a_wrong_function(label: str, old: str, new: str, sandbox: Sandbox) -> None:
    plan = question6()
    (question,) = plan.questions
    only = msgspec.structs.replace(question, parts=tuple(part for part in question.parts if part.label == label))
    report = grade(submission((old, new)), msgspec.structs.replace(plan, questions=(only,)), sandbox)
    found = evidence(report.questions[0].parts[0])
    assert Status.FAILED in {status for _name, status, _message in found}


def test_written_answers_await_a_person_whatever_the_evidence_says(graded: dict[str, PartResult]) -> None:
    part = graded["b"]
    assert (part.score, part.points, part.awaiting) == (0, 0, 2)
