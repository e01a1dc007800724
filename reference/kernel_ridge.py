"""Homework 2, problem 4: an alternative MAP interpretation of ridge regression.

Y = X W + sqrt(lambda) N with W ~ N(0, I_d) and N ~ N(0, I_n); X has shape (n, d).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _require(condition: bool, message: str) -> None:  # noqa: FBT001 (an assertion that stays on)
    if not condition:
        raise ValueError(message)


def _checked(X: Array, lam: float) -> Array:
    X = np.asarray(X, float)
    _require(X.ndim == 2 and lam > 0, "X must be (n, d) and lambda positive")  # noqa: PLR2004
    return X


def joint_cov(X: Array, lam: float) -> tuple[Array, Array]:
    """Sigma_WY = X^T, shape (d, n), and Sigma_YY = X X^T + lambda I, shape (n, n). Problem 4.

    Valid: lambda > 0. Raises ValueError otherwise.
    """
    X = _checked(X, lam)
    return X.T.copy(), X @ X.T + lam * np.eye(X.shape[0])


def ridge_primal(X: Array, y: Array, lam: float) -> Array:
    """(X^T X + lambda I)^{-1} X^T y, shape (d,): the MAP estimate. Problem 4, equation (17).

    y: (n,); lambda > 0. Raises ValueError otherwise.
    """
    X = _checked(X, lam)
    return np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ np.asarray(y, float).ravel())


def ridge_kernel(X: Array, y: Array, lam: float) -> Array:
    """X^T (X X^T + lambda I)^{-1} y, shape (d,): E[W | Y = y]. Problem 4, equation (19).

    y: (n,); lambda > 0. Raises ValueError otherwise.
    """
    X = _checked(X, lam)
    S_wy, S_yy = joint_cov(X, lam)
    return S_wy @ np.linalg.solve(S_yy, np.asarray(y, float).ravel())
