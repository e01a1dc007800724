"""Which parts of a plan are as they were: their results stay, and only the others are graded again."""

from __future__ import annotations

import hashlib

import msgspec

from grader.plan import Part, Plan, Question, asked_parts, encode_plan
from grader.report import PartResult, Report, Status


def plan_hash(plan: Plan) -> str:
    """Of everything in it."""
    return hashlib.sha256(encode_plan(plan)).hexdigest()


def part_hashes(plan: Plan) -> dict[str, str]:
    """By label ("1(a)"): of everything that the part's result depends on, besides the submission.

    That is the part itself, those that it builds on, and how a submission is read.
    """
    shared = (plan.files, plan.limits, plan.handout.starter, plan.logs)
    return {
        f"{question.label}({part.label})": _hash(
            shared, question.label, _with_needs(question, part), _given(plan, question, part), _asked(plan, part)
        )
        for question in plan.questions
        for part in question.parts
    }


def unchanged(report: Report, before: dict[str, str], now: dict[str, str]) -> tuple[PartResult, ...]:
    """The report's parts that a new grading would give again. `before` and `now`: part_hashes of the two plans.

    Not one that was too slow: how much time there was for it depends on the other parts.
    """
    parts = (part for question in report.questions for part in question.parts)
    return tuple(part for part in parts if now.get(part.label, "") == before.get(part.label) and not is_slow(part))


def is_slow(part: PartResult) -> bool:
    """Whether time or memory ran out for one of its checks, or of the evidence beside it: that depends on the machine."""
    evidence = part.written.evidence if part.written else ()
    return any(check.status in (Status.TIMED_OUT, Status.OUT_OF_MEMORY) for check in (*part.checks, *evidence))


def _with_needs(question: Question, part: Part) -> tuple[Part, ...]:
    needed = [one for one in question.parts if one.label in part.needs]
    return (part, *(each for one in needed for each in _with_needs(question, one)))


def _given(plan: Plan, question: Question, part: Part) -> tuple[tuple[str, str], ...]:
    """What the handout says of the functions in question, by which an answer counts as not filled in."""
    checks = (check for one in _with_needs(question, part) for check in (*one.checks, *one.evidence))
    names = {each.target.name for check in checks for each in (check, check.equivalent) if each}
    return tuple(pair for pair in plan.handout.functions if pair[0] in names)


def _asked(plan: Plan, part: Part) -> object:
    """Where one written answer ends depends on what else is asked."""
    return asked_parts(plan) if part.written else ()


def _hash(*items: object) -> str:
    return hashlib.sha256(msgspec.msgpack.encode(items)).hexdigest()
