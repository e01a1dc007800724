"""Whether two formulas are the same function on a domain."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice, permutations
from typing import NamedTuple

import msgspec

from grader.formula.agreement import NothingExpected, Outcome, agree_at
from grader.formula.domain import Domain, Point, points_in
from grader.formula.floats import evaluate
from grader.formula.misreading import with_wide_denominators
from grader.formula.modular import PRIME, Residues, is_rational
from grader.formula.show import show
from grader.formula.tree import Formula, Node, infinity_of, variables_of
from grader.formula.walk import Undefined, walk

MODULAR_POINTS = 3
MODULAR_TRIES = 12
POINTS = 8  # for each regime
INTERVALS = ("()", "[]", "(]", "[)")


class Value(NamedTuple):
    """A variable's value at the point of a witness."""

    name: str
    value: float


class Witness(msgspec.Struct, frozen=True):
    """A point where an answer differs from what is due, and the values of both there (texts, with enough digits)."""

    point: tuple[Value, ...]
    answer: str
    expected: str
    item: int = 0  # which one of an interval or a tuple, from 0


class Verdict(msgspec.Struct, frozen=True):
    """What a comparison found.

    "different" is proven. "equal" holds for rational formulas but for a chance of 10^-49, for others to twenty digits at eight
    points of every regime. "undecided" is for a person.
    """

    outcome: Outcome
    witness: Witness | None = None
    hint: str = ""


def compare(answer: Formula, expected: Formula, where: Domain, *, brackets_matter: bool = False) -> Verdict:
    """Compares as functions of the variables of `where`: intervals and tuples item by item, sets in any order.

    A list without brackets is what the expected formula is. A set in place of an interval counts as its two ends.
    With `brackets_matter`, whether ends belong to an interval must be the same.

    Raises ValueError when a variable has no range, or the expected formula has too few values in a regime: faults of the
    question. Takes a time that is bounded by the limits of `parse`.
    """
    _check_ranges(answer, expected, where)
    if len(answer.items) != len(expected.items):
        return Verdict("different", hint=_count_hint(len(answer.items), len(expected.items)))
    verdict = _compare_items(answer, expected, where)
    if verdict.outcome == "different":
        return msgspec.structs.replace(verdict, hint=_hint(answer, expected, where))
    if brackets_matter and verdict.outcome == "equal" and answer.brackets != expected.brackets:
        return Verdict("different", hint="The ends are right, but not which of them belong to the interval.")
    return verdict


def _check_ranges(answer: Formula, expected: Formula, where: Domain) -> None:
    missing = (variables_of(answer) | variables_of(expected)) - {each.name for each in where.ranges}
    if missing:
        raise ValueError(f"the domain has no range for {', '.join(sorted(missing))}")


def _compare_items(answer: Formula, expected: Formula, where: Domain) -> Verdict:
    outcome = _outcome_by_residues(answer, expected)
    if outcome == "equal":
        return Verdict("equal")
    found = _compare_at_points(answer, expected, where)
    return Verdict("different", found.witness) if outcome == "different" else found


def _is_ordered(answer: Formula, expected: Formula) -> bool:
    return "{}" not in {answer.brackets, expected.brackets} and expected.brackets != ""


def _outcome_by_residues(answer: Formula, expected: Formula) -> Outcome:
    """Decides rational formulas, whatever the domain; the others are undecided."""
    items = [item for item in (*answer.items, *expected.items) if not infinity_of(item)]
    if not all(map(is_rational, items)):
        return "undecided"
    pairs = list(islice(_residues(answer, expected), MODULAR_POINTS))
    arrange = list if _is_ordered(answer, expected) else sorted
    if any(arrange(left) != arrange(right) for left, right in pairs):
        return "different"
    return "equal" if len(pairs) == MODULAR_POINTS else "undecided"


def _residues(answer: Formula, expected: Formula) -> Iterator[tuple[list[str], list[str]]]:
    """The values of both at random points of F_p. The points depend on both texts, so no answer can be made to fit them."""
    generator = random.Random(f"{show(answer)} = {show(expected)}")  # noqa: S311
    names = sorted(variables_of(answer) | variables_of(expected))
    for _ in range(MODULAR_TRIES):
        values = {name: generator.randrange(PRIME) for name in names}
        try:
            yield _residues_at(answer, values), _residues_at(expected, values)
        except Undefined:
            continue


