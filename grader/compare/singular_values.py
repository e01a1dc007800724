"""Singular values: largest first, in absolute terms of the largest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, to_array
from grader.compare.wording import number, plural, ratio_remark, shape, show, show_apart
from grader.records import Comparison

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

Vector: TypeAlias = "npt.NDArray[np.float64]"
SAME = 1e-4  # of the largest value, for remarks


class SingularValues(msgspec.Struct, frozen=True, kw_only=True, tag="singular_values"):
    """Singular values in any order, each within rtol · the largest; where one list is shorter, zeros are missing.

    Never relative to each value: of the small ones only rounding is left, in float32 from 1e-7 of the largest on.
    """

    rtol: Annotated[float, msgspec.Meta(ge=0, le=0.1, description="allowed error relative to the largest value")] = 1e-5

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        right = _descending(expected)
        due = f"Expected {plural(len(right), 'singular value')}."
        answer = to_array(actual)
        if not isinstance(answer, NotNumeric):
            answer = as_real_if(answer, right)
        if isinstance(answer, NotNumeric):
            return failed(answer.reason, due)
        if answer.squeeze().ndim > 1:
            return failed(f"It returned a matrix of shape {shape(answer.shape)}.", due)
        if not bool(np.isfinite(answer).all()):
            return failed(
                f"{_not_finite(answer)} Rounding can make a small eigenvalue negative before its root is taken."
            )
        return self._compare(_sorted(answer.real), right)

    def expect(self, output: object) -> object:
        """The values, largest first. Raises ValueError where they are none."""
        values = _descending(output)
        if not bool(np.isfinite(values).all()) or bool((values < 0).any()):
            raise ValueError(f"singular values are finite and not negative, unlike {show(output)}")
        return values

    def _compare(self, answer: Vector, right: Vector) -> Comparison:
        length = max(len(answer), len(right))
        mine, due = _padded(answer, length), _padded(right, length)
        with np.errstate(over="ignore"):
            gaps = np.abs(mine - due)
        allowed = self.rtol * float(due.max(initial=0.0))
        if bool((gaps <= allowed).all()):
            return PASSED
        worst = int(gaps.argmax())
        returned, expected = show_apart(float(mine[worst]), float(due[worst]))
        return failed(
            _count(len(answer), len(right)),
            f"Singular value {worst + 1}, largest first, is {returned}, expected {expected}: off by "
            f"{number(float(gaps[worst]))} (allowed {allowed:.2g}, which is {self.rtol:g} of the largest).",
            _remark(mine, due),
        )


def _descending(values: object) -> Vector:
    """Sorted; raises ValueError where they are no list of real numbers."""
    array = to_array(values)
    if isinstance(array, NotNumeric) or array.dtype.kind == "c" or array.size == 0 or array.squeeze().ndim > 1:
        raise ValueError(f"singular values are a list of numbers, not {show(values)}")
    return _sorted(array.real)


def _sorted(values: Vector) -> Vector:
    return np.sort(values.ravel())[::-1].astype(np.float64)


def _padded(values: Vector, length: int) -> Vector:
    return np.pad(values, (0, length - len(values)))


def _not_finite(answer: npt.NDArray[np.generic]) -> str:
    wrong = int((~np.isfinite(answer)).sum())
    return f"{plural(wrong, 'value')} of {answer.size} {'is' if wrong == 1 else 'are'} NaN or infinite."


def _count(returned: int, due: int) -> str:
    if returned == due:
        return ""
    return f"It returned {plural(returned, 'value')}, expected {due} (those that are missing count as 0)."


def _remark(mine: Vector, due: Vector) -> str:
    size = float(due.max(initial=0.0))
    if size <= 0 or not float(np.abs(mine).max()) < 1e150:  # noqa: PLR2004 (whose square is a float)
        return ""
    for remark, values in (
        ("These are the squares of the singular values, which are the eigenvalues of A Aᵀ: take the root.", due**2),
        ("These are the roots of the singular values.", np.sqrt(due)),
    ):
        if bool((np.abs(mine - values) <= SAME * values[0]).all()):
            return remark
    scale = max(float(np.abs(mine).max()), size)
    return ratio_remark(mine / scale, due / scale, scale)
