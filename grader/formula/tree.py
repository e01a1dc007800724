"""Formulas as frozen trees. They are data: msgspec can store them in a plan."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

import msgspec

Operator = Literal["+", "-", "*", "/"]
Function = Literal["sqrt", "abs", "exp", "log", "max", "min"]
Constant = Literal["pi", "e", "i", "inf"]
Brackets = Literal["", "()", "[]", "(]", "[)", "{}"]


class FormulaError(Exception):
    """A text that is not a formula; the message is for the person who wrote it.

    `position` counts characters from 1; 0 when the fault is not at one place.
    """

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(f"At character {position}: {message}" if position else message)
        self.position = position


class Number(msgspec.Struct, frozen=True, tag="number"):
    """A literal, digits * 10^exponent, never negative.

    The digits are a text because they can be more than 64 bits. They have no leading and no trailing zeros; 0 is "0".
    """

    digits: str
    exponent: int = 0

    @property
    def value(self) -> Fraction:
        """The number, exactly."""
        return int(self.digits) * Fraction(10) ** self.exponent


class Name(msgspec.Struct, frozen=True, tag="name"):
    """A variable, in Latin letters: β is "beta", β with the subscript max is "beta_max"."""

    name: str


class Known(msgspec.Struct, frozen=True, tag="known"):
    """π, e, the imaginary unit, or infinity (only as a whole end of an interval)."""

    name: Constant


class Negative(msgspec.Struct, frozen=True, tag="negative"):
    """Minus its operand."""

    operand: Node


class Operation(msgspec.Struct, frozen=True, tag="operation"):
    """`left` + `right`, and so on."""

    operator: Operator
    left: Node
    right: Node


class Power(msgspec.Struct, frozen=True, tag="power"):
    """base ^ (numerator / denominator), in lowest terms, denominator positive."""

    base: Node
    numerator: int
    denominator: int = 1


class Call(msgspec.Struct, frozen=True, tag="call"):
    """A function of its arguments; `log` is the natural logarithm, `exp` is also e^x."""

    function: Function
    arguments: tuple[Node, ...]


Node = Number | Name | Known | Negative | Operation | Power | Call


class Formula(msgspec.Struct, frozen=True, tag="formula"):
    """One expression, or several: an interval or a tuple, a set (`{}`), or a plain list (no brackets)."""

    items: tuple[Node, ...]
    brackets: Brackets = ""


def children(node: Node) -> tuple[Node, ...]:
    """What the node is directly made of."""
    match node:
        case Negative(operand):
            return (operand,)
        case Operation(_, left, right):
            return (left, right)
        case Power(base):
            return (base,)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def each_with_depth(node: Node) -> Iterator[tuple[Node, int]]:
    """Every node below and including `node`, with its depth from 1. Not recursive: fit for trees of any depth."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        yield current, depth
        waiting.extend((child, depth + 1) for child in children(current))


def variables_of(formula: Formula) -> frozenset[str]:
    """The names that occur in it."""
    return frozenset(node.name for item in formula.items for node, _ in each_with_depth(item) if isinstance(node, Name))


def infinity_of(node: Node) -> int:
    """1 or -1 when the node is infinity itself or minus it, else 0."""
    if isinstance(node, Negative):
        return -infinity_of(node.operand) if isinstance(node.operand, Known) else 0
    return int(node == Known("inf"))
