"""Question 1 against automatic differentiation, runs in 50 digits and searches."""

# ruff: noqa: N803, N806 (X, R and T as on the blackboard)

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import numpy.typing as npt
import pytest
import torch

from reference.learning_rates import (
    faster_dim,
    gd_diag_range,
    gd_iters_to_tol,
    gd_lstsq_path,
    gd_opt_lr,
    gd_scalar_path,
    gd_stable_range,
)

Array = npt.NDArray[np.float64]

SIGMAS = [[1.7], [0.6, 2.3, 1.1], [2.3, 0.6], [0.31, 0.29, 0.3], [5.0, 5.0]]


def squared_loss(X: Array, y: Array, w: torch.Tensor) -> torch.Tensor:
    return ((torch.tensor(y) - torch.tensor(X) @ w) ** 2).sum()


def descend(X: Array, y: Array, eta: float, T: int, w0: Array) -> Array:
    """Gradient descent that knows the loss only; autograd has the gradient."""
    w = torch.tensor(w0)
    path = [w]
    for _step in range(T):
        w = w.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(squared_loss(X, y, w), w)
        w = (w - eta * gradient).detach()
        path.append(w)
    return torch.stack(path).numpy()


def slowest_factor(sigmas: list[float], eta: float) -> float:
    """By how much one step can shrink the error at worst: the spectral radius of I - eta (Hessian of the loss)."""
    X = np.diag(sigmas)
    start = torch.zeros(len(sigmas), dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda w: squared_loss(X, np.zeros(len(sigmas)), w), start)  # type: ignore[no-untyped-call]
    return float(np.abs(np.linalg.eigvals(np.eye(len(sigmas)) - eta * hessian.numpy())).max())


def last_true(condition: Callable[[float], bool], low: float, high: float) -> float:
    """The point between low and high where the condition stops to hold."""
    for _halving in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if condition(middle) else (low, middle)
    return low


def first_step_within(sigma: float, eta: float, eps: float) -> int:
    """Runs gradient descent on (1 - sigma w)^2 in 50 digits until the error is small enough."""
    with mpmath.workdps(50):
        w, target, steps = mpmath.mpf(0), 1 / mpmath.mpf(sigma), 0
        while abs(w - target) > eps * abs(target):
            w -= eta * 2 * (1 - sigma * w) * -sigma
            steps += 1
        return steps


@pytest.mark.parametrize(
    ("sigma", "y", "eta", "T", "w0"),
    [
        (1.7, 0.9, 0.1, 12, 0.0),
        (1.7, 0.9, 0.3, 12, -2.0),
        (0.3, -4.0, 5.0, 7, 1.5),
        (0.3, 4.0, 12.0, 5, 1.5),
        (3, 1, 1, 0, 2),
    ],
)
def test_scalar_path_follows_the_gradient_of_the_loss(sigma: float, y: float, eta: float, T: int, w0: float) -> None:
    expected = descend(np.array([[sigma]], float), np.array([y], float), eta, T, np.array([w0], float))[:, 0]
    np.testing.assert_allclose(gd_scalar_path(sigma, y, eta, T, w0), expected, rtol=1e-12)


def test_scalar_path_starts_at_zero_unless_told() -> None:
    assert gd_scalar_path(1.7, 0.9, 0.1, 3)[0] == 0


@pytest.mark.parametrize("sigma", [0.05, 0.3, 1.0, 1.7, 20.0])
def test_stable_range_ends_where_a_step_no_longer_shrinks_the_error(sigma: float) -> None:
    searched = last_true(lambda eta: slowest_factor([sigma], eta) < 1, 1e-3 / sigma**2, 10 / sigma**2)
    assert gd_stable_range(sigma) == pytest.approx((0.0, searched), rel=1e-9)


@pytest.mark.parametrize(
    ("share", "shrinks"), [(-0.01, False), (0.01, True), (0.99, True), (1.0, False), (1.01, False)]
)
def test_stable_range_separates_runs_that_converge(share: float, shrinks: bool) -> None:  # noqa: FBT001 (a table)
    low, high = gd_stable_range(1.5)
    X, y, w0 = np.array([[1.5]]), np.array([3.0]), np.array([5.0])
    path = descend(X, y, low + share * (high - low), 400, w0)[:, 0]
    assert (abs(path[-1] - 2) < 0.1) == shrinks


