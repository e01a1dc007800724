"""One expression from its tokens, by operator precedence (Pratt).

From loose to tight: `+ -`, then `* /` and factors side by side, then unary minus, then powers.
"""

from __future__ import annotations

from typing import cast

from grader.formula.limits import MAX_DENOMINATOR, MAX_DEPTH, MAX_NUMERATOR, exponent_of
from grader.formula.tokens import Token
from grader.formula.tree import (
    Call,
    Constant,
    FormulaError,
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

SUM, PRODUCT, MINUS, POWER = 10, 20, 25, 30
BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "^": POWER}
CLOSING = {"(": ")", "[": "]", "{": "}"}
FUNCTIONS: dict[str, Function] = {
    "sqrt": "sqrt",
    "abs": "abs",
    "exp": "exp",
    "log": "log",
    "ln": "log",
    "max": "max",
    "min": "min",
}
CONSTANTS: dict[str, Constant] = {"pi": "pi", "e": "e", "i": "i", "inf": "inf", "infinity": "inf", "oo": "inf"}
WITH_MANY = ("max", "min")
STARTS_VALUE = frozenset({"(", "[", "{", "\\sqrt", "\\frac"})
OPERAND = "a number, a name or a bracket"


class Parser:
    """Reads tokens from left to right, once.

    `variables` are the names that may occur, None for any.
    """

    def __init__(self, tokens: list[Token], variables: frozenset[str] | None) -> None:
        self._tokens = tokens
        self._variables = variables
        self._at = 0
        self._depth = 0
        self._is_in_bars = False

    def whole(self) -> Node:
        """The expression that all tokens make. Raises FormulaError where they make none."""
        node = self._expression(0)
        if self._next.kind != "end":
            raise _unexpected(self._next, "an operator or the end")
        return node

    def items(self) -> tuple[Node, ...]:
        """Expressions with commas between them, up to the end. Raises FormulaError."""
        nodes = [self._expression(0)]
        while self._next.text == ",":
            self._take()
            nodes.append(self._expression(0))
        if self._next.kind != "end":
            raise _unexpected(self._next, "an operator, a comma or the end")
        return tuple(nodes)

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += token.kind != "end"
        return token

    def _expect(self, symbol: str, after: str) -> None:
        token = self._take()
        if token.kind != "symbol" or token.text != symbol:
            raise _unexpected(token, f"“{symbol}” {after}")

    def _expression(self, floor: int) -> Node:
        """The longest expression whose operators bind more tightly than `floor`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise FormulaError(f"Brackets are nested too deeply: at most {MAX_DEPTH} levels.", self._next.position)
        left = self._operand()
        while (binding := self._binding()) > floor:
            left = self._extended(left, binding)
        self._depth -= 1
        return left

    def _binding(self) -> int:
        token = self._next
        if token.kind == "superscript":
            return POWER
        if token.kind == "symbol" and token.text in BINDING:
            return BINDING[token.text]
        return PRODUCT if self._starts_factor(token) else -1

    def _starts_factor(self, token: Token) -> bool:
        if token.text == "|" and token.kind == "symbol":
            return not self._is_in_bars
        return token.kind in {"number", "name"} or token.text in STARTS_VALUE

    def _extended(self, left: Node, binding: int) -> Node:
        token = self._next
        if binding == POWER:
            return self._power(left)
        if token.kind == "symbol" and token.text in BINDING:
            self._take()
            return Operation(cast("Operator", token.text), left, self._expression(binding))
        if token.kind == "number":  # x 2 may well be meant as a square
            raise FormulaError("Before this number a sign is missing, such as ^ or *.", token.position)
        return Operation("*", left, self._expression(binding))

    def _power(self, base: Node) -> Node:
        token = self._take()
        exponent = _superscript(token) if token.kind == "superscript" else self._expression(POWER - 1)
        if base == Known("e"):
            return Call("exp", (exponent,))
        value = exponent_of(exponent)
        if value is None:
            raise FormulaError(
                f"An exponent must be a number such as 2, -1 or 1/2 (at most {MAX_NUMERATOR}, "
                f"with a denominator of at most {MAX_DENOMINATOR}).",
                token.position,
            )
        return Power(base, value.numerator, value.denominator)

    def _operand(self) -> Node:
        token = self._take()
        match token.kind, token.text:
            case "number", text:
                return number(text)
            case "name", _:
                return self._named(token)
            case "symbol", "-":
                return Negative(self._expression(MINUS))
            case "symbol", "+":
                return self._expression(MINUS)
            case "symbol", "|":
                return Call("abs", (self._inside("|"),))
            case "symbol", text if text in STARTS_VALUE:
                return self._bracketed(text)
            case _:
                raise _unexpected(token, OPERAND)

    def _bracketed(self, opening: str) -> Node:
        if opening == "\\frac":
            return Operation("/", self._braced("\\frac"), self._braced("\\frac{…}"))
        if opening == "\\sqrt":
            return self._root()
        return self._inside(CLOSING[opening])

    def _inside(self, closing: str) -> Node:
        (node,) = self._arguments(closing, at_most=1)
        return node

    def _arguments(self, closing: str, at_most: int) -> tuple[Node, ...]:
        """What stands in a bracket that has been opened, and its end."""
        outer, self._is_in_bars = self._is_in_bars, closing == "|"
        nodes = [self._expression(0)]
        while self._next.text == "," and len(nodes) < at_most:
            self._take()
            nodes.append(self._expression(0))
        self._expect(closing, "to close the bracket")
        self._is_in_bars = outer
        return tuple(nodes)

    def _braced(self, after: str) -> Node:
        self._expect("{", f"after {after}")
        return self._inside("}")

    def _root(self) -> Node:
        """After a root sign: one operand, which may have the index of another root before it."""
        if self._next.text == "[":
            self._take()
            index = exponent_of(self._inside("]"))
            if index is None or not 1 <= index <= MAX_DENOMINATOR or index.denominator > 1:
                raise FormulaError(f"A root is a second, third or fourth one (at most {MAX_DENOMINATOR}).")
            return Power(self._braced("\\sqrt[…]"), 1, index.numerator)
        return Call("sqrt", (self._expression(POWER),))

    def _named(self, token: Token) -> Node:
        name = token.text
        if self._variables is not None and name in self._variables:
            return Name(name)
        if name in FUNCTIONS:
            return self._call(token)
        if name in CONSTANTS:
            return Known(CONSTANTS[name])
        if self._variables is not None:
            raise FormulaError(
                f"The name “{name}” is not one of this question. {allowed(self._variables)}", token.position
            )
        return Name(name)

    def _call(self, token: Token) -> Node:
        function = FUNCTIONS[token.text]
        opening = self._take()
        if opening.text not in CLOSING or opening.kind != "symbol":
            raise _unexpected(opening, f"a bracket after {token.text}, as in {token.text}(…),")
        many = function in WITH_MANY
        return Call(function, self._arguments(CLOSING[opening.text], at_most=MAX_DEPTH if many else 1))


def number(text: str) -> Number:
    """A literal such as 2, .5 or 1e-3 in its one canonical form."""
    mantissa, _, exponent = text.partition("e")
    whole, _, decimals = mantissa.partition(".")
    digits = (whole + decimals).lstrip("0")
    stripped = digits.rstrip("0")
    if not stripped:
        return Number("0")
    return Number(stripped, int(exponent or 0) - len(decimals) + len(digits) - len(stripped))


def allowed(variables: frozenset[str]) -> str:
    """Which names may be used, as a sentence."""
    return f"You can use: {', '.join(sorted(variables))}." if variables else "It has no variables."


def _superscript(token: Token) -> Node:
    digits = token.text.removeprefix("-")
    if not digits.isdecimal() or len(digits) > len(str(MAX_NUMERATOR)):
        raise FormulaError("This is not an exponent that can be used here.", token.position)
    return Negative(number(digits)) if token.text.startswith("-") else number(digits)


def _unexpected(token: Token, expected: str) -> FormulaError:
    if token.kind == "end":
        return FormulaError(f"The formula ends here, but {expected} is expected.", token.position)
    return FormulaError(f"Here is “{token.text}”, but {expected} is expected.", token.position)
