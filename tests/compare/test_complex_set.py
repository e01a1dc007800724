"""Numbers in any order."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.complex_set import ComplexSet
from grader.values import Opaque

PAIR = np.array([0.5 + 0.25j, 0.5 - 0.25j])
NAN = np.nan

ACCEPTED = [
    (PAIR, PAIR),
    (PAIR[::-1], PAIR),
    ((0.5 - 0.25j, 0.5 + 0.25j), PAIR),
    (PAIR[:, None], PAIR),
    (PAIR[None, :], PAIR),
    (PAIR.astype(np.complex64), PAIR),
    (PAIR + 4e-5, PAIR),
    ([2, 1], np.array([1.0 + 0j, 2.0])),
    ([2 + 1e-9j, 1], np.array([1.0 + 0j, 2.0])),
    (np.array(3.0), np.array([3.0 + 0j])),
    (3, np.array([3.0 + 0j])),
    ([2, 1, 2], np.array([2.0 + 0j, 2.0, 1.0])),
    ([1e200, -1e200], np.array([-1e200 + 0j, 1e200])),
]

SHOWN = "[0.5 + 0.25i, 0.5 - 0.25i]"
REFUSED = [
    (None, f"It returned nothing (None): is a `return` missing? Expected 2 numbers, {SHOWN}."),
    ("0.5", f"It returned '0.5', which is not a number. Expected 2 numbers, {SHOWN}."),
    (Opaque("a set"), f"It returned a set where numbers are due. Expected 2 numbers, {SHOWN}."),
    ([True, False], f"It returned a list that holds True where numbers are due. Expected 2 numbers, {SHOWN}."),
    (0.5 + 0.25j, f"It returned 0.5 + 0.25i; expected 2 numbers, {SHOWN}."),
    ([], f"It returned []; expected 2 numbers, {SHOWN}."),
    (np.zeros((0, 1, 2)), f"It returned an array of shape (0, 1, 2); expected 2 numbers, {SHOWN}."),
    ([0.5, 0.5, 0.25], f"It returned [0.5, 0.5, 0.25]; expected 2 numbers, {SHOWN}."),
    (np.broadcast_to(PAIR, (3, 2)), f"It returned [{SHOWN}, {SHOWN}, {SHOWN}]; expected 2 numbers, {SHOWN}."),
    (
        [0.5, 0.5],
        f"It returned [0.5, 0.5], expected {SHOWN} (in any order). Yours are all real: the imaginary parts are missing.",
    ),
    ([0.5 + 0.25j] * 2, f"It returned [0.5 + 0.25i, 0.5 + 0.25i], expected {SHOWN} (in any order)."),
    ([NAN, NAN], f"It returned [nan, nan]: not all of them are finite. Expected {SHOWN}."),
    (
        np.full(2, complex(NAN, NAN)),
        f"It returned [nan + nani, nan + nani]: not all of them are finite. Expected {SHOWN}.",
    ),
]


@pytest.mark.parametrize(("actual", "expected"), ACCEPTED)
def test_complex_set_accepts_any_order_and_form(actual: object, expected: object) -> None:
    assert ComplexSet()(actual, expected).gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_complex_set_says_what_is_wrong(actual: object, gap: str) -> None:
    assert ComplexSet()(actual, PAIR).gap == gap


def test_complex_set_counts_how_often_a_number_occurs() -> None:
    assert not ComplexSet()([1, 1, 2], np.array([1.0 + 0j, 2.0, 2.0])).passed


def test_complex_set_rearranges_pairs_that_were_made_too_early() -> None:
    # 0 is near both expected numbers, -0.9 only near the first: 0 has to give it up.
    assert ComplexSet(atol=1.0, rtol=0.0)([0.0, -0.9], np.array([-0.5 + 0j, 0.5])).passed


def test_complex_set_pairs_each_number_once() -> None:
    assert not ComplexSet(atol=1.0, rtol=0.0)([0.0, 0.0, 0.0], np.array([-0.5 + 0j, 0.5, 5.0])).passed


@pytest.mark.parametrize(("atol", "passed"), [(0.0, False), (1e-6, True)])
def test_complex_set_needs_an_absolute_tolerance_where_all_are_zero(atol: float, passed: bool) -> None:  # noqa: FBT001
    assert ComplexSet(atol=atol)([1e-7, -1e-7], np.zeros(2, complex)).passed is passed


def test_complex_set_stores_a_flat_complex_array() -> None:
    np.testing.assert_array_equal(ComplexSet().expect([[1], [2]]), np.array([1 + 0j, 2 + 0j]))


@pytest.mark.parametrize("output", [None, [], "x", [True]])
def test_complex_set_refuses_a_reference_without_numbers(output: object) -> None:
    with pytest.raises(ValueError, match="complex_set needs numbers, not "):
        ComplexSet().expect(output)
