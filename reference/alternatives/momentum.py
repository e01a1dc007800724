"""Correct answers to question 2 in other forms and types: each must get full marks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

X: Array = np.zeros((1, 1))  # globals of 2(h), as in the notebook
y: Array = np.zeros((1, 1))


def momentum_path_two_terms(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The momentum eliminated: w_{t+1} from w_t and w_{t-1}."""
    d = X.shape[1]
    w = np.zeros(d) if w0 is None else np.array(w0, float)
    before = w + eta * (np.zeros(d) if z0 is None else np.array(z0, float))  # w_{-1}, so that w_{-1} - w_0 = eta z_0
    path = [w]
    for _step in range(T):
        w, before = w + (1 - beta) * (w - before) - eta * beta * 2 * X.T @ (X @ w - y), w
        path.append(w)
    return np.array(path)


def momentum_path_columns(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> list[Array]:
    """A list of columns of shape (d, 1)."""
    d = X.shape[1]
    w = np.zeros((d, 1)) if w0 is None else np.reshape(w0, (d, 1))
    z = np.zeros((d, 1)) if z0 is None else np.reshape(z0, (d, 1))
    path = [w]
    for _step in range(T):
        z = (1 - beta) * z + 2 * beta * (X.T @ X @ w - X.T @ y.reshape(-1, 1))
        w = w - eta * z
        path.append(w)
    return path


def momentum_path_tensor(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Any:
    """The gradient by torch's automatic differentiation, in float32."""
    import torch  # noqa: PLC0415 (only this variant needs it)

    A, b = torch.tensor(X, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    w = torch.zeros(A.shape[1]) if w0 is None else torch.tensor(w0, dtype=torch.float32)
    z = torch.zeros(A.shape[1]) if z0 is None else torch.tensor(z0, dtype=torch.float32)
    path = [w]
    for _step in range(T):
        w = w.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(((A @ w - b) ** 2).sum(), w)
        z = (1 - beta) * z + beta * gradient
        w = w.detach() - eta * z
        path.append(w)
    return torch.stack([entry.detach() for entry in path])


def momentum_R_lists(eta: float, beta: float, sigma: float) -> list[list[float]]:
    """Nested lists."""
    return [[1 - beta, 2 * beta * sigma**2], [-eta * (1 - beta), 1 - 2 * eta * beta * sigma**2]]


def momentum_R_complex(eta: float, beta: float, sigma: float) -> ComplexArray:
    """A complex dtype without imaginary parts."""
    return np.array(momentum_R_lists(eta, beta, sigma), dtype=complex)


def momentum_R_other_order(eta: float, beta: float, sigma: float) -> Array:
    """The state in the order [x; a]."""
    return np.array([[1 - 2 * eta * beta * sigma**2, -eta * (1 - beta)], [2 * beta * sigma**2, 1 - beta]])


def momentum_R_matrix(eta: float, beta: float, sigma: float) -> Any:
    """As a product of the two half steps, in a numpy matrix."""
    first = np.array([[1 - beta, 2 * beta * sigma**2], [0, 1]])
    second = np.array([[1, 0], [-eta, 1]])
    return np.matrix(second @ first)


def momentum_eigs_eigvals(eta: float, beta: float, sigma: float) -> npt.NDArray[Any]:
    """NumPy's eigenvalues of R: a real array where they are real."""
    return np.linalg.eigvals(np.array(momentum_R_lists(eta, beta, sigma)))


def momentum_eigs_roots(eta: float, beta: float, sigma: float) -> npt.NDArray[Any]:
    """The roots of the characteristic polynomial."""
    return np.roots([1, -(2 - beta - 2 * eta * beta * sigma**2), 1 - beta])


def momentum_eigs_reversed(eta: float, beta: float, sigma: float) -> list[complex]:
    """The other order, as a list."""
    return [complex(root) for root in momentum_eigs_roots(eta, beta, sigma)[::-1]]


def eig_type_discriminant(eta: float, beta: float, sigma: float) -> str:
    """Through the discriminant; capital letters."""
    discriminant = (2 - beta - 2 * eta * beta * sigma**2) ** 2 - 4 * (1 - beta)
    if abs(discriminant) < 1e-10:  # noqa: PLR2004 (rounding)
        return "Repeated"
    return "Real" if discriminant > 0 else "Complex"


def eig_type_imaginary(eta: float, beta: float, sigma: float) -> str:
    """Through the eigenvalues themselves."""
    first, second = momentum_eigs_roots(eta, beta, sigma)
    if abs(first - second) < 1e-6:  # noqa: PLR2004 (rounding)
        return "repeated"
    return "complex" if abs(np.imag(first)) > 0 else "real"


def eta_repeated_expanded(beta: float, sigma: float) -> list[float]:
    """The square multiplied out."""
    root = 2 * math.sqrt(1 - beta)
    return [(2 - beta - root) / (2 * beta * sigma**2), (2 - beta + root) / (2 * beta * sigma**2)]


def eta_repeated_rationalized(beta: float, sigma: float) -> tuple[float, float]:
    """1 - beta = s^2 put into beta, and the fraction shortened."""
    s = math.sqrt(1 - beta)
    return (1 - s) / (2 * (1 + s) * sigma**2), (1 + s) / (2 * (1 - s) * sigma**2)


def eta_stable_max_difference(beta: float, sigma: float) -> float:
    """As a difference."""
    return 2 / (beta * sigma**2) - 1 / sigma**2


def eta_stable_max_searched(beta: float, sigma: float) -> Array:
    """By bisection on the largest eigenvalue, as a 0-d array."""
    low, high = 0.0, 10 / (beta * sigma**2)
    for _halving in range(200):
        middle = (low + high) / 2
        is_stable = max(abs(momentum_eigs_roots(middle, beta, sigma))) < 1
        low, high = (middle, high) if is_stable else (low, middle)
    return np.array(low)


def eta_complex_range_array(beta: float, sigma: float) -> Array:
    """An array of two."""
    return np.asarray((1 + np.array([-1, 1]) * np.sqrt(1 - beta)) ** 2 / (2 * beta * sigma**2), float)


def eta_complex_range_closed(beta: float, sigma: float) -> tuple[float, float, str]:
    """Counts the ends in: either is accepted, the supremum is not attained."""
    low, high = eta_repeated_expanded(beta, sigma)
    return low, high, "closed"


def momentum_rate_eigvals(eta: float, beta: float, sigmas: Array) -> float:
    """Eigenvalues of every R by NumPy."""
    matrices = [np.array(momentum_R_lists(eta, beta, float(sigma))) for sigma in sigmas]
    return float(max(np.abs(np.linalg.eigvals(matrix)).max() for matrix in matrices))


def momentum_rate_block(eta: float, beta: float, sigmas: Array) -> np.float64:
    """The spectral radius of the whole system at once."""
    d = len(sigmas)
    S, identity = np.diag(sigmas**2), np.eye(d)
    top = np.hstack([(1 - beta) * identity, 2 * beta * S])
    bottom = np.hstack([-eta * (1 - beta) * identity, identity - 2 * eta * beta * S])
    return np.float64(np.abs(np.linalg.eigvals(np.vstack([top, bottom]))).max())


def momentum_best_eta_lower_end(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """Just inside the lower end of the interval."""
    return (1 - math.sqrt(1 - beta)) ** 2 / (2 * beta * smin2) * 1.01


def momentum_best_eta_upper_end(beta: float, smax2: float, smin2: float) -> float:  # noqa: ARG001
    """The upper end of the interval."""
    return (1 + math.sqrt(1 - beta)) ** 2 / (2 * beta * smax2)


def momentum_best_eta_interval(beta: float, smax2: float, smin2: float) -> tuple[float, float]:
    """Both ends: every learning rate between them is optimal."""
    return momentum_best_eta_lower_end(beta, smax2, smin2), momentum_best_eta_upper_end(beta, smax2, smin2)


def iters_from_rate_log10(rate: float, eps: float) -> float:
    """Another base of the logarithm, and a float without a fraction."""
    return float(np.ceil(np.log10(eps) / np.log10(rate)))


def iters_from_rate_counted(rate: float, eps: float) -> int:
    """Multiplies until it is small enough."""
    steps, error = 0, 1.0
    while error > eps:
        error *= rate
        steps += 1
    return steps


def runGDM_from_zero(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """The smoothed gradient starts at 0, as in the written part."""
    return _run(maxiter, stepsize, beta, starts_at_gradient=False)


def runGDM_lists(maxiter: int, stepsize: float, beta: float) -> tuple[list[Array], list[Array], list[float]]:
    """Lists of columns instead of arrays."""
    grads, ws, losses = _run(maxiter, stepsize, beta, starts_at_gradient=True)
    return [g.reshape(-1, 1) for g in grads], [w.reshape(-1, 1) for w in ws], losses


def _run(maxiter: int, stepsize: float, beta: float, *, starts_at_gradient: bool) -> tuple[Array, Array, list[float]]:
    w = np.zeros(X.shape[1])
    target = y.ravel()
    z = 2 * X.T @ (X @ w - target) if starts_at_gradient else 0 * w
    grads, ws, losses = [], [], []
    for _step in range(maxiter):
        g = 2 * (X.T @ X @ w - X.T @ target)
        z = z + beta * (g - z)
        w = w - stepsize * z
        grads.append(g)
        ws.append(w)
        losses.append(float(((X @ w - target) ** 2).sum()))
    return np.array(grads), np.array(ws), losses
