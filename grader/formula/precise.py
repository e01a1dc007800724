"""Formulas at one point to sixty digits: as intervals that contain the true value, and as complex numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from grader.formula.tree import Constant, Function, Operator
from grader.formula.walk import NotReal, Undefined, Unknown

DIGITS = 60
MAX_EXPONENT = 10_000  # of exp: larger ones would need more digits than there are
CUBE = 3
Interval = Any  # mpmath has no types
Complex = Any


class Intervals:
    """Real interval arithmetic with outward rounding. A value is a pair of bounds of 60 digits."""

    def __init__(self) -> None:
        from mpmath.ctx_iv import MPIntervalContext  # noqa: PLC0415 - reading a formula does not need it

        self._context = MPIntervalContext()
        self._context.dps = DIGITS

    def number(self, value: Fraction) -> Interval:
        """The tightest interval around it."""
        return self._context.mpf(value.numerator) / self._context.mpf(value.denominator)

    def constant(self, name: Constant) -> Interval:
        """π or e."""
        if name == "i":
            raise NotReal
        return self._context.mpf(getattr(self._context, name))

    def negative(self, operand: Interval) -> Interval:
        """Minus it."""
        return -operand

    def operate(self, operator: Operator, left: Interval, right: Interval) -> Interval:
        """One of the four operations."""
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / _nonzero(right)

    def power(self, base: Interval, numerator: int, denominator: int) -> Interval:
        """A power of a root; the root of a negative number is not real."""
        if numerator < 0:
            base = _nonzero(base)
        return self._root(base, denominator) ** numerator

    def call(self, function: Function, arguments: list[Interval]) -> Interval:
        """A function."""
        match function:
            case "max" | "min":
                return self._extreme(function, arguments)
            case "sqrt":
                return self._root(arguments[0], 2)
            case "abs":
                return abs(arguments[0])
            case "log":
                return self._logarithm(arguments[0])
            case "exp":
                return self._exponential(arguments[0])

    def _root(self, value: Interval, index: int) -> Interval:
        if index == 1 or value.b == value.a == 0:
            return value
        if value.b < 0 and index != CUBE:
            raise NotReal
        if value.a < 0 or (value.a == 0 and index == CUBE):  # the third root of -8 is -2 for some, complex for others
            raise Unknown
        if index == CUBE:
            return self._context.exp(self._context.log(value) / 3)
        root = self._context.sqrt(value)
        return root if index == 2 else self._context.sqrt(root)  # noqa: PLR2004

    def _logarithm(self, value: Interval) -> Interval:
        if _nonzero(value).b < 0:
            raise NotReal
        return self._context.log(value)

    def _exponential(self, value: Interval) -> Interval:
        if not (value.a >= -MAX_EXPONENT and value.b <= MAX_EXPONENT):
            raise Unknown
        return self._context.exp(value)

    def _extreme(self, function: Function, values: list[Interval]) -> Interval:
        pick = max if function == "max" else min
        return self._context.mpf([pick(value.a for value in values), pick(value.b for value in values)])


class Complexes:
    """Complex arithmetic with so many digits, principal branches. Not proven, so compare two precisions."""

    def __init__(self, digits: int) -> None:
        from mpmath.ctx_mp import MPContext  # noqa: PLC0415 - reading a formula does not need it

        self._context = MPContext()
        self._context.dps = digits

    def number(self, value: Fraction) -> Complex:
        """The nearest number."""
        return self._context.mpc(self._context.mpf(value.numerator) / value.denominator)

    def constant(self, name: Constant) -> Complex:
        """π, e or i."""
        return self._context.mpc(0, 1) if name == "i" else self._context.mpc(getattr(self._context, name))

    def negative(self, operand: Complex) -> Complex:
        """Minus it."""
        return -operand

    def operate(self, operator: Operator, left: Complex, right: Complex) -> Complex:
        """One of the four operations."""
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / _known_nonzero(right)

    def power(self, base: Complex, numerator: int, denominator: int) -> Complex:
        """A power of the principal root."""
        if numerator < 0:
            base = _known_nonzero(base)
        root = base if denominator == 1 else self._context.root(_off_the_cut(base), denominator)
        return root**numerator

    def call(self, function: Function, arguments: list[Complex]) -> Complex:
        """A function."""
        match function:
            case "max" | "min":
                return self._extreme(function, arguments)
            case "sqrt":
                return self._context.mpc(self._context.sqrt(_off_the_cut(arguments[0])))
            case "abs":
                return self._context.mpc(abs(arguments[0]))
            case "log":
                return self._context.mpc(self._context.log(_known_nonzero(_off_the_cut(arguments[0]))))
            case "exp":
                return self._exponential(arguments[0])

    def _exponential(self, value: Complex) -> Complex:
        if not abs(value) <= MAX_EXPONENT:
            raise Unknown
        return self._context.mpc(self._context.exp(value))

    def _extreme(self, function: Function, values: list[Complex]) -> Complex:
        if any(value.imag != 0 for value in values):
            raise Unknown
        pick = max if function == "max" else min
        return self._context.mpc(pick(value.real for value in values))


def _nonzero(value: Interval) -> Interval:
    if value.a <= 0 <= value.b:
        raise Undefined if value.a == value.b else Unknown
    return value


def _known_nonzero(value: Complex) -> Complex:
    if value == 0:
        raise Unknown
    return value


def _off_the_cut(value: Complex) -> Complex:
    """Roots and logarithms jump at the negative axis: beside it, a rounding error would choose the side."""
    if value.real < 0 and 0 < abs(value.imag) < -value.real / 10 ** (DIGITS // 2):
        raise Unknown
    return value
