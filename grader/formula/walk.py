"""Computing a tree in any arithmetic: floats, residues, intervals, complex numbers of many digits."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol, TypeVar

from grader.formula.tree import (
    Call,
    Constant,
    Function,
    Known,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Operator,
    Power,
)

T = TypeVar("T")


class Undefined(Exception):  # noqa: N818
    """There is certainly no value here: a division by zero."""


class NotReal(Exception):  # noqa: N818
    """There is certainly no real value here; there may be a complex one."""


class Unknown(Exception):  # noqa: N818
    """This arithmetic cannot tell whether there is a value here."""


class Arithmetic(Protocol[T]):
    """What a tree is computed with. Each method may raise Undefined, NotReal or Unknown."""

    def number(self, value: Fraction) -> T:
        """An exact rational number."""

    def constant(self, name: Constant) -> T:
        """π, e, i or infinity."""

    def negative(self, operand: T) -> T:
        """Minus it."""

    def operate(self, operator: Operator, left: T, right: T) -> T:
        """One of the four operations."""

    def power(self, base: T, numerator: int, denominator: int) -> T:
        """The base to the power of numerator / denominator, which is 1 to 4."""

    def call(self, function: Function, arguments: list[T]) -> T:
        """A function."""


def walk(node: Node, arithmetic: Arithmetic[T], values: Mapping[str, T]) -> T:
    """The value of the tree. Raises KeyError for a variable without a value, and what the arithmetic raises."""
    match node:
        case Number():
            return arithmetic.number(node.value)
        case Name(name):
            return values[name]
        case Known(constant):
            return arithmetic.constant(constant)
        case Negative(operand):
            return arithmetic.negative(walk(operand, arithmetic, values))
        case Operation(operator, left, right):
            return arithmetic.operate(operator, walk(left, arithmetic, values), walk(right, arithmetic, values))
        case Power(base, numerator, denominator):
            return arithmetic.power(walk(base, arithmetic, values), numerator, denominator)
        case Call(function, arguments):
            return arithmetic.call(function, [walk(argument, arithmetic, values) for argument in arguments])
