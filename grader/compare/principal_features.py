"""Principal features U·s of a matrix: sign, order, and what nearly equal singular values leave open do not count."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Annotated, NamedTuple

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, failed, shape_gap
from grader.compare.gram import ALIKE, Matrix, gram_gap, read_matrix, to_matrix
from grader.compare.wording import number, plural
from grader.records import Comparison

UNSCALED = "These look like U without the singular values: multiply every column by its own."
ORTHOGONAL = 1e-6  # of the squared largest singular value: inner products of the reference's columns


class PrincipalFeatures(msgspec.Struct, frozen=True, kw_only=True, tag="principal_features"):
    """The columns u_i s_i of a singular value decomposition, in any order, with any sign.

    Columns whose singular values are nearly equal may be rotated among each other, and columns of nearly 0 may be
    missing: F Fᵀ must be right, and so must the space of every group of columns that a gap separates from the others.
    """

    rtol: Annotated[
        float, msgspec.Meta(ge=0, le=0.1, description="allowed error of F Fᵀ, relative to its norm (Frobenius)")
    ] = 1e-5
    gap: Annotated[
        float,
        msgspec.Meta(
            gt=0, le=0.5, description="singular values nearer than this, relative to the largest, form a group"
        ),
    ] = 1e-3
    angle: Annotated[
        float, msgspec.Meta(gt=0, le=0.5, description="allowed distance of the projectors on a group's columns")
    ] = 1e-3

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        right = to_matrix(expected)
        answer = read_matrix(actual, right)
        if isinstance(answer, NotNumeric):
            return failed(answer.reason)
        if len(answer) != len(right):
            return failed(shape_gap(answer, right), "There is a row for every point.")
        lengths = np.linalg.norm(right, axis=0)
        if gap := gram_gap(answer, right, self.rtol, _confusions(right, lengths)):
            return failed(_columns_gap(answer, right), gap, _length_remark(answer))
        return self._compare_groups(_by_length(answer), _by_length(right))

    def expect(self, output: object) -> object:
        """The matrix. Raises ValueError where its columns are not orthogonal."""
        features = to_matrix(output)
        products = features.T @ features
        if not bool((np.abs(products - np.diag(np.diag(products))) <= ORTHOGONAL * products.max()).all()):
            raise ValueError("principal features are orthogonal columns, which these are not")
        return features

    def _compare_groups(self, answer: Matrix, right: Matrix) -> Comparison:
        s = np.linalg.norm(right, axis=0)
        extra = np.linalg.norm(answer[:, right.shape[1] :], axis=0)
        if not bool((extra <= self.gap * s[0]).all()):
            return failed(f"It returned {plural(answer.shape[1], 'column')}, expected {right.shape[1]}.")
        for group in _groups(s, self.gap):
            turn = _turn(answer[:, group.start : group.end], right[:, group.start : group.end])
            if not turn <= self.angle:
                return failed(group.text(s, turn))
        return PASSED


class _Group(NamedTuple):
    """Columns, by length, whose singular values are nearly equal."""

    start: int
    end: int

    def text(self, s: Matrix, turn: float) -> str:
        degrees = f"{math.degrees(math.asin(min(turn, 1.0))):.2g} degrees"
        if self.end - self.start == 1:
            value = number(float(s[self.start]))
            return f"The feature of singular value {self.start + 1} ({value}) points elsewhere, by {degrees}."
        ends = f"{number(float(s[self.start]))} to {number(float(s[self.end - 1]))}"
        return (
            f"The features of the singular values {self.start + 1} to {self.end} (nearly equal, {ends}) "
            f"do not span the right space: it is turned by {degrees}."
        )


def _groups(s: Matrix, gap: float) -> Iterator[_Group]:
    """Those that are separated from what follows, at least from 0; what is nearly 0 belongs to none."""
    steps = s - np.append(s[1:], 0.0)
    ends = [0, *(int(index) + 1 for index in np.flatnonzero(steps >= gap * s[0]))]
    return (_Group(start, end) for start, end in itertools.pairwise(ends))


def _turn(answer: Matrix, right: Matrix) -> float:
    """The distance of the projectors on two column spaces, the sine of the largest angle; 1 where columns are missing."""
    if answer.shape != right.shape:
        return 1.0
    mine, _r = np.linalg.qr(answer / np.maximum(np.linalg.norm(answer, axis=0), 1e-300))
    due = right / np.linalg.norm(right, axis=0)
    return float(np.linalg.norm(mine - due @ (due.T @ mine), 2))


def _by_length(features: Matrix) -> Matrix:
    return features[:, np.argsort(-np.linalg.norm(features, axis=0), kind="stable")]


def _columns_gap(answer: Matrix, right: Matrix) -> str:
    if answer.shape[1] == right.shape[1]:
        return ""
    return f"It returned {plural(answer.shape[1], 'column')}, expected {right.shape[1]}."


def _length_remark(answer: Matrix) -> str:
    """Of a U alone, whose columns beyond the rank of the matrix nobody can foresee."""
    with np.errstate(over="ignore", invalid="ignore"):
        is_orthonormal = bool((np.abs(answer.T @ answer - np.eye(answer.shape[1])) <= ALIKE).all())
    return UNSCALED if is_orthonormal else ""


def _confusions(right: Matrix, s: Matrix) -> list[tuple[str, Matrix]]:
    largest = float(s.max()) or 1.0
    u = np.where(s > 1e-12 * largest, right / np.maximum(s, 1e-300), 0.0)
    return [
        ("These look like U times the squares of the singular values: multiply every column once.", right * s),
        ("These look like U times the largest singular value: every column has its own.", u * largest),
        ("These look like U divided by the singular values.", u / np.maximum(s, 1e-12 * largest)),
    ]
