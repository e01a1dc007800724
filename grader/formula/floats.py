"""Formulas in floating point, for numbers that are shown or plotted. Never raises for a value: what has none is NaN."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from grader.formula.tree import Constant, Formula, Function, Node, Operator
from grader.formula.walk import walk

Float = float | complex
CONSTANTS: dict[Constant, Float] = {"pi": math.pi, "e": math.e, "i": 1j, "inf": math.inf}


def evaluate(formula: Formula | Node, values: Mapping[str, Float]) -> Float:
    """The value of one expression: a float, or a complex number where no real one exists; NaN where there is none.

    Too large is infinite. Raises ValueError for a list of expressions (use its items), KeyError for a variable that has no
    value.
    """
    if isinstance(formula, Formula):
        if len(formula.items) != 1:
            raise ValueError(f"this formula has {len(formula.items)} expressions: evaluate its items")
        formula = formula.items[0]
    return walk(formula, _Floats(), values)


class _Floats:
    def number(self, value: Fraction) -> Float:
        try:
            return float(value)
        except OverflowError:
            return math.inf

    def constant(self, name: Constant) -> Float:
        return CONSTANTS[name]

    def negative(self, operand: Float) -> Float:
        return -operand

    def operate(self, operator: Operator, left: Float, right: Float) -> Float:
        match operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return _divided(left, right)

    def power(self, base: Float, numerator: int, denominator: int) -> Float:
        try:
            return _simple(base ** (numerator if denominator == 1 else numerator / denominator))
        except ZeroDivisionError:
            return math.nan
        except OverflowError:
            return _overflow(base, numerator)

    def call(self, function: Function, arguments: list[Float]) -> Float:
        if function in {"max", "min"}:
            return _extreme(function, arguments)
        (argument,) = arguments
        try:
            return _applied(function, argument)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf if isinstance(argument, float | int) or function == "abs" else math.nan


def _simple(value: Float) -> Float:
    return value if isinstance(value, complex) else float(value)


def _divided(left: Float, right: Float) -> Float:
    try:
        return left / right
    except ZeroDivisionError:
        return math.nan


def _overflow(base: Float, numerator: int) -> Float:
    if isinstance(base, complex):
        return math.nan
    return -math.inf if base < 0 and numerator % 2 else math.inf


def _extreme(function: Function, arguments: list[Float]) -> Float:
    reals = [float(argument) for argument in arguments if not isinstance(argument, complex)]
    if len(reals) < len(arguments) or any(map(math.isnan, reals)):
        return math.nan
    return max(reals) if function == "max" else min(reals)


def _applied(function: Function, value: Float) -> Float:
    if function == "abs":
        return abs(value)
    if isinstance(value, complex) or (value < 0 and function != "exp"):
        return _COMPLEX[function](value)
    return _REAL[function](value)


_REAL: dict[str, Callable[[float], float]] = {"sqrt": math.sqrt, "log": math.log, "exp": math.exp}
_COMPLEX: dict[str, Callable[[complex], complex]] = {"sqrt": cmath.sqrt, "log": cmath.log, "exp": cmath.exp}
