"""Wrong variants for question 1. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def gd_stable_range_without_two(sigma: float) -> tuple[float, float]:
    """The gradient of (y - sigma w)^2 has a factor 2: there is no 1/2 in front of this loss."""
    return 0.0, 2 / sigma**2


def gd_stable_range_one_over_sigma(sigma: float) -> tuple[float, float]:
    """The chain rule gives sigma twice, once from the residual and once from the derivative."""
    return 0.0, 1 / sigma


def gd_stable_range_one_step(sigma: float) -> tuple[float, float]:
    """This learning rate converges in one step; larger ones still converge, by oscillating."""
    return 0.0, 1 / (2 * sigma**2)


def gd_stable_range_inverted(sigma: float) -> tuple[float, float]:
    """A larger sigma makes the loss steeper, so the learning rate must become smaller."""
    return 0.0, sigma**2


def gd_stable_range_from_minus_infinity(sigma: float) -> tuple[float, float]:
    """A negative learning rate climbs the loss: look at |1 - 2 eta sigma^2| for eta < 0."""
    return -math.inf, 1 / sigma**2


def gd_stable_range_symmetric(sigma: float) -> tuple[float, float]:
    """A negative learning rate climbs the loss, so the range is not symmetric about 0."""
    return -1 / sigma**2, 1 / sigma**2


def gd_stable_range_upper_end_only(sigma: float) -> float:
    """Return both ends of the range, the lower one too."""
    return 1 / sigma**2


def _scalar_path(slope: float, forcing: float, T: int, w0: float) -> Array:
    w = np.empty(T + 1)
    w[0] = w0
    for t in range(T):
        w[t + 1] = w[t] - (slope * w[t] - forcing)
    return w


def gd_scalar_path_without_two(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The gradient of (y - sigma w)^2 has a factor 2: there is no 1/2 in front of this loss."""
    return _scalar_path(eta * sigma**2, eta * sigma * y, T, w0)


