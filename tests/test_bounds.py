"""What becomes of answers that are far larger than expected."""

from __future__ import annotations

import numpy as np
import pytest

from grader.bounds import bounded, count
from grader.codec import freeze
from grader.plan import Case
from grader.records import Outcome, Raised, Returned
from grader.values import Opaque


def after(answer: object, expected: object) -> Outcome:
    case = Case(arguments=(), expected=(freeze(expected),), shown="")
    return bounded(Returned(value=freeze(answer), stdout="x"), case)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (1.0, 1.0),
        ([1.0] * 1000, 1.0),
        (np.zeros(1004), 1.0),
        (np.zeros((300, 10)), np.zeros(500)),
        ({"a": [1, 2]}, 1.0),
        ("x" * 50_000, "y"),
        (np.zeros((0, 2**20)), 1.0),
    ],
)
def test_bounded_keeps_what_could_be_compared(answer: object, expected: object) -> None:
    assert after(answer, expected) == Returned(value=freeze(answer), stdout="x")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(1005), "an array of shape (1005,), far larger than expected"),
        ([1.0] * 2000, "something of 2000 entries, far larger than expected"),
        ([np.zeros(2000)], "something of 1 entries, far larger than expected"),
        ({"a": [0.0] * 2000}, "something of 1 entries, far larger than expected"),
    ],
)
def test_bounded_describes_what_is_far_too_large(answer: object, words: str) -> None:
    assert after(answer, 1.0) == Returned(value=Opaque(what=words), stdout="x")


def test_bounded_leaves_other_outcomes_alone() -> None:
    outcome = Raised(kind="ValueError", message="x")
    assert bounded(outcome, Case(arguments=(), expected=(1.0,), shown="")) is outcome


@pytest.mark.parametrize(
    ("value", "number"), [(1.0, 1), (None, 1), ([], 1), ([1, [2, 3]], 5), (np.zeros((2, 3)), 6), ({"a": 1}, 2)]
)
def test_count_counts_numbers_and_what_holds_them(value: object, number: int) -> None:
    assert count(freeze(value)) == number
