"""Random cases for question 1: always inside the stable range, away from ties and from values that hide mistakes."""

from __future__ import annotations

import math

import numpy as np

Generator = np.random.Generator


def scalar_descent(rng: Generator) -> dict[str, object]:
    """A stable run of at most 20 steps."""
    sigma = rng.uniform(0.3, 3.0)
    return {
        "sigma": sigma,
        "y": rng.uniform(0.5, 4.0),
        "eta": rng.uniform(0.1, 0.9) / sigma**2,
        "T": int(rng.integers(2, 21)),
    }


def monotone_steps(rng: Generator) -> dict[str, object]:
    """A learning rate below 1/(2 sigma^2)."""
    return _steps(rng, 0.02, 0.4)


def oscillating_steps(rng: Generator) -> dict[str, object]:
    """A learning rate between 1/(2 sigma^2) and 1/sigma^2."""
    return _steps(rng, 0.6, 0.97)


def _steps(rng: Generator, low: float, high: float) -> dict[str, object]:
    """The exact count lies well between two integers, so that rounding cannot change it."""
    while True:
        sigma, fraction, eps = rng.uniform(0.3, 3.0), rng.uniform(low, high), 10 ** rng.uniform(-6, -1)
        count = math.log(eps) / math.log(abs(1 - 2 * fraction))
        if 2 <= count <= 2000 and 0.1 <= count % 1 <= 0.9:  # noqa: PLR2004 (the bounds of the sentence above)
            return {"sigma": sigma, "eta": fraction / sigma**2, "eps": eps}


def singular_values(rng: Generator) -> dict[str, object]:
    """Three to six different values, in no order, the largest in the middle."""
    values = np.sort(rng.uniform(0.2, 3.0, size=int(rng.integers(3, 7))))
    return {"sigmas": np.concatenate([values[1:], values[:1]])[::-1].copy()}


def _two(rng: Generator) -> tuple[float, float]:
    small = rng.uniform(0.3, 1.5)
    return small * rng.uniform(1.3, 3.0), small


def below_half(rng: Generator) -> dict[str, object]:
    """Eta < 1/(2 s_large^2): the large one is faster."""
    large, small = _two(rng)
    return {"eta": rng.uniform(0.1, 0.9) / (2 * large**2), "sigma_large": large, "sigma_small": small}


def between_half_and_best(rng: Generator) -> dict[str, object]:
    """1/(2 s_large^2) < eta < 1/(s_large^2 + s_small^2): the large one oscillates and is still faster."""
    large, small = _two(rng)
    low, high = 1 / (2 * large**2), 1 / (large**2 + small**2)
    return {"eta": low + rng.uniform(0.2, 0.8) * (high - low), "sigma_large": large, "sigma_small": small}


def above_best(rng: Generator) -> dict[str, object]:
    """1/(s_large^2 + s_small^2) < eta < 1/s_large^2: the small one is faster."""
    large, small = _two(rng)
    low, high = 1 / (large**2 + small**2), 1 / large**2
    return {"eta": low + rng.uniform(0.2, 0.9) * (high - low), "sigma_large": large, "sigma_small": small}


def least_squares(rng: Generator) -> dict[str, object]:
    """A stable run with more rows than columns."""
    d = int(rng.integers(2, 5))
    return _descent(rng, d + int(rng.integers(1, 5)), d)


def least_squares_from(rng: Generator) -> dict[str, object]:
    """The same, with a start."""
    case = least_squares(rng)
    return {**case, "w0": rng.normal(size=np.shape(case["X"])[1])}


def wide_least_squares(rng: Generator) -> dict[str, object]:
    """Fewer rows than columns, from a start: the null space must keep its part of it."""
    n = int(rng.integers(2, 4))
    case = _descent(rng, n, n + int(rng.integers(1, 4)))
    return {**case, "w0": rng.normal(size=np.shape(case["X"])[1])}


def _descent(rng: Generator, n: int, d: int) -> dict[str, object]:
    X = rng.normal(size=(n, d))
    eta = rng.uniform(0.1, 0.8) / np.linalg.norm(X, 2) ** 2
    return {"X": X, "y": rng.normal(size=n), "eta": float(eta), "T": int(rng.integers(2, 21))}
