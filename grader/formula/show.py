"""A formula as text, with brackets wherever a reader could take it for another one."""

from __future__ import annotations

from grader.formula.tokens import MAX_DIGITS
from grader.formula.tree import Call, Formula, Known, Name, Negative, Node, Number, Operation, Power

MAX_ZEROS = 6


def show(formula: Formula | Node) -> str:
    """Plain infix text. Parsing it gives the same formula again."""
    if not isinstance(formula, Formula):
        return _shown(formula)
    listed = ", ".join(map(_shown, formula.items))
    return f"{formula.brackets[:1]}{listed}{formula.brackets[1:]}"


def _shown(node: Node) -> str:
    match node:
        case Number():
            return _number(node)
        case Name(name) | Known(name):
            return name
        case Negative(operand):
            return f"-{_atom(operand)}"
        case Operation(operator, left, right):
            space = " " if operator in "+-" else ""
            return f"{_left(operator, left)}{space}{operator}{space}{_right(operator, right)}"
        case Power(base, numerator, denominator):
            return f"{_atom(base)}^{_exponent(numerator, denominator)}"
        case Call(function, arguments):
            return f"{function}({', '.join(map(_shown, arguments))})"


def _number(number: Number) -> str:
    digits, exponent = number.digits, number.exponent
    if 0 <= exponent <= min(MAX_ZEROS, MAX_DIGITS - len(digits)):
        return digits + "0" * exponent
    if exponent < 0 and -exponent <= len(digits) + MAX_ZEROS:
        digits = digits.rjust(1 - exponent, "0")
        return f"{digits[:exponent]}.{digits[exponent:]}"
    return f"{digits}e{exponent}"


def _exponent(numerator: int, denominator: int) -> str:
    text = str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
    return text if text.isdecimal() else f"({text})"


def _atom(node: Node) -> str:
    """In brackets, unless it is one thing."""
    return _shown(node) if isinstance(node, Number | Name | Known | Call) else f"({_shown(node)})"


def _left(operator: str, node: Node) -> str:
    """Sums may start a sum, products a product; a quotient is put in brackets before what would follow it."""
    match node:
        case Operation("+" | "-") if operator in "+-":
            return _shown(node)
        case Operation("*"):
            return _shown(node)
        case Operation("/") if operator in "+-":
            return _shown(node)
        case Negative() if operator in "+-":
            return _shown(node)
        case Power():
            return _shown(node)
        case _:
            return _atom(node)


def _right(operator: str, node: Node) -> str:
    match node:
        case Operation("*" | "/") if operator in "+-":
            return _shown(node)
        case Power():
            return _shown(node)
        case _:
            return _atom(node)
