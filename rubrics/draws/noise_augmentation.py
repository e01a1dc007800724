"""Random cases for question 3: sigma away from 1, more rows than columns, well-conditioned data."""

from __future__ import annotations

import numpy as np

Generator = np.random.Generator


def _sigma(rng: Generator) -> float:
    """Below or above 1, never near it: there sigma and sigma^2 are the same."""
    return float(rng.uniform(0.2, 0.7) if rng.random() < 0.5 else rng.uniform(1.4, 2.5))  # noqa: PLR2004 (a coin)


def noisy_data(rng: Generator) -> dict[str, object]:
    """More rows than columns."""
    m, n = int(rng.integers(5, 10)), int(rng.integers(2, 5))
    return {"X": rng.normal(size=(m, n)), "y": rng.normal(size=m), "sigma": _sigma(rng)}


def noisy_data_and_weights(rng: Generator) -> dict[str, object]:
    """The same, with weights."""
    case = noisy_data(rng)
    return {**case, "w": rng.normal(size=np.shape(case["X"])[1])}


def three_blocks(rng: Generator) -> dict[str, object]:
    """150 x 40: zeros, ordinary numbers, and numbers a hundred times as large."""
    X = np.concatenate([np.zeros((50, 40)), rng.normal(size=(50, 40)), 100 * rng.normal(size=(50, 40))])
    return {"X": X}


def x_and_sigma(rng: Generator) -> dict[str, object]:
    """X of either sign."""
    return {"x": float(rng.uniform(0.4, 2.0) * rng.choice([-1, 1])), "sigma": _sigma(rng)}


def limit_case(rng: Generator) -> dict[str, object]:
    """x, sigma and a y."""
    return {**x_and_sigma(rng), "y": rng.uniform(0.5, 3.0)}


def mean_run(rng: Generator) -> dict[str, object]:
    """A run of 2 to 15 steps whose mean converges."""
    x, sigma = rng.uniform(0.4, 2.0), _sigma(rng)
    eta = rng.uniform(0.1, 0.9) * 2 / (x**2 + sigma**2)
    return {"x": x, "y": rng.uniform(0.5, 3.0), "sigma": sigma, "eta": float(eta), "T": int(rng.integers(2, 16))}
