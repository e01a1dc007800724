"""Correct answers to question 4 in other forms and types: each must get full marks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def joint_cov_list(X: Array, lam: float) -> list[Array]:
    """A list of the two."""
    return [X.T, X @ X.T + lam * np.identity(X.shape[0])]


def joint_cov_blocks(X: Array, lam: float) -> tuple[Array, Array]:
    """From the covariance of (W, N) under the linear map that gives (W, Y)."""
    n, d = X.shape
    L = np.block([[np.eye(d), np.zeros((d, n))], [X, np.sqrt(lam) * np.eye(n)]])
    S = L @ L.T
    return S[:d, d:], S[d:, d:]


def ridge_primal_kernel(X: Array, y: Array, lam: float) -> Array:
    """The kernel form: the same weights."""
    return np.asarray(X.T @ np.linalg.solve(X @ X.T + lam * np.eye(len(X)), y), float)


def ridge_primal_cholesky(X: Array, y: Array, lam: float) -> Array:
    """With a Cholesky factor; a row (1, d)."""
    L = np.linalg.cholesky(X.T @ X + lam * np.eye(X.shape[1]))
    return np.asarray(np.linalg.solve(L.T, np.linalg.solve(L, X.T @ y)), float).reshape(1, -1)


def ridge_kernel_primal(X: Array, y: Array, lam: float) -> Array:
    """The primal form: the same weights; a column (d, 1)."""
    return np.asarray(np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y), float)[:, None]


def ridge_kernel_svd(X: Array, y: Array, lam: float) -> Array:
    """Through the singular values."""
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return np.asarray(Vt.T @ (s / (s**2 + lam) * (U.T @ y)), float)


def ridge_kernel_inverse(X: Array, y: Array, lam: float) -> npt.NDArray[np.float32]:
    """An explicit inverse in float32."""
    A = X.astype(np.float32)
    inverse = np.linalg.inv(A @ A.T + np.float32(lam) * np.eye(len(A), dtype=np.float32))
    return np.asarray(A.T @ inverse @ y.astype(np.float32), np.float32)


def ridge_kernel_tensor(X: Array, y: Array, lam: float) -> Any:
    """With torch."""
    import torch  # noqa: PLC0415 (only this variant needs it)

    A, b = torch.as_tensor(X), torch.as_tensor(y)
    return A.T @ torch.linalg.solve(A @ A.T + lam * torch.eye(len(A), dtype=A.dtype), b)
