"""Correct answers to question 3 in other forms and types: each must get full marks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Generator = np.random.Generator


def noise_aug_weights_mean_form(X: Array, y: Array, sigma: float) -> Array:
    """The 1/m form with lambda = sigma^2."""
    m, n = X.shape
    return np.asarray(np.linalg.solve(X.T @ X / m + sigma**2 * np.eye(n), X.T @ y / m), float)


def noise_aug_weights_inverse(X: Array, y: Array, sigma: float) -> Array:
    """With an explicit inverse; a column (n, 1)."""
    m, n = X.shape
    return np.asarray(np.linalg.inv(X.T @ X + m * sigma**2 * np.eye(n)) @ X.T @ y.reshape(-1, 1), float)


def noise_aug_weights_augmented(X: Array, y: Array, sigma: float) -> Array:
    """Least squares with extra rows."""
    m, n = X.shape
    tall = np.vstack([X, np.sqrt(m) * sigma * np.eye(n)])
    return np.asarray(np.linalg.lstsq(tall, np.concatenate([y, np.zeros(n)]), rcond=None)[0], float)


def noise_aug_weights_kernel(X: Array, y: Array, sigma: float) -> npt.NDArray[np.float32]:
    """The kernel form, returned in float32."""
    m = X.shape[0]
    return (X.T @ np.linalg.solve(X @ X.T + m * sigma**2 * np.eye(m), y)).astype(np.float32)


def expected_noisy_loss_quadratic(w: Array, X: Array, y: Array, sigma: float) -> Array:
    """As a quadratic form, in an array of one."""
    m, n = X.shape
    return np.array([w @ (X.T @ X + m * sigma**2 * np.eye(n)) @ w - 2 * y @ X @ w + y @ y])


def expected_noisy_loss_rows(w: Array, X: Array, y: Array, sigma: float) -> float:
    """Row by row."""
    return float(sum((row @ w - target) ** 2 + sigma**2 * w @ w for row, target in zip(X, y, strict=True)))


def augment_normal(X: Array, sigma: float, rng: Generator) -> Array:
    """`normal` with its scale."""
    return X + rng.normal(0.0, sigma, size=X.shape)


def augment_transposed_draws(X: Array, sigma: float, rng: Generator) -> Array:
    """Draws in another order."""
    return np.asarray(X + sigma * rng.standard_normal(X.T.shape).T, float)


def augment_row_by_row(X: Array, sigma: float, rng: Generator) -> list[Array]:
    """A list of rows."""
    return [row + sigma * rng.standard_normal(row.size) for row in X]


def mean_recursion_closed_form(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """The closed form of the geometric series."""
    s = x**2 + sigma**2
    return np.asarray(x * y / s * (1 - (1 - eta * s) ** np.arange(T + 1)), float)


def mean_recursion_list(x: float, y: float, sigma: float, eta: float, T: int) -> list[float]:
    """A list."""
    means = [0.0]
    for _step in range(T):
        means.append(means[-1] - eta * ((x * x + sigma * sigma) * means[-1] - x * y))
    return means


def mean_stable_range_list(x: float, sigma: float) -> list[float]:
    """A list with an integer 0."""
    return [0, 2 / (x * x + sigma * sigma)]


def mean_stable_range_norm(x: float, sigma: float) -> Array:
    """Through the norm of the vector (x, sigma)."""
    return np.array([0.0, 2 / np.hypot(x, sigma) ** 2])


def mean_limit_fraction(x: float, y: float, sigma: float) -> float:
    """Divided by x above and below."""
    return y / (x + sigma**2 / x)


def mean_limit_zero_d(x: float, y: float, sigma: float) -> Array:
    """A 0-d array."""
    return np.array(x * y / (x**2 + sigma**2))


def mean_limit_tensor(x: float, y: float, sigma: float) -> Any:
    """A torch tensor of shape (1, 1)."""
    import torch  # noqa: PLC0415 (only this variant needs it)

    return torch.tensor([[x * y / (x**2 + sigma**2)]])
