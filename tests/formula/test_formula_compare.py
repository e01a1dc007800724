"""Comparison: equal, different with a witness, undecided, and what was probably meant."""

from __future__ import annotations

import msgspec
import pytest

from grader.formula import Domain, FormulaError, Range, Regime, Verdict, Witness, compare, domain, explain, parse
from grader.formula.identity import Value

XY = domain(x=(0.2, 3), y=(0.2, 3))
SIGNED = domain(x=(-3, 3), y=(-3, 3))

EQUAL = [
    ("x", "x"),
    ("(x+y)^2", "x^2 + 2x y + y^2"),
    ("(x^2-y^2)/(x-y)", "x + y"),
    ("0.1x + 0.2x", "0.3x"),
    ("sqrt(x^2)", "x"),
    ("|x|", "x"),
    ("sqrt(x)sqrt(y)", "sqrt(x y)"),
    ("x^(1/3)x^(2/3)", "x"),
    ("(x^(1/4))^2", "sqrt(x)"),
    ("1/(sqrt(x)+sqrt(y))", "(sqrt(x)-sqrt(y))/(x-y)"),
    ("exp(x)exp(y)", "exp(x+y)"),
    ("log(x y)", "log(x) + log(y)"),
    ("exp(log(x)/2)", "sqrt(x)"),
    ("max(x, y)", "(x + y + |x - y|)/2"),
    ("min(x, y)", "(x + y - |x - y|)/2"),
    ("(1 + i)(1 - i)x", "2x"),
    ("sqrt(-x)", "i sqrt(x)"),
    ("sqrt(2)^2 x", "2x"),
    ("log(e)x + 0*pi", "x"),
    ("sqrt(|x| - x)", "0 sqrt(x)"),
    ("(0, x]", "(0, x)"),
    ("(0, x)", "[0, (x^2+x y)/(x+y)]"),
    ("0, x", "(0, x)"),
    ("{0, sqrt(x)^2}", "(0, x)"),
    ("(x, inf)", "(x, inf)"),
    ("(-inf, |x|)", "(-inf, x)"),
    ("{y, x}", "{x, y}"),
    ("(y, x)", "{x, y}"),
    ("y, x", "x, y"),
    ("{x - |y|, x + |y|}", "{x + y, x - y}"),
    ("x ± sqrt(x - 4y)", "{x - sqrt(x - 4y), x + sqrt(x - 4y)}"),
    ("{-i sqrt(y), i sqrt(y)}", "±sqrt(-y)"),
    ("(inf, x)", "{x, inf}"),
]

DIFFERENT = [
    ("x", "y"),
    ("x", "x + 1e-20"),
    ("x(1 + 1e-7)", "x"),
    ("sqrt(x)", "x"),
    ("sqrt(x)(1 + 1e-40)", "sqrt(x)"),
    ("sqrt(x^2 + y^2)", "x + y"),
    ("|x - y|", "x - y"),
    ("max(x, y)", "x"),
    ("exp(x)", "e x"),
    ("log(x)", "log(2x)"),
    ("sqrt(-x)", "-i sqrt(x)"),
    ("sqrt(-x)", "sqrt(x)"),
    ("log(-x)", "log(x)"),
    ("1/0", "x"),
    ("1/(x-x)", "sqrt(x)"),
    ("log(x-x)", "sqrt(x)"),
    ("(0, x)", "(1, x)"),
    ("(0, inf)", "(0, x)"),
    ("(-inf, sqrt(x))", "(0, sqrt(x))"),
    ("(0, inf)", "(-inf, inf)"),
    ("{x, x}", "{x, y}"),
    ("{x, sqrt(y)}", "{sqrt(x), y}"),
    ("x", "(0, x)"),
    ("(0, x, y)", "(0, x)"),
]

