"""Random cases for question 5: small arrays of different shapes, several steps, states that are not zero."""

from __future__ import annotations

import numpy as np

Generator = np.random.Generator
STEPS = 4


def _weights_and_gradients(rng: Generator) -> dict[str, object]:
    shape = tuple(int(size) for size in rng.integers(2, 5, size=int(rng.integers(1, 3))))
    return {
        "w": rng.normal(size=shape),
        # not near zero: where epsilon stands is for checks of its own
        "dws": rng.uniform(0.3, 2.0, size=(STEPS, *shape)) * rng.choice([-1.0, 1.0], size=(STEPS, *shape)),
        "learning_rate": float(rng.uniform(0.01, 0.3)),
    }


def cold_momentum(rng: Generator) -> dict[str, object]:
    """From no velocity."""
    return {**_weights_and_gradients(rng), "momentum": float(rng.uniform(0.3, 0.8)), "velocity": None}


def warm_momentum(rng: Generator) -> dict[str, object]:
    """From a velocity."""
    case = cold_momentum(rng)
    return {**case, "velocity": rng.normal(size=np.shape(case["w"]))}


def cold_rmsprop(rng: Generator) -> dict[str, object]:
    """From no cache."""
    return {**_weights_and_gradients(rng), "decay_rate": float(rng.uniform(0.6, 0.9)), "cache": None}


def warm_rmsprop(rng: Generator) -> dict[str, object]:
    """From a cache."""
    case = cold_rmsprop(rng)
    return {**case, "cache": rng.uniform(0.5, 1.5, size=np.shape(case["w"]))}


def cold_adam(rng: Generator) -> dict[str, object]:
    """From nothing."""
    return {**_weights_and_gradients(rng), "m": None, "v": None, "t": 0}


def warm_adam(rng: Generator) -> dict[str, object]:
    """From averages of some steps."""
    case = cold_adam(rng)
    shape = np.shape(case["w"])
    return {**case, "m": rng.normal(size=shape), "v": rng.uniform(0.5, 1.5, size=shape), "t": int(rng.integers(3, 9))}


def gradients(rng: Generator) -> dict[str, object]:
    """Of two layers; their norms differ by orders of magnitude."""
    return {
        "dW1": rng.normal(size=(3, 5)),
        "db1": 10 * rng.normal(size=5),
        "dW2": 0.1 * rng.normal(size=(5, 2)),
        "db2": 3 * rng.normal(size=2),
        "steps": 3,
    }
