"""Wrong variants for question 2. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]
Step = Callable[[Array, Array, Callable[[Array], Array]], tuple[Array, Array]]

X: Array = np.zeros((1, 1))  # globals of 2(h), as in the notebook
y: Array = np.zeros((1, 1))


def _path(X: Array, y: Array, T: int, w0: Array | None, z0: Array | None, step: Step) -> Array:
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0 if w0 is None else w0
    z = np.zeros(X.shape[1]) if z0 is None else np.array(z0, float)
    for t in range(T):
        w[t + 1], z = step(w[t], z, lambda w: 2 * X.T @ (X @ w - y))
    return w


def momentum_path_old_momentum(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The step uses the new momentum z_{t+1}, not the one before."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * z, (1 - beta) * z + beta * g(w)))


def momentum_path_gradient_after_step(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The gradient is taken at w_t, before the step."""

    def step(w: Array, z: Array, g: Callable[[Array], Array]) -> tuple[Array, Array]:
        w = w - eta * z
        return w, (1 - beta) * z + beta * g(w)

    return _path(X, y, T, w0, z0, step)


def momentum_path_beta_swapped(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := beta * z + (1 - beta) * g(w)), n))


def momentum_path_heavy_ball(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The new gradient is weighted by beta in this form of momentum."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + g(w)), n))


def momentum_path_without_two(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w) / 2), n))


def momentum_path_bias_corrected(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """Dividing by 1 - (1 - beta)^t belongs to Adam; the momentum here is used as it is."""
    count = iter(range(1, T + 1))

    def step(w: Array, z: Array, g: Callable[[Array], Array]) -> tuple[Array, Array]:
        z = (1 - beta) * z + beta * g(w)
        return w - eta * z / (1 - (1 - beta) ** next(count)), z

    return _path(X, y, T, w0, z0, step)


def momentum_path_ascent(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The sign of the step makes the loss grow: descent subtracts the momentum."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w + eta * (n := (1 - beta) * z + beta * g(w)), n))


def momentum_path_nesterov(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The gradient is taken at w_t itself, not at a point ahead of it."""
    return _path(
        X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w - eta * (1 - beta) * z)), n)
    )


def momentum_path_starts_at_gradient(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The momentum starts at z_0 = 0 here, not at the first gradient."""
    start = np.zeros(X.shape[1]) if w0 is None else w0
    first = 2 * X.T @ (X @ start - y) if z0 is None else z0
    return _path(X, y, T, w0, first, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w)), n))


def momentum_path_last_missing(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """T steps give T + 1 rows, because the start counts."""
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w)), n))[:-1]


def momentum_path_ignores_start(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None  # noqa: ARG001
) -> Array:  # fmt: skip
    """The path must start at w0 and z0 when they are given."""
    return _path(X, y, T, None, None, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w)), n))


