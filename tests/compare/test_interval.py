"""Two ends, and whether they belong to the interval."""

from __future__ import annotations

import numpy as np
import pytest

from grader.compare.interval import Ends, Interval
from grader.values import Opaque

INF, NAN = np.inf, np.nan
EXPECTED = (0.0, 0.25)

ACCEPTED = [
    (0, 0.25),
    [0, 0.25],
    np.array([0, 0.25]),
    np.array([[0], [0.25]]),
    np.array([0, 0.25], np.float32),
    (0j, 0.25 + 0j),
    (1e-10, 0.25),
    (0, 0.25002),
    (0, 0.25, "open"),
    [0, 0.25, "closed"],
    (0, 0.25, " (] "),
    ((0, 0.25), "Left-Open"),
    ([0, 0.25], "open"),
    (np.array([0, 0.25]), "open"),
    "(0, 0.25)",
    " [0, .25] ",
    "(0; 2.5e-1]",
    "]0, 0.25[",
]

REFUSED = [
    (None, "It returned nothing (None): is a `return` missing? Expected the two ends, (0, 0.25)."),
    (0.25, "It returned only one number (0.25). Expected the two ends, (0, 0.25)."),
    (np.array([0.25]), "It returned only one number ([0.25]). Expected the two ends, (0, 0.25)."),
    ([0, 0.1, 0.25], "It returned 3 numbers ([0, 0.1, 0.25]). Expected the two ends, (0, 0.25)."),
    (
        np.zeros((0, 1, 2)),
        "It returned 0 numbers (an array of shape (0, 1, 2)). Expected the two ends, (0, 0.25).",
    ),
    ((False, 0.25), "It returned a tuple that holds False where numbers are due. Expected the two ends, (0, 0.25)."),
    ((0, "0.25"), "It returned a tuple that holds '0.25' where numbers are due. Expected the two ends, (0, 0.25)."),
    ((0, 0.25 + 1j), "It returned complex numbers where real ones are due. Expected the two ends, (0, 0.25)."),
    (Opaque("a set"), "It returned a set where numbers are due. Expected the two ends, (0, 0.25)."),
    (
        (0, 0.25, "half"),
        "It says 'half' about the ends, which is none of "
        "open, closed, left-open, right-open, (), [], (], [). Expected the two ends, (0, 0.25).",
    ),
    (
        "0 to 0.25",
        "It returned the text '0 to 0.25', which does not read as an interval. Expected the two ends, (0, 0.25).",
    ),
    ((0.25, 0), "The two ends are swapped: return the lower end first, (0, 0.25)."),
    ((0, 0.5), "It returned (0, 0.5), expected (0, 0.25). The upper end is wrong (2 times the expected one)."),
    ("(0, 0.5)", "It returned (0, 0.5), expected (0, 0.25). The upper end is wrong (2 times the expected one)."),
    ((-1, 0.25), "It returned (-1, 0.25), expected (0, 0.25). The lower end is wrong."),
    (
        (-1, -0.25),
        "It returned (-1, -0.25), expected (0, 0.25). "
        "The lower end is wrong. The upper end is wrong (-1 times the expected one).",
    ),
    ((0, 0), "It returned (0, 0), expected (0, 0.25). The upper end is wrong."),
    ((0, INF), "It returned (0, inf), expected (0, 0.25). The upper end is wrong."),
    ((NAN, 0.25), "It returned (nan, 0.25), expected (0, 0.25). The lower end is wrong."),
    ((NAN, NAN), "It returned (nan, nan), expected (0, 0.25). The lower end is wrong. The upper end is wrong."),
]

INFINITE = [
    ((-INF, 2.0), True),
    ("(-inf, 2]", True),
    ("(-∞, 2]", True),
    ((-1e300, 2.0), False),
    ((INF, 2.0), False),
    ((-INF, INF), False),
    ((-INF, NAN), False),
]

SAID: list[tuple[object, Ends, str]] = [
    ((0, 0.25, "open"), "open", ""),
    ("(0, 0.25)", "open", ""),
    ("]0, 0.25[", "open", ""),
    ("(0, 0.25]", "left-open", ""),
    ((0, 0.25, "(]"), "left-open", ""),
    ("[0, 0.25)", "right-open", ""),
    (((0, 0.25), "closed"), "closed", ""),
    ("[0, 0.25]", "open", "The numbers are right, but which ends belong to it is not: you wrote []."),
    ((0, 0.25), "open", 'The numbers are right. Say also which ends belong to it: (lo, hi, "open").'),
    (
        (0, 0.5, "closed"),
        "open",
        "It returned (0, 0.5), expected (0, 0.25). The upper end is wrong (2 times the expected one).",
    ),
]


@pytest.mark.parametrize("actual", ACCEPTED)
def test_interval_accepts_every_way_to_write_it(actual: object) -> None:
    assert Interval()(actual, EXPECTED).gap == ""


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_interval_says_which_end_is_wrong(actual: object, gap: str) -> None:
    assert Interval()(actual, EXPECTED).gap == gap


@pytest.mark.parametrize(("actual", "passed"), INFINITE)
def test_interval_accepts_an_infinite_end_only_for_the_same_infinity(actual: object, passed: bool) -> None:  # noqa: FBT001
    assert Interval()(actual, (-INF, 2.0)).passed is passed


@pytest.mark.parametrize(("actual", "ends", "gap"), SAID)
def test_interval_demands_the_ends_that_are_asked_for(actual: object, ends: Ends, gap: str) -> None:
    assert Interval(ends=ends)(actual, EXPECTED).gap == gap


def test_interval_shows_enough_digits_to_tell_the_ends_apart() -> None:
    gap = "It returned (0, 3.0000001), expected (0, 3). The upper end is wrong."
    assert Interval(rtol=1e-9)((0, 3.0000001), (0.0, 3.0)).gap == gap


def test_interval_reads_a_long_hostile_text_in_linear_time() -> None:
    assert not Interval()("(" + "1" * 100_000 + "x", EXPECTED).passed


@pytest.mark.parametrize("output", [[0, 0.25], np.array([0, 0.25]), (0, 0.25)])
def test_interval_stores_the_ends_as_two_floats(output: object) -> None:
    assert Interval().expect(output) == EXPECTED


@pytest.mark.parametrize("output", [0.25, None, (0, 1, 2), (0, NAN), (0, 1j), "half", (True, 2)])
def test_interval_refuses_a_reference_without_two_ends(output: object) -> None:
    with pytest.raises(ValueError, match="interval needs two ends"):
        Interval().expect(output)


def test_interval_refuses_a_reference_with_swapped_ends() -> None:
    with pytest.raises(ValueError, match=r"interval needs two ends, \(lo, hi\) with lo <= hi, not \(1, 0\)"):
        Interval().expect((1.0, 0.0))


def test_interval_takes_a_reference_that_says_which_ends_belong_to_it() -> None:
    assert Interval(ends="open").expect((0, 0.25, "open")) == EXPECTED


@pytest.mark.parametrize("output", [(0, 0.25), (0, 0.25, "closed")])
def test_interval_refuses_a_reference_that_does_not(output: object) -> None:
    with pytest.raises(ValueError, match='return lo, hi, "open"'):
        Interval(ends="open").expect(output)
