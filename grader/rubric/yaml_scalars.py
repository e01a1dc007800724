"""What a plain YAML scalar means: the core schema of YAML 1.2 (`no` is a text, `1e-6` a number, `0o17` is 15)."""

from __future__ import annotations

import re

Scalar = None | bool | int | float | str

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"[-+]?\.(inf|Inf|INF)|\.nan|\.NaN|\.NAN")
MAX_DIGITS = 400

CORE_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float", "seq", "map"))


def read_plain(text: str) -> Scalar:
    """The value of a plain (unquoted) scalar. Raises ValueError for a number that Python cannot hold."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if INTEGER.fullmatch(text):
        return _integer(text)
    if SPECIAL.fullmatch(text):
        return float(text.replace(".", "", 1))
    return _float(text) if FLOAT.fullmatch(text) else text


def read_tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit core tag. Raises ValueError when the text is not of that kind."""
    kind = tag.rpartition(":")[2]
    if kind == "str":
        return text
    value = read_plain(text)
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if {"null": type(None), "bool": bool, "int": int, "float": float}.get(kind) is not type(value):
        raise ValueError(f"{text!r} is not of the kind !!{kind}")
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits is too long")
    base = {"0o": 8, "0x": 16}.get(text[:2], 10)
    return int(text[2:] if base != 10 else text, base)  # noqa: PLR2004 (the decimal base)


def _float(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text[:40]} is too large for a number; write .inf for infinity")
    return value
