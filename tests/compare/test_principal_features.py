"""Principal features: what a singular value decomposition leaves open, and what it does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.compare.principal_features import PrincipalFeatures

Matrix = npt.NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)
S = np.array([9.0, 5.0, 5.0, 2.0, 1e-5])  # a pair of equal ones, and one that is nearly 0


def rotation(rng: np.random.Generator, size: int) -> Matrix:
    turn: Matrix = np.linalg.qr(rng.normal(size=(size, size)))[0]
    return turn


def features(seed: int, s: Matrix = S) -> Matrix:
    """Eight points."""
    return rotation(np.random.default_rng(seed), 8)[:, : len(s)] * s


def turned(right: Matrix, first: int, second: int, angle: float = 0.7) -> Matrix:
    """Two columns rotated into each other."""
    answer = right.copy()
    c, s = np.cos(angle), np.sin(angle)
    answer[:, [first, second]] = right[:, [first, second]] @ np.array([[c, s], [-s, c]])
    return answer


F = features(1)
U = F / S
REFUSED = [
    (U, "These look like U without the singular values: multiply every column by its own."),
    (U * S**2, "These look like U times the squares of the singular values: multiply every column once."),
    (U * S[0], "These look like U times the largest singular value: every column has its own."),
    (F - F.mean(axis=0), "It looks as if the mean of every column had been taken off."),
    (F / S[0], "Up to order and signs of the columns, your values are 0.111111 times the expected ones."),
    (F.T, "It returned shape (5, 8), expected (8, 5). It looks transposed. There is a row for every point."),
    (F[:, 0], "It returned shape (8,), expected (8, 5)."),
    (F[:, :2], "It returned 2 columns, expected 5."),
    (turned(F, 0, 3), "The feature of singular value 1 (9) points elsewhere, by 11 degrees."),
    (
        turned(F, 2, 3),
        "The features of the singular values 2 to 3 (nearly equal, 5 to 5) do not span the right space: it is turned by",
    ),
    (F[::-1], "Row [3] has length 4.91121, expected 7.60984."),
    (None, "It returned nothing (None)"),
]


@pytest.mark.parametrize(("answer", "words"), REFUSED, ids=range(len(REFUSED)))
def test_principal_features_says_what_is_wrong(answer: object, words: str) -> None:
    assert words in PrincipalFeatures()(answer, F).gap


@given(seed=seeds)
def test_principal_features_leaves_signs_and_order_open(seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = features(seed)
    assert PrincipalFeatures()(right[:, rng.permutation(5)] * rng.choice([-1, 1], 5), right).passed


@given(seed=seeds, angle=st.floats(-4, 4))
def test_principal_features_leaves_rotations_of_equal_singular_values_open(seed: int, angle: float) -> None:
    right = features(seed)
    assert PrincipalFeatures()(turned(right, 1, 2, angle), right).passed


@given(seed=seeds, distance=st.floats(0, 5e-4))
def test_principal_features_leaves_the_basis_of_nearly_equal_singular_values_open(seed: int, distance: float) -> None:
    """Of the right matrix and of one that differs by rounding, the features of such values may differ completely."""
    rng = np.random.default_rng(seed)
    right = features(seed, np.array([9.0, 5.0 + 9 * distance, 5.0, 2.0, 1.0]))
    turn = np.eye(5)
    turn[1:3, 1:3] = rotation(rng, 2)
    assert PrincipalFeatures()(right @ turn, right).passed


@given(seed=seeds)
def test_principal_features_accepts_columns_that_are_nearly_zero_or_missing(seed: int) -> None:
    right = features(seed)
    longer = np.column_stack([right[:, :4], 1e-6 * rotation(np.random.default_rng(seed + 1), 8)[:, :3]])
    assert PrincipalFeatures()(right[:, :4], right).passed
    assert PrincipalFeatures()(longer, right).passed


@given(seed=seeds, pair=st.sampled_from([(0, 1), (0, 3), (2, 3)]))
def test_principal_features_does_not_leave_other_rotations_open(seed: int, pair: tuple[int, int]) -> None:
    """F Fᵀ is the same: only the columns tell."""
    right = features(seed)
    turn = np.eye(5)
    c, s = np.cos(0.3), np.sin(0.3)
    turn[np.ix_(pair, pair)] = [[c, s], [-s, c]]
    comparison = PrincipalFeatures()(right @ turn, right)
    assert "elsewhere, by" in comparison.gap or "it is turned by" in comparison.gap


@given(seed=seeds)
def test_principal_features_accepts_those_of_float32(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(12, 30)) * np.logspace(0, -2, 30)
    right = np.linalg.svd(matrix, full_matrices=False)
    mine = np.linalg.svd(matrix.astype(np.float32), full_matrices=False)
    assert PrincipalFeatures()(mine[0] * mine[1], PrincipalFeatures().expect(right[0] * right[1])).gap == ""


def test_principal_features_are_not_the_matrix_itself() -> None:
    matrix = np.random.default_rng(3).normal(size=(4, 9))
    u, s, _vt = np.linalg.svd(matrix, full_matrices=False)
    assert PrincipalFeatures()(matrix, u * s).gap == "It returned 9 columns, expected 4."


@pytest.mark.parametrize("output", [None, [1.0, 2.0], np.ones((3, 2))])
def test_principal_features_refuses_a_reference_without_them(output: object) -> None:
    with pytest.raises(ValueError, match=r"matrix is needed|orthogonal"):
        PrincipalFeatures().expect(output)
