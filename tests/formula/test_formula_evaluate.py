"""Values in floating point, and what has none."""

from __future__ import annotations

import cmath
import math

import pytest

from grader.formula import evaluate, parse
from grader.formula.floats import Float

VALUES: dict[str, Float] = {"x": 3.0, "y": -2.0, "z": 0.0, "c": 1 + 2j}

REAL = [
    ("x + y", 1.0),
    ("x - y", 5.0),
    ("x*y", -6.0),
    ("x/y", -1.5),
    ("-x^2", -9.0),
    ("x^-2", 1 / 9),
    ("4^(3/2)", 8.0),
    ("sqrt(x)", math.sqrt(3)),
    ("exp(y)", math.exp(-2)),
    ("log(x)", math.log(3)),
    ("|y|", 2.0),
    ("max(x, y, 7)", 7.0),
    ("min(x, y, 7)", -2.0),
    ("pi", math.pi),
    ("e", math.e),
    ("inf", math.inf),
    ("1e999", math.inf),
    ("exp(1e5)", math.inf),
    ("(1e300)^2", math.inf),
    ("(-1e300)^3", -math.inf),
    ("1e300*1e300", math.inf),
    ("|1e300 + i*1e308 + 1e308 i|", math.inf),
]

COMPLEX = [
    ("sqrt(y)", cmath.sqrt(-2)),
    ("log(y)", cmath.log(-2)),
    ("y^(1/2)", (-2 + 0j) ** 0.5),
    ("i^2", -1 + 0j),
    ("sqrt(c)", cmath.sqrt(1 + 2j)),
    ("exp(c)", cmath.exp(1 + 2j)),
    ("log(c)", cmath.log(1 + 2j)),
    ("c/x", (1 + 2j) / 3),
]

UNDEFINED = [
    "1/z",
    "z/z",
    "z^-1",
    "log(z)",
    "c/z",
    "max(c, 1)",
    "min(x, 1/z)",
    "1e999 - 1e999",
    "exp(1e5 c)",
    "(1e200 c)^3",
]


@pytest.mark.parametrize(("text", "value"), REAL)
def test_evaluate_real(text: str, value: float) -> None:
    result = evaluate(parse(text), VALUES)
    assert isinstance(result, float)
    assert result == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(("text", "value"), COMPLEX)
def test_evaluate_complex(text: str, value: complex) -> None:
    assert evaluate(parse(text), VALUES) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize("text", UNDEFINED)
def test_evaluate_undefined_is_nan(text: str) -> None:
    result = evaluate(parse(text), VALUES)
    assert result != result  # noqa: PLR0124 - NaN


def test_evaluate_needs_one_expression() -> None:
    with pytest.raises(ValueError, match="2 expressions"):
        evaluate(parse("(0, x)"), VALUES)


def test_evaluate_item_of_interval() -> None:
    assert evaluate(parse("(0, x)").items[1], VALUES) == 3


def test_evaluate_needs_all_variables() -> None:
    with pytest.raises(KeyError):
        evaluate(parse("w"), VALUES)
