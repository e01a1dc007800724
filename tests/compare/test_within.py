"""Any answer inside a range."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.within import Within
from grader.values import Opaque

RANGE = (0.25, 3.5)

REFUSED = [
    (0.2, "It returned 0.2; good answers lie between 0.25 and 3.5."),
    (4, "It returned 4; good answers lie between 0.25 and 3.5."),
    ((0.2, 3.0), "It returned 0.2 and 3; good answers lie between 0.25 and 3.5."),
    ((1.0, np.nan), "It returned 1 and nan; good answers lie between 0.25 and 3.5."),
    (np.nan, "It returned nan; good answers lie between 0.25 and 3.5."),
    (np.inf, "It returned inf; good answers lie between 0.25 and 3.5."),
    (complex(1, np.nan), "It returned complex numbers where real ones are due."),
    (1 + 1j, "It returned complex numbers where real ones are due."),
    ([1, 2, 3], "It returned 3 values; expected one number."),
    ([], "It returned 0 values; expected one number."),
    (np.zeros((0, 1, 2)), "It returned 0 values; expected one number."),
    (None, "It returned nothing (None): is a `return` missing?"),
    (True, "It returned True where a number is due."),
    ("1", "It returned '1', which is not a number."),
    (Opaque("a set"), "It returned a set where numbers are due."),
]


@pytest.mark.parametrize("actual", [1, 0.25, 3.5, 1 + 0j, [1], np.array([[1.0]]), (0.25, 3.5), np.array([1, 2])])
def test_within_accepts_answers_in_the_closed_range(actual: object) -> None:
    assert Within()(actual, RANGE).gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_within_says_where_good_answers_lie(actual: object, gap: str) -> None:
    assert Within()(actual, RANGE).gap == gap


def test_within_stores_the_range_as_two_floats() -> None:
    assert Within().expect(np.array([1, 2])) == (1.0, 2.0)


@pytest.mark.parametrize(("output", "fault"), [((2, 1), "lo <= hi"), (1.0, "two real numbers"), (None, "not None")])
def test_within_refuses_a_reference_that_is_not_a_range(output: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Within().expect(output)
