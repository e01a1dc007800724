"""Named numbers, each in a band of its own."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.bands import Bands
from grader.values import Opaque

BANDS = Bands(of={"s1": (38.0, 39.0), "test error": (0.0, 0.05)})
REFUSED = [
    (None, "It returned None; expected numbers by name: s1, test error."),
    ({"s1": 38.5}, "It returned a dict with the keys s1; expected numbers by name: s1, test error."),
    ({"s1": 40.0, "test error": 0.0}, "s1 is 40, which is not between 38 and 39."),
    ({"s1": 38.5, "test error": float("nan")}, "test error is nan, which is not between 0 and 0.05."),
    ({"s1": True, "test error": 0.0}, "s1 is True, which is not between 38 and 39."),
    ({"s1": Opaque("a set"), "test error": 0.0}, "s1 is a set, which is not between 38 and 39."),
    (
        {"s1": [38.5, 38.5], "test error": 1},
        "s1 is [38.5, 38.5], which is not between 38 and 39. test error is 1, which is not between 0 and 0.05.",
    ),
]


@pytest.mark.parametrize("number", [38, 38.5, 39.0, np.float32(38.5), np.array([38.5]), 38.5 + 0j])
def test_bands_accepts_every_number_between_the_ends(number: object) -> None:
    assert BANDS({"s1": number, "test error": 0.0}, None).passed


def test_bands_notes_the_numbers_of_what_passes() -> None:
    assert BANDS({"s1": 38.5, "test error": 0.01}, None).note == "s1 38.5, test error 0.01"


@pytest.mark.parametrize(("answer", "gap"), REFUSED, ids=range(len(REFUSED)))
def test_bands_names_what_is_outside(answer: object, gap: str) -> None:
    assert BANDS(answer, None).gap == gap


def test_bands_refuses_a_reference_outside() -> None:
    with pytest.raises(ValueError, match="s1 is 1, which is not between 38 and 39"):
        BANDS.expect({"s1": 1.0, "test error": 0.0})


def test_bands_refuses_ends_in_the_wrong_order() -> None:
    with pytest.raises(ValueError, match=r"the band of s1 must be \[low, high\], not \[2, 1\]"):
        Bands(of={"s1": (2.0, 1.0)})
