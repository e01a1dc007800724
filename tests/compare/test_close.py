"""Numbers and arrays within a tolerance."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.close import Close
from grader.values import Opaque

MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])
TALL = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
INF, NAN = np.inf, np.nan

ACCEPTED = [
    (3, 3.0),
    (3.0, 3),
    (np.array(3.0), 3.0),
    (np.array([[3.0]]), 3.0),
    ([3.0], 3.0),
    (np.array(3.0, np.float32), 3.0),
    (3.0 + 0j, 3.0),
    (3.0 + 1e-12j, 3.0),
    (3.0, 3.0 + 0j),
    (3.0002, 3.0),
    ([1, 2], np.array([1.0, 2.0])),
    ((1, 2), np.array([1.0, 2.0])),
    (np.array([1, 2], np.int8), np.array([1.0, 2.0])),
    (np.array([1, 2], np.float32), np.array([1.0, 2.0])),
    (np.array([[1.0], [2.0]]), np.array([1.0, 2.0])),
    (np.array([[1.0, 2.0]]), np.array([1.0, 2.0])),
    ([[1.0], [2.0]], np.array([1.0, 2.0])),
    (np.array([1.0, 2.0]), np.array([[1.0], [2.0]])),
    ([[1, 2], [3, 4]], MATRIX),
    ([np.array([1.0, 2.0]), (3, 4)], MATRIX),
    (np.zeros((0,)), np.zeros((0,))),
    (np.array([1.0, NAN]), np.array([1.0, NAN])),
    (np.array([1.0, INF]), np.array([1.0, INF])),
    (np.array([1.0, -INF]), np.array([1.0, -INF])),
    (np.array([1000.0, 0.01]), np.array([1000.0, 0.0])),  # normwise: no component has a tolerance of its own
    (1e-200, 1.00001e-200),
    (1e200, 1.00001e200),
    (5e-324j, 5e-324j),
    ([0.5, 0.25], (0.5, 0.25)),
    (np.array([0.5, 0.25]), (0.5, 0.25)),
    (np.array([0.5, 0.25], np.float32), (0.5, 0.25)),
    (np.array([1, 2]), (1.0, 2.0)),
    (list(np.array([1, 2])), np.array([1.0, 2.0])),
    ((np.array([[0.5]]), [0.25]), (0.5, 0.25)),
    ((TALL.T, MATRIX), (TALL.T, MATRIX)),
]

REFUSED = [
    (None, "It returned nothing (None): is a `return` missing? Expected 3."),
    (True, "It returned True where a number is due. Expected 3."),
    ("3.0", "It returned '3.0', which is not a number. Expected 3."),
    (Opaque("a generator"), "It returned a generator where numbers are due. Expected 3."),
    ({"w": 3.0}, "It returned a dict with the keys w, which is not a number. Expected 3."),
    ({}, "It returned an empty dict, which is not a number. Expected 3."),
    ([True], "It returned a list that holds True where numbers are due. Expected 3."),
    (("3",), "It returned a tuple that holds '3' where numbers are due. Expected 3."),
    (np.array([True]), "It returned truth values (True/False) where numbers are due. Expected 3."),
    (3 + 1j, "It returned complex numbers where real ones are due. Expected 3."),
    (complex(3, INF), "It returned complex numbers where real ones are due. Expected 3."),
    (complex(NAN, NAN), "It returned complex numbers where real ones are due. Expected 3."),
    (10**400, "It returned an integer too large for a floating-point number. Expected 3."),
    ([[1], [2, 3]], "It returned a list whose rows have different lengths. Expected 3."),
    ([], "It returned an array of shape (0,); expected a single number (3)."),
    (np.zeros((0, 1, 2)), "It returned an array of shape (0, 1, 2); expected a single number (3)."),
    ([3.0, 3.0], "It returned [3, 3] of shape (2,); expected a single number (3)."),
    (NAN, "1 value of 1 is NaN (not a number)."),
    (INF, "1 value of 1 is infinite."),
    (3.5, "It returned 3.5, expected 3: off by 0.5 (allowed 0.0003)."),
    (6.0, "It returned 6, expected 3: off by 3 (allowed 0.0003). Your value is 2 times the expected one."),
    (1.5, "It returned 1.5, expected 3: off by 1.5 (allowed 0.0003). Your value is 1/2 of the expected one."),
    (-3.0, "It returned -3, expected 3: off by 6 (allowed 0.0003). Your value is right except for the sign."),
    (0.0, "It returned 0, expected 3: off by 3 (allowed 0.0003)."),
]

MATRIX_GAPS = [
    (1.0, "It returned a single number (1); expected [[1, 2], [3, 4]] of shape (2, 2)."),
    (np.ones(4), "It returned shape (4,), expected (2, 2)."),
    (np.broadcast_to(MATRIX, (3, 2, 2)), "It returned shape (3, 2, 2), expected (2, 2)."),
    (np.zeros((0, 1, 2)), "It returned shape (0, 1, 2), expected (2, 2)."),
    (np.full((2, 2), NAN), "4 values of 4 are NaN (not a number), the first at [0, 0]."),
    (
        np.full((2, 2), complex(NAN, NAN)),
        "It returned complex numbers where real ones are due. Expected [[1, 2], [3, 4]].",
    ),
    (np.array([[1, 2], [INF, 4]]), "1 value of 4 is infinite, the first at [1, 0]."),
    (
        np.array([[1, 2], [3, 5.0]]),
        "1 of 4 values is wrong; the worst is [1, 1]: it returned 5, expected 4. "
        "The whole is off by 1 (allowed 0.00055).",
    ),
    (
        MATRIX.T,
        "2 of 4 values are wrong; the worst is [0, 1]: it returned 3, expected 2. "
        "The whole is off by 1.41421 (allowed 0.00055). It looks transposed.",
    ),
    (
        0.3 * MATRIX,
        "4 of 4 values are wrong; the worst is [1, 1]: it returned 1.2, expected 4. "
        "The whole is off by 3.83406 (allowed 0.00055). Your values are 0.3 times the expected ones.",
    ),
    (
        -MATRIX,
        "4 of 4 values are wrong; the worst is [1, 1]: it returned -4, expected 4. "
        "The whole is off by 10.9545 (allowed 0.00055). Your values are right except for the sign.",
    ),
    (
        MATRIX + 7,
        "4 of 4 values are wrong; the worst is [0, 0]: it returned 8, expected 1. "
        "The whole is off by 14 (allowed 0.00055). Every value is off by the same amount, 7.",
    ),
]

TUPLE_GAPS = [
    (None, "It returned nothing (None): is a `return` missing?"),
    (0.5, "It returned 0.5; expected 2 values: `return first, second`."),
    (np.array(0.5), "It returned 0.5; expected 2 values: `return first, second`."),
    ((0.5,), "It returned 1 value; expected 2 values: `return first, second`."),
    (np.zeros((3, 2)), "It returned 3 values; expected 2 values: `return first, second`."),
    (
        np.array([True, True]),
        ("Returned value 1 of 2: It returned truth values (True/False) where numbers are due. Expected 0.5."),
    ),
    (
        (0.5, 0.75),
        "Returned value 2 of 2: It returned 0.75, expected 0.25: off by 0.5 (allowed 2.5e-05). "
        "Your value is 3 times the expected one.",
    ),
    ((None, 0.25), "Returned value 1 of 2: It returned nothing (None): is a `return` missing? Expected 0.5."),
]


@pytest.mark.parametrize(("actual", "expected"), ACCEPTED)
def test_close_accepts_every_form_of_the_right_answer(actual: object, expected: object) -> None:
    assert Close()(actual, Close().expect(expected)).gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_close_says_what_is_wrong_with_a_number(actual: object, gap: str) -> None:
    assert Close()(actual, 3.0).gap == gap


@pytest.mark.parametrize(("actual", "gap"), MATRIX_GAPS)
def test_close_says_what_is_wrong_with_a_matrix(actual: object, gap: str) -> None:
    assert Close()(actual, MATRIX).gap == gap


@pytest.mark.parametrize(("actual", "gap"), TUPLE_GAPS)
def test_close_names_the_wrong_item_of_a_tuple(actual: object, gap: str) -> None:
    assert Close()(actual, (0.5, 0.25)).gap == gap


def test_close_notices_a_transposed_shape() -> None:
    assert Close()(TALL.T, TALL).gap == "It returned shape (2, 3), expected (3, 2). It looks transposed."


def test_close_shows_a_large_expected_array_by_its_shape() -> None:
    gap = "It returned a single number (1); expected an array of shape (20, 3)."
    assert Close()(1.0, np.ones((20, 3))).gap == gap


def test_close_notices_the_square_of_the_expected_number() -> None:
    gap = "It returned 2.25, expected 1.5: off by 0.75 (allowed 0.00015). Your value is the square of the expected one."
    assert Close()(2.25, 1.5).gap == gap


def test_close_demands_nan_where_nan_is_expected() -> None:
    gap = "A value should be NaN (not a number) and is not, the first at [1]."
    assert Close()(np.array([1.0, 2.0]), np.array([1.0, NAN])).gap == gap


def test_close_demands_the_sign_of_an_infinity() -> None:
    gap = "Some infinite values have the wrong sign."
    assert Close()(np.array([1.0, -INF]), np.array([1.0, INF])).gap == gap


def test_close_compares_the_finite_values_beside_an_infinity() -> None:
    gap = "1 of 3 values is wrong; the worst is [0]: it returned 5, expected 3. The whole is off by 2 (allowed 0.0005)."
    assert Close()(np.array([5.0, 4.0, INF]), np.array([3.0, 4.0, INF])).gap == gap


def test_close_is_not_fooled_by_an_infinity_beside_complex_numbers() -> None:
    assert not Close()(np.array([1 + 5j, complex(INF, 0)]), np.array([1.0, INF])).passed


def test_close_shows_enough_digits_to_tell_the_numbers_apart() -> None:
    gap = "It returned 3.0000001, expected 3: off by 1e-07 (allowed 3e-09)."
    assert Close(rtol=1e-9)(3.0000001, 3.0).gap == gap


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(5.0, 1e200), (1e-190, 1e-200), (1e200, 1e-200), (np.array([1.7e308, 1.0]), np.array([-1.7e308, 4.0]))],
)
def test_close_holds_at_the_ends_of_the_floating_point_range(actual: object, expected: object) -> None:
    assert not Close()(actual, expected).passed


@pytest.mark.parametrize(("actual", "passed"), [(0.0, True), (1e-9, True), (1.1e-9, False)])
def test_close_uses_the_absolute_tolerance_for_an_expected_zero(actual: float, passed: bool) -> None:  # noqa: FBT001
    assert Close(atol=1e-9)(actual, 0.0).passed is passed


def test_close_without_absolute_tolerance_accepts_only_zero_for_zero() -> None:
    assert not Close()(1e-300, 0.0).passed


def test_close_accepts_nothing_for_an_expected_value_that_is_not_numeric() -> None:
    assert Close()("x", "x").gap == "The expected value is not numeric."


def test_close_compares_complex_numbers() -> None:
    gap = "It returned 1 - 2i, expected 1 + 2i: off by 4 (allowed 0.00022)."
    assert Close()(1 - 2j, 1 + 2j).gap == gap


@pytest.mark.parametrize("output", [None, "3", True, Opaque("a set"), (1.0, "x"), {"a": 1.0}, [[1], [1, 2]]])
def test_close_refuses_a_reference_that_is_not_numeric(output: object) -> None:
    with pytest.raises(ValueError, match="close compares numbers: It returned"):
        Close().expect(output)


@pytest.mark.parametrize("output", [float("nan"), np.full(3, np.nan), (1.0, float("nan"))])
def test_close_refuses_a_reference_that_is_not_a_number(output: object) -> None:
    with pytest.raises(ValueError, match="the output is NaN"):
        Close().expect(output)
