"""A whole number of things."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, to_array
from grader.compare.wording import number, show
from grader.records import Comparison

ROUNDING = 1e-9
MAX_COUNT = 10**15  # beyond it floats skip whole numbers


class Count(msgspec.Struct, frozen=True, kw_only=True, tag="count"):
    """An integer, as an int or as a float without a fraction."""

    within: Annotated[int, msgspec.Meta(ge=0, description="how far off the count may be")] = 0

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        array = to_array(actual)
        if not isinstance(array, NotNumeric):
            array = as_real_if(array, np.zeros(()))
        if isinstance(array, NotNumeric):
            return failed(array.reason, f"Expected a whole number ({show(expected)}).")
        if array.size != 1:
            return failed(f"It returned {show(actual)}; expected one whole number ({show(expected)}).")
        value = float(array.reshape(()).real)
        if not np.isfinite(value) or abs(value - round(value)) > ROUNDING * max(1.0, abs(value)):
            return failed(f"It returned {value:.6g}, which is not a whole number; expected {show(expected)}.")
        return self._compare(round(value), int(expected))  # type: ignore[call-overload] # `expect` made it an int

    def expect(self, output: object) -> object:
        """The output as an int."""
        array = to_array(output)
        if isinstance(array, NotNumeric) or array.size != 1 or float(array.reshape(()).real) % 1:
            raise ValueError(f"count needs a whole number, not {show(output)}")
        if abs(count := int(array.reshape(()).real)) >= MAX_COUNT:
            raise ValueError(f"count needs a number below {MAX_COUNT:.0e}, not {show(output)}")
        return count

    def _compare(self, value: int, expected: int) -> Comparison:
        gap = value - expected
        if abs(gap) <= self.within:
            return PASSED
        direction = "too many" if gap > 0 else "too few"
        return failed(f"It returned {number(value, 12)}, expected {expected}: {number(abs(gap), 12)} {direction}.")
