"""Correct answers to question 1 in other forms and types: each must get full marks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def gd_stable_range_list(sigma: float) -> list[float]:
    """A list instead of a tuple."""
    return [0, 1 / sigma**2]


def gd_stable_range_array(sigma: float) -> npt.NDArray[np.float32]:
    """A float32 array."""
    return np.array([0, 1 / sigma**2], dtype=np.float32)


def gd_stable_range_with_ends(sigma: float) -> tuple[float, float, str]:
    """Says that the ends do not belong to it."""
    return 0.0, 1 / sigma**2, "open"


def gd_stable_range_text(sigma: float) -> str:
    """Written as on paper."""
    return f"(0, {1 / sigma**2!r})"


def gd_stable_range_tensor(sigma: float) -> Any:
    """A torch tensor that requires a gradient."""
    import torch  # noqa: PLC0415 (only this variant needs it)

    return torch.tensor([0.0, 1 / sigma**2], requires_grad=True)


def gd_stable_range_symbolic(sigma: float) -> tuple[Any, Any]:
    """SymPy numbers."""
    import sympy  # noqa: PLC0415 (only this variant needs it)

    return sympy.Integer(0), 1 / sympy.Float(sigma) ** 2


def gd_scalar_path_closed_form(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The closed form of the geometric series."""
    t = np.arange(T + 1)
    return np.asarray(y / sigma + (1 - 2 * eta * sigma**2) ** t * (w0 - y / sigma), float)


def gd_scalar_path_list(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> list[float]:
    """A list of floats."""
    path = [w0]
    for _step in range(T):
        path.append(path[-1] - 2 * eta * sigma * (sigma * path[-1] - y))
    return path


def gd_scalar_path_column(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """A column of shape (T+1, 1)."""
    return np.array(gd_scalar_path_list(sigma, y, eta, T, w0)).reshape(-1, 1)


def gd_scalar_path_single_precision(
    sigma: float, y: float, eta: float, T: int, w0: float = 0.0
) -> npt.NDArray[np.float32]:
    """Everything in float32."""
    s, target, step = np.float32(sigma), np.float32(y), np.float32(eta)
    path = np.zeros(T + 1, dtype=np.float32)
    path[0] = w0
    for t in range(T):
        path[t + 1] = path[t] - 2 * step * s * (s * path[t] - target)
    return path


def gd_iters_to_tol_log10(sigma: float, eta: float, eps: float) -> float:
    """Another base of the logarithm, and a float without a fraction."""
    rate = abs(1 - 2 * eta * sigma**2)
    return 1.0 if rate == 0 else float(np.ceil(np.log10(eps) / np.log10(rate)))


def gd_iters_to_tol_simulated(sigma: float, eta: float, eps: float) -> int:
    """Counts the steps of a simulation."""
    y = 1.0
    w, target, steps = 0.0, y / sigma, 0
    while abs(w - target) > eps * abs(target):
        w -= 2 * eta * sigma * (sigma * w - y)
        steps += 1
    return steps


def gd_iters_to_tol_numpy_integer(sigma: float, eta: float, eps: float) -> np.int64:
    """A NumPy integer."""
    rate = abs(1 - 2 * eta * sigma**2)
    return np.int64(1) if rate == 0 else np.int64(math.ceil(math.log(eps, rate)))


def gd_diag_range_loop(sigmas: Array) -> list[float]:
    """The smallest of all bounds."""
    return [0.0, min(1 / float(sigma) ** 2 for sigma in sigmas)]


def gd_diag_range_norm(sigmas: Array) -> Array:
    """Through the spectral norm of the diagonal matrix."""
    return np.array([0.0, 1 / np.linalg.norm(np.diag(sigmas), 2) ** 2])


def faster_dim_threshold(eta: float, sigma_large: float, sigma_small: float) -> str:
    """Compares the learning rate with the best one; upper case."""
    return "LARGE" if eta < 1 / (sigma_large**2 + sigma_small**2) else "Small "


def faster_dim_simulated(eta: float, sigma_large: float, sigma_small: float) -> str:
    """Runs both coordinates."""
    errors = [1.0, 1.0]
    for _step in range(20):
        errors = [error * (1 - 2 * eta * s**2) for error, s in zip(errors, (sigma_large, sigma_small), strict=True)]
    return "large" if abs(errors[0]) < abs(errors[1]) else "small"


def gd_opt_lr_condition_number(sigmas: Array) -> tuple[float, float]:
    """The rate through the condition number."""
    kappa = (max(sigmas) / min(sigmas)) ** 2
    return float(1 / (max(sigmas) ** 2 + min(sigmas) ** 2)), float((kappa - 1) / (kappa + 1))


def gd_opt_lr_array(sigmas: Array) -> Array:
    """Both numbers in one array."""
    ordered = np.sort(sigmas) ** 2
    return np.asarray(np.array([1, ordered[-1] - ordered[0]]) / (ordered[-1] + ordered[0]), float)


def gd_opt_lr_list(sigmas: Array) -> list[npt.NDArray[np.float64]]:
    """A list of 0-d arrays."""
    a, b = np.max(sigmas) ** 2, np.min(sigmas) ** 2
    return [np.array(1 / (a + b)), np.array(1 - 2 * b / (a + b))]


def gd_lstsq_path_normal_form(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """With X^T X and X^T y computed once; shape (T+1, d, 1)."""
    gram, moment = X.T @ X, (X.T @ y).reshape(-1, 1)
    w = np.zeros((X.shape[1], 1)) if w0 is None else np.array(w0).reshape(-1, 1)
    path = [w]
    for _step in range(T):
        w = w - 2 * eta * (gram @ w - moment)
        path.append(w)
    return np.array(path)


def gd_lstsq_path_svd(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """Coordinate by coordinate in the basis of the SVD."""
    _U, s, Vt = np.linalg.svd(X, full_matrices=True)
    d = X.shape[1]
    curvature, moment = np.zeros(d), Vt @ X.T @ y
    curvature[: s.size] = s**2
    v = Vt @ (np.zeros(d) if w0 is None else w0)
    path = [v]
    for _step in range(T):
        v = (1 - 2 * eta * curvature) * v + 2 * eta * moment
        path.append(v)
    return np.asarray(np.array(path) @ Vt, float)


def gd_lstsq_path_lists(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> list[list[float]]:
    """A list of lists, with loops over all entries."""
    n, d = X.shape
    w = [0.0] * d if w0 is None else [float(entry) for entry in w0]
    path = [list(w)]
    for _step in range(T):
        residual = [sum(X[i, j] * w[j] for j in range(d)) - y[i] for i in range(n)]
        w = [float(w[j] - 2 * eta * sum(X[i, j] * residual[i] for i in range(n))) for j in range(d)]
        path.append(list(w))
    return path
