"""Singular values: sorted, padded, in absolute terms of the largest."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.compare.singular_values import SingularValues

S = np.array([38.73, 0.5, 1e-4, 1e-9, 0.0])
values = hnp.arrays(np.float64, st.integers(1, 8), elements=st.floats(1e-3, 1e3))

ACCEPTED = [
    S,
    S[::-1],
    S.tolist(),
    tuple(S),
    S[:, None],
    S.astype(np.float32),
    S + 0j,
    S[:4],
    np.append(S, [0.0, 1e-8]),
    S + 3e-4,
    S * [1, 1, 1, 1e5, 1],
    np.append(S, [-1e-9]),
]
REFUSED = [
    (None, "It returned nothing (None): is a `return` missing? Expected 5 singular values."),
    (np.diag(S), "It returned a matrix of shape (5, 5). Expected 5 singular values."),
    (np.diag(S[:2]) + 1j, "It returned complex numbers where real ones are due. Expected 5 singular values."),
    (S * [1, 1, 1, np.nan, 1], "1 value of 5 is NaN or infinite. Rounding can make a small eigenvalue negative"),
    (
        S + np.array([0, 0.1, 0, 0, 0]),
        "Singular value 2, largest first, is 0.6, expected 0.5: off by 0.1 (allowed 0.00039, which",
    ),
    (
        S[:1],
        "It returned 1 value, expected 5 (those that are missing count as 0). Singular value 2, largest first, is 0",
    ),
    (S**2, "These are the squares of the singular values, which are the eigenvalues of A Aᵀ: take the root."),
    (np.sqrt(S), "These are the roots of the singular values."),
    (S / S[0], "Your values are 0.0258198 times the expected ones."),
    (2 * S, "Your values are 2 times the expected ones."),
]


@pytest.mark.parametrize("answer", ACCEPTED, ids=range(len(ACCEPTED)))
def test_singular_values_accepts_every_fair_form(answer: object) -> None:
    assert SingularValues()(answer, S).gap == ""


@pytest.mark.parametrize(("answer", "words"), REFUSED, ids=range(len(REFUSED)))
def test_singular_values_says_which_value_differs(answer: object, words: str) -> None:
    assert words in SingularValues()(answer, S).gap


@given(s=values, order=st.randoms(use_true_random=False), zeros=st.integers(0, 3))
def test_singular_values_accepts_any_order_and_zeros_at_the_end(s: npt.NDArray[Any], order: Any, zeros: int) -> None:
    mine = [*s.tolist(), *[0.0] * zeros]
    order.shuffle(mine)
    assert SingularValues()(mine, SingularValues().expect(s)).passed


@given(s=values, factor=st.sampled_from([0.5, 0.99, 1.01, 2.0, 1e4]))
def test_singular_values_passes_exactly_within_the_tolerance_of_the_largest(s: npt.NDArray[Any], factor: float) -> None:
    s = np.sort(s)[::-1]
    moved = s.copy()
    moved[0] += factor * 1e-5 * s[0]  # up, so that the order stays
    assert SingularValues()(moved, s).passed is (factor < 1)


@pytest.mark.parametrize("output", [None, [], [[1.0, 2.0], [3.0, 4.0]], [1.0, -1.0], [np.nan], [1j]])
def test_singular_values_refuses_a_reference_without_them(output: object) -> None:
    with pytest.raises(ValueError, match="singular values are"):
        SingularValues().expect(output)


def test_singular_values_of_zero_are_exact() -> None:
    assert not SingularValues()([1e-30, 0], np.zeros(2)).passed