def momentum_path_mean_loss(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The loss is the sum over the rows, not their mean."""
    m = len(X)
    return _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w) / m), n))


def momentum_path_aliased(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """All rows are one array that changes in place: store a copy of it at every step."""
    path = _path(X, y, T, w0, z0, lambda w, z, g: (w - eta * (n := (1 - beta) * z + beta * g(w)), n))
    return np.tile(path[-1], (T + 1, 1))


def momentum_R_transposed(eta: float, beta: float, sigma: float) -> Array:
    """Your matrix is the transpose: its rows are the equations of a_{t+1} and x_{t+1}."""
    return np.array([[1 - beta, -eta * (1 - beta)], [2 * beta * sigma**2, 1 - 2 * eta * beta * sigma**2]])


def momentum_R_old_momentum(eta: float, beta: float, sigma: float) -> Array:
    """x_{t+1} uses the new a_{t+1}: put its equation in."""
    return np.array([[1 - beta, 2 * beta * sigma**2], [-eta, 1]])


def momentum_R_without_two(eta: float, beta: float, sigma: float) -> Array:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return np.array([[1 - beta, beta * sigma**2], [-eta * (1 - beta), 1 - eta * beta * sigma**2]])


def momentum_R_sigma_not_squared(eta: float, beta: float, sigma: float) -> Array:
    """X^T X has the squares of the singular values."""
    return np.array([[1 - beta, 2 * beta * sigma], [-eta * (1 - beta), 1 - 2 * eta * beta * sigma]])


def momentum_R_beta_swapped(eta: float, beta: float, sigma: float) -> Array:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return np.array([[beta, 2 * (1 - beta) * sigma**2], [-eta * beta, 1 - 2 * eta * (1 - beta) * sigma**2]])


def momentum_R_without_beta(eta: float, beta: float, sigma: float) -> Array:
    """The new gradient is weighted by beta in this form of momentum."""
    return np.array([[1 - beta, 2 * sigma**2], [-eta * (1 - beta), 1 - 2 * eta * sigma**2]])


def momentum_R_plus_eta(eta: float, beta: float, sigma: float) -> Array:
    """Descent subtracts eta times the momentum."""
    return np.array([[1 - beta, 2 * beta * sigma**2], [eta * (1 - beta), 1 + 2 * eta * beta * sigma**2]])


def momentum_R_minus_eta(eta: float, beta: float, sigma: float) -> Array:
    """The old momentum enters x_{t+1} through a_{t+1}, and there it is weighted by 1 - beta."""
    return np.array([[1 - beta, 2 * beta * sigma**2], [-eta, 1 - 2 * eta * beta * sigma**2]])


def _roots(trace: float, det: float) -> ComplexArray:
    root = cmath.sqrt(trace**2 - 4 * det)
    return np.array([(trace + root) / 2, (trace - root) / 2])


def momentum_eigs_old_momentum(eta: float, beta: float, sigma: float) -> ComplexArray:
    """In R the step uses the new momentum: put the equation of a_{t+1} into the one of x_{t+1}."""
    return _roots(2 - beta, 1 - beta + 2 * eta * beta * sigma**2)


def momentum_eigs_transposed(eta: float, beta: float, sigma: float) -> ComplexArray:
    """Equivalent: R and its transpose have the same characteristic polynomial, so the same eigenvalues."""
    return np.linalg.eigvals(momentum_R_transposed(eta, beta, sigma)).astype(complex)


def momentum_eigs_real_part(eta: float, beta: float, sigma: float) -> Array:
    """The eigenvalues can be complex: return them with their imaginary parts."""
    return _roots(2 - beta - 2 * eta * beta * sigma**2, 1 - beta).real.copy()


def momentum_eigs_magnitude(eta: float, beta: float, sigma: float) -> Array:
    """Return the eigenvalues themselves, not their absolute values."""
    return np.abs(_roots(2 - beta - 2 * eta * beta * sigma**2, 1 - beta))


def momentum_eigs_wrong_determinant(eta: float, beta: float, sigma: float) -> ComplexArray:
    """Compute the determinant of R again: most of its terms cancel."""
    return _roots(2 - beta - 2 * eta * beta * sigma**2, 1 - beta**2)


def momentum_eigs_not_halved(eta: float, beta: float, sigma: float) -> ComplexArray:
    """The quadratic formula divides by 2."""
    return 2 * _roots(2 - beta - 2 * eta * beta * sigma**2, 1 - beta)


def momentum_eigs_abs_discriminant(eta: float, beta: float, sigma: float) -> Array:
    """A negative discriminant has an imaginary root: do not take its absolute value."""
    trace = 2 - beta - 2 * eta * beta * sigma**2
    root = math.sqrt(abs(trace**2 - 4 * (1 - beta)))
    return np.array([(trace + root) / 2, (trace - root) / 2])


def momentum_eigs_without_two(eta: float, beta: float, sigma: float) -> ComplexArray:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return _roots(2 - beta - eta * beta * sigma**2, 1 - beta)


def momentum_eigs_sigma_not_squared(eta: float, beta: float, sigma: float) -> ComplexArray:
    """X^T X has the squares of the singular values."""
    return _roots(2 - beta - 2 * eta * beta * sigma, 1 - beta)


def momentum_eigs_beta_swapped(eta: float, beta: float, sigma: float) -> ComplexArray:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return _roots(1 + beta - 2 * eta * (1 - beta) * sigma**2, beta)


def momentum_eigs_without_beta(eta: float, beta: float, sigma: float) -> ComplexArray:
    """The new gradient is weighted by beta in this form of momentum."""
    return _roots(2 - beta - 2 * eta * sigma**2, 1 - beta)


def _type(discriminant: float) -> str:
    if abs(discriminant) < 1e-12:  # noqa: PLR2004 (rounding)
        return "repeated"
    return "real" if discriminant > 0 else "complex"


def eig_type_always_complex(eta: float, beta: float, sigma: float) -> str:  # noqa: ARG001
    """For very small and for large learning rates the eigenvalues are real."""
    return "complex"


def eig_type_reversed(eta: float, beta: float, sigma: float) -> str:
    """A positive discriminant means real eigenvalues."""
    return _type(-((2 - beta - 2 * eta * beta * sigma**2) ** 2 - 4 * (1 - beta)))


def eig_type_without_two(eta: float, beta: float, sigma: float) -> str:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return _type((2 - beta - eta * beta * sigma**2) ** 2 - 4 * (1 - beta))


def eig_type_sigma_not_squared(eta: float, beta: float, sigma: float) -> str:
    """X^T X has the squares of the singular values."""
    return _type((2 - beta - 2 * eta * beta * sigma) ** 2 - 4 * (1 - beta))


def eig_type_beta_swapped(eta: float, beta: float, sigma: float) -> str:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return _type((1 + beta - 2 * eta * (1 - beta) * sigma**2) ** 2 - 4 * beta)


def eig_type_without_beta(eta: float, beta: float, sigma: float) -> str:
    """The new gradient is weighted by beta in this form of momentum."""
    return _type((2 - beta - 2 * eta * sigma**2) ** 2 - 4 * (1 - beta))


def eig_type_below_only(eta: float, beta: float, sigma: float) -> str:
    """The eigenvalues become real again for large learning rates."""
    s = math.sqrt(1 - beta)
    return "real" if 2 * eta * beta * sigma**2 < (1 - s) ** 2 else "complex"


def eig_type_never_repeated(eta: float, beta: float, sigma: float) -> str:
    """A discriminant of 0 means that both eigenvalues are the same: that is a case of its own."""
    return "real" if (2 - beta - 2 * eta * beta * sigma**2) ** 2 >= 4 * (1 - beta) else "complex"


def _repeated(beta: float, sigma: float) -> tuple[float, float]:
    s = math.sqrt(1 - beta)
    return (1 - s) ** 2 / (2 * beta * sigma**2), (1 + s) ** 2 / (2 * beta * sigma**2)


def eta_repeated_without_two(beta: float, sigma: float) -> tuple[float, float]:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    low, high = _repeated(beta, sigma)
    return 2 * low, 2 * high


def eta_repeated_sqrt_beta(beta: float, sigma: float) -> tuple[float, float]:
    """The square root is that of the determinant of R."""
    s = math.sqrt(beta)
    return (1 - s) ** 2 / (2 * beta * sigma**2), (1 + s) ** 2 / (2 * beta * sigma**2)


def eta_repeated_not_squared(beta: float, sigma: float) -> tuple[float, float]:
    """2 - beta -+ 2 sqrt(1 - beta) is a perfect square: one of its factors is missing."""
    s = math.sqrt(1 - beta)
    return (1 - s) / (2 * beta * sigma**2), (1 + s) / (2 * beta * sigma**2)


def eta_repeated_without_beta(beta: float, sigma: float) -> tuple[float, float]:
    """The new gradient is weighted by beta, so eta always comes together with beta."""
    low, high = _repeated(beta, sigma)
    return beta * low, beta * high


def eta_repeated_upper_only(beta: float, sigma: float) -> float:
    """Setting the discriminant to 0 gives two learning rates."""
    return _repeated(beta, sigma)[1]


def eta_repeated_sigma_not_squared(beta: float, sigma: float) -> tuple[float, float]:
    """X^T X has the squares of the singular values."""
    low, high = _repeated(beta, sigma)
    return low * sigma, high * sigma


def eta_repeated_middle(beta: float, sigma: float) -> tuple[float, float]:
    """This is the middle between the two learning rates: the square root is missing."""
    middle = (2 - beta) / (2 * beta * sigma**2)
    return middle, middle


def eta_repeated_swapped(beta: float, sigma: float) -> tuple[float, float]:
    """Return the lower learning rate first."""
    low, high = _repeated(beta, sigma)
    return high, low


def eta_repeated_beta_swapped(beta: float, sigma: float) -> tuple[float, float]:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return _repeated(1 - beta, sigma)


def eta_stable_max_plain_descent(beta: float, sigma: float) -> float:  # noqa: ARG001
    """This is the bound without momentum, which allows larger learning rates."""
    return 1 / sigma**2


def eta_stable_max_half(beta: float, sigma: float) -> float:
    """An eigenvalue of -1 is reached at twice this learning rate: put lambda = -1 into the characteristic polynomial."""
    return (2 - beta) / (2 * beta * sigma**2)


def eta_stable_max_repeated(beta: float, sigma: float) -> float:
    """Above the repeated eigenvalue they are real and still below 1 in size for a while."""
    return _repeated(beta, sigma)[1]


def eta_stable_max_repeated_doubled(beta: float, sigma: float) -> float:
    """The bound comes from an eigenvalue of -1, not from the discriminant."""
    return 2 * _repeated(beta, sigma)[1]


def eta_stable_max_two_over(beta: float, sigma: float) -> float:
    """Put lambda = -1 into the characteristic polynomial again: a term with beta is missing."""
    return 2 / (beta * sigma**2)


def eta_stable_max_one_minus_beta(beta: float, sigma: float) -> float:
    """Put lambda = -1 into the characteristic polynomial again: 1 + (2 - beta) + (1 - beta) is not 2 (1 - beta)."""
    return (1 - beta) / (beta * sigma**2)


def eta_stable_max_one_over(beta: float, sigma: float) -> float:
    """Put lambda = -1 into the characteristic polynomial: what is left of the terms without eta?"""
    return 1 / (beta * sigma**2)


def eta_stable_max_without_sigma(beta: float, sigma: float) -> float:  # noqa: ARG001
    """The bound depends on the singular value."""
    return (2 - beta) / beta


def eta_stable_max_without_two(beta: float, sigma: float) -> float:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return 2 * (2 - beta) / (beta * sigma**2)


def eta_stable_max_sigma_not_squared(beta: float, sigma: float) -> float:
    """X^T X has the squares of the singular values."""
    return (2 - beta) / (beta * sigma)


def eta_stable_max_beta_swapped(beta: float, sigma: float) -> float:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return (1 + beta) / ((1 - beta) * sigma**2)


def eta_stable_max_without_beta(beta: float, sigma: float) -> float:
    """The new gradient is weighted by beta, so eta always comes together with beta."""
    return (2 - beta) / sigma**2


def eta_complex_range_from_zero(beta: float, sigma: float) -> tuple[float, float]:
    """For very small learning rates the eigenvalues are real: the range does not start at 0."""
    return 0.0, _repeated(beta, sigma)[1]


def eta_complex_range_to_stability(beta: float, sigma: float) -> tuple[float, float]:
    """The eigenvalues become real before they become unstable."""
    return _repeated(beta, sigma)[0], (2 - beta) / (beta * sigma**2)


def eta_complex_range_without_two(beta: float, sigma: float) -> tuple[float, float]:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    low, high = _repeated(beta, sigma)
    return 2 * low, 2 * high


def eta_complex_range_sqrt_beta(beta: float, sigma: float) -> tuple[float, float]:
    """The square root is that of the determinant of R, 1 - beta."""
    return eta_repeated_sqrt_beta(beta, sigma)


def eta_complex_range_sigma_not_squared(beta: float, sigma: float) -> tuple[float, float]:
    """X^T X has the squares of the singular values."""
    return eta_repeated_sigma_not_squared(beta, sigma)


def eta_complex_range_beta_swapped(beta: float, sigma: float) -> tuple[float, float]:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return _repeated(1 - beta, sigma)


def eta_complex_range_without_beta(beta: float, sigma: float) -> tuple[float, float]:
    """The new gradient is weighted by beta, so eta always comes together with beta."""
    return eta_repeated_without_beta(beta, sigma)


def _eigenvalue_sizes(eta: float, beta: float, sigmas: Array) -> Array:
    return np.array([np.abs(_roots(2 - beta - 2 * eta * beta * s**2, 1 - beta)) for s in sigmas])


def momentum_rate_always_complex(eta: float, beta: float, sigmas: Array) -> float:  # noqa: ARG001
    """This is the rate only where all eigenvalues are complex."""
    return math.sqrt(1 - beta)


def momentum_rate_determinant(eta: float, beta: float, sigmas: Array) -> float:  # noqa: ARG001
    """The determinant is the product of the two eigenvalues; the rate is the size of one."""
    return 1 - beta


def momentum_rate_smallest(eta: float, beta: float, sigmas: Array) -> float:
    """The slowest coordinate decides: take the largest eigenvalue."""
    return float(_eigenvalue_sizes(eta, beta, sigmas).min())


def momentum_rate_real_part(eta: float, beta: float, sigmas: Array) -> float:
    """The size of a complex eigenvalue is not the size of its real part."""
    roots = [_roots(2 - beta - 2 * eta * beta * s**2, 1 - beta) for s in sigmas]
    return float(np.abs(np.real(roots)).max())


def momentum_rate_first_eigenvalue(eta: float, beta: float, sigmas: Array) -> float:
    """Both eigenvalues of a coordinate count, and the second can be the larger one."""
    return float(_eigenvalue_sizes(eta, beta, sigmas)[:, 0].max())


def momentum_rate_plain_descent(eta: float, beta: float, sigmas: Array) -> float:  # noqa: ARG001
    """This is the rate without momentum."""
    return float(np.abs(1 - 2 * eta * sigmas**2).max())


def momentum_rate_square_root_of_sigma(eta: float, beta: float, sigmas: Array) -> float:
    """The recursion has the singular values squared."""
    return float(_eigenvalue_sizes(eta, beta, np.sqrt(sigmas)).max())


def momentum_rate_without_two(eta: float, beta: float, sigmas: Array) -> float:
    """The gradient of ||y - X w||^2 has a factor 2: there is no 1/2 in front of this loss."""
    return float(_eigenvalue_sizes(eta / 2, beta, sigmas).max())


def momentum_rate_beta_swapped(eta: float, beta: float, sigmas: Array) -> float:
    """Beta weighs the new gradient and 1 - beta the old momentum: yours are exchanged."""
    return float(_eigenvalue_sizes(eta, 1 - beta, sigmas).max())


def momentum_rate_without_beta(eta: float, beta: float, sigmas: Array) -> float:
    """The new gradient is weighted by beta in this form of momentum."""
    return float(_eigenvalue_sizes(eta / beta, beta, sigmas).max())


def momentum_best_eta_plain_descent(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """This is the best learning rate without momentum; the slow coordinate allows a larger one."""
    return 1 / (smax2 + smin2)


def momentum_best_eta_stability_bound(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """At this learning rate the iteration no longer converges."""
    return (2 - beta) / (beta * smax2)


def momentum_best_eta_large_only(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """The small singular value must have complex eigenvalues too."""
    return (1 - math.sqrt(1 - beta)) ** 2 / (2 * beta * smax2)


def momentum_best_eta_small_only(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """For the large singular value this learning rate is too large."""
    return (1 + math.sqrt(1 - beta)) ** 2 / (2 * beta * smin2)


def iters_from_rate_floor(rate: float, eps: float) -> int:
    """One step fewer does not reach the tolerance: which way must the number of steps be rounded?"""
    return math.floor(math.log(eps) / math.log(rate))


def iters_from_rate_not_rounded(rate: float, eps: float) -> float:
    """A number of steps is a whole number."""
    return math.log(eps) / math.log(rate)


def iters_from_rate_inverted_ratio(rate: float, eps: float) -> int:
    """rate^t = eps, so t is log(eps) divided by log(rate), not the other way round."""
    return math.ceil(math.log(rate) / math.log(eps))


def iters_from_rate_of_loss(rate: float, eps: float) -> int:
    """The loss shrinks with the square of the rate; the tolerance is about w."""
    return math.ceil(math.log(eps) / (2 * math.log(rate)))


def iters_from_rate_complement(rate: float, eps: float) -> int:
    """The error must fall to eps times its first size, not by eps of it."""
    return math.ceil(math.log(1 - eps) / math.log(rate))


def _run(maxiter: int, update: Callable[[Array, Array], Array], stepsize: float) -> tuple[Array, Array, list[float]]:
    w = np.zeros((X.shape[1], 1))
    z = 2 * X.T @ (X @ w - y)
    grads, ws, losses = [], [], []
    for _step in range(maxiter):
        g = 2 * X.T @ (X @ w - y)
        z = update(z, g)
        w = w - stepsize * z
        grads.append(g.ravel())
        ws.append(w.ravel())
        losses.append(float(np.sum((X @ w - y) ** 2)))
    return np.array(grads), np.array(ws), losses


def runGDM_beta_swapped(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """Beta weighs the new gradient and 1 - beta the smoothed one: yours are exchanged."""
    return _run(maxiter, lambda z, g: beta * z + (1 - beta) * g, stepsize)


def runGDM_not_updated(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:  # noqa: ARG001
    """The smoothed gradient never changes: the line that updates it is missing."""
    return _run(maxiter, lambda z, _g: z, stepsize)


def runGDM_plain_descent(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:  # noqa: ARG001
    """This is gradient descent without momentum: the step uses the smoothed gradient."""
    return _run(maxiter, lambda _z, g: g, stepsize)


def runGDM_heavy_ball(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """The new gradient is weighted by beta in this form of momentum."""
    return _run(maxiter, lambda z, g: (1 - beta) * z + g, stepsize)


def runGDM_aliased(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """All rows of ws are one array that changes in place: store a copy of it at every step."""
    grads, ws, losses = _run(maxiter, lambda z, g: (1 - beta) * z + beta * g, stepsize)
    return grads, np.tile(ws[-1], (maxiter, 1)), losses
