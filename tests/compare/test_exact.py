"""The same value, to the last bit."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.exact import Exact
from grader.values import Opaque

NAN = float("nan")

SAME = [
    (None, None),
    (True, True),
    (1, 1),
    (1.0, 1),
    (1, 1.0),
    (1 + 0j, 1),
    ("real", "real"),
    ("", ""),
    (NAN, NAN),
    (complex(1, NAN), complex(1, NAN)),
    ([1, [2, NAN]], [1, [2, NAN]]),
    ((1, 2), [1, 2]),
    (np.array([1, 2]), [1, 2]),
    (np.array([[True, False]]), [[True, False]]),
    (np.array(3), 3),
    (np.array([3])[0], 3),
    ({"a": [1], "b": "x"}, {"b": "x", "a": (1.0,)}),
]

DIFFERENT = [
    (None, 1, "It returned nothing (None): is a `return` missing? Expected 1."),
    (True, 1, "It returned True, expected 1."),
    (1, True, "It returned 1, expected True."),
    (np.array([True]), [1], "It returned [True], expected [1]."),
    ("1", 1, "It returned '1', expected 1."),
    (1, "1", "It returned 1, expected '1'."),
    ("Real", "real", "It returned 'Real', expected 'real'."),
    (2.5, 2, "It returned 2.5, expected 2."),
    (NAN, 1.0, "It returned nan, expected 1."),
    (1.0, NAN, "It returned 1, expected nan."),
    ([1, 2, 3], [1, 2], "It returned [1, 2, 3], expected [1, 2]."),
    ([[1], [2]], [1, 2], "It returned [[1], [2]], expected [1, 2]."),
    (1, [1], "It returned 1, expected [1]."),
    ({"a": 1}, {"a": 2}, "It returned a dict with the keys a, expected a dict with the keys a."),
    ({"b": 1}, {"a": 1}, "It returned a dict with the keys b, expected a dict with the keys a."),
    (Opaque("a generator"), 1, "It returned a generator, expected 1."),
    (Opaque("a generator"), Opaque("a generator"), "It returned a generator, expected a generator."),
    ([Opaque("a set")], [Opaque("a set")], "It returned [a set], expected [a set]."),
]


@pytest.mark.parametrize(("actual", "expected"), SAME)
def test_exact_accepts_the_same_value(actual: object, expected: object) -> None:
    assert Exact()(actual, expected).gap == ""


@pytest.mark.parametrize(("actual", "expected", "gap"), DIFFERENT)
def test_exact_shows_both_values(actual: object, expected: object, gap: str) -> None:
    assert Exact()(actual, expected).gap == gap


@pytest.mark.parametrize(("actual", "expected"), [(actual, expected) for actual, expected, _ in DIFFERENT])
def test_exact_refuses_another_value(actual: object, expected: object) -> None:
    assert not Exact()(actual, expected).passed


def test_exact_keeps_the_output_as_it_is() -> None:
    assert Exact().expect("real") == "real"


def test_exact_refuses_a_reference_that_is_not_plain_data() -> None:
    with pytest.raises(ValueError, match="exact compares plain values, not a generator"):
        Exact().expect(Opaque("a generator"))
