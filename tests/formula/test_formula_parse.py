"""What is read, as what, and what is refused with which words."""

from __future__ import annotations

import msgspec
import pytest

from grader.formula import Formula, FormulaError, parse, show

NAMES = ("beta", "sigma", "eta", "lambda", "x", "y", "sigma_max", "sigma_1", "w_0", "a")

READ = [
    ("1000000000000000000000001e1", "1000000000000000000000001e1"),
    ("1000000000000000000000001e-3", "1000000000000000000000.001"),
    ("x", "x"),
    ("2x", "2*x"),
    ("2(a+x)", "2*(a + x)"),
    ("(a)(x)", "a*x"),
    ("a x", "a*x"),
    ("x(a+1)", "x*(a + 1)"),
    ("xy", "x*y"),
    ("xy/(x^2+σ²)", "x*y/(x^2 + sigma^2)"),
    ("2etax", "2*eta*x"),
    ("βσ²", "beta*sigma^2"),
    ("x^2", "x^2"),
    ("x**2", "x^2"),
    ("x²", "x^2"),
    ("x⁻¹", "x^(-1)"),
    ("x¹²", "x^12"),
    ("x^-2", "x^(-2)"),
    ("x^{-2}", "x^(-2)"),
    ("x^2^2", "x^4"),
    ("(x^2)^2", "(x^2)^2"),
    ("x^(1/2)", "x^(1/2)"),
    ("x^0.5", "x^(1/2)"),
    ("x^-.25", "x^(-1/4)"),
    ("x^(2-1/2)", "x^(3/2)"),
    ("x^(2*3+1)", "x^7"),
    ("-x^2", "-(x^2)"),
    ("(-x)^2", "(-x)^2"),
    ("2^-2x", "2^(-2)*x"),
    ("a - -x", "a - (-x)"),
    ("a*-x", "a*(-x)"),
    ("+x", "x"),
    ("a/x/y", "(a/x)/y"),
    ("a/x y", "(a/x)*y"),
    ("a/(x y)", "a/(x*y)"),
    ("a*x/y", "a*x/y"),
    ("a-x-y", "a - x - y"),
    ("a-(x-y)", "a - (x - y)"),
    ("a-x*y", "a - x*y"),
    ("(2-β)/βσ²", "((2 - beta)/beta)*sigma^2"),
    ("(2-β)/(βσ²)", "(2 - beta)/(beta*sigma^2)"),
    ("(2 − β) ÷ (β·σ²)", "(2 - beta)/(beta*sigma^2)"),
    ("(2 – β)×a", "(2 - beta)*a"),
    ("|x|", "abs(x)"),
    ("|x||y|", "abs(x)*abs(y)"),
    ("2|x|y", "2*abs(x)*y"),
    ("||x|-|y||", "abs(abs(x) - abs(y))"),
    ("|x(1-|y|)|", "abs(x*(1 - abs(y)))"),
    ("sqrt(x)", "sqrt(x)"),
    ("√x", "sqrt(x)"),
    ("√2σ", "sqrt(2)*sigma"),
    ("√(1-β)", "sqrt(1 - beta)"),
    ("2√(1-β)", "2*sqrt(1 - beta)"),
    ("ln(x) + log(x)", "log(x) + log(x)"),
    ("exp(-x)", "exp(-x)"),
    ("e^{-x}", "exp(-x)"),
    ("e^2", "exp(2)"),
    ("e x", "e*x"),
    ("max(x, y, 1)", "max(x, y, 1)"),
    ("min[x, y]", "min(x, y)"),
    ("pi/π", "pi/pi"),
    ("½x", "0.5*x"),
    ("0.10", "0.1"),
    (".5", "0.5"),
    ("5.", "5"),
    ("1e-3", "0.001"),
    ("1.50E+2", "150"),
    ("1e30", "1e30"),
    ("123e-40", "123e-40"),
    ("000", "0"),
    (r"\frac{2-\beta}{\beta\sigma^2}", "(2 - beta)/(beta*sigma^2)"),
    (r"\dfrac{1}{2}x", "(1/2)*x"),
    (r"\sqrt{1-\beta}", "sqrt(1 - beta)"),
    (r"\sqrt[3]{x}", "x^(1/3)"),
    (r"\left(1 + \sqrt{1-\beta}\right)^{2} \cdot \eta", "(1 + sqrt(1 - beta))^2*eta"),
    (r"$\lvert x \rvert \, y$", "abs(x)*y"),
    (r"\exp(x)\times\ln(x)", "exp(x)*log(x)"),
    ("{x+1}{y}", "(x + 1)*y"),
    ("[x+1]^2", "(x + 1)^2"),
    ("σ_max", "sigma_max"),
    ("sigma_max^2", "sigma_max^2"),
    (r"\sigma_{max}^2", "sigma_max^2"),
    (r"\sigma_\max", "sigma_max"),
    (r"\sigma_{\max}", "sigma_max"),
    ("σₘₐₓ²", "sigma_max^2"),
    ("σ₁", "sigma_1"),
    ("w_0", "w_0"),
    ("λ", "lambda"),
    ("𝛽 + ｘ", "beta + x"),
    ("x.", "x"),
]

