"""Other right answers to question 1: each must get full marks. A name begins with that of the function."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def fit_line_by_lstsq(x: Array, y: Array) -> Array:
    """As a linear system; an array in place of a tuple."""
    columns = np.stack([np.ones(len(x)), x], axis=1)
    return np.asarray(np.linalg.lstsq(columns, y, rcond=None)[0])
