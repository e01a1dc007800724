"""What a formula may cost. Checked on the tree before anything is computed, so that every later step is short."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import NamedTuple

from grader.formula.tree import (
    Call,
    Formula,
    FormulaError,
    Known,
    Name,
    Negative,
    Node,
    Number,
    Operation,
    Power,
    children,
    each_with_depth,
    infinity_of,
)

MAX_DEPTH = 60
MAX_ITEMS = 6
MAX_NUMERATOR = 12
MAX_DENOMINATOR = 4
MAX_DEGREE = 64
MAX_BITS = 20_000
MAX_NESTED_EXP = 2
FOLDED_BASE = 144  # powers in an exponent, as in x^2^2, are computed up to here


class _Size(NamedTuple):
    """Degrees of numerator and denominator, bits of the constants, how many exp are nested."""

    up: Fraction = Fraction(0)
    down: Fraction = Fraction(0)
    bits: Fraction = Fraction(1)
    exps: int = 0


def check(formula: Formula) -> None:
    """Raises FormulaError when the formula is too large in any way, or has an infinity inside an expression."""
    if len(formula.items) > MAX_ITEMS:
        raise FormulaError(f"These are {len(formula.items)} expressions; at most {MAX_ITEMS} are allowed.")
    for item in formula.items:
        if any(depth > MAX_DEPTH for _, depth in each_with_depth(item)):
            raise FormulaError(f"This is nested too deeply, or has too many terms: at most {MAX_DEPTH} levels.")
        if not infinity_of(item):
            _check_size(_size(item))


def exponent_of(node: Node) -> Fraction | None:
    """The exponent that a tree stands for, such as 2, -1/2 or 2^2; None when it is not a small rational number."""
    if sum(1 for _ in each_with_depth(node)) > 2 * MAX_NUMERATOR:
        return None
    value = _folded(node)
    if value is None or abs(value.numerator) > MAX_NUMERATOR or value.denominator > MAX_DENOMINATOR:
        return None
    return value


def _folded(node: Node) -> Fraction | None:
    parts = [_folded(child) for child in children(node)]
    values = [part for part in parts if part is not None]
    if len(values) < len(parts):
        return None
    match node:
        case Number(_, exponent):
            return node.value if abs(exponent) <= MAX_NUMERATOR else None
        case Negative():
            return -values[0]
        case Operation():
            return _operated(node, *values)
        case Power(_, numerator, 1) if abs(values[0]) <= FOLDED_BASE and (values[0] or numerator > 0):
            return values[0] ** numerator
        case _:
            return None


def _operated(node: Operation, left: Fraction, right: Fraction) -> Fraction | None:
    match node.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right if right else None


def _check_size(size: _Size) -> None:
    if max(size.up, size.down) > MAX_DEGREE:
        raise FormulaError(f"The powers in this formula are too high: its degree is more than {MAX_DEGREE}.")
    if size.bits > MAX_BITS:
        raise FormulaError("The numbers in this formula are too large.")
    if size.exps > MAX_NESTED_EXP:
        raise FormulaError(f"More than {MAX_NESTED_EXP} exponentials are nested.")


def _size(node: Node) -> _Size:
    match node:
        case Number(digits, exponent):
            return _Size(bits=Fraction(math.ceil(3.33 * (len(digits) + abs(exponent))) + 1))
        case Name():
            return _Size(up=Fraction(1))
        case Known("inf"):
            raise FormulaError("Infinity can only be a whole end of an interval.")
        case Known():
            return _Size()
        case Operation(operator, left, right):
            return _combined(operator, _size(left), _size(right))
        case Power(base, numerator, denominator):
            return _raised(_size(base), Fraction(numerator, denominator))
        case _:
            return _of_function(node)


def _combined(operator: str, left: _Size, right: _Size) -> _Size:
    if operator == "/":
        right = right._replace(up=right.down, down=right.up)
    is_product = operator in "*/"
    up = left.up + right.up if is_product else max(left.up + right.down, right.up + left.down)
    return _Size(up, left.down + right.down, left.bits + right.bits, max(left.exps, right.exps))


def _raised(base: _Size, exponent: Fraction) -> _Size:
    up, down = (base.up, base.down) if exponent >= 0 else (base.down, base.up)
    size = abs(exponent)
    return _Size(up * size, down * size, base.bits * max(size, Fraction(1)), base.exps)


def _of_function(node: Node) -> _Size:
    sizes = [_size(child) for child in children(node)]
    is_exp = isinstance(node, Call) and node.function == "exp"
    return _Size(
        up=max(size.up for size in sizes),
        down=max(size.down for size in sizes),
        bits=sum((size.bits for size in sizes), Fraction(0)),
        exps=max(size.exps for size in sizes) + is_exp,
    )
