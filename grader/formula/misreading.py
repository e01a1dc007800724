"""`a/bc` is read as (a/b)·c. Those who wrote it may have meant a/(bc)."""

from __future__ import annotations

from functools import reduce

from grader.formula.tree import Call, Formula, Negative, Node, Operation, Power


def with_wide_denominators(formula: Formula) -> Formula:
    """The formula in which a `/` reaches to the next `+`, `-` or bracket: all that follows is in the denominator."""
    return Formula(tuple(map(_wide, formula.items)), formula.brackets)


def _wide(node: Node) -> Node:
    match node:
        case Operation("*" | "/"):
            return _wide_product(node)
        case Operation(operator, left, right):
            return Operation(operator, _wide(left), _wide(right))
        case Negative(operand):
            return Negative(_wide(operand))
        case Power(base, numerator, denominator):
            return Power(_wide(base), numerator, denominator)
        case Call(function, arguments):
            return Call(function, tuple(map(_wide, arguments)))
        case _:
            return node


def _wide_product(node: Node) -> Node:
    """A chain of factors, `a*b/c*d/e`, with everything after the first `/` below the line."""
    above: list[Node] = []
    below: list[Node] = []
    pending: list[Node] = []  # from right to left: above or below is known only at the next `/`
    while isinstance(node, Operation) and node.operator in "*/":
        pending.append(_wide(node.right))
        if node.operator == "/":
            below = pending[::-1] + below
            pending = []
        node = node.left
    above = [_wide(node), *pending[::-1]]
    numerator = _product(above)
    return Operation("/", numerator, _product(below)) if below else numerator


def _product(factors: list[Node]) -> Node:
    return reduce(lambda left, right: Operation("*", left, right), factors)