SEVERAL = [
    ("(0, 1/sigma^2)", "(0, 1/sigma^2)"),
    ("[0; 1/sigma²]", "[0, 1/sigma^2]"),
    ("]0, 1[", "(0, 1)"),
    ("(0, 1]", "(0, 1]"),
    ("[0, ∞)", "[0, inf)"),
    ("(-inf, 1)", "(-inf, 1)"),
    (r"\left(0, \infty\right)", "(0, inf)"),
    ("{x, y}", "{x, y}"),
    (r"\{x, y\}", "{x, y}"),
    ("x, y", "x, y"),
    ("(x)(y), (a)", "x*y, a"),
    ("(x, y, a)", "(x, y, a)"),
    ("(max(x, y), (a))", "(max(x, y), a)"),
    ("x ± y", "{x - y, x + y}"),
    ("x ∓ y", "{x + y, x - y}"),
    (
        r"(2-β \pm 2\sqrt{1-β})/(2βσ²)",
        "{(2 - beta - 2*sqrt(1 - beta))/(2*beta*sigma^2), (2 - beta + 2*sqrt(1 - beta))/(2*beta*sigma^2)}",
    ),
    ("±x", "{-x, x}"),
    ("0 < eta < 1/sigma^2", "(0, 1/sigma^2)"),
    ("0 < η ≤ 1/σ²", "(0, 1/sigma^2]"),
    ("1 >= eta > 0", "(0, 1]"),
    ("eta ∈ (0, 1)", "(0, 1)"),
    (r"\eta \in [0, 1)", "[0, 1)"),
    ("λ_{1,2} = x ± y", "{x - y, x + y}"),
]

LABELLED = [
    "hi = x",
    "eta < x",
    "η ≤ x",
    "x > eta",
    "η* = x",
    r"\eta^* = x",
    "eta_max=x",
    "w_{t+1} = x",
    "E[w_{t+1}] = x",
    "a⁺ = x",
    "hi := x",
    "hi= x",
    "$η = x$",
    "λ₁ = x",
]

