"""Homework 2, problem 3: regularization by adding noise to the data.

X_noisy = X + N with independent N(0, sigma^2) entries. Part (a) uses (1/m)||X w - y||^2 + lambda ||w||^2; parts (b) to (d)
use the loss (1/2)(x_noisy w - y)^2, whose gradient has no factor 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 (an assertion that stays on)
    if not condition:
        raise ValueError(message)


def noise_aug_weights(X: Array, y: Array, sigma: float) -> Array:
    """The minimizer of E||X_noisy w - y||^2, shape (n,). Problem 3(a).

    (X^T X + m sigma^2 I)^{-1} X^T y. X: (m, n), y: (m,); sigma > 0. Raises ValueError otherwise.
    """
    X, y = np.asarray(X, float), np.asarray(y, float).ravel()
    _require(X.ndim == 2 and X.shape[0] == y.size and sigma > 0, "X must be (m, n), y (m,), sigma positive")  # noqa: PLR2004
    m, n = X.shape
    return np.linalg.solve(X.T @ X + m * sigma**2 * np.eye(n), X.T @ y)


def expected_noisy_loss(w: Array, X: Array, y: Array, sigma: float) -> float:
    """E||X_noisy w - y||^2 = ||X w - y||^2 + m sigma^2 ||w||^2 (not divided by m). Problem 3(a).

    w: (n,), X: (m, n), y: (m,); sigma >= 0. Raises ValueError otherwise.
    """
    w, X, y = np.asarray(w, float).ravel(), np.asarray(X, float), np.asarray(y, float).ravel()
    _require(X.shape == (y.size, w.size) and sigma >= 0, "X must be (m, n), w (n,), y (m,), sigma not negative")
    m = X.shape[0]
    return float(np.sum((X @ w - y) ** 2) + m * sigma**2 * np.sum(w**2))


def augment(X: Array, sigma: float, rng: np.random.Generator) -> Array:
    """X with fresh independent N(0, sigma^2) noise on every entry, shape (m, n); X is left as it is. Problem 3(a)."""
    X = np.asarray(X, float)
    _require(sigma >= 0, "sigma must not be negative")
    return X + sigma * rng.standard_normal(X.shape)


def augment_distribution(X: Array, sigma: float, rng: np.random.Generator) -> tuple[Array, Array]:  # noqa: ARG001
    """Mean and standard deviation of every entry of `augment(X, sigma, rng)`, both of shape (m, n)."""
    X = np.asarray(X, float)
    return X, np.full(X.shape, float(sigma))


def mean_recursion(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """E[w_0], …, E[w_T] from w_0 = 0, shape (T+1,). Problem 3(b).

    E[w_{t+1}] = (1 - eta (x^2 + sigma^2)) E[w_t] + eta x y. Valid: sigma >= 0, eta > 0, T >= 0. Raises ValueError otherwise.
    """
    _require(sigma >= 0 and eta > 0 and T >= 0, "eta must be positive, sigma and T must not be negative")
    mean = np.zeros(T + 1)
    for t in range(T):
        mean[t + 1] = (1 - eta * (x**2 + sigma**2)) * mean[t] + eta * x * y
    return mean


def mean_stable_range(x: float, sigma: float) -> tuple[float, float]:
    """The open interval (0, 2/(x^2 + sigma^2)) of learning rates for which E[w_t] converges. Problem 3(c).

    Valid: x and sigma not both 0, sigma >= 0. Raises ValueError otherwise.
    """
    _require(sigma >= 0 and (x != 0 or sigma > 0), "sigma must not be negative, x and sigma not both 0")
    return 0.0, 2 / (x**2 + sigma**2)


def mean_limit(x: float, y: float, sigma: float) -> float:
    """The limit of E[w_t], x y/(x^2 + sigma^2): y/x shrunk towards 0. Problem 3(d). Valid: as in mean_stable_range."""
    _require(sigma >= 0 and (x != 0 or sigma > 0), "sigma must not be negative, x and sigma not both 0")
    return x * y / (x**2 + sigma**2)
