"""Texts that people write as answers: one expression, an interval, a set, `0 < eta < hi`, `eta = …`, `a ± b`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple, cast

from grader.formula.limits import check
from grader.formula.parser import CONSTANTS, FUNCTIONS, Parser
from grader.formula.tokens import Token, tokenize
from grader.formula.tree import Brackets, Formula, FormulaError, Node, Operation

# What may stand before "=": hi, \eta^*, w_{t+1}, E[w_{t+1}], a⁺.
LABEL = re.compile(
    r"\s*\$*\s*(?:E\s*\[\s*)?\\?[A-Za-z\u0391-\u03c9]+\d?(?:_[A-Za-z0-9\u0391-\u03c9]+|_\{[^{}=]{1,20}\}|[₀-ₜ])*"
    r"(?:\^?[+⁺*⋆]|\^\{[+*]\})?(?:\[[A-Za-z0-9]{1,5}\])?\s*\]?\s*:?=(?!=)"
)
BOTH_SIGNS = {"±": "+", "∓": "-"}
MAX_LABEL = 80
OPPOSITE = {"+": "-", "-": "+"}
RELATIONS = ("<", "≤", ">", "≥")
OPENING, CLOSING = "([{]", ")]}["


def parse(text: str, variables: Iterable[str] | None = None) -> Formula:
    """What the text says. `variables` are the names that may occur; None allows any.

    Raises FormulaError with a message for the person who wrote it. Takes a time that is bounded by the limits on length.
    """
    names = None if variables is None else frozenset(variables)
    formula = _formula(_unjoined(tokenize(_without_label(text)), names), names)
    check(formula)
    return formula


def parse_conditions(text: str, variables: Iterable[str] | None = None) -> tuple[Node, ...]:
    """Expressions that are positive where all of the inequalities in the text hold: `0 < beta < 1, eta > 1/sigma^2`.

    Raises FormulaError.
    """
    names = None if variables is None else frozenset(variables)
    nodes: list[Node] = []
    for part in _split(tokenize(text), ",").pieces:
        nodes += _differences(part, names)
    for node in nodes:
        check(Formula((node,)))
    return tuple(nodes)


def _without_label(text: str) -> str:
    """The text with a label such as `eta =` blanked, so that positions stay what they were."""
    match = LABEL.match(text, 0, MAX_LABEL)
    return text if match is None else " " * match.end() + text[match.end() :]


def _unjoined(tokens: list[Token], names: frozenset[str] | None) -> list[Token]:
    """`xy` is x y where both are names of the question and `xy` is not."""
    if names is None:
        return tokens
    return [part for token in tokens for part in _unjoined_name(token, names)]


def _unjoined_name(token: Token, names: frozenset[str]) -> list[Token]:
    known = token.kind != "name" or token.text in names or token.text in FUNCTIONS or token.text in CONSTANTS
    ways = [] if known else _ways(token.text, names)
    if len(ways) != 1:
        return [token]
    tokens, position = [], token.position
    for name in ways[0]:
        tokens.append(Token("name", name, position))
        position += len(name)
    return tokens


def _ways(word: str, names: frozenset[str]) -> list[tuple[str, ...]]:
    """Up to two ways to write the word as names one after the other."""
    ways: list[list[tuple[str, ...]]] = [[()]]
    for end in range(1, len(word) + 1):
        found = [(*way, name) for name in sorted(names) if word[:end].endswith(name) for way in ways[end - len(name)]]
        ways.append(found[:2])
    return ways[-1]


def _formula(tokens: list[Token], names: frozenset[str] | None) -> Formula:
    if any(_is(token, *BOTH_SIGNS) for token in tokens):
        return _with_both_signs(tokens, names)
    if any(_is(token, *RELATIONS, "=", "∈") for token in tokens):
        return _related(tokens, names)
    if not _encloses_list(tokens):
        return Formula(Parser(tokens, names).items())
    opening, closing = tokens[0].text, tokens[-2].text
    items = Parser([*tokens[1:-2], Token("end", "", tokens[-2].position)], names).items()
    return Formula(items, _brackets(opening, closing, tokens[-2].position))


def _is(token: Token, *symbols: str) -> bool:
    return token.kind == "symbol" and token.text in symbols


def _encloses_list(tokens: list[Token]) -> bool:
    """Whether the first and the last token are one pair of brackets with a comma directly inside."""
    if len(tokens) < 4 or not _is(tokens[0], *OPENING) or not _is(tokens[-2], *CLOSING):  # noqa: PLR2004
        return False
    depth, has_comma = 0, False
    for token in tokens[1:-2]:
        depth += _is(token, "(", "[", "{") - _is(token, ")", "]", "}")
        has_comma |= depth == 0 and _is(token, ",")
        if depth < 0:
            return False
    return depth == 0 and has_comma


def _brackets(opening: str, closing: str, position: int) -> Brackets:
    if (opening == "{") != (closing == "}"):
        raise FormulaError(f"The bracket “{opening}” is not closed by “{closing}”.", position)
    if opening == "{":
        return "{}"
    low, high = ("[" if opening == "[" else "("), ("]" if closing == "]" else ")")
    return cast("Brackets", low + high)


def _with_both_signs(tokens: list[Token], names: frozenset[str] | None) -> Formula:
    lower, upper = (_formula([_signed(token, flip=flip) for token in tokens], names) for flip in (True, False))
    if len(lower.items) > 1:
        raise FormulaError("Write either a list or “±”, not both.")
    return Formula(lower.items + upper.items, "{}")


def _signed(token: Token, *, flip: bool) -> Token:
    if not _is(token, *BOTH_SIGNS):
        return token
    sign = BOTH_SIGNS[token.text]
    return token._replace(text=OPPOSITE[sign] if flip else sign)


class _Split(NamedTuple):
    """Pieces of tokens, each with an end of its own, and what stood between them."""

    pieces: list[list[Token]]
    between: list[Token]


def _split(tokens: list[Token], *symbols: str) -> _Split:
    """Splits at these symbols outside of brackets."""
    pieces: list[list[Token]] = [[]]
    between: list[Token] = []
    depth = 0
    for token in tokens[:-1]:
        depth += _is(token, "(", "[", "{") - _is(token, ")", "]", "}")
        if depth == 0 and _is(token, *symbols):
            pieces[-1].append(Token("end", "", token.position))
            pieces.append([])
            between.append(token)
        else:
            pieces[-1].append(token)
    pieces[-1].append(tokens[-1])
    return _Split(pieces, between)


def _related(tokens: list[Token], names: frozenset[str] | None) -> Formula:
    """`eta < hi` is hi, `lo < eta < hi` is the interval, `eta ∈ (lo, hi)` is what follows."""
    pieces, relations = _split(tokens, *RELATIONS, "=", "∈")
    signs = "".join(token.text for token in relations)
    match len(relations):
        case 0:  # they are in brackets, where the parser will refuse them
            return Formula(Parser(tokens, names).items())
        case 1 if signs in "<≤∈=" and _is_name(pieces[0]):
            return _formula(pieces[1], names)
        case 1 if signs in ">≥" and _is_name(pieces[1]):
            return _formula(pieces[0], names)
        case 2 if _is_name(pieces[1]) and (set(signs) <= set("<≤") or set(signs) <= set(">≥")):
            return _between(pieces, signs, names)
    raise FormulaError(
        f"“{signs[0]}” cannot be used like this. Write the expression alone, or an interval as (lo, hi).",
        relations[0].position,
    )


def _is_name(tokens: list[Token]) -> bool:
    return len(tokens) == 2 and tokens[0].kind == "name"  # noqa: PLR2004


def _between(pieces: list[list[Token]], signs: str, names: frozenset[str] | None) -> Formula:
    ends = [Parser(pieces[0], names).whole(), Parser(pieces[2], names).whole()]
    if signs[0] in ">≥":
        ends, signs = ends[::-1], signs[::-1]
    low, high = ("[" if signs[0] in "≤≥" else "("), ("]" if signs[1] in "≤≥" else ")")
    return Formula(tuple(ends), cast("Brackets", low + high))


def _differences(tokens: list[Token], names: frozenset[str] | None) -> list[Node]:
    pieces, relations = _split(tokens, *RELATIONS)
    if not relations:
        raise FormulaError("A condition needs “<” or “>”.", tokens[0].position)
    sides = [Parser(_unjoined(piece, names), names).whole() for piece in pieces]
    return [
        Operation("-", right, left) if relation.text in "<≤" else Operation("-", left, right)
        for relation, left, right in zip(relations, sides, sides[1:], strict=False)
    ]
