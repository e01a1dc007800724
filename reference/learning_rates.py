"""Homework 2, problem 1: why learning rates cannot be too big.

Gradient descent on L(w) = (y - sigma w)^2 and on L(w) = ||y - X w||^2. There is no 1/2 in the loss: gradients carry a 2.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 (an assertion that stays on)
    if not condition:
        raise ValueError(message)


def gd_scalar_path(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The iterates w_0, …, w_T of gradient descent on (y - sigma w)^2, shape (T+1,). Problem 1(a), 1(b).

    Valid: sigma > 0, eta > 0, T >= 0. Raises ValueError otherwise.
    """
    _require(sigma > 0 and eta > 0 and T >= 0, "sigma and eta must be positive, T must not be negative")
    w = np.empty(T + 1)
    w[0] = w0
    for t in range(T):
        w[t + 1] = w[t] - eta * 2 * sigma * (sigma * w[t] - y)  # dL/dw = 2 sigma (sigma w - y)
    return w


def gd_stable_range(sigma: float) -> tuple[float, float]:
    """The open interval (0, 1/sigma^2) of learning rates for which the iterates converge. Problem 1(a).

    |1 - 2 eta sigma^2| < 1. Valid: sigma > 0. Raises ValueError otherwise.
    """
    _require(sigma > 0, "sigma must be positive")
    return 0.0, 1 / sigma**2


def gd_iters_to_tol(sigma: float, eta: float, eps: float) -> int:
    """The first t with |w_t - w*| <= eps |w*|, from w_0 = 0. Problem 1(b).

    |w_t - w*| = |1 - 2 eta sigma^2|^t |w*|. Valid: 0 < eta < 1/sigma^2, 0 < eps < 1. Raises ValueError otherwise.
    """
    _require(0 < eps < 1, "eps must lie between 0 and 1")
    _require(sigma > 0 and 0 < eta < 1 / sigma**2, "the learning rate must lie in the stable range")
    rate = abs(1 - 2 * eta * sigma**2)
    if rate == 0:  # eta = 1/(2 sigma^2) jumps to w* in one step
        return 1
    return math.ceil(math.log(eps) / math.log(rate))


def gd_diag_range(sigmas: Array) -> tuple[float, float]:
    """The stable range for diag(sigmas) w = y: every coordinate must converge, the largest sigma decides. Problem 1(c).

    sigmas: shape (d,), all > 0, in any order. Raises ValueError otherwise.
    """
    sigmas = np.asarray(sigmas, float)
    _require(sigmas.size > 0 and bool((sigmas > 0).all()), "all sigmas must be positive")
    return 0.0, float(1 / np.max(sigmas) ** 2)


def faster_dim(eta: float, sigma_large: float, sigma_small: float) -> str:
    """Which coordinate converges faster at this learning rate: "large", "small" or "equal". Problem 1(d).

    Compares |1 - 2 eta sigma^2|. Valid: sigma_large > sigma_small > 0, eta > 0. Raises ValueError otherwise.
    """
    _require(sigma_large > sigma_small > 0 and eta > 0, "needs sigma_large > sigma_small > 0 and eta > 0")
    rate_large = abs(1 - 2 * eta * sigma_large**2)
    rate_small = abs(1 - 2 * eta * sigma_small**2)
    if math.isclose(rate_large, rate_small, rel_tol=1e-9):
        return "equal"
    return "large" if rate_large < rate_small else "small"


def gd_opt_lr(sigmas: Array) -> tuple[float, float]:
    """The learning rate with the best worst-coordinate rate, and that rate. Problem 1(e), equations (5) and (6).

    eta* = 1/(s_max^2 + s_min^2), rate = (s_max^2 - s_min^2)/(s_max^2 + s_min^2). sigmas: shape (d,), all > 0.
    Raises ValueError otherwise.
    """
    sigmas = np.asarray(sigmas, float)
    _require(sigmas.size > 0 and bool((sigmas > 0).all()), "all sigmas must be positive")
    s_max2, s_min2 = float(sigmas.max() ** 2), float(sigmas.min() ** 2)
    return 1 / (s_max2 + s_min2), (s_max2 - s_min2) / (s_max2 + s_min2)


def gd_opt_lr_eta(sigma_max: float, sigma_min: float) -> float:
    """The learning rate of `gd_opt_lr` for two singular values."""
    return gd_opt_lr(np.array([sigma_max, sigma_min]))[0]


def gd_opt_lr_rate(sigma_max: float, sigma_min: float) -> float:
    """The rate of `gd_opt_lr` for two singular values."""
    return gd_opt_lr(np.array([sigma_max, sigma_min]))[1]


def gd_lstsq_path(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The iterates of gradient descent on ||y - X w||^2, shape (T+1, d). Problem 1(g), equation (7).

    w_{t+1} = (I - 2 eta X^T X) w_t + 2 eta X^T y. X: (n, d), y: (n,), w0: (d,) or None for zeros; eta > 0, T >= 0.
    Raises ValueError for shapes that do not fit.
    """
    X, y = np.asarray(X, float), np.asarray(y, float).ravel()
    _require(X.ndim == 2 and X.shape[0] == y.size, "X must be (n, d) and y (n,)")  # noqa: PLR2004
    _require(eta > 0 and T >= 0, "eta must be positive, T must not be negative")
    w = np.zeros((T + 1, X.shape[1]))
    if w0 is not None:
        w[0] = np.asarray(w0, float).reshape(X.shape[1])
    for t in range(T):
        w[t + 1] = w[t] - eta * 2 * X.T @ (X @ w[t] - y)
    return w
