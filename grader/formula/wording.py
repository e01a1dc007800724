"""Verdicts as sentences for the student."""

from __future__ import annotations

from grader.formula.identity import Verdict, Witness
from grader.formula.show import show
from grader.formula.tree import Formula

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def explain(answer: Formula, verdict: Verdict) -> tuple[str, ...]:
    """How the answer was read, and what was found about it. A witness tells the expected value at one point."""
    lines = [f"Your answer was read as {show(answer)}."]
    if verdict.outcome == "undecided":
        lines.append("Whether this is the expected formula could not be decided: a person will look at it.")
    if verdict.witness is not None:
        lines.append(_at_a_point(answer, verdict.witness))
    elif verdict.outcome == "different" and not verdict.hint:
        lines.append("This is not the expected formula.")
    if verdict.hint:
        lines.append(verdict.hint)
    return tuple(lines)


def _at_a_point(answer: Formula, witness: Witness) -> str:
    point = ", ".join(f"{value.name} = {value.value:g}" for value in witness.point)
    is_one_of_many = len(answer.items) > 1 and "," not in witness.answer
    subject = f"its {ORDINALS[witness.item]} expression" if is_one_of_many else "it"
    where = f"At {point} " if point else "As a number "
    return f"{where}{subject} is {witness.answer}, expected {witness.expected}."
