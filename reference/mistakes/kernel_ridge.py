"""Wrong variants for question 4. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def _kernel(X: Array, y: Array, penalty: Array) -> Array:
    return X.T @ np.linalg.solve(X @ X.T + penalty, y)


def _primal(X: Array, y: Array, penalty: Array) -> Array:
    return np.asarray(np.linalg.solve(X.T @ X + penalty, X.T @ y), float)


def ridge_kernel_lambda_squared(X: Array, y: Array, lam: float) -> Array:
    """Lambda is the variance of the noise already: do not square it."""
    return _kernel(X, y, lam**2 * np.eye(len(X)))


def ridge_kernel_root_lambda(X: Array, y: Array, lam: float) -> Array:
    """The noise is multiplied by sqrt(lambda); its variance is lambda."""
    return _kernel(X, y, np.sqrt(lam) * np.eye(len(X)))


def ridge_kernel_times_n(X: Array, y: Array, lam: float) -> Array:
    """The loss is a sum over the rows, so lambda is not multiplied by their number."""
    return _kernel(X, y, len(X) * lam * np.eye(len(X)))


def ridge_kernel_divided_by_n(X: Array, y: Array, lam: float) -> Array:
    """The loss is a sum over the rows, so lambda is not divided by their number."""
    return _kernel(X, y, lam / len(X) * np.eye(len(X)))


def ridge_kernel_doubled(X: Array, y: Array, lam: float) -> Array:
    """Both terms of the gradient have the same factor 2: it cancels."""
    return _kernel(X, y, 2 * lam * np.eye(len(X)))


def ridge_kernel_halved(X: Array, y: Array, lam: float) -> Array:
    """Both terms of the gradient have the same factor: lambda is not halved."""
    return _kernel(X, y, lam / 2 * np.eye(len(X)))


def ridge_kernel_unregularized(X: Array, y: Array, lam: float) -> Array:  # noqa: ARG001
    """Lambda is missing."""
    return np.linalg.pinv(X) @ y


def ridge_kernel_not_transposed(X: Array, y: Array, lam: float) -> Array:
    """The matrix of the inner products of the rows is X X^T, and X^T stands in front of its inverse."""
    return _kernel(X.T, y, lam * np.eye(X.shape[1]))


def ridge_kernel_gram_of_columns(X: Array, y: Array, lam: float) -> Array:
    """X^T X is d x d: the identity must have its size, or this must be X X^T."""
    return np.asarray(np.linalg.solve(X.T @ X + lam * np.eye(len(X)), X.T @ y), float)


def ridge_kernel_alpha(X: Array, y: Array, lam: float) -> Array:
    """These are the coefficients of the rows of X: multiply by X transposed to get w."""
    return np.asarray(np.linalg.solve(X @ X.T + lam * np.eye(len(X)), y), float)


def ridge_kernel_predictions(X: Array, y: Array, lam: float) -> Array:
    """Return w, not the predictions X w."""
    return X @ _kernel(X, y, lam * np.eye(len(X)))


def ridge_kernel_ones(X: Array, y: Array, lam: float) -> Array:
    """Lambda is added to the diagonal only: multiply it by the identity matrix."""
    return _kernel(X, y, lam * np.ones((len(X), len(X))))


def ridge_kernel_negative(X: Array, y: Array, lam: float) -> Array:
    """Lambda is added, not subtracted."""
    return _kernel(X, y, -lam * np.eye(len(X)))


def ridge_primal_lambda_squared(X: Array, y: Array, lam: float) -> Array:
    """Lambda is not squared in the objective."""
    return _primal(X, y, lam**2 * np.eye(X.shape[1]))


def ridge_primal_times_n(X: Array, y: Array, lam: float) -> Array:
    """The loss is a sum over the rows, so lambda is not multiplied by their number."""
    return _primal(X, y, len(X) * lam * np.eye(X.shape[1]))


def ridge_primal_doubled(X: Array, y: Array, lam: float) -> Array:
    """Both terms of the gradient have the same factor 2: it cancels."""
    return _primal(X, y, 2 * lam * np.eye(X.shape[1]))


def ridge_primal_unregularized(X: Array, y: Array, lam: float) -> Array:  # noqa: ARG001
    """Lambda is missing."""
    return np.linalg.pinv(X) @ y


def ridge_primal_ones(X: Array, y: Array, lam: float) -> Array:
    """Lambda is added to the diagonal only: multiply it by the identity matrix."""
    return _primal(X, y, lam * np.ones((X.shape[1], X.shape[1])))


def joint_cov_transposed(X: Array, lam: float) -> tuple[Array, Array]:
    """The covariance of W and Y has a row for every entry of W: it is d x n."""
    return X.copy(), X @ X.T + lam * np.eye(len(X))


def joint_cov_gram_of_columns(X: Array, lam: float) -> tuple[Array, Array]:
    """Y has n entries, so its covariance is n x n."""
    return X.T.copy(), X.T @ X + lam * np.eye(X.shape[1])


def joint_cov_without_noise(X: Array, lam: float) -> tuple[Array, Array]:  # noqa: ARG001
    """The noise adds to the variance of Y."""
    return X.T.copy(), X @ X.T


def joint_cov_root_lambda(X: Array, lam: float) -> tuple[Array, Array]:
    """The noise is multiplied by sqrt(lambda); its variance is lambda."""
    return X.T.copy(), X @ X.T + np.sqrt(lam) * np.eye(len(X))


def joint_cov_lambda_squared(X: Array, lam: float) -> tuple[Array, Array]:
    """Lambda is the variance of the noise already: do not square it."""
    return X.T.copy(), X @ X.T + lam**2 * np.eye(len(X))


def joint_cov_conditional(X: Array, lam: float) -> tuple[Array, Array]:
    """The covariance is E[W Y^T]; it is not yet multiplied by the inverse of the other one."""
    S_yy = X @ X.T + lam * np.eye(len(X))
    return X.T @ np.linalg.inv(S_yy), S_yy


def joint_cov_ones(X: Array, lam: float) -> tuple[Array, Array]:
    """The noise of different rows is independent: lambda stands on the diagonal only."""
    return X.T.copy(), X @ X.T + lam * np.ones((len(X), len(X)))
