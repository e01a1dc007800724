"""A plan reduced to what students may see of it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from grader.compare.closed_form import ClosedForm
from grader.handout.probes import needed_source
from grader.plan import Case, Check, Part, Plan, Question
from grader.public_checks import Later, PublicChecks
from grader.report import Visibility
from grader.targets import LogTarget, ProbeTarget, Target

# Known to everybody, and another one than any assignment's own: who learns these cases by heart has not learnt those
# that count.
PUBLIC_SECRET = "the public checks"  # noqa: S105


def public_checks(plan: Plan) -> PublicChecks:
    """What the handout has of a plan that was compiled with PUBLIC_SECRET.

    Left out are hidden and later checks, right formulas, evidence, what a person's checklist says, and the hints of
    mistakes: a report shows one hint to somebody who has made the mistake, but in a file all of them could be read.
    """
    questions = tuple(
        msgspec.structs.replace(question, parts=tuple(map(_public_part, question.parts))) for question in plan.questions
    )
    later = tuple(one for question in plan.questions for part in question.parts for one in _later(question, part))
    return PublicChecks(plan=msgspec.structs.replace(plan, questions=questions, logs=()), later=later)


def _is_public(check: Check) -> bool:
    """A check of a formula knows little more than the right one; logs are read where the work is handed in."""
    is_hidden = isinstance(check.compare, ClosedForm) or isinstance(check.target, LogTarget)
    return check.visibility is Visibility.VISIBLE and not is_hidden


def _public_part(part: Part) -> Part:
    written = part.written and msgspec.structs.replace(part.written, checklist=())
    checks = tuple(_public_check(check) for check in part.checks if _is_public(check))
    return msgspec.structs.replace(part, checks=checks, needs=(), written=written, evidence=())


def _public_check(check: Check) -> Check:
    equivalent = check.equivalent and msgspec.structs.replace(
        check.equivalent, cases=(Case(arguments=(), expected=(None,)),)
    )
    return msgspec.structs.replace(check, target=_public_target(check.target), mistakes=(), equivalent=equivalent)


def _public_target(target: Target) -> Target:
    if not isinstance(target, ProbeTarget):
        return target
    return msgspec.structs.replace(target, source=needed_source(target.source, target.probe))


def _later(question: Question, part: Part) -> Iterator[Later]:
    label = f"{question.label}({part.label})"
    for check in part.checks:
        if not _is_public(check):
            yield Later(part=label, name=check.name, points=check.points, visibility=check.visibility)
    if part.written:
        yield Later(part=label, name="your text", points=part.written.points)
