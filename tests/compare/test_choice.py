"""One word out of a few."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from grader.compare.choice import Choice
from grader.values import Opaque

SIDES = Choice(options=("large", "small", "equal"), aliases={"Big": "large", "same": "equal"})
OPTIONS = "Expected one of 'large', 'small', 'equal'."

REFUSED = [
    ("small", "It returned 'small', expected 'large'."),
    ("SAME", "It returned 'equal', expected 'large'."),
    ("larger", f"It returned 'larger'. {OPTIONS}"),
    ("", f"It returned ''. {OPTIONS}"),
    ("'large'", f"It returned \"'large'\". {OPTIONS}"),
    (None, f"It returned nothing (None): is a `return` missing? {OPTIONS}"),
    (True, f"It returned True, which is not a string. {OPTIONS}"),
    (0, f"It returned 0, which is not a string. {OPTIONS}"),
    (["large"], f"It returned ['large'], which is not a string. {OPTIONS}"),
    (np.array([1.0]), f"It returned [1], which is not a string. {OPTIONS}"),
    (Opaque("a function"), f"It returned a function, which is not a string. {OPTIONS}"),
]


@pytest.mark.parametrize("actual", ["large", "LARGE", " Large\n", "big", "BIG"])
def test_choice_accepts_the_word_and_its_aliases(actual: str) -> None:
    assert SIDES(actual, "large").gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_choice_lists_the_options_for_anything_else(actual: object, gap: str) -> None:
    assert SIDES(actual, "large").gap == gap


@pytest.mark.parametrize("actual", [actual for actual, _ in REFUSED])
def test_choice_refuses_anything_else(actual: object) -> None:
    assert not SIDES(actual, "large").passed


def test_choice_keeps_an_output_that_is_an_option() -> None:
    assert SIDES.expect("small") == "small"


@pytest.mark.parametrize("output", ["big", "Large", None, 1, np.array([1.0, 2.0])])
def test_choice_refuses_a_reference_outside_the_options(output: object) -> None:
    with pytest.raises(ValueError, match="is not one of the options large, small, equal"):
        SIDES.expect(output)


def test_choice_needs_at_least_two_options() -> None:
    with pytest.raises(msgspec.ValidationError, match="length >= 2"):
        msgspec.json.decode(b'{"type": "choice", "options": ["a"]}', type=Choice)
