"""A whole number of things."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.count import Count
from grader.values import Opaque

ACCEPTED = [
    57,
    57.0,
    57 + 0j,
    57.0 - 1e-12,
    np.array(57),
    np.array([57]),
    np.array([[57.0]]),
    np.array(57, np.uint8),
    np.array([57], np.float32),
    [57],
    (57.0,),
]

REFUSED = [
    (56, "It returned 56, expected 57: 1 too few."),
    (60.0, "It returned 60, expected 57: 3 too many."),
    (-57, "It returned -57, expected 57: 114 too few."),
    (1e300, "It returned 1e+300, expected 57: 1e+300 too many."),
    (123456789, "It returned 123456789, expected 57: 123456732 too many."),
    (56.23, "It returned 56.23, which is not a whole number; expected 57."),
    (np.inf, "It returned inf, which is not a whole number; expected 57."),
    (np.nan, "It returned nan, which is not a whole number; expected 57."),
    (complex(np.nan, np.nan), "It returned complex numbers where real ones are due. Expected a whole number (57)."),
    (57 + 1j, "It returned complex numbers where real ones are due. Expected a whole number (57)."),
    (None, "It returned nothing (None): is a `return` missing? Expected a whole number (57)."),
    (True, "It returned True where a number is due. Expected a whole number (57)."),
    ("57", "It returned '57', which is not a number. Expected a whole number (57)."),
    (np.array([True]), "It returned truth values (True/False) where numbers are due. Expected a whole number (57)."),
    (Opaque("a function"), "It returned a function where numbers are due. Expected a whole number (57)."),
    ([57, 57], "It returned [57, 57]; expected one whole number (57)."),
    ([], "It returned []; expected one whole number (57)."),
    (np.zeros((0, 1, 2)), "It returned an array of shape (0, 1, 2); expected one whole number (57)."),
]


@pytest.mark.parametrize("actual", ACCEPTED)
def test_count_accepts_every_form_of_a_whole_number(actual: object) -> None:
    assert Count()(actual, 57).gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_count_says_by_how_many_it_is_off(actual: object, gap: str) -> None:
    assert Count()(actual, 57).gap == gap


@pytest.mark.parametrize(("actual", "passed"), [(55, False), (56, True), (58, True), (59, False)])
def test_count_accepts_neighbours_within_its_setting(actual: int, passed: bool) -> None:  # noqa: FBT001
    assert Count(within=1)(actual, 57).passed is passed


@pytest.mark.parametrize("output", [57, 57.0, np.array([57])])
def test_count_stores_an_integer(output: object) -> None:
    assert repr(Count().expect(output)) == "57"


@pytest.mark.parametrize("output", [57.5, np.nan, np.inf, None, True, [1, 2], "57"])
def test_count_refuses_a_reference_that_is_not_a_whole_number(output: object) -> None:
    with pytest.raises(ValueError, match="count needs a whole number, not "):
        Count().expect(output)
