"""Residues: what has none."""

from __future__ import annotations

import pytest

from grader.formula import Node, parse
from grader.formula.modular import PRIME, Residues, is_rational
from grader.formula.walk import Undefined, walk


@pytest.mark.parametrize("text", ["x", "1/x - 2.5", "(x + y)^-3", "-x"])
def test_rational(text: str) -> None:
    assert is_rational(parse(text).items[0])


@pytest.mark.parametrize("text", ["pi", "sqrt(x)", "x^(1/2)", "|x|", "1 + e^x"])
def test_not_rational_has_no_residue(text: str) -> None:
    node: Node = parse(text).items[0]
    assert not is_rational(node)
    with pytest.raises(TypeError, match="is not rational"):
        walk(node, Residues(), {"x": 2})


@pytest.mark.parametrize("text", ["1/(x - 2)", "(x - 2)^-1", f"1/{PRIME}"])
def test_division_by_zero_has_no_residue(text: str) -> None:
    with pytest.raises(Undefined):
        walk(parse(text).items[0], Residues(), {"x": 2})


def test_power_of_residue() -> None:
    assert walk(parse("x^-2").items[0], Residues(), {"x": 3}) * 9 % PRIME == 1
