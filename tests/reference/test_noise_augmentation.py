"""Question 3 against sums over all signs, autograd and random draws.

The quantities are quadratic in the noise, so noise of +-sigma (a finite sum) has the same mean as normal noise.
"""

# ruff: noqa: N803, N806 (X and T as on the blackboard)

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from scipy import stats

from reference.noise_augmentation import (
    augment,
    augment_distribution,
    expected_noisy_loss,
    mean_limit,
    mean_recursion,
    mean_stable_range,
    noise_aug_weights,
)

Array = npt.NDArray[np.float64]

SHAPES = [(3, 2), (2, 3), (4, 1), (1, 3), (5, 2)]
SCALARS = [(1.2, 0.9, 0.8), (-0.7, 2.0, 1.5), (2.0, -1.0, 0.3), (0.5, 0.5, 0.0), (0.0, 1.0, 0.6)]  # x, y, sigma


def data(m: int, n: int) -> tuple[Array, Array, Array]:
    """Rows, targets and weights."""
    rng = np.random.default_rng(10 * m + n)
    return rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=n)


def all_noisy(X: Array, sigma: float) -> Array:
    """X with every combination of +-sigma on its entries."""
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=X.size)))
    return X + sigma * signs.reshape(-1, *X.shape)


def mean_after_step(mean: float, case: tuple[float, float, float], eta: float) -> float:
    """The mean of w after one step on (1/2)(x_noisy w - y)^2 from `mean`; autograd has the gradient."""
    x, y, sigma = case
    w = torch.full((2,), mean, dtype=torch.float64, requires_grad=True)
    x_noisy = torch.tensor([x + sigma, x - sigma], dtype=torch.float64)
    (gradient,) = torch.autograd.grad((0.5 * (x_noisy * w - y) ** 2).sum(), w)
    return float((w - eta * gradient).detach().mean())


@pytest.mark.parametrize(("m", "n"), SHAPES)
@pytest.mark.parametrize("sigma", [0.0, 0.4, 2.0])
def test_expected_loss_is_the_mean_over_all_signs(m: int, n: int, sigma: float) -> None:
    X, y, w = data(m, n)
    expected = np.mean([np.sum((noisy @ w - y) ** 2) for noisy in all_noisy(X, sigma)])
    assert expected_noisy_loss(w, X, y, sigma) == pytest.approx(expected, rel=1e-12)


def test_expected_loss_is_the_mean_of_normal_draws() -> None:
    X, y, w = data(4, 2)
    noisy = augment(np.tile(X, (20_000, 1)), 0.7, np.random.default_rng(0)).reshape(20_000, 4, 2)
    losses = np.sum((noisy @ w - y) ** 2, axis=1)
    error = losses.std() / np.sqrt(20_000)
    assert abs(losses.mean() - expected_noisy_loss(w, X, y, 0.7)) < 5 * error


def test_expected_loss_takes_columns() -> None:
    X, y, w = data(4, 2)
    assert expected_noisy_loss(w[:, None], X, y[:, None], 0.7) == expected_noisy_loss(w, X, y, 0.7)


@pytest.mark.parametrize(("m", "n"), SHAPES)
@pytest.mark.parametrize("sigma", [0.1, 0.4, 2.0])
def test_weights_are_least_squares_on_all_signs(m: int, n: int, sigma: float) -> None:
    X, y, _w = data(m, n)
    noisy = all_noisy(X, sigma)
    expected, *_rest = np.linalg.lstsq(noisy.reshape(-1, n), np.tile(y, len(noisy)), rcond=None)
    np.testing.assert_allclose(noise_aug_weights(X, y, sigma), expected, rtol=1e-9, atol=1e-12)


def test_weights_take_columns() -> None:
    X, y, _w = data(4, 2)
    np.testing.assert_array_equal(noise_aug_weights(X, y[:, None], 0.7), noise_aug_weights(X, y, 0.7))


def test_augment_adds_normal_noise() -> None:
    X = np.random.default_rng(1).normal(size=(4000, 3))
    noise = (augment(X, 0.4, np.random.default_rng(2)) - X) / 0.4
    assert stats.kstest(noise.ravel(), "norm").pvalue > 1e-3


def test_augment_adds_noise_of_its_own_to_every_column() -> None:
    noise = augment(np.zeros((4000, 3)), 1.0, np.random.default_rng(2))
    between = np.corrcoef(noise.T) - np.eye(3)
    assert np.abs(between).max() < 5 / np.sqrt(4000)


def test_augment_leaves_its_data_alone() -> None:
    X = np.ones((3, 2))
    augment(X, 0.4, np.random.default_rng(2))
    np.testing.assert_array_equal(X, np.ones((3, 2)))


def test_augment_without_noise_copies() -> None:
    X = np.ones((3, 2))
    noisy = augment(X, 0.0, np.random.default_rng(2))
    assert (noisy == X).all() and not np.shares_memory(noisy, X)  # noqa: PT018 (equal, but another array)


