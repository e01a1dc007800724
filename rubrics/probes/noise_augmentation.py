"""Probes for question 3: they run in the child, on the student's functions."""

from __future__ import annotations

from typing import Any

import numpy as np


def two_draws(namespace: dict[str, Any], X: Any, sigma: float, rng: Any) -> bool:
    """Whether two calls of `augment` with one generator differ, however large the noise is."""
    first, second = (np.asarray(namespace["augment"](X.copy(), sigma, rng)) for _draw in range(2))
    if np.mean(first == second) > 0.5:  # noqa: PLR2004 (single precision can make some entries alike)
        raise ValueError("two calls with one generator gave the same result")
    return True


def one_draw(namespace: dict[str, Any], X: Any, sigma: float, rng: Any) -> list[int]:
    """The shape of what `augment` returns: for a check of what it does to X, however large the noise is."""
    return list(np.shape(namespace["augment"](X, sigma, rng)))
