"""The same value, to the last bit."""

from __future__ import annotations

import cmath

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, failed
from grader.compare.wording import show
from grader.records import Comparison
from grader.values import Opaque


class Exact(msgspec.Struct, frozen=True, kw_only=True, tag="exact"):
    """Equal values; 1 equals 1.0, but True does not equal 1. Lists, tuples and arrays of the same items are equal."""

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        if _equal(actual, expected):
            return PASSED
        if actual is None:
            return failed("It returned nothing (None): is a `return` missing?", f"Expected {show(expected)}.")
        return failed(f"It returned {show(actual)}, expected {show(expected)}.")

    def expect(self, output: object) -> object:
        """The output itself, if it is plain data."""
        if isinstance(output, Opaque):
            raise ValueError(f"exact compares plain values, not {output.what}")
        return output


def _equal(actual: object, expected: object) -> bool:
    actual, expected = _plain(actual), _plain(expected)
    if isinstance(expected, list) and isinstance(actual, list):
        return len(actual) == len(expected) and all(map(_equal, actual, expected))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return actual.keys() == expected.keys() and all(_equal(actual[key], expected[key]) for key in expected)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return actual is expected
    if isinstance(expected, float | complex) and isinstance(actual, float | complex) and cmath.isnan(expected):
        return cmath.isnan(actual)
    return not isinstance(actual, Opaque) and bool(actual == expected)


def _plain(thing: object) -> object:
    if isinstance(thing, np.ndarray | np.generic):
        return thing.tolist()
    return list(thing) if isinstance(thing, tuple) else thing
