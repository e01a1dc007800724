"""Known wrong answers to question 1. A docstring is the hint for a student whose answers equal the function's."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def mean_and_variance_with_n_minus_one(x: Array) -> tuple[float, float]:
    """The variance here is a mean: divide by n, not by n - 1."""
    return float(np.mean(x)), float(np.var(x, ddof=1))


def mean_and_variance_as_deviation(x: Array) -> tuple[float, float]:
    """This is the standard deviation, the root of the variance."""
    return float(np.mean(x)), float(np.std(x))


def fit_line_through_origin(x: Array, y: Array) -> tuple[float, float]:
    """The line need not go through the origin: subtract the means first."""
    return 0.0, np.sum(x * y) / np.sum(x**2)
