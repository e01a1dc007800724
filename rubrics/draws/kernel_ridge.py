"""Random cases for question 4: condition numbers below 300, so that float32 answers pass; lambda away from 1."""

from __future__ import annotations

import numpy as np

Generator = np.random.Generator
MAX_CONDITION = 300.0


def tall(rng: Generator) -> dict[str, object]:
    """More rows than columns."""
    d = int(rng.integers(2, 5))
    return _case(rng, d + int(rng.integers(2, 5)), d)


def wide(rng: Generator) -> dict[str, object]:
    """Fewer rows than columns."""
    n = int(rng.integers(2, 5))
    return _case(rng, n, n + int(rng.integers(2, 5)))


def matrix(rng: Generator) -> dict[str, object]:
    """A matrix that is not square, and lambda."""
    case = tall(rng) if rng.random() < 0.5 else wide(rng)  # noqa: PLR2004 (a coin)
    return {"X": case["X"], "lam": case["lam"]}


def _case(rng: Generator, n: int, d: int) -> dict[str, object]:
    while True:
        X = rng.normal(size=(n, d))
        lam = float(rng.uniform(0.1, 0.6) if rng.random() < 0.5 else rng.uniform(1.6, 4.0))  # noqa: PLR2004
        largest = np.linalg.norm(X, 2) ** 2 + lam
        if largest / lam <= MAX_CONDITION:
            return {"X": X, "y": rng.normal(size=n), "lam": lam}
