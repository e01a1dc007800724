"""A trajectory, step by step."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.path import Path
from grader.values import Opaque

FLAT = np.array([0.0, 1.0, 1.5, 1.75])
ROWS = np.array([[0.0, 1.0], [1.0, 2.0], [1.5, 2.5], [1.75, 2.75]])
NAN = np.nan

ACCEPTED = [
    (FLAT, FLAT),
    (FLAT.tolist(), FLAT),
    (tuple(np.array(value) for value in FLAT), FLAT),
    ([np.array([value]) for value in FLAT], FLAT),
    (FLAT[:, None], FLAT),
    (FLAT[None, :], FLAT),
    (FLAT, FLAT[:, None]),
    (FLAT.astype(np.float32), FLAT),
    (FLAT + 0j, FLAT),
    (FLAT * (1 + 5e-5), FLAT),
    (ROWS.tolist(), ROWS),
    (list(ROWS), ROWS),
    (ROWS[:, :, None], ROWS),
    ([row[:, None] for row in ROWS], ROWS),
]

FLAT_GAPS = [
    (FLAT[1:], "It returned 3 rows, expected 4: the start w_0 counts too, so T steps give T + 1 rows."),
    (FLAT[None, 1:], "It returned 3 rows, expected 4: the start w_0 counts too, so T steps give T + 1 rows."),
    (FLAT[2:], "It returned 2 rows, expected 4 (w_0 to w_3)."),
    ([*FLAT, 2.0], "It returned 5 rows, expected 4 (w_0 to w_3)."),
    (1.75, "It returned a single number (1.75); expected [0, 1, 1.5, 1.75] of shape (4,)."),
    (np.zeros((0,)), "It returned 0 rows, expected 4 (w_0 to w_3)."),
    (np.zeros((0, 1, 2)), "It returned shape (0, 1, 2), expected (4,)."),
    (np.broadcast_to(FLAT, (3, 4)), "It returned shape (3, 4), expected (4,)."),
    (
        [0, 1, 1.4, 1.75],
        "First difference at step 2 (steps 0 to 1 agree): it returned 1.4, expected 1.5.",
    ),
    ([0, 2, 1.5, 1.75], "First difference at step 1 (step 0 agrees): it returned 2, expected 1."),
    (
        [1, 1, 1.5, 1.75],
        "First difference at step 0 (the start, step 0, is already different): it returned 1, expected 0.",
    ),
    ([0, NAN, 1.5, 9], "First difference at step 1 (step 0 agrees): it returned nan, expected 1."),
    ([NAN] * 4, "First difference at step 0 (the start, step 0, is already different): it returned nan, expected 0."),
    ([0, 1, 1.5, np.inf], "First difference at step 3 (steps 0 to 2 agree): it returned inf, expected 1.75."),
    ([0, 1, 1.5, 1.7e308], "First difference at step 3 (steps 0 to 2 agree): it returned 1.7e+308, expected 1.75."),
    (
        [1.75] * 4,
        "All its rows are the same: if the list holds one array that changes in place, store w.copy(). "
        "First difference at step 0 (the start, step 0, is already different): it returned 1.75, expected 0.",
    ),
    (None, "It returned nothing (None): is a `return` missing? Expected a path of shape (4,)."),
    ("path", "It returned 'path', which is not a number. Expected a path of shape (4,)."),
    (
        [0, None, 1, 1],
        "It returned a list that holds None where numbers are due. Expected a path of shape (4,).",
    ),
    ([0, [1], 1, 1], "It returned a list whose rows have different lengths. Expected a path of shape (4,)."),
    (FLAT + 1j, "It returned complex numbers where real ones are due. Expected a path of shape (4,)."),
    (
        np.full(4, complex(NAN, NAN)),
        "It returned complex numbers where real ones are due. Expected a path of shape (4,).",
    ),
    (Opaque("a generator"), "It returned a generator where numbers are due. Expected a path of shape (4,)."),
]

ROW_GAPS = [
    (ROWS[1:], "It returned 3 rows, expected 4: the start w_0 counts too, so T steps give T + 1 rows."),
    (ROWS[-1:], "It returned 1 row, expected 4 (w_0 to w_3)."),
    (ROWS.T, "It returned shape (2, 4), expected (4, 2). It looks transposed."),
    (ROWS[-1], "It returned shape (2,), expected (4, 2)."),
    (ROWS.ravel(), "It returned shape (8,), expected (4, 2)."),
    (
        ROWS + np.array([[0, 0], [0, 0.5], [0, 0], [0, 0]]),
        "First difference at step 1 (step 0 agrees): it returned [1, 2.5], expected [1, 2].",
    ),
    (
        [ROWS[-1]] * 4,
        "All its rows are the same: if the list holds one array that changes in place, store w.copy(). First difference "
        "at step 0 (the start, step 0, is already different): it returned [1.75, 2.75], expected [0, 1].",
    ),
]


@pytest.mark.parametrize(("actual", "expected"), ACCEPTED)
def test_path_accepts_every_form_of_the_right_path(actual: object, expected: object) -> None:
    assert Path()(actual, Path().expect(expected)).gap == ""


@pytest.mark.parametrize(("actual", "gap"), FLAT_GAPS)
def test_path_names_the_first_wrong_step_of_numbers(actual: object, gap: str) -> None:
    assert Path()(actual, FLAT).gap == gap


@pytest.mark.parametrize(("actual", "gap"), ROW_GAPS)
def test_path_names_the_first_wrong_step_of_vectors(actual: object, gap: str) -> None:
    assert Path()(actual, ROWS).gap == gap


def test_path_that_is_off_by_little_everywhere_is_described_as_a_whole() -> None:
    expected = np.ones(100)
    expected[0] = 10.0
    gap = Path()(expected + 0.0009, expected).gap
    assert gap.endswith("The whole is off by 0.009 (allowed 0.0014). Every value is off by the same amount, 0.0009.")


def test_path_does_not_call_a_constant_path_an_alias_where_one_is_expected() -> None:
    gap = "First difference at step 0 (the start, step 0, is already different): it returned 2, expected 3."
    assert Path()([2, 2], np.array([3.0, 3.0])).gap == gap


def test_path_accepts_nothing_for_an_expected_value_that_is_not_numeric() -> None:
    assert Path()("x", "x").gap == "The expected value is not numeric."


def test_path_allows_no_error_in_a_path_of_zeros() -> None:
    assert not Path()([0.0, 1e-12], np.zeros(2)).passed


@pytest.mark.parametrize("output", [None, 3.0, "path", [0, NAN], [0, np.inf], [[1], [1, 2]]])
def test_path_refuses_a_reference_that_is_not_a_path(output: object) -> None:
    with pytest.raises(ValueError, match="path needs a finite array with a row per step, not "):
        Path().expect(output)
