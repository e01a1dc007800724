"""Short and safe texts."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.wording import MAX_SHOWN, number, plural, ratio_remark, show, show_apart
from grader.values import Opaque

SHOWN = [
    (None, "None"),
    (True, "True"),
    (7, "7"),
    (1 / 3, "0.333333"),
    (1e-9, "1e-09"),
    (1 + 2j, "1 + 2i"),
    (complex(1, -0.5), "1 - 0.5i"),
    ("word", "'word'"),
    ("two\nlines\x1b[31m\u202e", "'two?lines?[31m?'"),
    ([1, 2.5, "a"], "[1, 2.5, 'a']"),
    ((1, [2]), "(1, [2])"),
    ([], "[]"),
    (list(range(9)), "[0, 1, 2, 3, 4, 5, …]"),
    ({"w": 1, "b\n": 2}, "a dict with the keys w, b?"),
    ({}, "an empty dict"),
    (Opaque("a generator\x07"), "a generator?"),
    (np.array(2.5), "2.5"),
    (np.array([1.5, 2]), "[1.5, 2]"),
    (np.array(2, dtype=np.longdouble), "2.0"),
    (np.array([1, 2])[1], "2"),
    (np.array([True]), "[True]"),
    (np.array([[1 + 1j]]), "[[1 + 1i]]"),
    (np.zeros((0, 2)), "an array of shape (0, 2)"),
    (np.zeros((3, 4)), "an array of shape (3, 4)"),
]

REMARKS = [
    ([2.0], [1.0], "Your value is 2 times the expected one."),
    ([0.1], [1.0], "Your value is 1/10 of the expected one."),
    ([-1.0], [1.0], "Your value is right except for the sign."),
    ([2.25], [1.5], "Your value is the square of the expected one."),
    ([-2.25], [1.5], ""),
    ([1.7], [1.0], ""),
    ([0.0], [1.0], ""),
    ([1.0], [0.0], ""),
    ([2.0, 4.0], [1.0, 2.0], "Your values are 2 times the expected ones."),
    ([0.5, 1.0], [1.0, 2.0], "Your values are 1/2 of the expected ones."),
    ([0.7, 1.4], [1.0, 2.0], "Your values are 0.7 times the expected ones."),
    ([-1.0, -2.0], [1.0, 2.0], "Your values are right except for the sign."),
    ([1j, 2j], [1.0, 2.0], "Your values are 0 + 1i times the expected ones."),
    ([4.0, 5.0], [1.0, 2.0], "Every value is off by the same amount, 3."),
    ([0.0, 0.0], [1.0, 2.0], ""),
    ([1.0, 2.0], [0.0, 0.0], ""),
    ([1.0, 5.0], [1.0, 2.0], ""),
]


@pytest.mark.parametrize(("thing", "text"), SHOWN)
def test_show_writes_a_value_as_a_student_would(thing: object, text: str) -> None:
    assert show(thing) == text


@pytest.mark.parametrize("thing", ["x" * 10_000, ["y" * 500] * 9, {"k" * 9999: 1}, Opaque("z" * 999), 10**200])
def test_show_caps_the_length(thing: object) -> None:
    assert len(show(thing)) == MAX_SHOWN


@pytest.mark.parametrize(
    ("actual", "expected", "texts"),
    [
        (1.0, 2.0, ("1", "2")),
        (1.00000001, 1.0, ("1.00000001", "1")),
        (1 + 2**-52, 1.0, ("1.0000000000000002", "1")),
        (1.0, 1.0, ("1", "1")),
    ],
)
def test_show_apart_uses_as_many_digits_as_it_takes(actual: float, expected: float, texts: tuple[str, str]) -> None:
    assert show_apart(actual, expected) == texts


def test_number_keeps_the_sign_of_a_negative_zero_imaginary_part() -> None:
    assert number(complex(1, -0.0)) == "1 - 0i"


@pytest.mark.parametrize(("count", "text"), [(0, "0 values"), (1, "1 value"), (2, "2 values")])
def test_plural_adds_an_s(count: int, text: str) -> None:
    assert plural(count, "value") == text


@pytest.mark.parametrize(("actual", "expected", "remark"), REMARKS)
def test_ratio_remark_names_a_simple_relation(actual: list[complex], expected: list[float], remark: str) -> None:
    assert ratio_remark(np.array(actual), np.array(expected)) == remark


def test_ratio_remark_speaks_in_the_given_unit() -> None:
    remark = ratio_remark(np.array([0.4, 0.5]), np.array([0.1, 0.2]), 10.0)
    assert remark == "Every value is off by the same amount, 3."
