"""Probes for question 3: they run in the child, on the student's functions."""

from __future__ import annotations

from typing import Any

import numpy as np


def difference_of_two_draws(namespace: dict[str, Any], X: Any, sigma: float, rng: Any) -> Any:
    """Two calls of `augment` with one generator, subtracted: zero where the noise is not fresh."""
    augment = namespace["augment"]
    first = np.asarray(augment(X.copy(), sigma, rng))
    return first - np.asarray(augment(X.copy(), sigma, rng))