@pytest.mark.parametrize("seed", [3, 4])
def test_augment_follows_the_distribution_it_promises(seed: int) -> None:
    X, rng = np.array([[1.0, -2.0], [0.5, 30.0], [0.0, 7.0]]), np.random.default_rng(seed)
    mean, std = augment_distribution(X, 0.7, rng)
    draws = np.array([(augment(X, 0.7, rng) - mean) / std for _draw in range(2000)])
    assert stats.kstest(draws.ravel(), "norm").pvalue > 1e-3


@pytest.mark.parametrize("case", SCALARS)
@pytest.mark.parametrize("eta", [0.1, 0.7])
def test_mean_recursion_is_the_mean_of_the_steps(case: tuple[float, float, float], eta: float) -> None:
    expected = [0.0]
    for _step in range(8):
        expected.append(mean_after_step(expected[-1], case, eta))
    np.testing.assert_allclose(mean_recursion(*case, eta, 8), expected, rtol=1e-12, atol=1e-15)


def test_mean_recursion_is_the_mean_of_whole_random_runs() -> None:
    x, y, sigma, eta = 1.2, 0.9, 0.8, 0.2  # below the bound where the variance stays finite, 0.471
    rng, w = np.random.default_rng(6), np.zeros(40_000)
    for _step in range(6):
        x_noisy = x + sigma * rng.standard_normal(w.size)
        w = w - eta * x_noisy * (x_noisy * w - y)
    error = w.std() / np.sqrt(w.size)
    assert abs(w.mean() - mean_recursion(x, y, sigma, eta, 6)[-1]) < 5 * error


def test_mean_recursion_of_no_steps_is_the_start() -> None:
    np.testing.assert_array_equal(mean_recursion(1.2, 0.9, 0.8, 0.2, 0), [0.0])


@pytest.mark.parametrize("case", SCALARS)
def test_mean_stable_range_ends_where_a_step_no_longer_shrinks_the_error(case: tuple[float, float, float]) -> None:
    low, high = 1e-3, 100.0
    for _halving in range(60):
        eta = (low + high) / 2
        factor = mean_after_step(1.0, case, eta) - mean_after_step(0.0, case, eta)
        low, high = (eta, high) if abs(factor) < 1 else (low, eta)
    assert mean_stable_range(case[0], case[2]) == pytest.approx((0.0, low), rel=1e-9)


def test_mean_stable_range_of_known_numbers() -> None:
    assert mean_stable_range(1.2, 0.8)[1] == pytest.approx(0.9615, abs=5e-5)


@pytest.mark.parametrize("case", SCALARS)
def test_mean_limit_is_where_the_mean_ends(case: tuple[float, float, float]) -> None:
    mean = 0.0
    for _step in range(400):
        mean = mean_after_step(mean, case, 0.3)
    assert mean_limit(*case) == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("case", SCALARS[:3])
def test_mean_limit_is_the_weight_for_one_noisy_row(case: tuple[float, float, float]) -> None:
    x, y, sigma = case
    noisy = np.array([[x + sigma], [x - sigma]])
    expected, *_rest = np.linalg.lstsq(noisy, np.array([y, y]), rcond=None)
    assert mean_limit(x, y, sigma) == pytest.approx(expected[0], rel=1e-12)


TALL, ROWS, RNG = np.ones((3, 2)), np.ones(3), np.random.default_rng(0)
INVALID: list[tuple[Callable[..., object], tuple[object, ...]]] = [
    (noise_aug_weights, (ROWS, ROWS, 0.4)),
    (noise_aug_weights, (TALL, np.ones(2), 0.4)),
    (noise_aug_weights, (TALL, ROWS, 0.0)),
    (noise_aug_weights, (TALL, ROWS, -0.4)),
    (expected_noisy_loss, (np.ones(3), TALL, ROWS, 0.4)),
    (expected_noisy_loss, (np.ones(2), TALL, np.ones(2), 0.4)),
    (expected_noisy_loss, (np.ones(2), TALL, ROWS, -0.4)),
    (augment, (TALL, -0.4, RNG)),
    (mean_recursion, (1.2, 0.9, -0.8, 0.2, 3)),
    (mean_recursion, (1.2, 0.9, 0.8, 0.0, 3)),
    (mean_recursion, (1.2, 0.9, 0.8, 0.2, -1)),
    (mean_stable_range, (1.2, -0.8)),
    (mean_stable_range, (0.0, 0.0)),
    (mean_limit, (1.2, 0.9, -0.8)),
    (mean_limit, (0.0, 0.9, 0.0)),
]


@pytest.mark.parametrize(("function", "arguments"), INVALID)
def test_noise_augmentation_refuses_invalid_input(
    function: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    with pytest.raises(ValueError, match="must"):
        function(*arguments)
