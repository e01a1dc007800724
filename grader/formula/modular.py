"""Rational formulas modulo a prime: equal residues at random points prove an identity, but for one chance in 10^49.

Two different rational functions of degree at most 64 agree at a random point of F_p with probability at most 128 / p
(Schwartz and Zippel), p = 2^61 - 1. Different residues are a proof that the functions differ.
"""

from __future__ import annotations

from fractions import Fraction

from grader.formula.tree import Call, Constant, Function, Known, Node, Operator, Power, each_with_depth
from grader.formula.walk import Undefined

PRIME = 2**61 - 1


class Residues:
    """Arithmetic in F_p. Raises Undefined where something is divided by zero modulo p."""

    def number(self, value: Fraction) -> int:
        """Numerator over denominator, modulo p."""
        return value.numerator * _inverse(value.denominator) % PRIME

    def constant(self, name: Constant) -> int:
        """Has no residue."""
        raise TypeError(f"{name} is not rational")

    def negative(self, operand: int) -> int:
        """Minus it, modulo p."""
        return -operand % PRIME

    def operate(self, operator: Operator, left: int, right: int) -> int:
        """One of the four operations, modulo p."""
        match operator:
            case "+":
                return (left + right) % PRIME
            case "-":
                return (left - right) % PRIME
            case "*":
                return left * right % PRIME
            case "/":
                return left * _inverse(right) % PRIME

    def power(self, base: int, numerator: int, denominator: int) -> int:
        """A whole power, modulo p."""
        if denominator != 1:
            raise TypeError("a root is not rational")
        return pow(base if numerator >= 0 else _inverse(base), abs(numerator), PRIME)

    def call(self, function: Function, arguments: list[int]) -> int:
        """Has no residue."""
        raise TypeError(f"{function} of {len(arguments)} is not rational")


def is_rational(node: Node) -> bool:
    """Whether it is a rational function of its variables as it is written."""
    return not any(
        isinstance(part, Call | Known) or (isinstance(part, Power) and part.denominator != 1)
        for part, _ in each_with_depth(node)
    )


def _inverse(value: int) -> int:
    if value % PRIME == 0:
        raise Undefined
    return pow(value, -1, PRIME)
