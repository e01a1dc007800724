"""Where two formulas must agree: a range for each variable, and regimes that are each looked at."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

import msgspec

from grader.formula.precise import Intervals
from grader.formula.reading import parse_conditions
from grader.formula.tree import Node
from grader.formula.walk import NotReal, Undefined, Unknown, walk

GRID = 100
TRIES = 2_000
SEED = 61


class Range(msgspec.Struct, frozen=True):
    """A variable's open interval; both ends are finite."""

    name: str
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError(f"{self.name}: a range needs two finite ends, low < high, not ({self.low}, {self.high})")


class Regime(msgspec.Struct, frozen=True):
    """A part of the domain that is looked at on its own: where all of these expressions are positive."""

    positive: tuple[Node, ...] = ()


class Domain(msgspec.Struct, frozen=True):
    """The ranges of all variables, and at least one regime."""

    ranges: tuple[Range, ...]
    regimes: tuple[Regime, ...] = (Regime(),)


class Coordinate(NamedTuple):
    """A variable's value at a point: exact in binary, so that differences of equal things are exactly zero."""

    name: str
    value: Fraction


Point = tuple[Coordinate, ...]


def domain(*regimes: str, **ranges: tuple[float, float]) -> Domain:
    """A domain from ranges, `beta=(0, 1)`, and from regimes in words, `"eta < 1/sigma^2, beta < 0.5"`.

    Raises FormulaError for a regime that does not read, ValueError for a range that is none.
    """
    parts = tuple(Regime(parse_conditions(text, ranges)) for text in regimes) or (Regime(),)
    return Domain(tuple(Range(name, *ends) for name, ends in ranges.items()), parts)


def points_in(where: Domain, regime: Regime) -> Iterator[Point]:
    """Random points of a regime, always the same ones, not necessarily many: some regimes are narrow."""
    generator = random.Random(SEED)  # noqa: S311
    arithmetic = Intervals()
    for _ in range(TRIES):
        point = tuple(Coordinate(each.name, _between(each, generator)) for each in where.ranges)
        values = {coordinate.name: arithmetic.number(coordinate.value) for coordinate in point}
        if all(_is_positive(node, arithmetic, values) for node in regime.positive):
            yield point


def _between(each: Range, generator: random.Random) -> Fraction:
    """A short decimal number, nearly: a little off, so that it is no zero or pole of what people write."""
    low, high = Fraction(each.low), Fraction(each.high)
    step = Fraction(10) ** math.floor(math.log10((high - low) / GRID))
    unit = Fraction(2) ** (math.floor(math.log2(step)) - 50)
    short = generator.randint(math.floor(low / step) + 1, math.ceil(high / step) - 2) * step
    return (math.floor(short / unit) + generator.randint(1, 2**24)) * unit


def _is_positive(node: Node, arithmetic: Intervals, values: Mapping[str, object]) -> bool:
    try:
        return bool(walk(node, arithmetic, values).a > 0)
    except (Undefined, NotReal, Unknown):
        return False
