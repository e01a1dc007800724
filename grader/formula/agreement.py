"""Whether two expressions have the same value at one point."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any, Literal

from grader.formula.domain import Point
from grader.formula.precise import DIGITS, Complexes, Intervals
from grader.formula.tree import Node, infinity_of
from grader.formula.walk import NotReal, Undefined, Unknown, walk

Outcome = Literal["equal", "different", "undecided"]

TOLERANCE = Fraction(1, 10**20)  # how wide an interval around zero may be to count as zero

real = cache(Intervals)
with_digits = cache(Complexes)


class NothingExpected(Exception):  # noqa: N818
    """The expected formula has no value at the point: it says nothing about it."""


def agree_at(point: Point, answer: Node, expected: Node) -> Outcome:
    """Compares two values. "different" and, for real values, "equal to 20 digits" are proven by intervals.

    Raises NothingExpected.
    """
    if infinity_of(answer) or infinity_of(expected):
        return "equal" if infinity_of(answer) == infinity_of(expected) else "different"
    try:
        due = _real(expected, point)
    except NotReal:
        return _agree_in_complex(point, answer, expected)
    except (Undefined, Unknown):
        raise NothingExpected from None
    try:
        return _compare_real(_real(answer, point), due)
    except NotReal:
        return _agree_in_complex(point, answer, expected)
    except Undefined:
        return "different"
    except Unknown:
        return "undecided"


def _real(node: Node, point: Point) -> Any:
    return walk(node, real(), {name: real().number(value) for name, value in point})


def _compare_real(answer: Any, due: Any) -> Outcome:
    gap = answer - due
    if not gap.a <= 0 <= gap.b:
        return "different"
    scale = abs(due).b if 0 < abs(due).b < 1 else 1
    return "equal" if gap.b - gap.a < scale * real().number(TOLERANCE) else "undecided"


def _agree_in_complex(point: Point, answer: Node, expected: Node) -> Outcome:
    """By two precisions: a gap that both find is taken as real. Cancellation of forty digits would be needed to err."""
    try:
        due = _complex(expected, point, 2 * DIGITS)
    except Unknown:
        raise NothingExpected from None
    try:
        coarse = abs(_complex(answer, point, DIGITS) - _complex(expected, point, DIGITS))
        fine = abs(_complex(answer, point, 2 * DIGITS) - due)
    except Unknown:
        return "undecided"
    scale = min(abs(due), 1) or 1
    allowed = with_digits(2 * DIGITS).number(TOLERANCE).real * scale
    if coarse < allowed and fine < allowed:
        return "equal"
    return "different" if abs(coarse - fine) < allowed < fine else "undecided"


def _complex(node: Node, point: Point, digits: int) -> Any:
    arithmetic = with_digits(digits)
    return walk(node, arithmetic, {name: arithmetic.number(value) for name, value in point})
