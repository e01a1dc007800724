"""A text into tokens: numbers, names, symbols. LaTeX and Unicode end here; what follows sees plain symbols only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from grader.formula.characters import COMMANDS, GREEK, SUBSCRIPTS, SUPERSCRIPTS, described, plain
from grader.formula.tree import FormulaError

MAX_CHARACTERS = 600
MAX_TOKENS = 300
MAX_DIGITS = 25
MAX_EXPONENT = 999
Kind = Literal["number", "name", "symbol", "superscript", "end"]

GREEK_LETTERS = "".join(GREEK)
SMALL = "".join(map(chr, SUBSCRIPTS))
HIGH = "".join(map(chr, SUPERSCRIPTS))
SUBSCRIPT = rf"_(?:[A-Za-z0-9]+|\\[A-Za-z]+|\{{\s*\\?[A-Za-z0-9]+\s*\}})|[{SMALL}]+"
LETTERS = rf"\\(?:{'|'.join(sorted({*GREEK.values(), 'epsilon'}, key=len, reverse=True))})(?![A-Za-z])"
TOKEN = re.compile(
    rf"""
    (?P<space>\s+|\\[,;:! ]|~)
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
  | (?P<fraction>[½¼¾])
  | (?P<name>(?:[{GREEK_LETTERS}]|{LETTERS}|[A-Za-z][A-Za-z0-9]*)(?:{SUBSCRIPT})*)
  | (?P<superscript>[{HIGH}]+)
  | \\(?P<command>[A-Za-z]+)
  | (?P<symbol>\*\*|<=|>=|\\[{{}}|]|[-+*/^()\[\]{{}}|,;<>≤≥∈=±∓√∞])
    """,
    re.VERBOSE | re.ASCII,
)
ONE_FORM = {"**": "^", "<=": "≤", ">=": "≥", "\\{": "{", "\\}": "}", "\\|": "|", ";": ",", "√": "\\sqrt"}
QUARTERS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}


class Token(NamedTuple):
    """A piece of the text. `position` counts characters from 1."""

    kind: Kind
    text: str
    position: int


def tokenize(text: str) -> list[Token]:
    """Its tokens, the last one of kind "end". Raises FormulaError for a text that is too long or has a foreign sign."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"This is too long for a formula: {len(text)} characters, {MAX_CHARACTERS} are allowed.")
    tokens = []
    for token in _each(plain(text), text):
        tokens.append(token)
        if len(tokens) > MAX_TOKENS:
            raise FormulaError(f"This is too long for a formula: it has more than {MAX_TOKENS} parts.")
    return [*tokens, Token("end", "", len(text) + 1)]


def _each(text: str, original: str) -> Iterator[Token]:
    position = 0
    end = len(text.rstrip().removesuffix("."))  # a sentence's full stop
    while position < end:
        match = TOKEN.match(text, position, end)
        if match is None:
            raise FormulaError(f"{described(original[position])} has no meaning in a formula.", position + 1)
        token = _token(match, position + 1)
        if token is not None:
            yield token
        position = match.end()


def _token(match: re.Match[str], position: int) -> Token | None:
    written = match[0]
    match match.lastgroup:
        case "number":
            return Token("number", _checked_number(written, position), position)
        case "fraction":
            return Token("number", QUARTERS[written], position)
        case "name":
            return Token("name", _plain_name(written, position), position)
        case "superscript":
            return Token("superscript", written.translate(SUPERSCRIPTS), position)
        case "command":
            return _command(match["command"], position)
        case "symbol":
            return _symbol(ONE_FORM.get(written, written), position)
        case _:
            return None


def _checked_number(written: str, position: int) -> str:
    mantissa, _, exponent = written.lower().partition("e")
    if len(mantissa.replace(".", "").lstrip("0")) > MAX_DIGITS:
        raise FormulaError(f"A number has at most {MAX_DIGITS} digits.", position)
    if len(exponent) > 1 + len(str(MAX_EXPONENT)) or abs(int(exponent or 0)) > MAX_EXPONENT:
        raise FormulaError("This number is too large or too small.", position)
    return written.lower()


def _plain_name(written: str, position: int) -> str:
    """All ways to write a subscript are one: sigma_max."""
    stem, *subscripts = re.split(rf"_|(?=(?<![{SMALL}])[{SMALL}])", written)
    stem = GREEK.get(stem, stem)
    if stem.startswith("\\"):
        stem = COMMANDS[stem[1:]]
    parts = [stem, *(part.translate(SUBSCRIPTS).strip("{}\\ \t") for part in subscripts)]
    if len(parts) > 3:  # noqa: PLR2004
        raise FormulaError("This name has too many subscripts.", position)
    return "_".join(parts)


def _command(name: str, position: int) -> Token | None:
    if name not in COMMANDS:
        raise FormulaError(f"The LaTeX command \\{name} is not known here.", position)
    meaning = COMMANDS[name]
    if not meaning:
        return None
    return Token("name", meaning, position) if meaning.isalpha() else _symbol(meaning, position)


def _symbol(symbol: str, position: int) -> Token:
    return Token("name", "inf", position) if symbol == "∞" else Token("symbol", symbol, position)
