"""Texts that are made to hang, crash or run something. Each must end at once: refused, or compared within the limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.formula import FormulaError, compare, domain, evaluate, parse

WHERE = domain(x=(0.2, 3), y=(0.2, 3))

REFUSED = [
    "9^9^9^9",
    "9**9**9**9",
    "x^x^x",
    "x^(10^10)",
    "x^1e999",
    "x^(1e9/1e7)",
    "((((((9^12)^12)^12)^12)^12)^12)^12",
    "1e999^12*1e999^12",
    "exp(exp(exp(9)))",
    "e^e^e^9",
    "(" * 500,
    "(" * 250 + "x" + ")" * 250,
    "-" * 250 + "x",
    "|" * 200 + "x" + "|" * 200,
    "√" * 200 + "x",
    "x^" * 200 + "2",
    "\\frac{" * 80 + "x",
    "sqrt(" * 90 + "x" + ")" * 90,
    "x" * 1_000_000,
    " " * 1_000_000,
    "E[" * 300_000,
    "a_" * 500_000,
    "9" * 1_000_000,
    "1e" + "9" * 500,
    "x" * 600,
    "+".join(["x"] * 150),
    "/".join(["x"] * 150),
    "x,"  * 150,
    "±" * 250 + "x",
    "<" * 200,
    "__import__('os').system('touch /tmp/pwned')",
    "open('x','w').write('x')",
    "().__class__.__bases__[0]",
    "lambda: x",
    "x if x else y",
    "x; import os",
    "x\n__import__",
    "eval(x)",
    "f(x)",
    "x.real",
    "'x'",
    "{x!r}",
    "%s",
    "x\0",
    "\0",
    "\ud800",
    "\u202ex",
    "ｅｖａｌ(x)",
    "х",  # Cyrillic
    "ｘ²̇",
    "١٢",  # Arabic digits
    "²",
    "_",
    "x__class__",
    "\\input{/etc/passwd}",
    "\\" * 300,
]  # fmt: skip

COMPARED = [
    "1e999",
    "1e-999",
    "1e999 x - 1e999 x",
    "(1e999)^6 x",
    "exp(1e999)",
    "exp(exp(9))",
    "exp(exp(x))",
    "exp(9999 sqrt(x))^12",
    "exp(-1e5) x",
    "exp(1e9 i)",
    "i^12 exp(9999 i) sqrt(-x)",
    "log(1e-999) x",
    "0^0 x",
    "0^-1",
    "1/0",
    "0/0",
    "sqrt(" * 50 + "x" + ")" * 50,
    "|" * 50 + "x" + "|" * 50,
    "-" * 55 + "x",
    "+".join(["exp(x)"] * 55),
    "+".join(["sqrt(x)^12/y^12"] * 5),
    "+".join(["(-x)^(1/3)exp(i x)"] * 18),
    "max(" + ",".join(["x"] * 60) + ")",
    "{" + ",".join(["sqrt(-x)^11 exp(x)"] * 6) + "}",
    "((x^4)^4)^4",
    "9999999999999999999999999 sqrt(x)",
    "2305843009213693951 x",
    "x/2305843009213693951",
]


@pytest.mark.parametrize("text", REFUSED)
def test_attack_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text, ("x", "y"))


@pytest.mark.parametrize(
    "expected", ["x + 7", "sqrt(x) + 7", "i sqrt(x)", "±x", "(0, inf)", "{x, y, x y, x/y, x + y, sqrt(x)}"]
)
@pytest.mark.parametrize("text", COMPARED)
def test_attack_is_never_equal(text: str, expected: str) -> None:
    formula = parse(text, ("x", "y"))
    assert compare(formula, parse(expected), WHERE).outcome != "equal"


@pytest.mark.parametrize("text", COMPARED)
def test_attack_has_values(text: str) -> None:
    values = [evaluate(item, {"x": 0.5, "y": -0.5}) for item in parse(text, ("x", "y")).items]
    assert all(isinstance(value, float | complex) for value in values)


@pytest.mark.parametrize(
    "code", ["__import__('os').mkdir('{}')", "exec(\"import os; os.mkdir('{}')\")", "open('{}', 'w')"]
)
def test_code_does_not_run(code: str, tmp_path: Path) -> None:
    with pytest.raises(FormulaError):
        parse(code.format(tmp_path / "made"))
    assert not (tmp_path / "made").exists()
