"""Wrong variants for question 3. A docstring is the hint that a student reads whose outputs equal the variant's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Generator = np.random.Generator


def _ridge(X: Array, y: Array, lam: float) -> Array:
    return np.asarray(np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T @ y), float)


def noise_aug_weights_without_m(X: Array, y: Array, sigma: float) -> Array:
    """Every row of X has its own noise: without the 1/m in front, the penalty grows with the number of rows."""
    return _ridge(X, y, sigma**2)


def noise_aug_weights_sigma_not_squared(X: Array, y: Array, sigma: float) -> Array:
    """The penalty has the variance of the noise, not its standard deviation."""
    return _ridge(X, y, X.shape[0] * sigma)


def noise_aug_weights_columns_for_rows(X: Array, y: Array, sigma: float) -> Array:
    """Sum the penalty over the rows of X, not over its columns."""
    return _ridge(X, y, X.shape[1] * sigma**2)


def noise_aug_weights_divided_once(X: Array, y: Array, sigma: float) -> Array:
    """If X^T X is divided by m, the penalty and X^T y must be divided too."""
    return _ridge(X / np.sqrt(len(X)), y / np.sqrt(len(X)), X.shape[0] * sigma**2)


def noise_aug_weights_unregularized(X: Array, y: Array, sigma: float) -> Array:  # noqa: ARG001
    """The noise has mean zero, but its square does not: it adds a penalty on w."""
    return _ridge(X, y, 0.0)


def noise_aug_weights_shrunk(X: Array, y: Array, sigma: float) -> Array:
    """The penalty does not shrink all directions alike."""
    return _ridge(X, y, 0.0) / (1 + sigma**2)


def _loss(w: Array, X: Array, y: Array, penalty: float) -> float:
    return float(np.sum((X @ w - y) ** 2) + penalty)


def expected_noisy_loss_without_m(w: Array, X: Array, y: Array, sigma: float) -> float:
    """Every row of X has its own noise: sum its contribution over the rows."""
    return _loss(w, X, y, sigma**2 * float(np.sum(w**2)))


def expected_noisy_loss_columns_for_rows(w: Array, X: Array, y: Array, sigma: float) -> float:
    """Sum the contribution of the noise over the rows of X, not over its columns."""
    return _loss(w, X, y, X.shape[1] * sigma**2 * float(np.sum(w**2)))


def expected_noisy_loss_sigma_not_squared(w: Array, X: Array, y: Array, sigma: float) -> float:
    """The expected square of the noise is its variance, not its standard deviation."""
    return _loss(w, X, y, X.shape[0] * sigma * float(np.sum(w**2)))


def expected_noisy_loss_norm_not_squared(w: Array, X: Array, y: Array, sigma: float) -> float:
    """The noise enters squared, and so does the norm of w."""
    return _loss(w, X, y, X.shape[0] * sigma**2 * float(np.linalg.norm(w)))


def expected_noisy_loss_mean_of_data(w: Array, X: Array, y: Array, sigma: float) -> float:
    """The first term is the whole sum of squares, not their mean."""
    return float(np.mean((X @ w - y) ** 2) + X.shape[0] * sigma**2 * np.sum(w**2))


def expected_noisy_loss_mean(w: Array, X: Array, y: Array, sigma: float) -> float:
    """This is the expected loss divided by m: the question asks for the sum."""
    return float(np.mean((X @ w - y) ** 2) + sigma**2 * np.sum(w**2))


def expected_noisy_loss_constant(w: Array, X: Array, y: Array, sigma: float) -> float:
    """The noise is multiplied by w before it is squared."""
    return _loss(w, X, y, X.size * sigma**2)


def augment_variance_as_std(X: Array, sigma: float, rng: Generator) -> Array:
    """A normal generator takes the standard deviation, not the variance."""
    return X + rng.normal(0, sigma**2, X.shape)


def augment_root_as_std(X: Array, sigma: float, rng: Generator) -> Array:
    """Sigma is the standard deviation already: no square root of it."""
    return X + rng.normal(0, np.sqrt(sigma), X.shape)


def augment_same_in_row(X: Array, sigma: float, rng: Generator) -> Array:
    """Every entry gets noise of its own, not one number for a whole row."""
    return X + sigma * rng.standard_normal((X.shape[0], 1))


def augment_same_in_column(X: Array, sigma: float, rng: Generator) -> Array:
    """Every row gets noise of its own, not one vector for all rows."""
    return X + sigma * rng.standard_normal(X.shape[1])


def augment_one_number(X: Array, sigma: float, rng: Generator) -> Array:
    """Every entry gets noise of its own, not one number for all."""
    return X + sigma * rng.standard_normal()


def augment_multiplicative(X: Array, sigma: float, rng: Generator) -> Array:
    """The noise is added to X, not multiplied with it."""
    return X * (1 + sigma * rng.standard_normal(X.shape))


def augment_uniform(X: Array, sigma: float, rng: Generator) -> Array:
    """The noise is normal, not uniform."""
    return X + rng.uniform(-sigma * np.sqrt(3), sigma * np.sqrt(3), X.shape)


def augment_fixed_seed(X: Array, sigma: float, rng: Generator) -> Array:  # noqa: ARG001
    """Use the generator that is passed in: a seed of your own gives the same noise every time."""
    return X + sigma * np.random.default_rng(0).standard_normal(X.shape)


def augment_in_place(X: Array, sigma: float, rng: Generator) -> Array:
    """Make a new array: `X += …` changes the caller's data."""
    X += sigma * rng.standard_normal(X.shape)
    return X