UNDECIDED = [
    ("log(exp(i pi)) sqrt(x)", "i pi sqrt(x)"),
    ("sqrt(exp(-i pi)) x", "i x"),
    ("(exp(-i pi))^(1/3) x", "i x"),
    ("-(-x)^(1/3)", "x^(1/3)"),
    ("1/(sqrt(x)^2 - x)", "sqrt(x)"),
    ("max(sqrt(-x), 1)", "1"),
    ("exp(1e6 x)", "x"),
    ("exp(1e6 i) sqrt(-x)", "sqrt(-x)"),
    ("log(sqrt(-x) - i sqrt(x))", "log(-x)"),
    ("(1e70 + sqrt(x)) - 1e70", "sqrt(x)"),
    ("(1e70 i + sqrt(-x)) - 1e70 i", "sqrt(-x)"),
    ("(0, exp(1e6 x))", "(0, x)"),
    ("{x, exp(1e6 x)}", "{x, y}"),
]


@pytest.mark.parametrize(("answer", "expected"), EQUAL)
def test_compare_equal(answer: str, expected: str) -> None:
    assert compare(parse(answer), parse(expected), XY) == Verdict("equal")


@pytest.mark.parametrize(("answer", "expected"), DIFFERENT)
def test_compare_different(answer: str, expected: str) -> None:
    assert compare(parse(answer), parse(expected), XY).outcome == "different"


@pytest.mark.parametrize(("answer", "expected"), UNDECIDED)
def test_compare_undecided(answer: str, expected: str) -> None:
    assert compare(parse(answer), parse(expected), XY) == Verdict("undecided")


@pytest.mark.parametrize(("answer", "expected"), [("sqrt(x^2)", "x"), ("|x|", "x"), ("sqrt(x)sqrt(y)", "sqrt(x y)")])
def test_compare_depends_on_domain(answer: str, expected: str) -> None:
    assert compare(parse(answer), parse(expected), SIGNED).outcome == "different"


def test_compare_reads_every_regime() -> None:
    where = domain("x < y", "x > y", x=(0, 1), y=(0, 1))
    assert compare(parse("max(x, y)"), parse("y"), where).outcome == "different"


def test_compare_stays_in_regime() -> None:
    where = domain("0 < x < y^2", x=(0, 1), y=(0, 1))
    assert compare(parse("max(x, y)"), parse("y"), where) == Verdict("equal")


def test_compare_skips_points_where_a_condition_has_no_value() -> None:
    where = domain("sqrt(x) < y, 0 < 1/max(y - 1, 0)", x=(-1, 1), y=(0, 2))
    assert compare(parse("max(x^2, y^4)"), parse("y^4"), where) == Verdict("equal")


def test_compare_skips_points_where_nothing_is_expected() -> None:
    assert compare(parse("log(x)/x/log(x)"), parse("log(max(x, 0))/(x log(max(x, 0)))"), SIGNED) == Verdict("equal")


def test_compare_refuses_expected_without_value() -> None:
    with pytest.raises(ValueError, match=r"1/\(x - x\) has a value at 0 points"):
        compare(parse("x"), parse("1/(x - x)"), XY)


def test_compare_refuses_empty_regime() -> None:
    with pytest.raises(ValueError, match="at 0 points of a regime"):
        compare(parse("sqrt(x)"), parse("sqrt(x)"), domain("x > 2", x=(0, 1)))


def test_compare_refuses_variable_without_range() -> None:
    with pytest.raises(ValueError, match="no range for y"):
        compare(parse("y"), parse("x"), domain(x=(0, 1)))


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (0, float("inf")), (float("nan"), 1)])
def test_range_refuses(ends: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="x: a range needs two finite ends"):
        Range("x", *ends)


@pytest.mark.parametrize("text", ["x", "x < ", "x = 1"])
def test_domain_refuses_regime(text: str) -> None:
    with pytest.raises(FormulaError):
        domain(text, x=(0, 1))


def test_domain_can_be_stored() -> None:
    where = domain("x > 0.5", x=(0, 1))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(where), type=Domain) == where


def test_domain_has_one_regime_by_default() -> None:
    assert XY.regimes == (Regime(),)


