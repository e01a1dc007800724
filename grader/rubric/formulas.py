"""Formulas that count like a check's function: proven to agree with the reference before they are used."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from grader.codec import freeze, thaw
from grader.formula import FormulaError, domain, evaluate
from grader.formula.domain import Point, points_in
from grader.formula.identity import POINTS
from grader.plan import Case, Check
from grader.records import Returned
from grader.rubric.calls import Failure, call_quietly
from grader.rubric.expected import expected_item
from grader.rubric.faults import Fault
from grader.rubric.records import CheckRules, FormulaRules
from grader.rubric.sources import Function
from grader.targets import ValueTarget


def equivalent_check(check: Check, rules: CheckRules) -> tuple[Check | None, list[Fault]]:
    """The check of the formula that a student may give instead, and what is wrong with it."""
    formula = rules.formula
    if formula is None:
        return None, []
    faults = list(_faults(formula, check, rules))
    return _check_of(formula, check), faults


def _check_of(formula: FormulaRules, check: Check) -> Check:
    return Check(
        name=check.name,
        points=check.points,
        target=ValueTarget(name=formula.answer),
        compare=formula.compare,
        cases=(Case(arguments=(), expected=formula.expected),),
        visibility=check.visibility,
    )


def _faults(formula: FormulaRules, check: Check, rules: CheckRules) -> Iterator[Fault]:
    if domain_fault := _domain_fault(formula):
        yield domain_fault
        return
    if formula.answer == check.target.name:
        yield formula.spot.at("answer").fault(
            f'"{formula.answer}" is the function\'s name: the text needs one of its own'
        )
        return
    for index, text in enumerate(formula.expected):
        spot = formula.spot.at("also_accept", index - 1) if index else formula.spot.at("expected")
        try:
            formula.compare.expect(text)
        except ValueError as error:
            yield spot.fault(str(error))
            return
    yield from _disagreements(formula, check, rules)


def _domain_fault(formula: FormulaRules) -> Fault | None:
    """A range that is none, or a regime that cannot be read or has too few points."""
    where, compare = formula.compare.where, formula.compare
    for name, ends in where.items():
        if not ends[0] < ends[1]:
            return formula.spot.at("where", name).fault(f"needs low < high, not {list(ends)}")
    for index, text in enumerate(compare.regimes):
        spot = formula.spot.at("regimes", index)
        try:
            (regime,) = domain(text, **where).regimes
        except (FormulaError, ValueError) as error:
            return spot.fault(str(error))
        count = len(list(islice(points_in(domain(**where), regime), POINTS)))
        if count < POINTS:
            return spot.fault(f"of the ranges in `where`, {count} tried points lie in it; {POINTS} are needed")
    return None


def _disagreements(formula: FormulaRules, check: Check, rules: CheckRules) -> Iterator[Fault]:
    """The first point where the formula does not give what the reference's function does."""
    names, due = [*formula.compare.where], [parameter.name for parameter in rules.parameters]
    function = formula.function
    if function is None and (names != due or rules.probe is not None):
        yield formula.spot.fault(
            f"its variables ({', '.join(names)}) are not the parameters of the function ({', '.join(due)}): "
            "give `agrees_with`, a function of the reference that takes the variables in this order"
        )
        return
    for point in _points(formula):
        if gap := _gap_at(point, formula, check, function or rules.answer):
            where = ", ".join(f"{name} = {float(value):.6g}" for name, value in point)
            yield formula.spot.at("expected").fault(f"does not agree with the reference at {where}: {gap}")
            return


def _points(formula: FormulaRules) -> Iterator[Point]:
    where = formula.compare.domain()
    for regime in where.regimes:
        yield from islice(points_in(where, regime), POINTS)


def _gap_at(point: Point, formula: FormulaRules, check: Check, function: Function) -> str:
    """How the two differ at one point; an empty text when they do not."""
    values = {name: float(value) for name, value in point}
    items = formula.compare.parse(formula.expected[0]).items
    answer = [evaluate(item, values) for item in items]
    due = call_quietly(lambda: Returned(value=freeze(function(*values.values()))))
    if isinstance(due, Failure):
        return f"it raised {due}"
    picked = check if formula.function is None else msgspec.structs.replace(check, output=None)
    try:
        expected = thaw(expected_item(picked, due.value))
    except (ValueError, TypeError) as error:
        return str(error)
    return check.compare(answer[0] if len(answer) == 1 else tuple(answer), expected).gap
