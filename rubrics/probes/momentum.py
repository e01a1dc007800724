"""Probes for question 2: they run in the child, on the student's functions."""

from __future__ import annotations

from typing import Any

import numpy as np

CLOSE = 1e-3  # of the length of the optimum: "within 99.9 %"


def _directions(namespace: dict[str, Any]) -> Any:
    """The right singular vectors of the data as columns, that of the largest singular value first."""
    return np.linalg.svd(namespace["X"], full_matrices=False)[2].T


def steps_to_optimum(namespace: dict[str, Any], stepsize: float, beta: float) -> int:
    """The first step after which w stays within 0.1 % of the optimum; 0 when it does not get there."""
    _grads, ws, _losses = namespace["runGDM"](200, stepsize, beta)
    optimum = np.linalg.lstsq(namespace["X"], namespace["y"], rcond=None)[0].ravel()
    far = np.linalg.norm(np.array(ws, float).reshape(-1, 2) - optimum, axis=1) > CLOSE * np.linalg.norm(optimum)
    last = int(np.flatnonzero(far)[-1]) if far.any() else -1
    return last + 2 if last + 1 < len(far) else 0


def gradient_along_singular_vectors(namespace: dict[str, Any], stepsize: float) -> Any:
    """Of the first three steps of plain descent (beta = 1): one row per step, the largest singular value first.

    Divided by the length of the first gradient; the signs of the singular vectors are chosen so that the first row is
    positive.
    """
    grads = np.array(namespace["runGDM"](3, stepsize, 1.0)[0], float).reshape(-1, 2) @ _directions(namespace)
    return grads * np.sign(grads[0]) / np.linalg.norm(grads[0])
