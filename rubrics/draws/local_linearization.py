"""Random cases for question 6: inputs away from 0, where a network without biases has its kink."""

from __future__ import annotations

import numpy as np

Generator = np.random.Generator


def points(rng: Generator) -> dict[str, object]:
    """Eight points of both signs, in no order."""
    return {"x": rng.uniform(0.05, 1, 8) * rng.choice([-1, 1], 8)}


def pairs(rng: Generator) -> dict[str, object]:
    """Eight points with targets."""
    return {**points(rng), "y": rng.normal(size=8)}


def wide(rng: Generator) -> dict[str, object]:
    """Fewer points than parameters."""
    return {"J": rng.normal(size=(5, 8))}


def tall(rng: Generator) -> dict[str, object]:
    """More points than parameters."""
    return {"J": rng.normal(size=(8, 5))}
