"""Numbers, arrays, and tuples of them, within a tolerance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, compare_arrays, failed, to_array
from grader.compare.wording import plural, show
from grader.records import Comparison

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

Items: TypeAlias = "list[object] | tuple[object, ...] | npt.NDArray[np.generic]"


class Close(msgspec.Struct, frozen=True, kw_only=True, tag="close"):
    """‖actual - expected‖ <= atol + rtol ‖expected‖ (the Euclidean norm over all values), in float64."""

    rtol: Annotated[float, msgspec.Meta(ge=0, le=0.1, description="allowed error relative to the expected norm")] = 1e-4
    atol: Annotated[float, msgspec.Meta(ge=0, description="allowed absolute error, for expected zeros")] = 0.0

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare; a tuple is compared item by item."""
        if not isinstance(expected, tuple):
            return compare_arrays(actual, expected, rtol=self.rtol, atol=self.atol)
        items = _items(actual)
        if items is None or len(items) != len(expected):
            return failed(_count_gap(actual, items, len(expected)))
        for position, (item, right) in enumerate(zip(items, expected, strict=True), 1):
            comparison = self(item, right)
            if not comparison.passed:
                return failed(f"Returned value {position} of {len(expected)}:", comparison.gap)
        return PASSED

    def expect(self, output: object) -> object:
        """The output itself, if it is numeric throughout."""
        if isinstance(output, tuple):
            return tuple(self.expect(item) for item in output)
        array = to_array(output)
        if isinstance(array, NotNumeric):
            raise ValueError(f"close compares numbers: {array.reason}")
        if array.size and bool(np.isnan(array).all()):  # a few may be meant, nothing else is a slip
            raise ValueError("close compares numbers, and the output is NaN (not a number)")
        return array


def _items(actual: object) -> Items | None:
    is_sequence = isinstance(actual, tuple | list) or (isinstance(actual, np.ndarray) and actual.ndim > 0)
    return cast("Items", actual) if is_sequence else None


def _count_gap(actual: object, items: Items | None, count: int) -> str:
    if actual is None:
        return "It returned nothing (None): is a `return` missing?"
    what = show(actual) if items is None else plural(len(items), "value")
    return f"It returned {what}; expected {count} values: `return first, second`."
