"""Question 4 against exact fractions, autograd and the covariance of the linear map behind Y = X W + sqrt(lambda) N."""

# ruff: noqa: N803, N806 (X and Y as on the blackboard)

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import sympy
import torch

from reference.kernel_ridge import joint_cov, ridge_kernel, ridge_primal

Array = npt.NDArray[np.float64]
Ridge = Callable[[Array, Array, float], Array]

SHAPES = [(2, 3), (4, 2), (3, 3), (1, 4), (4, 1)]
RIDGES = [ridge_primal, ridge_kernel]


def data(n: int, d: int) -> tuple[Array, Array]:
    """Rows and targets."""
    rng = np.random.default_rng(10 * n + d)
    return rng.normal(size=(n, d)), rng.normal(size=n)


def all_signs(X: Array, lam: float) -> tuple[Array, Array]:
    """W and Y for all W and N with entries +-1: a finite population with mean 0 and the right covariance."""
    n, d = X.shape
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=d + n)))
    W, N = signs[:, :d], signs[:, d:]
    return W, W @ X.T + np.sqrt(lam) * N


def weights_in_fractions(X: list[list[int]], y: list[int], lam: sympy.Rational) -> list[float]:
    """The zero of the gradient of ||X w - y||^2 + lambda ||w||^2, solved exactly."""
    w = sympy.symbols(f"w:{len(X[0])}")
    residuals = [sum(a * b for a, b in zip(row, w, strict=True)) - target for row, target in zip(X, y, strict=True)]
    objective = sum(residual**2 for residual in residuals) + lam * sum(entry**2 for entry in w)
    solution = sympy.solve([sympy.diff(objective, entry) for entry in w], w)
    return [float(solution[entry]) for entry in w]


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("lam", [0.09, 1.0, 7.0])
def test_joint_cov_has_the_covariance_of_weights_and_targets(n: int, d: int, lam: float) -> None:
    X, _y = data(n, d)
    W, Y = all_signs(X, lam)
    np.testing.assert_allclose(joint_cov(X, lam)[0], W.T @ Y / len(W), atol=1e-12)


@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("lam", [0.09, 1.0, 7.0])
def test_joint_cov_has_the_covariance_of_the_targets(n: int, d: int, lam: float) -> None:
    X, _y = data(n, d)
    _W, Y = all_signs(X, lam)
    np.testing.assert_allclose(joint_cov(X, lam)[1], Y.T @ Y / len(Y), atol=1e-12)


def test_joint_cov_matches_normal_draws() -> None:
    X, rng = data(2, 3)[0], np.random.default_rng(0)
    W, N = rng.standard_normal((40_000, 3)), rng.standard_normal((40_000, 2))
    Y = W @ X.T + np.sqrt(0.5) * N
    products = Y[:, :, None] * Y[:, None, :]
    error = products.std(axis=0) / np.sqrt(len(Y))
    assert (np.abs(products.mean(axis=0) - joint_cov(X, 0.5)[1]) < 5 * error).all()


def test_joint_cov_does_not_share_the_data() -> None:
    X, _y = data(2, 3)
    assert not np.shares_memory(joint_cov(X, 0.5)[0], X)


@pytest.mark.parametrize("ridge", RIDGES)
@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("lam", [0.09, 1.0, 7.0])
def test_ridge_is_the_best_linear_guess_of_the_weights(ridge: Ridge, n: int, d: int, lam: float) -> None:
    X, y = data(n, d)
    W, Y = all_signs(X, lam)
    guess, *_rest = np.linalg.lstsq(Y, W, rcond=None)  # for normal W and Y this is E[W | Y]
    np.testing.assert_allclose(ridge(X, y, lam), y @ guess, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("ridge", RIDGES)
@pytest.mark.parametrize(("n", "d"), SHAPES)
@pytest.mark.parametrize("lam", [1e-4, 0.3, 50.0])
def test_ridge_is_where_the_log_posterior_is_flat(ridge: Ridge, n: int, d: int, lam: float) -> None:
    X, y = data(n, d)
    w = torch.tensor(ridge(X, y, lam), requires_grad=True)
    noise: Any = torch.distributions.Normal(0.0, lam**0.5)
    prior: Any = torch.distributions.Normal(0.0, 1.0)
    log_posterior = noise.log_prob(torch.tensor(y) - torch.tensor(X) @ w).sum() + prior.log_prob(w).sum()
    (gradient,) = torch.autograd.grad(log_posterior, w)
    assert float(gradient.abs().max()) < 1e-7


@pytest.mark.parametrize("ridge", RIDGES)
@pytest.mark.parametrize(
    ("X", "y"),
    [
        ([[1, 2, -1], [0, 3, 1]], [2, -1]),
        ([[1, 2], [0, 3], [5, -1], [2, 2]], [1, -2, 3, 0]),
        ([[2, 4], [1, 2]], [1, 1]),
    ],
)
def test_ridge_solves_the_normal_equations_in_fractions(ridge: Ridge, X: list[list[int]], y: list[int]) -> None:
    expected = weights_in_fractions(X, y, sympy.Rational(3, 8))
    np.testing.assert_allclose(ridge(np.array(X, float), np.array(y, float), 0.375), expected, rtol=1e-12)


@pytest.mark.parametrize("ridge", RIDGES)
def test_ridge_takes_a_column(ridge: Ridge) -> None:
    X, y = data(4, 2)
    np.testing.assert_array_equal(ridge(X, y[:, None], 0.3), ridge(X, y, 0.3))


TALL, ROWS = np.ones((3, 2)), np.ones(3)
INVALID: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    *((joint_cov, (X, lam)) for X, lam in ((TALL, 0.0), (TALL, -1.0), (ROWS, 1.0))),
    *((ridge, (TALL, ROWS, lam)) for ridge in RIDGES for lam in (0.0, -1.0, np.nan)),
    *((ridge, (ROWS, ROWS, 1.0)) for ridge in RIDGES),
    *((ridge, (TALL, np.ones(2), 1.0)) for ridge in RIDGES),
]


@pytest.mark.parametrize(("function", "arguments"), INVALID)
def test_kernel_ridge_refuses_invalid_input(function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (where the shapes do not fit, NumPy words the message)
        function(*arguments)