def augment_unit_noise(X: Array, sigma: float, rng: Generator) -> Array:  # noqa: ARG001
    """The noise must be scaled by sigma."""
    return X + rng.standard_normal(X.shape)


def augment_without_noise(X: Array, sigma: float, rng: Generator) -> Array:  # noqa: ARG001
    """There is no noise in what you return."""
    return X.copy()


def _mean_path(factor: float, forcing: float, T: int) -> Array:
    mean = np.zeros(T + 1)
    for t in range(T):
        mean[t + 1] = factor * mean[t] + forcing
    return mean


def mean_recursion_with_two(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """This loss has a 1/2 in front, so its gradient has no factor 2."""
    return _mean_path(1 - 2 * eta * (x**2 + sigma**2), 2 * eta * x * y, T)


def mean_recursion_two_in_one_term(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """This loss has a 1/2 in front: there is no factor 2 in either term."""
    return _mean_path(1 - 2 * eta * (x**2 + sigma**2), eta * x * y, T)


def mean_recursion_without_noise(x: float, y: float, sigma: float, eta: float, T: int) -> Array:  # noqa: ARG001
    """The noise enters squared, and its square has a mean that is not zero."""
    return _mean_path(1 - eta * x**2, eta * x * y, T)


def mean_recursion_sigma_not_squared(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """The mean of the squared noise is its variance, not its standard deviation."""
    return _mean_path(1 - eta * (x**2 + sigma), eta * x * y, T)


def mean_recursion_square_of_sum(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """In the mean of (x + N)^2 the cross term vanishes."""
    return _mean_path(1 - eta * (x + sigma) ** 2, eta * x * y, T)


def mean_recursion_difference(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """The mean of (x + N)^2 is larger than x^2, not smaller."""
    return _mean_path(1 - eta * (x**2 - sigma**2), eta * x * y, T)


def mean_recursion_noise_in_forcing(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """The noise in (x + N) y has mean zero, so sigma is not in this term."""
    return _mean_path(1 - eta * (x**2 + sigma**2), eta * (x + sigma) * y, T)


def mean_recursion_forcing_sign(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """From w = 0 the first step goes towards the solution: check its sign."""
    return _mean_path(1 - eta * (x**2 + sigma**2), -eta * x * y, T)


def mean_recursion_last_missing(x: float, y: float, sigma: float, eta: float, T: int) -> Array:
    """T steps give T + 1 values, because the start counts."""
    return _mean_path(1 - eta * (x**2 + sigma**2), eta * x * y, T)[:-1]


def mean_stable_range_without_half(x: float, sigma: float) -> tuple[float, float]:
    """This loss has a 1/2 in front, so the bound is twice as large as in problem 1."""
    return 0.0, 1 / (x**2 + sigma**2)


def mean_stable_range_without_noise(x: float, sigma: float) -> tuple[float, float]:  # noqa: ARG001
    """The noise makes the loss steeper on average."""
    return 0.0, 2 / x**2


def mean_stable_range_sigma_not_squared(x: float, sigma: float) -> tuple[float, float]:
    """The mean of the squared noise is its variance, not its standard deviation."""
    return 0.0, 2 / (x**2 + sigma)


def mean_stable_range_square_of_sum(x: float, sigma: float) -> tuple[float, float]:
    """In the mean of (x + N)^2 the cross term vanishes."""
    return 0.0, 2 / (x + sigma) ** 2


def mean_stable_range_mean_square(x: float, sigma: float) -> tuple[float, float]:
    """This is the bound for the variance; the question is about the mean."""
    return 0.0, 2 * (x**2 + sigma**2) / (x**4 + 6 * x**2 * sigma**2 + 3 * sigma**4)


def mean_stable_range_difference(x: float, sigma: float) -> tuple[float, float]:
    """The mean of (x + N)^2 is larger than x^2, not smaller."""
    return 0.0, 2 / (x**2 - sigma**2)


def mean_limit_without_noise(x: float, y: float, sigma: float) -> float:  # noqa: ARG001
    """The noise shrinks the limit: put E[w] on both sides of the recursion."""
    return y / x


def mean_limit_without_x(x: float, y: float, sigma: float) -> float:
    """The forcing term has a factor x."""
    return y / (x**2 + sigma**2)


def mean_limit_sum(x: float, y: float, sigma: float) -> float:
    """Put E[w] on both sides of the recursion of part (b) and solve for it."""
    return y / (x + sigma)


def mean_limit_sigma_not_squared(x: float, y: float, sigma: float) -> float:
    """The mean of the squared noise is its variance, not its standard deviation."""
    return x * y / (x**2 + sigma)


def mean_limit_difference(x: float, y: float, sigma: float) -> float:
    """The noise must shrink the limit, not enlarge it."""
    return x * y / (x**2 - sigma**2)


def mean_limit_first_order(x: float, y: float, sigma: float) -> float:
    """This holds only for very small noise."""
    return y / x * (1 - sigma**2 / x**2)
