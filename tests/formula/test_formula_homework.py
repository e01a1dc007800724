"""The closed forms of the homework, in the spellings that students use, right and wrong."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from grader.formula import Domain, compare, domain, parse

B, S = (0.0, 1.0), (0.2, 4.0)
BETA_SIGMA = domain(beta=B, sigma=S)


class Part(NamedTuple):
    name: str
    expected: str
    where: Domain
    right: tuple[str, ...]
    wrong: tuple[str, ...]


PARTS = [
    Part(
        "1a",
        "(0, 1/sigma^2)",
        domain(sigma=S),
        ("(0, 1/σ²)", "0 < η < 1/σ²", "[0, σ^-2]", "0, 1/(sigma*sigma)", "]0, (1/σ)^2[", r"$0 < \eta < \frac{1}{\sigma^2}$", "1/sigma**2 > eta > 0"),
        ("(0, 2/σ²)", "(0, 1/σ)", "(0, 1/(2σ²))", "(0, σ²)", "(-inf, 1/σ²)", "1/σ²", "(1/σ², 0)", "(0, 1/σσ)"),
    ),
    Part(
        "1a upper end",
        "1/sigma^2",
        domain(sigma=S),
        ("1/σ²", "hi = 1/σ^2", "η < 1/σ²", "σ⁻²", r"\frac{1}{\sigma^{2}}", "1/|σ|²", "2/(2 sigma^2)", "1/σ/σ", "sqrt(1/σ^4)"),
        ("2/σ²", "1/σ", "1/(2σ²)", "σ²", "1/σσ", "1/2σ²"),
    ),
    Part(
        "1e",
        "(1/(sigma_l^2 + sigma_s^2), (sigma_l^2 - sigma_s^2)/(sigma_l^2 + sigma_s^2))",
        domain("sigma_l > sigma_s", sigma_l=S, sigma_s=S),
        (
            "(1/(σ_l²+σ_s²), (σ_l²-σ_s²)/(σ_l²+σ_s²))",
            "(1/(σ_l²+σ_s²), 1 - 2σ_s²/(σ_l²+σ_s²))",
            "1/(σ_l^2+σ_s^2), ((σ_l/σ_s)^2-1)/((σ_l/σ_s)^2+1)",
            "(1/(σ_l²+σ_s²), |1 - 2σ_l²/(σ_l²+σ_s²)|)",
            "(1/(σ_l²+σ_s²), (σ_l-σ_s)(σ_l+σ_s)/(σ_l²+σ_s²))",
        ),
        (
            "(2/(σ_l²+σ_s²), (σ_l²-σ_s²)/(σ_l²+σ_s²))",
            "(1/(σ_l+σ_s), (σ_l-σ_s)/(σ_l+σ_s))",
            "(1/(2σ_l²), 1-σ_s²/σ_l²)",
            "(1/(σ_l²+σ_s²), (σ_l/σ_s-1)/(σ_l/σ_s+1))",
            "(1/(σ_l²+σ_s²), 1 + 2σ_s²/(σ_l²+σ_s²))",
            "(1/σ_l², (σ_l²-σ_s²)/(σ_l²+σ_s²))",
            "1/(σ_l²+σ_s²)",
            "((σ_l²-σ_s²)/(σ_l²+σ_s²), 1/(σ_l²+σ_s²))",
        ),
    ),
    Part(
        "2a",
        "((1-beta)a + 2beta sigma^2 x, (1 - 2eta beta sigma^2)x - eta(1-beta)a)",
        domain(a=(-2, 2), x=(-2, 2), beta=B, eta=(0, 2), sigma=S),
        (
            "((1-β)a + 2βσ²x, x - η((1-β)a + 2βσ²x))",
            "(a - βa + 2βxσ^2, x - ηa + ηβa - 2ηβσ²x)",
            r"(1-\beta)a + 2\beta\sigma^2 x, (1-2\eta\beta\sigma^2)x - \eta(1-\beta)a",
        ),
        (
            "((1-β)a + 2βσ²x, x - ηa)",
            "((1-β)a + βσ²x, x - η((1-β)a + βσ²x))",
            "((1-β)a + 2βσx, x - η((1-β)a + 2βσx))",
            "(βa + 2(1-β)σ²x, x - η(βa + 2(1-β)σ²x))",
            "((1-β)a + 2σ²x, x - η((1-β)a + 2σ²x))",
            "((1-β)a + 2βσ²x, x + η((1-β)a + 2βσ²x))",
            "((1-β)a + 2βσ²x, (1-2ηβσ²)x - ηa)",
            "((1-2ηβσ²)x - η(1-β)a, (1-β)a + 2βσ²x)",
        ),
    ),
    Part(
        "2d",
        "((1 - sqrt(1-beta))^2/(2beta sigma^2), (1 + sqrt(1-beta))^2/(2beta sigma^2))",
        BETA_SIGMA,
        (
            "((1-√(1-β))²/(2βσ²), (1+√(1-β))²/(2βσ²))",
            "((2-β-2sqrt(1-β))/(2βσ²), (2-β+2sqrt(1-β))/(2βσ²))",
            "(2-β±2√(1-β))/(2βσ²)",
            r"η = \frac{(1 \mp \sqrt{1-\beta})^2}{2\beta\sigma^2}",
            "{(1+(1-β)^(1/2))^2/(2βσ^2), (1-(1-β)^0.5)^2/(2βσ^2)}",
            "(β/(2σ²(1+√(1-β))²), β/(2σ²(1-√(1-β))²))",
            "((1-√(1-β))/(2σ²(1+√(1-β))), (1+√(1-β))/(2σ²(1-√(1-β))))",
        ),
        (
            "((1-√(1-β))²/(βσ²), (1+√(1-β))²/(βσ²))",
            "((1-√β)²/(2βσ²), (1+√β)²/(2βσ²))",
            "((1-√(1-β))/(2βσ²), (1+√(1-β))/(2βσ²))",
            "((1-√(1-β))²/(2σ²), (1+√(1-β))²/(2σ²))",
            "(1+√(1-β))²/(2βσ²)",
            "((1-√(1-β))²/(2βσ), (1+√(1-β))²/(2βσ))",
            "(2-β)/(2βσ²)",
            "((1+√(1-β))²/(2βσ²), (1-√(1-β))²/(2βσ²))",
            "(2-β±2√(1-β))/2βσ²",
            "((1±√(1-β))/(2βσ²))²",
        ),
    ),
    Part(
        "2e",
        "(2-beta)/(beta*sigma^2)",
        BETA_SIGMA,
        (
            "(2-beta)/(beta*sigma^2)",
            "(2-β)/(βσ²)",
            "η < (2-β)/(βσ²)",
            r"\frac{2-\beta}{\beta\sigma^2}",
            "2/(βσ²) - 1/σ²",
            "(2/β-1)/σ²",
            "(2-β)/β/σ^2",
            "(1+(1-β))/(βσ²)",
            "(1+sqrt(1-β)^2)/(β|σ|²)",
            "(2-β)β^-1σ^-2",
        ),
        (
            "1/σ²",
            "(2-β)/(2βσ²)",
            "(1+√(1-β))²/(2βσ²)",
            "(1+√(1-β))²/(βσ²)",
            "2/(βσ²)",
            "(1-β)/(βσ²)",
            "1/(βσ²)",
            "(2-β)/β",
            "(2-β)/βσ²",
            "2-β/(βσ²)",
            "(0, (2-β)/(βσ²))",
        ),
    ),
    Part(
        "2f",
        "((1 - sqrt(1-beta))^2/(2beta sigma^2), (1 + sqrt(1-beta))^2/(2beta sigma^2))",
        BETA_SIGMA,
        (
            "(1-√(1-β))²/(2βσ²) < η < (1+√(1-β))²/(2βσ²)",
            "((2-β-2√(1-β))/(2βσ²), (2-β+2√(1-β))/(2βσ²)]",
            "((1/β - 1/2 - √(1-β)/β)/σ², (1/β - 1/2 + √(1-β)/β)/σ²)",
        ),
        (
            "(0, (1+√(1-β))²/(2βσ²))",
            "((1-√(1-β))²/(2βσ²), (2-β)/(βσ²))",
            "((1-√(1-β))²/(2βσ²), inf)",
            "((1-√(1-β))²/2βσ², (1+√(1-β))²/2βσ²)",
            "((1-(1-β))²/(2βσ²), (1+(1-β))²/(2βσ²))",
        ),
    ),
    Part(
        "3c",
        "(0, 2/(x^2+sigma^2))",
        domain(x=(-3, 3), sigma=S),
        ("(0, 2/(x²+σ²))", "0 < η < 2/(x^2+σ^2)", r"0 < \eta < \frac{2}{x^2 + \sigma^2}", "(0, 2/(|x|²+σ²))", "(0, 1/((x²+σ²)/2))", "(0, 2/((x+σ)²-2xσ))"),
        ("(0, 1/(x²+σ²))", "(0, 2/x²)", "(0, 2/(x²+σ))", "(0, 2/(x+σ)²)", "(0, 2/(x²-σ²))", "(0, 2(x²+σ²)/(x⁴+6x²σ²+3σ⁴))", "(0, 2/x²+σ²)", "2/(x²+σ²)"),
    ),
    Part(
        "3d",
        "x*y/(x^2+sigma^2)",
        domain(x=(-3, 3), y=(-3, 3), sigma=S),
        ("xy/(x²+σ²)", "yx/(σ²+x²)", "y/(x+σ²/x)", "(y/x)(x²/(x²+σ²))", "(y/x)/(1+σ²/x²)", r"\frac{xy}{x^2+\sigma^2}", "E[w] = x y (x²+σ²)^-1", "y/x - y σ²/(x(x²+σ²))"),
        ("y/x", "y/(x²+σ²)", "y/(x+σ)", "xy/(x²+σ)", "xy/(x²-σ²)", "(y/x)(1-σ²/x²)", "xy/x²+σ²", "2xy/(x²+σ²)", "x|y|/(x²+σ²)"),
    ),
]  # fmt: skip

RIGHT = [(part, text) for part in PARTS for text in part.right]
WRONG = [(part, text) for part in PARTS for text in part.wrong]
HINTED = [
    ("2e", "(2-β)/βσ²"),
    ("1a upper end", "1/σσ"),
    ("2d", "(2-β±2√(1-β))/2βσ²"),
    ("2f", "((1-√(1-β))²/2βσ², (1+√(1-β))²/2βσ²)"),
]
BY_NAME = {part.name: part for part in PARTS}

# Eigenvalues of the momentum matrix, 2(c): real, then complex.
EIGENVALUES = domain(
    "2 eta beta sigma^2 < (1 - sqrt(1-beta))^2",
    "2 eta beta sigma^2 > (1 + sqrt(1-beta))^2",
    "(1 - sqrt(1-beta))^2 < 2 eta beta sigma^2 < (1 + sqrt(1-beta))^2",
    beta=B,
    sigma=S,
    eta=(0.0, 2.0),
)
EIGENVALUE = "(2-beta-2eta beta sigma^2 ± sqrt((2-beta-2eta beta sigma^2)^2 - 4(1-beta)))/2"


def outcome(part: Part, text: str) -> str:
    names = [each.name for each in part.where.ranges]
    return compare(parse(text, names), parse(part.expected, names), part.where).outcome


@pytest.mark.parametrize(("part", "text"), RIGHT)
def test_right_spelling_is_equal(part: Part, text: str) -> None:
    assert outcome(part, text) == "equal"


@pytest.mark.parametrize(("part", "text"), WRONG)
def test_wrong_answer_is_different(part: Part, text: str) -> None:
    assert outcome(part, text) == "different"


@pytest.mark.parametrize(("name", "text"), HINTED)
def test_missing_brackets_are_hinted_at(name: str, text: str) -> None:
    part = BY_NAME[name]
    assert compare(parse(text), parse(part.expected), part.where).hint.startswith("Did you mean ")


@pytest.mark.parametrize(
    "text",
    [
        "1 - β/2 - ηβσ² ± sqrt((1 - β/2 - ηβσ²)² - (1-β))",
        "{1-β/2-ηβσ² + i sqrt(1-β-(1-β/2-ηβσ²)²), 1-β/2-ηβσ² - i sqrt(1-β-(1-β/2-ηβσ²)²)}",
        "(2-β-2ηβσ² ± sqrt((2ηβσ²-(1-√(1-β))²)(2ηβσ²-(1+√(1-β))²)))/2",
    ],
)
def test_eigenvalues_in_every_regime_are_equal(text: str) -> None:
    assert compare(parse(text), parse(EIGENVALUE), EIGENVALUES).outcome == "equal"


@pytest.mark.parametrize(
    "text",
    [
        "2-β-2ηβσ² ± sqrt((2-β-2ηβσ²)² - 4(1-β))",
        "(2-β-2ηβσ² ± sqrt(|(2-β-2ηβσ²)² - 4(1-β)|))/2",
        "(2-β-2ηβσ² ± sqrt((2-β-2ηβσ²)² - 4(1-β²)))/2",
        "(2-β-ηβσ² ± sqrt((2-β-ηβσ²)² - 4(1-β)))/2",
    ],
)
def test_wrong_eigenvalues_are_different(text: str) -> None:
    assert compare(parse(text), parse(EIGENVALUE), EIGENVALUES).outcome == "different"
