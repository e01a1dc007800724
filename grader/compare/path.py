"""A trajectory: one row per step, the start included."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, Numeric, as_real_if, compare_arrays, failed, shape_gap, to_array
from grader.compare.wording import plural, shape, show
from grader.records import Comparison


class Path(msgspec.Struct, frozen=True, kw_only=True, tag="path"):
    """Rows w_0 … w_T within rtol, in the norm over the whole path."""

    rtol: Annotated[float, msgspec.Meta(ge=0, le=0.1, description="allowed error relative to the path's norm")] = 1e-4

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        right = to_array(expected)
        answer = to_array(actual)
        if isinstance(right, NotNumeric):
            return failed("The expected value is not numeric.")
        if not isinstance(answer, NotNumeric):
            answer = as_real_if(answer, right)
        if isinstance(answer, NotNumeric):
            return failed(answer.reason, f"Expected a path of shape {shape(right.shape)}.")
        if answer.squeeze().shape != right.squeeze().shape:
            return failed(_rows_gap(answer, right))
        comparison = compare_arrays(answer, right, rtol=self.rtol, atol=0.0)
        if comparison.passed:
            return PASSED
        answer = answer.reshape(right.shape)
        return failed(_aliasing(answer, right), self._first_difference(answer, right) or comparison.gap)

    def expect(self, output: object) -> object:
        """The path as an array with a row per step."""
        array = to_array(output)
        if isinstance(array, NotNumeric) or array.ndim == 0 or not np.isfinite(array).all():
            raise ValueError(f"path needs a finite array with a row per step, not {show(output)}")
        return array

    def _first_difference(self, actual: Numeric, expected: Numeric) -> str:
        """Where the paths part: the first row that is off by more than the tolerance of one row."""
        with np.errstate(over="ignore", invalid="ignore"):
            rows = np.abs(actual - expected).reshape(len(expected), -1).max(axis=1)
        is_wrong = ~(rows <= self.rtol * max(float(np.abs(expected).max()), 1e-300))  # NaN is wrong
        if not bool(is_wrong.any()):
            return ""
        step = int(is_wrong.argmax())
        agreement = "the start, step 0, is already different" if step == 0 else _agreement(step)
        returned, due = show(actual[step]), show(expected[step])
        return f"First difference at step {step} ({agreement}): it returned {returned}, expected {due}."


def _agreement(step: int) -> str:
    return "step 0 agrees" if step == 1 else f"steps 0 to {step - 1} agree"


def _rows_gap(actual: Numeric, expected: Numeric) -> str:
    is_flat = actual.squeeze().ndim == expected.squeeze().ndim == 1
    rows, due = actual.size if is_flat else (actual.shape or (1,))[0], expected.shape[0]
    if is_flat or (actual.ndim and actual.shape[1:] == expected.shape[1:]):
        if rows == due - 1:
            returned = plural(rows, "row")
            return f"It returned {returned}, expected {due}: the start w_0 counts too, so T steps give T + 1 rows."
        return f"It returned {plural(rows, 'row')}, expected {due} (w_0 to w_{due - 1})."
    return shape_gap(actual, expected)


def _aliasing(actual: Numeric, expected: Numeric) -> str:
    is_constant = len(actual) > 1 and bool((actual == actual[0]).all())
    if is_constant and not bool((expected == expected[0]).all()):
        return "All its rows are the same: if the list holds one array that changes in place, store w.copy()."
    return ""
