"""Formulas as texts."""

from __future__ import annotations

import pytest

from grader.compare.closed_form import ClosedForm
from grader.records import Comparison
from grader.values import Opaque

STABLE = ClosedForm(where={"beta": (0, 1), "sigma": (0.2, 4)})
EXPECTED = "(2 - beta)/(beta*sigma^2)"
IN_QUOTES = 'Write the formula as a text, in quotes: "beta*sigma^2".'

REFUSED = [
    (3, f"It is 3, not a text. {IN_QUOTES}"),
    (Opaque("an object of class Mul"), f"It is an object of class Mul, not a text. {IN_QUOTES}"),
    ("(2-beta)/", "The formula cannot be read. At character 10: "),
    ("(2-gamma)/(beta*sigma^2)", "The formula cannot be read. At character 4: "),
    ("__import__('os').getcwd()", "The formula cannot be read. "),
    (
        "(2-β)/βσ²",
        "Your answer was read as ((2 - beta)/beta)*sigma^2. At beta = 0.64, sigma = 3.06 it is 19.9, expected 0.2269. "
        "Did you mean (2 - beta)/(beta*sigma^2)?",
    ),
    ("1/sigma^2, 2", "Your answer was read as 1/sigma^2, 2. It has 2 expressions; 1 is due."),
]


@pytest.mark.parametrize(
    "text", [EXPECTED, "(2-β)/(βσ²)", "2/(beta*sigma^2) - 1/sigma^2", r"\frac{2-\beta}{\beta\sigma^2}"]
)
def test_closed_form_accepts_the_same_function_however_it_is_written(text: str) -> None:
    assert STABLE(text, EXPECTED).passed


def test_closed_form_shows_how_an_accepted_answer_was_read() -> None:
    assert STABLE("(2-β)/(βσ²)", EXPECTED).note == "Your answer was read as (2 - beta)/(beta*sigma^2)."


@pytest.mark.parametrize(("answer", "gap"), REFUSED)
def test_closed_form_says_what_is_wrong(answer: object, gap: str) -> None:
    assert STABLE(answer, EXPECTED).gap.startswith(gap)


def test_closed_form_leaves_what_it_cannot_decide_to_a_person() -> None:
    comparison = ClosedForm(where={"x": (1, 2)})("(0, exp(1e6 x))", "(0, x)")
    assert (comparison.passed, comparison.is_undecided) == (False, True)


def test_closed_form_without_an_expected_value_reads_the_answer_only() -> None:
    gap = "Your answer was read as 1/sigma^2. Whether it is right is decided when you hand in."
    assert STABLE("1/σ²", None) == Comparison(passed=False, gap=gap, is_undecided=True)


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (3.0, "a formula is a text, not 3"),
        ("(2 - beta", "At character "),
        ("sqrt(-1 - beta^2) + tau", "At character "),
    ],
)
def test_closed_form_refuses_a_reference_that_is_no_formula(output: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        STABLE.expect(output)


@pytest.mark.parametrize(
    "comparator", [ClosedForm(where={"x": (2, 1)}), ClosedForm(where={"x": (0, 1)}, regimes=("x > 2",))]
)
def test_closed_form_refuses_ranges_and_regimes_without_points(comparator: ClosedForm) -> None:
    with pytest.raises(ValueError, match=r"range|regime"):
        comparator.expect("sqrt(x)")
