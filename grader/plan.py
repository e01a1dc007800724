"""The plan: a compiled assignment. Data only; nothing that grades needs the rubric or the reference."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType

import msgspec

from grader.compare import Comparator
from grader.gradescope.policy import Rules
from grader.records import AskedPart, Limits, Module
from grader.report import Visibility
from grader.targets import FunctionTarget, ProbeTarget, Target, ValueTarget
from grader.values import Value


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `expected` holds the right output first, then those of `also_accept`, in the check's order."""

    arguments: tuple[Value, ...]
    expected: tuple[Value, ...]
    globals: tuple[tuple[str, Value], ...] = ()  # set in the student's namespace before the call
    shown: str = ""  # "sigma=1.7, T=3"


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What a known wrong variant is recognized by on a check's cases, in order (Opaque where it raised)."""

    name: str
    hint: str
    outputs: tuple[Value, ...]  # sketches of the value in question (judging.recognizable)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a part is tested for: all cases must pass."""

    name: str
    points: float
    target: Target
    compare: Comparator
    cases: tuple[Case, ...]
    visibility: Visibility = Visibility.VISIBLE
    output: int | None = None  # compare only this item of a returned tuple
    outputs: tuple[str, ...] = ()  # the names of what is returned ("eta", "rate")
    keeps_inputs: bool = False  # changing an argument fails the check
    mistakes: tuple[Mistake, ...] = ()
    equivalent: Check | None = None  # another way to answer, which counts the same: a formula


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """What a person grades: a text in the submission."""

    points: float
    checklist: tuple[str, ...]  # what a full answer says, for the person
    prompt: tuple[str, ...] = ()  # lines of the handout, which are no answer
    is_private: bool = False  # never copied out of the submission


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a question; its points are the sum of its checks' and of what a person gives."""

    label: str  # "a"
    title: str
    checks: tuple[Check, ...]
    needs: tuple[str, ...] = ()  # labels of parts that must have passed
    written: Written | None = None
    evidence: tuple[Check, ...] = ()  # checks without points, beside the written answer


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the homework."""

    label: str  # "1"
    title: str
    parts: tuple[Part, ...]
    source: str = ""  # "rubrics/q1.yaml", where it was written


class Handout(msgspec.Struct, frozen=True, kw_only=True):
    """What students got: fingerprints of its functions as (name, fingerprint), and the `.py` files of its starter."""

    functions: tuple[tuple[str, str], ...] = ()
    starter: tuple[Module, ...] = ()


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled assignment."""

    assignment: str
    title: str
    questions: tuple[Question, ...]
    files: tuple[str, ...] = ("*.ipynb", "*.py")  # where wanted names are looked for
    limits: Limits = Limits()
    handout: Handout = Handout()
    rules: Rules = Rules()
    logs: tuple[str, ...] = ()  # patterns of the `.npz` and `.json` files that are read as evidence


def wanted_names(plan: Plan) -> tuple[str, ...]:
    """Every function name that the plan calls, in order."""
    return _names(plan, FunctionTarget | ProbeTarget)


def wanted_values(plan: Plan) -> tuple[str, ...]:
    """Every name whose value the plan reads, in order."""
    return _names(plan, ValueTarget)


def _names(plan: Plan, kind: type[Target] | UnionType) -> tuple[str, ...]:
    return tuple(dict.fromkeys(check.target.name for check in all_checks(plan) if isinstance(check.target, kind)))


def all_checks(plan: Plan) -> Iterator[Check]:
    """Every check of the plan, with those of evidence and of equivalent answers, in order."""
    for question in plan.questions:
        for part in question.parts:
            for check in (*part.checks, *part.evidence):
                yield from (check, check.equivalent) if check.equivalent else (check,)


def asked_parts(plan: Plan) -> tuple[AskedPart, ...]:
    """Every part, for the reader of text cells; none where the plan has no written part."""
    parts = tuple(asked_part(question, part) for question in plan.questions for part in question.parts)
    return parts if any(part.is_written for part in parts) else ()


def asked_part(question: Question, part: Part) -> AskedPart:
    """A part, for the reader of text cells. Its titles are no answer either."""
    if part.written is None:
        return AskedPart(question=question.label, part=part.label)
    return AskedPart(
        question=question.label,
        part=part.label,
        is_written=True,
        is_private=part.written.is_private,
        prompt=(*part.written.prompt, question.title, part.title),
    )


def without_evidence(plan: Plan) -> Plan:
    """The plan whose written answers have no evidence beside them: what students see is the same, and it takes less time."""
    questions = tuple(
        msgspec.structs.replace(
            question, parts=tuple(msgspec.structs.replace(part, evidence=()) for part in question.parts)
        )
        for question in plan.questions
    )
    return msgspec.structs.replace(plan, questions=questions)


def needs_torch(plan: Plan) -> bool:
    """Whether a check of the plan cannot run without it; answers that use it on their own are another matter."""
    return any("torch" in check.target.libraries for check in all_checks(plan))


def encode_plan(plan: Plan) -> bytes:
    """The plan as bytes."""
    return msgspec.msgpack.encode(plan)


def decode_plan(data: bytes) -> Plan:
    """The plan that `encode_plan` wrote. Raises msgspec.DecodeError on anything else."""
    return msgspec.msgpack.decode(data, type=Plan)
