"""Any answer inside a range."""

from __future__ import annotations

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, to_array
from grader.compare.interval import pair_of
from grader.compare.wording import number
from grader.records import Comparison

MAX_NUMBERS = 2


class Within(msgspec.Struct, frozen=True, kw_only=True, tag="within"):
    """A number (or the two ends of an interval) in the closed range that the reference gives as (lo, hi)."""

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        low, high = pair_of(expected)
        array = to_array(actual)
        if not isinstance(array, NotNumeric):
            array = as_real_if(array, np.zeros(()))
        if isinstance(array, NotNumeric):
            return failed(array.reason)
        if not 1 <= array.size <= MAX_NUMBERS:
            return failed(f"It returned {array.size} values; expected one number.")
        if bool(((array >= low) & (array <= high)).all()):
            return PASSED
        shown = " and ".join(number(float(value)) for value in array.ravel())
        return failed(f"It returned {shown}; good answers lie between {number(low)} and {number(high)}.")

    def expect(self, output: object) -> object:
        """The range as a pair of floats, low end first."""
        low, high = pair_of(output)
        if not low <= high:
            raise ValueError(f"within needs (lo, hi) with lo <= hi, not ({low}, {high})")
        return (low, high)