REFUSED = [
    ("", "At character 1: The formula ends here, but a number, a name or a bracket is expected."),
    ("   ", "At character 4: The formula ends here, but a number, a name or a bracket is expected."),
    ("2 +", "At character 4: The formula ends here, but a number, a name or a bracket is expected."),
    ("2 * / x", "At character 5: Here is “/”, but a number, a name or a bracket is expected."),
    ("(x", "At character 3: The formula ends here, but “)” to close the bracket is expected."),
    ("(x]", "At character 3: Here is “]”, but “)” to close the bracket is expected."),
    ("x)", "At character 2: Here is “)”, but an operator, a comma or the end is expected."),
    ("|x", "At character 3: The formula ends here, but “|” to close the bracket is expected."),
    ("2 3", "At character 3: Before this number a sign is missing, such as ^ or *."),
    ("1/σ2", "At character 4: Before this number a sign is missing, such as ^ or *."),
    ("(x)2", "At character 4: Before this number a sign is missing, such as ^ or *."),
    ("z", "At character 1: The name “z” is not one of this question. You can use: a, beta, eta, lambda, sigma, sigma_1, sigma_max, w_0, x, y."),
    ("Beta", "At character 1: The name “Beta” is not one of this question. You can use: a, beta, eta, lambda, sigma, sigma_1, sigma_max, w_0, x, y."),
    ("sqrt x", "At character 6: Here is “x”, but a bracket after sqrt, as in sqrt(…), is expected."),
    ("sqrt(x, y)", "At character 7: Here is “,”, but “)” to close the bracket is expected."),
    ("x^y", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(y+1)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(" + "+".join("1" * 13) + ")", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(1e20/1e20)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(145^2/145^2)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^13", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(1/5)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(1/0)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x^(0^-1)", "At character 2: An exponent must be a number such as 2, -1 or 1/2 (at most 12, with a denominator of at most 4)."),
    ("x⁺", "At character 2: This is not an exponent that can be used here."),
    ("x @ y", "At character 3: “@” has no meaning in a formula."),
    ("а + x", "At character 1: “а”, cyrillic small letter a (U+0430) has no meaning in a formula."),
    ("ßx", "At character 1: “ß”, latin small letter sharp s (U+00DF) has no meaning in a formula."),
    ("x\0", "At character 2: a character that is not printed (U+0000) has no meaning in a formula."),
    (r"\foo{x}", r"At character 1: The LaTeX command \foo is not known here."),
    (r"\frac12", r"At character 6: Here is “12”, but “{” after \frac is expected."),
    (r"\sqrt[5]{x}", "A root is a second, third or fourth one (at most 4)."),
    ("12345678901234567890123456", "At character 1: A number has at most 25 digits."),
    ("1e1000", "At character 1: This number is too large or too small."),
    ("1e-99999999999999999999", "At character 1: This number is too large or too small."),
    ("x + inf", "Infinity can only be a whole end of an interval."),
    ("eta > 2x", "At character 5: “>” cannot be used like this. Write the expression alone, or an interval as (lo, hi)."),
    ("2 eta = x", "At character 7: “=” cannot be used like this. Write the expression alone, or an interval as (lo, hi)."),
    ("(x > y", "At character 4: Here is “>”, but “)” to close the bracket is expected."),
    ("(x > y)", "At character 4: Here is “>”, but “)” to close the bracket is expected."),
    ("]x < y", "At character 1: Here is “]”, but a number, a name or a bracket is expected."),
    ("x < (y < 2) < a", "At character 3: “<” cannot be used like this. Write the expression alone, or an interval as (lo, hi)."),
    ("0 < eta > 1", "At character 3: “<” cannot be used like this. Write the expression alone, or an interval as (lo, hi)."),
    ("0 < 2eta < 1", "At character 3: “<” cannot be used like this. Write the expression alone, or an interval as (lo, hi)."),
    ("{x, y)", "At character 6: The bracket “{” is not closed by “)”."),
    ("x ± y, a", "Write either a list or “±”, not both."),
    ("1,2,3,4,5,6,7", "These are 7 expressions; at most 6 are allowed."),
    ("w_0_0_0_0", "At character 1: This name has too many subscripts."),
    ("((x^8)^8)x", "The powers in this formula are too high: its degree is more than 64."),
    ("exp(exp(exp(x)))", "More than 2 exponentials are nested."),
    ("((((9^9)^9)^9)^9)^9", "The numbers in this formula are too large."),
    ("x" * 601, "This is too long for a formula: 601 characters, 600 are allowed."),
    ("+x" * 151, "This is too long for a formula: it has more than 300 parts."),
    ("(" * 61 + "x" + ")" * 61, "At character 61: Brackets are nested too deeply: at most 60 levels."),
    ("+".join("x" * 61), "This is nested too deeply, or has too many terms: at most 60 levels."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), READ)
def test_parse_one_expression(text: str, shown: str) -> None:
    assert show(parse(text, NAMES)) == shown


@pytest.mark.parametrize(("text", "shown"), SEVERAL)
def test_parse_several_expressions(text: str, shown: str) -> None:
    assert show(parse(text, NAMES)) == shown


@pytest.mark.parametrize("text", LABELLED)
def test_parse_drops_label(text: str) -> None:
    assert parse(text, NAMES) == parse("x")


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_parse_refuses(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text, NAMES)
    assert str(caught.value) == message


def test_parse_without_variables_of_the_question() -> None:
    with pytest.raises(FormulaError, match="It has no variables"):
        parse("x", ())


def test_parse_when_any_name_is_allowed() -> None:
    assert show(parse("foo + bar_1")) == "foo + bar_1"


def test_parse_name_that_has_two_ways_to_split_is_unknown() -> None:
    with pytest.raises(FormulaError, match="“aaa” is not one"):
        parse("aaa", ("a", "aa"))


@pytest.mark.parametrize("name", ["e", "i", "pi", "max"])
def test_parse_declared_name_comes_before_constant(name: str) -> None:
    assert show(parse(f"{name}^2", (name,))) == f"{name}^2"


def test_parse_position_counts_the_label() -> None:
    with pytest.raises(FormulaError) as caught:
        parse("eta = 2 + z", NAMES)
    assert caught.value.position == 11


@pytest.mark.parametrize(("text", "_shown"), READ + SEVERAL)
def test_show_is_stable(text: str, _shown: str) -> None:
    formula = parse(text, NAMES)
    assert parse(show(formula), NAMES) == formula


@pytest.mark.parametrize(("text", "_shown"), READ + SEVERAL)
def test_formula_can_be_stored(text: str, _shown: str) -> None:
    formula = parse(text, NAMES)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(formula), type=Formula) == formula
