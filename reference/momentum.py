"""Homework 2, problem 2: accelerating gradient descent with momentum.

z_{t+1} = (1 - beta) z_t + beta g_t,  w_{t+1} = w_t - eta z_{t+1},  with g_t the gradient of ||y - X w||^2 (no 1/2).
In the coordinates of the SVD, a_t[i] is the momentum and x_t[i] the error of coordinate i; the state is [a; x].
"""

from __future__ import annotations

import cmath
import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
ComplexArray = npt.NDArray[np.complex128]

X: Array = np.zeros((1, 1))  # (n, d); 2(h) reads the data from globals, as the notebook does
y: Array = np.zeros((1, 1))  # (n, 1)


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 (an assertion that stays on)
    if not condition:
        raise ValueError(message)


def _require_beta(beta: float) -> None:
    _require(0 < beta <= 1, "beta must lie in (0, 1]")


def momentum_path(
    X: Array, y: Array, eta: float, beta: float, T: int, w0: Array | None = None, z0: Array | None = None
) -> Array:
    """The iterates w_0, …, w_T, shape (T+1, d). Problem 2(a), equations (8) and (9); z_0 = 0 unless given.

    X: (n, d), y: (n,); eta > 0, 0 < beta <= 1, T >= 0. Raises ValueError otherwise.
    """
    X, y = np.asarray(X, float), np.asarray(y, float).ravel()
    _require(X.ndim == 2 and X.shape[0] == y.size, "X must be (n, d) and y (n,)")  # noqa: PLR2004
    _require(eta > 0 and T >= 0, "eta must be positive, T must not be negative")
    _require_beta(beta)
    w = np.zeros((T + 1, X.shape[1]))
    w[0] = 0.0 if w0 is None else np.asarray(w0, float).reshape(X.shape[1])
    z = np.zeros(X.shape[1]) if z0 is None else np.asarray(z0, float).reshape(X.shape[1])
    for t in range(T):
        z = (1 - beta) * z + beta * 2 * X.T @ (X @ w[t] - y)
        w[t + 1] = w[t] - eta * z
    return w


def momentum_R(eta: float, beta: float, sigma: float) -> Array:
    """The matrix R_i of [a_{t+1}; x_{t+1}] = R_i [a_t; x_t], shape (2, 2). Problem 2(b).

    Valid: eta > 0, 0 < beta <= 1, sigma >= 0. Raises ValueError otherwise.
    """
    _require(eta > 0 and sigma >= 0, "eta must be positive, sigma must not be negative")
    _require_beta(beta)
    return np.array(
        [
            [1 - beta, 2 * beta * sigma**2],
            [-eta * (1 - beta), 1 - 2 * eta * beta * sigma**2],
        ]
    )


def momentum_R_permuted(eta: float, beta: float, sigma: float) -> Array:
    """R_i for the state in the order [x; a], which is as good an answer to problem 2(b)."""
    return momentum_R(eta, beta, sigma)[::-1, ::-1].copy()


def momentum_eigs(eta: float, beta: float, sigma: float) -> ComplexArray:
    """The two eigenvalues of R_i, shape (2,), in any order. Problem 2(c).

    The roots of l^2 - (2 - beta - 2 eta beta sigma^2) l + (1 - beta). Valid: as in momentum_R.
    """
    _require(eta > 0 and sigma >= 0, "eta must be positive, sigma must not be negative")
    _require_beta(beta)
    trace = 2 - beta - 2 * eta * beta * sigma**2
    root = cmath.sqrt(trace**2 - 4 * (1 - beta))
    return np.array([(trace + root) / 2, (trace - root) / 2])


def eig_type(eta: float, beta: float, sigma: float) -> str:
    """Whether the eigenvalues are "real" (and distinct), "repeated" or "complex". Problem 2(c).

    With u = 2 eta beta sigma^2 and s = sqrt(1 - beta): complex between u = (1 - s)^2 and u = (1 + s)^2.
    """
    _require(eta > 0 and sigma > 0, "eta and sigma must be positive")
    low, high = eta_repeated(beta, sigma)
    if math.isclose(eta, low, rel_tol=1e-9) or math.isclose(eta, high, rel_tol=1e-9):
        return "repeated"
    return "complex" if low < eta < high else "real"


def eta_repeated(beta: float, sigma: float) -> tuple[float, float]:
    """The two learning rates at which the eigenvalues coincide, the lower first. Problem 2(d).

    eta = (1 -+ sqrt(1 - beta))^2 / (2 beta sigma^2). Valid: 0 < beta <= 1, sigma > 0. Raises ValueError otherwise.
    """
    _require_beta(beta)
    _require(sigma > 0, "sigma must be positive")
    s = math.sqrt(1 - beta)
    return (1 - s) ** 2 / (2 * beta * sigma**2), (1 + s) ** 2 / (2 * beta * sigma**2)