def test_witness_tells_point_and_values() -> None:
    verdict = compare(parse("(0, x^2)"), parse("(0, x)"), domain(x=(2, 3)))
    assert verdict.witness is not None
    value = verdict.witness.point[0].value
    assert verdict.witness == Witness((Value("x", value),), f"{value**2:.4g}", f"{value:.4g}", 1)


def test_witness_has_digits_enough_to_tell_apart() -> None:
    witness = compare(parse("1 + 1e-9 sqrt(x)^2"), parse("sqrt(1)"), domain(x=(2, 3))).witness
    assert witness is not None
    assert witness.answer.startswith("1.00000000")


@pytest.mark.parametrize(
    ("answer", "expected", "hint"),
    [
        ("1/x y", "1/(x y)", "Did you mean 1/(x*y)? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("x/2y + y/3x", "x/(2y) + y/(3x)", "Did you mean x/(2*y) + y/(3*x)? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("(0, 1/2x sqrt(y))", "(0, 1/(2x sqrt(y)))", "Did you mean (0, 1/(2*x*sqrt(y)))? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("x/y/2 y x", "x/(2 x y^2)", "Did you mean x/(y*2*y*x)? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("sqrt(1/x y)", "sqrt(1/(x y))", "Did you mean sqrt(1/(x*y))? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("-(1/x y)^2", "-1/(x y)^2", "Did you mean -((1/(x*y))^2)? A “/” takes only the next factor below the line: put the denominator in brackets."),
        ("1/x y", "2/(x y)", ""),
        ("(x, 0)", "(0, x)", "The two expressions are in the wrong order."),
        ("(x, 0)", "(0, y)", ""),
        ("x", "(0, x)", "It has 1 expression; 2 are due."),
        ("(0, x)", "x", "It has 2 expressions; 1 is due."),
    ],
)  # fmt: skip
def test_hint(answer: str, expected: str, hint: str) -> None:
    assert compare(parse(answer), parse(expected), XY).hint == hint


@pytest.mark.parametrize("answer", ["[0, x)", "0, x", "{0, x}"])
def test_brackets_can_matter(answer: str) -> None:
    verdict = compare(parse(answer), parse("(0, x)"), XY, brackets_matter=True)
    assert verdict == Verdict("different", hint="The ends are right, but not which of them belong to the interval.")


def test_brackets_that_are_right() -> None:
    assert compare(parse("0 < x < y"), parse("(0, y)"), XY, brackets_matter=True) == Verdict("equal")


EXPLAINED = [
    ("1e70 + 2x - 1e70", "x", ("Your answer was read as 1e70 + 2*x - 1e70.", "This is not the expected formula.")),
    ("1/x y", "y", ("Your answer was read as (1/x)*y.", "At x = 2.74, y = 1.31 it is 0.4781, expected 1.31.")),
    ("(0, 2)", "(0, 1)", ("Your answer was read as (0, 2).", "At x = 2.74, y = 1.31 its second expression is 2, expected 1.")),
    ("{0, 2}", "{0, 1}", ("Your answer was read as {0, 2}.", "At x = 2.74, y = 1.31 it is 0, 2, expected 0, 1.")),
    ("1/0", "1", ("Your answer was read as 1/0.", "At x = 2.74, y = 1.31 it is undefined, expected 1.")),
    ("sqrt(-1)", "1", ("Your answer was read as sqrt(-1).", "At x = 2.74, y = 1.31 it is 0 + 1i, expected 1.")),
    ("2", "(0, 1)", ("Your answer was read as 2.", "It has 1 expression; 2 are due.")),
    ("exp(1e6x)", "1", ("Your answer was read as exp(1000000*x).", "Whether this is the expected formula could not be decided: a person will look at it.")),
    ("x", "x", ("Your answer was read as x.",)),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "expected", "lines"), EXPLAINED)
def test_explain(answer: str, expected: str, lines: tuple[str, ...]) -> None:
    formula = parse(answer)
    assert explain(formula, compare(formula, parse(expected), XY)) == lines


def test_explain_without_variables() -> None:
    formula = parse("1/2")
    assert explain(formula, compare(formula, parse("1"), domain()))[1] == "As a number it is 0.5, expected 1."
