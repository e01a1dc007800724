"""Numbers in any order: eigenvalues, roots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, failed, to_array
from grader.compare.wording import plural, show
from grader.records import Comparison

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

ComplexArray: TypeAlias = "npt.NDArray[np.complex128]"


class ComplexSet(msgspec.Struct, frozen=True, kw_only=True, tag="complex_set"):
    """A multiset of real or complex numbers: some pairing puts each within rtol · max|expected| + atol of its partner."""

    rtol: Annotated[float, msgspec.Meta(ge=0, le=0.1, description="allowed error relative to the largest number")] = (
        1e-4
    )
    atol: Annotated[float, msgspec.Meta(ge=0, description="allowed absolute error, where all are zero")] = 0.0

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        right = _flat(expected)
        left = to_array(actual)
        if isinstance(left, NotNumeric):
            return failed(left.reason, f"Expected {plural(right.size, 'number')}, {show(expected)}.")
        answer = left.astype(np.complex128).ravel()
        if answer.size != right.size or left.squeeze().ndim > 1:
            return failed(f"It returned {show(actual)}; expected {plural(right.size, 'number')}, {show(expected)}.")
        if not bool(np.isfinite(answer).all()):
            return failed(f"It returned {show(actual)}: not all of them are finite. Expected {show(expected)}.")
        with np.errstate(over="ignore"):
            close = np.abs(answer[:, None] - right[None, :]) <= self.atol + self.rtol * np.abs(right).max(initial=0.0)
        if _has_perfect_matching(close):
            return PASSED
        return failed(f"It returned {show(actual)}, expected {show(expected)} (in any order).", _remark(answer, right))

    def expect(self, output: object) -> object:
        """The numbers as a flat complex array."""
        return _flat(output)


def _flat(output: object) -> ComplexArray:
    array = to_array(output)
    if isinstance(array, NotNumeric) or array.size == 0:
        raise ValueError(f"complex_set needs numbers, not {show(output)}")
    return array.astype(np.complex128).ravel()


def _has_perfect_matching(close: npt.NDArray[np.bool_]) -> bool:
    """Whether every row can get a column of its own (Kuhn's augmenting paths)."""
    owner: dict[int, int] = {}

    def place(row: int, tried: set[int]) -> bool:
        for column in np.flatnonzero(close[row]).tolist():
            if column not in tried:
                tried.add(column)
                if column not in owner or place(owner[column], tried):
                    owner[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(close.shape[0]))


def _remark(answer: ComplexArray, right: ComplexArray) -> str:
    has_imaginary = bool((np.abs(right.imag) > 0).any())
    if has_imaginary and not bool(np.abs(answer.imag).any()):
        return "Yours are all real: the imaginary parts are missing."
    return ""
