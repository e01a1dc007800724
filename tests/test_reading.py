"""Reading in a child: what it is told, and what becomes of a submission that cannot be read."""

from __future__ import annotations

from contextlib import closing

import msgspec
import pytest
from builders import SQUARE, bundle, plan, zip_bundle

from grader.errors import SandboxError
from grader.plan import Case, Plan
from grader.reading import read_in_child
from grader.records import Crashed, Limits, Reading, TimedOut
from grader.sandbox.client import Child, Sandbox
from grader.sandbox.messages import Answer

LIMITS = Limits(call_seconds=0.5, define_seconds=0.5)


def test_read_in_child_names_what_the_rubric_gives(sandbox: Sandbox) -> None:
    case = Case(arguments=(), expected=(1.0,), globals=(("X", 1.0),))
    given = msgspec.structs.replace(SQUARE, cases=(case,))
    reading = read_in_child(bundle("X = load()", "def square(): return X"), plan(given), sandbox)
    assert [candidate.slice for candidate in reading.candidates] == [(1,)]


def test_read_in_child_passes_on_a_fault(sandbox: Sandbox) -> None:
    assert "cannot be opened" in read_in_child(zip_bundle(b"x"), plan(SQUARE), sandbox).fault


class Deaf(Sandbox):
    """A sandbox whose children give one answer to everything."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(LIMITS)
        self.answer = answer

    def child(self, kind: str) -> Child:
        child = super().child(kind)
        child.ask = lambda *_request: self.answer  # type: ignore[method-assign]
        return child


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (TimedOut(seconds=60), "hw.ipynb could not be read: reading it took more than 60 seconds."),
        (
            Crashed(reason="a segmentation fault"),
            "hw.ipynb could not be read: reading it ended with a segmentation fault.",
        ),
    ],
)
def test_read_in_child_says_why_a_submission_cannot_be_read(answer: Answer, words: str) -> None:
    with closing(Deaf(answer)) as deaf:
        reading: Reading = read_in_child(bundle("x = 1"), plan(SQUARE), deaf)
    assert reading.fault == f"{words} Hand in a smaller, plain notebook."


def test_read_in_child_blames_the_grader_for_its_own_exit() -> None:
    the_plan: Plan = plan(SQUARE)
    with (
        closing(Deaf(Crashed(reason="an exit", exit_code=70))) as deaf,
        pytest.raises(SandboxError, match="fault of the grader"),
    ):
        read_in_child(bundle("x = 1"), the_plan, deaf)