def eta_stable_max(beta: float, sigma: float) -> float:
    """The learning rate below which the iteration is stable, (2 - beta)/(beta sigma^2). Problem 2(e).

    Valid: 0 < beta <= 1, sigma > 0. Raises ValueError otherwise.
    """
    _require_beta(beta)
    _require(sigma > 0, "sigma must be positive")
    return (2 - beta) / (beta * sigma**2)


def eta_complex_range(beta: float, sigma: float) -> tuple[float, float]:
    """The learning rates with complex eigenvalues, all of them stable (|l| = sqrt(1 - beta)). Problem 2(f).

    Valid: 0 < beta < 1 (at beta = 1 there are none), sigma > 0. Raises ValueError otherwise.
    """
    _require(0 < beta < 1, "beta must lie in (0, 1)")
    return eta_repeated(beta, sigma)


def momentum_rate(eta: float, beta: float, sigmas: Array) -> float:
    """The convergence rate: the largest |eigenvalue| over all coordinates. Problem 2(g).

    sigmas: shape (d,), all > 0. Raises ValueError otherwise.
    """
    sigmas = np.atleast_1d(np.asarray(sigmas, float))
    _require(sigmas.size > 0 and bool((sigmas > 0).all()), "all sigmas must be positive")
    return float(max(np.abs(momentum_eigs(eta, beta, float(sigma))).max() for sigma in sigmas))


def momentum_best_eta(beta: float, smax2: float, smin2: float) -> float:
    """A learning rate with the best rate, from the squares of the largest and smallest singular value. Problem 2(g).

    Where both eigenvalue pairs are complex the rate is sqrt(1 - beta), the least possible: any eta between
    (1 - s)^2/(2 beta smin2) and (1 + s)^2/(2 beta smax2) is optimal; this is their geometric mean. Valid: such an eta
    exists, beta <= 1 - ((k - 1)/(k + 1))^2 with k = sqrt(smax2/smin2). Raises ValueError otherwise.
    """
    _require_beta(beta)
    _require(smax2 >= smin2 > 0, "needs smax2 >= smin2 > 0")
    low, high = eta_repeated(beta, math.sqrt(smin2))[0], eta_repeated(beta, math.sqrt(smax2))[1]
    _require(low <= high, "no learning rate makes both pairs complex: beta is too large")
    return math.sqrt(low * high)


def momentum_best_eta_range(beta: float, smax2: float, smin2: float) -> tuple[float, float]:
    """The learning rates whose rate is within 0.3 % of the best: what counts as an answer to problem 2(g).

    Found by bisection from the optimum outwards, where the rate grows in both directions.
    """
    best = momentum_best_eta(beta, smax2, smin2)
    sigmas = np.sqrt([smax2, smin2])
    accepted = 1.003 * math.sqrt(1 - beta)

    def edge(outside: float) -> float:
        inside = best
        for _halving in range(100):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if momentum_rate(middle, beta, sigmas) <= accepted else (inside, middle)
        return inside

    return edge(best * 1e-3), edge(best * 1e3)


def iters_from_rate(rate: float, eps: float) -> int:
    """The first t with rate^t <= eps. Problem 2(g). Valid: 0 < rate < 1, 0 < eps < 1. Raises ValueError otherwise."""
    _require(0 < rate < 1 and 0 < eps < 1, "rate and eps must lie between 0 and 1")
    return math.ceil(math.log(eps) / math.log(rate))


def runGDM(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """Gradient descent with momentum on the globals X (n, d) and y (n, 1), from w = 0. Problem 2(h), the notebook.

    Returns the gradients (maxiter, d) and iterates (maxiter, d) after each step, and the losses (maxiter numbers). The
    smoothed gradient starts at the first gradient, as in the notebook.
    """
    return _run(maxiter, stepsize, beta, starts_at_gradient=True)


def runGDM_from_zero(maxiter: int, stepsize: float, beta: float) -> tuple[Array, Array, list[float]]:
    """`runGDM` with z_0 = 0, as in the written problem 2(g): as good an answer."""
    return _run(maxiter, stepsize, beta, starts_at_gradient=False)


def _run(maxiter: int, stepsize: float, beta: float, *, starts_at_gradient: bool) -> tuple[Array, Array, list[float]]:
    w = np.zeros((X.shape[1], 1))  # (d, 1)
    z = 2 * X.T @ (X @ w - y) if starts_at_gradient else np.zeros_like(w)
    grads, ws, losses = [], [], []
    for _step in range(maxiter):
        g = 2 * X.T @ (X @ w - y)
        z = (1 - beta) * z + beta * g
        w = w - stepsize * z
        grads.append(g.ravel())
        ws.append(w.ravel())
        losses.append(float(np.sum((X @ w - y) ** 2)))
    return np.array(grads), np.array(ws), losses