def gd_scalar_path_ascent(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The sign of the step makes the loss grow: descent subtracts the gradient."""
    return _scalar_path(-2 * eta * sigma**2, -2 * eta * sigma * y, T, w0)


def gd_scalar_path_chain_rule(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The derivative of (y - sigma w) with respect to w brings another sigma."""
    return _scalar_path(2 * eta * sigma, 2 * eta * y, T, w0)


def gd_scalar_path_without_forcing(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:  # noqa: ARG001
    """The gradient depends on y too: from w = 0 the first step is not 0."""
    return _scalar_path(2 * eta * sigma**2, 0.0, T, w0)


def gd_scalar_path_last_missing(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """T steps give T + 1 values, because the start counts."""
    return _scalar_path(2 * eta * sigma**2, 2 * eta * sigma * y, T, w0)[:-1]


def gd_scalar_path_first_missing(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:
    """The first value of the path is the start itself, before any step."""
    return _scalar_path(2 * eta * sigma**2, 2 * eta * sigma * y, T, w0)[1:]


def gd_scalar_path_ignores_start(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> Array:  # noqa: ARG001
    """The path must start at w0, which need not be 0."""
    return _scalar_path(2 * eta * sigma**2, 2 * eta * sigma * y, T, 0.0)


def gd_scalar_path_final_only(sigma: float, y: float, eta: float, T: int, w0: float = 0.0) -> float:
    """Return the whole path, not only its last value."""
    return float(_scalar_path(2 * eta * sigma**2, 2 * eta * sigma * y, T, w0)[-1])


def gd_iters_to_tol_without_abs(sigma: float, eta: float, eps: float) -> int:
    """For learning rates above 1/(2 sigma^2) the factor is negative: its size is what shrinks the error."""
    rate = 1 - 2 * eta * sigma**2
    return math.ceil(math.log(eps) / math.log(rate)) if rate > 0 else 0


def gd_iters_to_tol_floor(sigma: float, eta: float, eps: float) -> int:
    """One step fewer does not reach the tolerance: which way must the number of steps be rounded?"""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.floor(math.log(eps) / math.log(rate)) if rate else 0


def gd_iters_to_tol_not_rounded(sigma: float, eta: float, eps: float) -> float:
    """A number of steps is a whole number."""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.log(eps) / math.log(rate) if rate else 0.5


def gd_iters_to_tol_complement(sigma: float, eta: float, eps: float) -> int:
    """The error must fall to eps times its first size, not by eps of it."""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.ceil(math.log(1 - eps) / math.log(rate)) if rate else 0


def gd_iters_to_tol_without_two(sigma: float, eta: float, eps: float) -> int:
    """The gradient of (y - sigma w)^2 has a factor 2: there is no 1/2 in front of this loss."""
    return math.ceil(math.log(eps) / math.log(abs(1 - eta * sigma**2)))


def gd_iters_to_tol_sigma_not_squared(sigma: float, eta: float, eps: float) -> int:
    """The factor of one step contains sigma squared."""
    rate = abs(1 - 2 * eta * sigma)
    return math.ceil(math.log(eps) / math.log(rate)) if rate not in (0, 1) else 0


def gd_iters_to_tol_counts_start(sigma: float, eta: float, eps: float) -> int:
    """Count steps, not values: the start is step 0."""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.ceil(math.log(eps) / math.log(rate)) + 1 if rate else 2


def gd_iters_to_tol_inverted_ratio(sigma: float, eta: float, eps: float) -> int:
    """rate^t = eps, so t is log(eps) divided by log(rate), not the other way round."""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.ceil(math.log(rate) / math.log(eps)) if rate else 0


def gd_iters_to_tol_of_loss(sigma: float, eta: float, eps: float) -> int:
    """The loss shrinks with the square of the factor; the tolerance is about w."""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.ceil(math.log(eps) / (2 * math.log(rate))) if rate else 0


def gd_iters_to_tol_zero_at_one_step(sigma: float, eta: float, eps: float) -> int:
    """At eta = 1/(2 sigma^2) the formula divides by the logarithm of 0; how many steps does it really take?"""
    rate = abs(1 - 2 * eta * sigma**2)
    return math.ceil(math.log(eps) / math.log(rate)) if rate else 0


def gd_diag_range_smallest(sigmas: Array) -> tuple[float, float]:
    """Every coordinate must converge: which one becomes unstable first?"""
    return 0.0, float(1 / np.min(sigmas) ** 2)


def gd_diag_range_first(sigmas: Array) -> tuple[float, float]:
    """The singular values come in no particular order."""
    return 0.0, float(1 / sigmas[0] ** 2)


def gd_diag_range_last(sigmas: Array) -> tuple[float, float]:
    """The singular values come in no particular order: the last one need not decide."""
    return 0.0, float(1 / sigmas[-1] ** 2)


def gd_diag_range_sum(sigmas: Array) -> tuple[float, float]:
    """The coordinates do not interact, so their bounds are not added up."""
    return 0.0, float(1 / np.sum(sigmas**2))


def gd_diag_range_mean(sigmas: Array) -> tuple[float, float]:
    """Every coordinate must converge, not the average one."""
    return 0.0, float(1 / np.mean(sigmas**2))


def gd_diag_range_without_two(sigmas: Array) -> tuple[float, float]:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return 0.0, float(2 / np.max(sigmas) ** 2)


def gd_diag_range_sigma_not_squared(sigmas: Array) -> tuple[float, float]:
    """The curvature of a coordinate is its singular value squared."""
    return 0.0, float(1 / np.max(sigmas))


def faster_dim_always_large(eta: float, sigma_large: float, sigma_small: float) -> str:  # noqa: ARG001
    """For large learning rates the steep coordinate overshoots, and a factor close to -1 is slow: compare the sizes."""
    return "large"


def faster_dim_always_small(eta: float, sigma_large: float, sigma_small: float) -> str:  # noqa: ARG001
    """For small learning rates the flat coordinate hardly moves: the smaller factor is the faster one."""
    return "small"


def faster_dim_without_abs(eta: float, sigma_large: float, sigma_small: float) -> str:
    """For large learning rates the steep coordinate overshoots, and a factor close to -1 is slow: compare the sizes."""
    return "large" if 1 - 2 * eta * sigma_large**2 < 1 - 2 * eta * sigma_small**2 else "small"


def faster_dim_reversed(eta: float, sigma_large: float, sigma_small: float) -> str:
    """For small learning rates the flat coordinate hardly moves: the smaller factor is the faster one."""
    return "large" if abs(1 - 2 * eta * sigma_large**2) > abs(1 - 2 * eta * sigma_small**2) else "small"


def faster_dim_wrong_threshold(eta: float, sigma_large: float, sigma_small: float) -> str:  # noqa: ARG001
    """Just above 1/(2 sigma_large^2) the steep coordinate oscillates, but with a still smaller factor."""
    return "large" if eta < 1 / (2 * sigma_large**2) else "small"


def faster_dim_sigma_not_squared(eta: float, sigma_large: float, sigma_small: float) -> str:
    """The factor of one step contains sigma squared."""
    return "large" if abs(1 - 2 * eta * sigma_large) < abs(1 - 2 * eta * sigma_small) else "small"


def gd_opt_lr_half_loss(sigmas: Array) -> tuple[float, float]:
    """This is the learning rate for a loss with 1/2 in front; here the gradient has a factor 2."""
    a, b = np.max(sigmas) ** 2, np.min(sigmas) ** 2
    return float(2 / (a + b)), float((a - b) / (a + b))


def gd_opt_lr_sigma_not_squared(sigmas: Array) -> tuple[float, float]:
    """The curvature of a coordinate is its singular value squared, and the rate has these squares too."""
    a, b = np.max(sigmas), np.min(sigmas)
    return float(1 / (a + b)), float((a - b) / (a + b))


def gd_opt_lr_fastest_large(sigmas: Array) -> tuple[float, float]:
    """This makes the steepest coordinate as fast as can be, but the slowest one decides."""
    a, b = np.max(sigmas) ** 2, np.min(sigmas) ** 2
    return float(1 / (2 * a)), float(1 - b / a)


def gd_opt_lr_mean(sigmas: Array) -> tuple[float, float]:
    """Only the largest and the smallest singular value matter."""
    mean = np.mean(sigmas**2)
    return float(1 / (2 * mean)), float(np.max(np.abs(1 - sigmas**2 / mean)))


def gd_opt_lr_plain_condition(sigmas: Array) -> tuple[float, float]:
    """The curvature of a coordinate is its singular value squared, and the rate has these squares too."""
    a, b = np.max(sigmas), np.min(sigmas)
    return float(1 / (a**2 + b**2)), float((a - b) / (a + b))


def gd_opt_lr_rate_above_one(sigmas: Array) -> tuple[float, float]:
    """A rate of 1 or more does not converge: check the sign in the numerator."""
    a, b = np.max(sigmas) ** 2, np.min(sigmas) ** 2
    return float(1 / (a + b)), float((a + b) / (a - b))


def gd_opt_lr_stability_bound(sigmas: Array) -> tuple[float, float]:
    """At this learning rate the steepest coordinate does not converge at all."""
    a, b = np.max(sigmas) ** 2, np.min(sigmas) ** 2
    return float(1 / a), float(abs(1 - 2 * b / a))


def gd_opt_lr_first_and_last(sigmas: Array) -> tuple[float, float]:
    """The singular values come in no particular order: take the largest and the smallest."""
    a, b = sigmas[0] ** 2, sigmas[-1] ** 2
    return float(1 / (a + b)), float((a - b) / (a + b))


def _lstsq_path(X: Array, gradient_scale: float, y: Array, T: int, w0: Array | None) -> Array:
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0 if w0 is None else w0
    for t in range(T):
        w[t + 1] = w[t] - gradient_scale * X.T @ (X @ w[t] - y)
    return w


def gd_lstsq_path_without_two(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return _lstsq_path(X, eta, y, T, w0)


def gd_lstsq_path_not_transposed(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The gradient multiplies the residual by X transposed."""
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0 if w0 is None else w0
    for t in range(T):
        w[t + 1] = w[t] - eta * 2 * X @ (X @ w[t] - y)
    return w


def gd_lstsq_path_mean_loss(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The loss is the sum over the rows, not their mean."""
    return _lstsq_path(X, 2 * eta / X.shape[0], y, T, w0)


def gd_lstsq_path_ascent(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The sign of the step makes the loss grow: descent subtracts the gradient."""
    return _lstsq_path(X, -2 * eta, y, T, w0)


def gd_lstsq_path_outer_product(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """The matrix of the recursion is X^T X, of size d x d."""
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0 if w0 is None else w0
    for t in range(T):
        w[t + 1] = w[t] - eta * 2 * (X @ X.T @ w[t] - X.T @ y)
    return w


def gd_lstsq_path_last_missing(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """T steps give T + 1 rows, because the start counts."""
    return _lstsq_path(X, 2 * eta, y, T, w0)[:-1]


def gd_lstsq_path_aliased(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """All rows are one array that changes in place: store a copy of it at every step."""
    return np.tile(_lstsq_path(X, 2 * eta, y, T, w0)[-1], (T + 1, 1))


def gd_lstsq_path_column_broadcast(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:
    """A column (n, 1) minus a row (n,) is an (n, n) matrix: check the shapes of X @ w and y."""
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0 if w0 is None else w0
    for t in range(T):
        residual = (X @ w[t])[:, None] - y[None, :]  # (n, n)
        w[t + 1] = w[t] - eta * 2 * (X.T @ residual).sum(axis=1)
    return w


def gd_lstsq_path_ignores_start(X: Array, y: Array, eta: float, T: int, w0: Array | None = None) -> Array:  # noqa: ARG001
    """The path must start at w0 when it is given."""
    return _lstsq_path(X, 2 * eta, y, T, None)
