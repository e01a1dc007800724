"""Matrices up to a rotation of their columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.gram import Gram

Matrix = npt.NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def matrix(seed: int = 1, shape: tuple[int, int] = (4, 7)) -> Matrix:
    return np.random.default_rng(seed).normal(size=shape)


def rotation(rng: np.random.Generator, size: int) -> Matrix:
    turn: Matrix = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return turn


J = matrix()
FORMS = [J, J.tolist(), J.astype(np.float32), J + 0j, J[None], -J, J[:, ::-1], J * np.sign(matrix(2, (1, 7)))]
REFUSED = [
    (J.T, "It returned shape (7, 4), expected (4, 7). It looks transposed."),
    (J[:, :6], "It returned shape (4, 6), expected (4, 7)."),
    (J.ravel(), "It returned shape (28,), expected (4, 7)."),
    (None, "It returned nothing (None): is a `return` missing? Expected a matrix of shape (4, 7)."),
    (np.where(J > 1, np.nan, J), "2 values of 28 are NaN or infinite."),
    (J - J.mean(axis=0), "It looks as if the mean of every column had been taken off."),
    (J / np.linalg.norm(J, axis=1, keepdims=True), "It looks as if every row had been scaled to length 1."),
    (J[:, ::-1] / 4, "Up to order and signs of the columns, your values are 0.25 times the expected ones."),
    (J * [[1], [2], [1], [1]], "Row [1] has length 2.38808, expected 1.19404."),
    (J * [[1], [-1], [1], [1]], "The inner product of rows"),
    (J * 1e200, "Its values are far too large, up to"),
    (0 * J, "All inner products of rows together are off by 100 % (allowed 0.001 %)."),
]


@pytest.mark.parametrize("answer", FORMS, ids=range(len(FORMS)))
def test_gram_accepts_every_fair_form(answer: object) -> None:
    assert Gram()(answer, J).gap == ""


@pytest.mark.parametrize(("answer", "words"), REFUSED, ids=range(len(REFUSED)))
def test_gram_says_what_is_wrong(answer: object, words: str) -> None:
    assert words in Gram()(answer, J).gap


def test_gram_tells_a_transposed_square_matrix() -> None:
    square = matrix(3, (5, 5))
    assert Gram()(square.T, square).gap.endswith("It looks transposed.")


@given(seed=seeds, rows=st.integers(1, 6), columns=st.integers(1, 9))
def test_gram_leaves_order_signs_and_rotations_of_columns_open(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    right = rng.normal(size=(rows, columns))
    shuffled = right[:, rng.permutation(columns)] * rng.choice([-1, 1], columns)
    assert Gram()(shuffled, right).passed
    assert Gram()(right @ rotation(rng, columns), right).passed


@given(seed=seeds)
def test_gram_does_not_leave_the_order_of_rows_open(seed: int) -> None:
    right = matrix(seed)
    assert not Gram()(right[::-1], right).passed


@given(seed=seeds, factor=st.sampled_from([0.5, 0.9, 1.1, 10.0]))
def test_gram_passes_exactly_within_its_tolerance(seed: int, factor: float) -> None:
    right = matrix(seed)
    assert Gram()(right * np.sqrt(1 + factor * 1e-5), right).passed is (factor < 1)


@pytest.mark.parametrize("output", [None, 3.0, [1.0, 2.0], np.zeros((0, 3)), [[np.nan]], [[1j]]])
def test_gram_refuses_a_reference_without_a_matrix(output: Any) -> None:
    with pytest.raises(ValueError, match="matrix"):
        Gram().expect(output)