def _residues_at(formula: Formula, values: dict[str, int]) -> list[str]:
    return [
        f"infinity {infinity_of(item)}" if infinity_of(item) else str(walk(item, Residues(), values))
        for item in formula.items
    ]


def _compare_at_points(answer: Formula, expected: Formula, where: Domain) -> Verdict:
    outcomes: set[Outcome] = set()
    for regime in where.regimes:
        count = 0
        for point in points_in(where, regime):
            try:
                found = _compare_at(point, answer, expected)
            except NothingExpected:
                continue
            if found.outcome == "different":
                return found
            outcomes.add(found.outcome)
            count += 1
            if count == POINTS:
                break
        else:
            raise ValueError(f"{show(expected)} has a value at {count} points of a regime; {POINTS} are needed")
    return Verdict("undecided" if "undecided" in outcomes else "equal")


def _compare_at(point: Point, answer: Formula, expected: Formula) -> Verdict:
    if _is_ordered(answer, expected):
        return _compare_in_order(point, answer.items, expected.items)
    table = [[agree_at(point, item, due) for due in expected.items] for item in answer.items]
    outcome = _best_assignment(table)
    if outcome != "different":
        return Verdict(outcome)
    return Verdict("different", _witness(point, answer.items, expected.items))


def _compare_in_order(point: Point, answers: Sequence[Node], expected: Sequence[Node]) -> Verdict:
    outcomes = [agree_at(point, item, due) for item, due in zip(answers, expected, strict=True)]
    if "different" in outcomes:
        at = outcomes.index("different")
        return Verdict("different", _witness(point, [answers[at]], [expected[at]], at))
    return Verdict("undecided" if "undecided" in outcomes else "equal")


def _best_assignment(table: list[list[Outcome]]) -> Outcome:
    """Equal if some assignment of answers to expected ones is; different if every assignment has a proven difference."""
    found: list[set[Outcome]] = [
        {row[column] for row, column in zip(table, columns, strict=True)} for columns in permutations(range(len(table)))
    ]
    if {"equal"} in found:
        return "equal"
    return "different" if all("different" in outcomes for outcomes in found) else "undecided"


def _witness(point: Point, answers: Sequence[Node], expected: Sequence[Node], item: int = 0) -> Witness:
    values = {name: float(value) for name, value in point}
    left, right = _apart([evaluate(node, values) for node in answers], [evaluate(node, values) for node in expected])
    return Witness(tuple(Value(*pair) for pair in values.items()), left, right, item)


def _apart(answers: list[float | complex], expected: list[float | complex]) -> tuple[str, str]:
    """Both as texts, with as many digits as are needed to tell them apart."""
    for digits in (4, 7, 10, 16):
        left, right = (", ".join(_number(value, digits) for value in values) for values in (answers, expected))
        if left != right:
            break
    return left, right


def _number(value: complex, digits: int) -> str:
    if value != value:  # noqa: PLR0124 - NaN
        return "undefined"
    if isinstance(value, complex):
        return f"{value.real:.{digits}g} {'-' if value.imag < 0 else '+'} {abs(value.imag):.{digits}g}i"
    return f"{value:.{digits}g}"


def _count_hint(count: int, due: int) -> str:
    return f"It has {count} expression{'s' if count > 1 else ''}; {due} {'are' if due > 1 else 'is'} due."


def _hint(answer: Formula, expected: Formula, where: Domain) -> str:
    """What was probably meant, when that would be right."""
    wide = with_wide_denominators(answer)
    if wide != answer and _compare_items(wide, expected, where).outcome == "equal":
        return f"Did you mean {show(wide)}? A “/” takes only the next factor below the line: put the denominator in brackets."
    swapped = Formula(answer.items[::-1], answer.brackets)
    is_pair = len(answer.items) == 2 and expected.brackets in INTERVALS  # noqa: PLR2004
    if is_pair and _compare_items(swapped, expected, where).outcome == "equal":
        return "The two expressions are in the wrong order."
    return ""
