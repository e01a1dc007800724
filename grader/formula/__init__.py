"""Formulas as answers: a safe parser, a printer, evaluation, and comparison as identities.

    answer = parse("(2-β)/(βσ²)", ("beta", "sigma"))
    verdict = compare(answer, parse("2/(beta*sigma^2) - 1/sigma^2"), domain(beta=(0, 1), sigma=(0.2, 4)))

Nothing here runs a text as code, and every step ends soon: lengths, depths, degrees and exponents are limited first.
"""

from __future__ import annotations

from grader.formula.domain import Domain, Range, Regime, domain
from grader.formula.floats import evaluate
from grader.formula.identity import Verdict, Witness, compare
from grader.formula.reading import parse
from grader.formula.show import show
from grader.formula.tree import Formula, FormulaError, Node, variables_of
from grader.formula.wording import explain

__all__ = [
    "Domain",
    "Formula",
    "FormulaError",
    "Node",
    "Range",
    "Regime",
    "Verdict",
    "Witness",
    "compare",
    "domain",
    "evaluate",
    "explain",
    "parse",
    "show",
    "variables_of",
]