@pytest.mark.parametrize(
    ("sigma", "eta", "eps", "count"),
    [
        (1.7, 0.02, 1e-3, 57),  # monotone
        (1.7, 0.31, 1e-3, 30),  # oscillating
        (0.7, 0.5, 1e-3, 11),
        (1.7, 1 / (2 * 1.7**2), 1e-3, 1),  # one step
        (0.5, 2.0, 1e-9, 1),
        (5**0.5, 1 / 5.05, 1e-3, 346),
        (0.05**0.5, 1 / 5.05, 1e-3, 346),
        (1.0, 0.25, 0.3, 2),
    ],
)
def test_iters_to_tol_of_known_runs(sigma: float, eta: float, eps: float, count: int) -> None:
    assert gd_iters_to_tol(sigma, eta, eps) == count


@pytest.mark.parametrize("seed", range(100))
def test_iters_to_tol_counts_the_steps_of_a_run(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sigma, eps = float(10 ** rng.uniform(-1, 1)), float(10 ** rng.uniform(-6, -0.1))
    eta = float(rng.uniform(0.02, 0.98)) / sigma**2
    assert gd_iters_to_tol(sigma, eta, eps) == first_step_within(sigma, eta, eps)


@pytest.mark.parametrize("sigmas", SIGMAS)
def test_diag_range_ends_where_the_slowest_coordinate_stops_to_shrink(sigmas: list[float]) -> None:
    searched = last_true(lambda eta: slowest_factor(sigmas, eta) < 1, 1e-4, 100.0)
    assert gd_diag_range(np.array(sigmas)) == pytest.approx((0.0, searched), rel=1e-9)


@pytest.mark.parametrize("seed", range(50))
def test_faster_dim_has_the_smaller_error_after_a_few_steps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    small, large = (float(sigma) for sigma in np.sort(rng.uniform(0.3, 3, 2)))
    eta = float(rng.uniform(0.05, 0.95)) / large**2
    errors = np.abs(descend(np.diag([large, small]), np.zeros(2), eta, 3, np.ones(2))[-1])
    assert faster_dim(eta, large, small) == ("large" if errors[0] < errors[1] else "small")


@pytest.mark.parametrize(
    ("eta", "expected"),
    [(0.01, "large"), (0.1, "large"), (0.199, "large"), (0.2, "equal"), (0.201, "small"), (0.24, "small")],
)
def test_faster_dim_changes_at_the_best_learning_rate(eta: float, expected: str) -> None:
    assert faster_dim(eta, 2.0, 1.0) == expected


@pytest.mark.parametrize("sigmas", SIGMAS)
def test_opt_lr_has_the_best_rate_of_a_ternary_search(sigmas: list[float]) -> None:
    low, high = 0.0, 1 / max(sigmas) ** 2
    for _third in range(150):
        left, right = (2 * low + high) / 3, (low + 2 * high) / 3
        low, high = (low, right) if slowest_factor(sigmas, left) <= slowest_factor(sigmas, right) else (left, high)
    assert gd_opt_lr(np.array(sigmas)) == pytest.approx((low, slowest_factor(sigmas, low)), rel=1e-7, abs=1e-9)


def test_opt_lr_of_problem_2g() -> None:
    assert gd_opt_lr(np.sqrt([5, 0.05])) == pytest.approx((0.198020, 0.980198), abs=5e-7)


@pytest.mark.parametrize(("n", "d", "T"), [(5, 3, 9), (3, 5, 9), (4, 4, 1), (6, 1, 4), (2, 3, 0)])
@pytest.mark.parametrize("has_start", [False, True])
def test_lstsq_path_follows_the_gradient_of_the_loss(n: int, d: int, T: int, has_start: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(10 * n + d)
    X, y, w0 = rng.normal(size=(n, d)), rng.normal(size=n), rng.normal(size=d)
    expected = descend(X, y, 0.02, T, w0 if has_start else np.zeros(d))
    np.testing.assert_allclose(
        gd_lstsq_path(X, y, 0.02, T, w0 if has_start else None), expected, rtol=1e-10, atol=1e-14
    )


def test_lstsq_path_from_zero_ends_at_the_shortest_solution() -> None:
    X = np.array([[1.0, 2.0, 0.5], [2.0, 4.0, 1.0], [0.0, 1.0, -1.0], [1.0, 3.0, -0.5]])  # rank 2
    y = np.array([1.0, -1.0, 2.0, 0.5])
    expected, _rest, _rank, _sizes = np.linalg.lstsq(X, y, rcond=1e-12)
    np.testing.assert_allclose(gd_lstsq_path(X, y, 0.02, 3000)[-1], expected, atol=1e-12)


def test_lstsq_path_takes_columns() -> None:
    X, y, w0 = np.array([[1.0, 2.0], [0.5, -1.0], [0.0, 1.0]]), np.array([1.0, 2.0, 3.0]), np.array([0.5, -0.5])
    column = gd_lstsq_path(X, y[:, None], 0.1, 4, w0[:, None])
    np.testing.assert_array_equal(column, gd_lstsq_path(X, y, 0.1, 4, w0))


def test_lstsq_path_leaves_its_start_alone() -> None:
    w0 = np.ones(2)
    gd_lstsq_path(np.eye(2), np.zeros(2), 0.1, 4, w0)
    np.testing.assert_array_equal(w0, np.ones(2))


TALL, ROWS = np.ones((3, 2)), np.ones(3)
INVALID: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (gd_scalar_path, (0.0, 1.0, 0.1, 3)),
    (gd_scalar_path, (-1.0, 1.0, 0.1, 3)),
    (gd_scalar_path, (1.0, 1.0, 0.0, 3)),
    (gd_scalar_path, (1.0, 1.0, 0.1, -1)),
    (gd_stable_range, (0.0,)),
    (gd_stable_range, (-1.7,)),
    (gd_stable_range, (np.nan,)),
    (gd_iters_to_tol, (0.0, 0.1, 1e-3)),
    (gd_iters_to_tol, (1.0, 0.0, 1e-3)),
    (gd_iters_to_tol, (1.0, -0.1, 1e-3)),
    (gd_iters_to_tol, (1.0, 1.0, 1e-3)),
    (gd_iters_to_tol, (1.0, 0.1, 0.0)),
    (gd_iters_to_tol, (1.0, 0.1, 1.0)),
    (gd_diag_range, ([],)),
    (gd_diag_range, ([1.0, 0.0],)),
    (gd_diag_range, ([1.0, -2.0],)),
    (faster_dim, (0.1, 1.0, 2.0)),
    (faster_dim, (0.1, 1.0, 1.0)),
    (faster_dim, (0.1, 1.0, 0.0)),
    (faster_dim, (0.0, 2.0, 1.0)),
    (gd_opt_lr, ([],)),
    (gd_opt_lr, ([1.0, 0.0],)),
    (gd_opt_lr, ([-1.0, 2.0],)),
    (gd_lstsq_path, (ROWS, ROWS, 0.1, 3)),
    (gd_lstsq_path, (TALL, np.ones(2), 0.1, 3)),
    (gd_lstsq_path, (TALL, ROWS, 0.0, 3)),
    (gd_lstsq_path, (TALL, ROWS, 0.1, -1)),
    (gd_lstsq_path, (TALL, ROWS, 0.1, 3, [1.0, 2.0, 3.0])),
    (gd_lstsq_path, (TALL, ROWS, 0.1, 3, [1.0])),  # one number must not be spread over all coordinates
]


@pytest.mark.parametrize(("function", "arguments"), INVALID)
def test_learning_rates_refuse_invalid_input(function: Callable[..., object], arguments: tuple[object, ...]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (where the shapes do not fit, NumPy words the message)
        function(*arguments)
