"""Matrices up to a rotation of their columns: equal where the inner products of their rows are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, shape_gap, to_array
from grader.compare.wording import number, plural, shape, show, show_apart
from grader.records import Comparison

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

Matrix: TypeAlias = "npt.NDArray[np.float64]"
Candidates: TypeAlias = "list[tuple[str, Matrix]]"
ALIKE = 1e-4  # relative distance of two Gram matrices, for remarks


class Gram(msgspec.Struct, frozen=True, kw_only=True, tag="gram"):
    """A matrix A with ‖A Aᵀ - B Bᵀ‖ <= rtol ‖B Bᵀ‖: order and signs of columns, and any rotation of them, are free."""

    rtol: Annotated[
        float, msgspec.Meta(ge=0, le=0.1, description="allowed error of A Aᵀ, relative to its norm (Frobenius)")
    ] = 1e-5

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        right = to_matrix(expected)
        answer = read_matrix(actual, right)
        if isinstance(answer, NotNumeric):
            return failed(answer.reason)
        if answer.shape != right.shape:
            return failed(shape_gap(answer, right))
        gap = gram_gap(answer, right, self.rtol, [])
        return failed(gap) if gap else PASSED

    def expect(self, output: object) -> object:
        """The matrix. Raises ValueError where it is none."""
        return to_matrix(output)


def to_matrix(thing: object) -> Matrix:
    """An expected matrix; raises ValueError where it is not real, finite, and one with two axes."""
    array = to_array(thing)
    if isinstance(array, NotNumeric) or array.dtype.kind == "c" or array.ndim != 2 or array.size == 0:  # noqa: PLR2004
        raise ValueError(f"a matrix is needed, not {show(thing)}")
    if not bool(np.isfinite(array).all()):
        raise ValueError("the matrix has values that are NaN or infinite")
    return array.real.astype(np.float64)


def read_matrix(actual: object, right: Matrix) -> Matrix | NotNumeric:
    """An answer as a finite real matrix; axes of length 1 aside, it must have two of them if `right` has."""
    array = to_array(actual)
    if not isinstance(array, NotNumeric):
        array = as_real_if(array, right)
    if isinstance(array, NotNumeric):
        return NotNumeric(f"{array.reason} Expected a matrix of shape {shape(right.shape)}.")
    if array.squeeze().shape == right.squeeze().shape:
        array = array.reshape(right.shape)
    if array.ndim != 2:  # noqa: PLR2004
        return NotNumeric(shape_gap(array, right))
    wrong = int((~np.isfinite(array)).sum())
    if wrong:
        return NotNumeric(f"{plural(wrong, 'value')} of {array.size} {'is' if wrong == 1 else 'are'} NaN or infinite.")
    return array.real.astype(np.float64)


def gram_gap(answer: Matrix, right: Matrix, rtol: float, looks_like: Candidates) -> str:
    """What is wrong with A Aᵀ, or "" where it is right. Both have the same number of rows, and no value is infinite.

    `looks_like` has sentences for what the answer may look like, each with the matrix that it would then be.
    """
    size = float(np.abs(right).max()) or 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        mine, due = gram(answer / size), gram(right / size)
        error, norm = float(np.linalg.norm(mine - due)), float(np.linalg.norm(due))
    if error <= rtol * norm:
        return ""
    if not np.isfinite(error):
        return f"Its values are far too large, up to {number(float(np.abs(answer).max()))}."
    remark = _remark(answer, right, size, looks_like)
    return " ".join([_worst(mine, due, size), _off(error, norm, rtol), remark]).strip()


def gram(matrix: Matrix) -> Matrix:
    """A Aᵀ."""
    return matrix @ matrix.T


def invariant(thing: object) -> object:
    """What a rotation of the columns does not change: A Aᵀ; what is no finite matrix stays as it is."""
    try:
        matrix = to_matrix(thing)
    except ValueError:
        return thing
    with np.errstate(over="ignore", invalid="ignore"):
        return gram(matrix)


def is_alike(mine: Matrix, due: Matrix) -> bool:
    """Whether two Gram matrices are equal as far as remarks go."""
    size = float(np.linalg.norm(due))
    return bool(size > 0 and np.linalg.norm(mine - due) <= ALIKE * size)


def _off(error: float, norm: float, rtol: float) -> str:
    if norm == 0:
        return "All values should be 0."
    return f"All inner products of rows together are off by {100 * error / norm:.3g} % (allowed {100 * rtol:.2g} %)."


def _worst(mine: Matrix, due: Matrix, size: float) -> str:
    """In lengths and inner products of rows, which do not depend on order and signs of the columns."""
    row, other = (int(index) for index in np.unravel_index(int(np.abs(mine - due).argmax()), due.shape))
    if row == other:
        lengths = size * float(np.sqrt(mine[row, row])), size * float(np.sqrt(due[row, row]))
        returned, expected = show_apart(*lengths)
        return f"Row [{row}] has length {returned}, expected {expected}."
    returned, expected = show_apart(float(mine[row, other] * size * size), float(due[row, other] * size * size))
    return f"The inner product of rows [{row}] and [{other}] is {returned}, expected {expected}."


def _remark(answer: Matrix, right: Matrix, size: float, looks_like: Candidates) -> str:
    mine = gram(answer / size)
    lengths = np.linalg.norm(right, axis=1, keepdims=True)
    for text, matrix in (
        *looks_like,
        ("It looks as if the mean of every column had been taken off.", right - right.mean(axis=0)),
        ("It looks as if every row had been scaled to length 1.", right / np.maximum(lengths, 1e-300)),
        *([("It looks transposed.", right.T)] if right.shape[0] == right.shape[1] else []),
    ):
        if is_alike(mine, gram(matrix / size)):
            return text
    return _factor_remark(mine, gram(right / size))


def _factor_remark(mine: Matrix, due: Matrix) -> str:
    norm = float(np.linalg.norm(due))
    square = float((mine * due).sum()) / norm**2 if norm > 0 else 0.0
    if square > 0 and is_alike(mine, square * due):
        return f"Up to order and signs of the columns, your values are {number(square**0.5)} times the expected ones."
    return ""
