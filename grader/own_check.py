"""A student's own check of a notebook with the public checks: graded as at hand-in, in a child."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from grader.pipeline import grade
from grader.plan import Plan
from grader.records import Bundle, File
from grader.report import CheckResult, QuestionResult, Report, Status
from grader.sandbox.client import Sandbox

MET = frozenset({Status.PASSED, Status.UNDECIDED})  # a formula can only be read here


def grade_own(bundle: Bundle, plan: Plan) -> Report:
    """Grade in whatever isolation this machine has: it is the student's own code.

    Raises:
        SandboxError: no child can be started.
    """
    with closing(Sandbox(plan.limits)) as sandbox:
        sandbox.order_reader()
        return grade(bundle, plan, sandbox)


def with_starter_files(bundle: Bundle, folder: Path, plan: Plan) -> Bundle:
    """A notebook that is checked alone, with the files of the handout as they lie in its folder."""
    names = [module.path for module in plan.handout.starter]
    files = tuple(File(name=name, data=(folder / name).read_bytes()) for name in names if (folder / name).is_file())
    return msgspec.structs.replace(bundle, files=(*bundle.files, *files))


def is_met(questions: tuple[QuestionResult, ...]) -> bool:
    """Whether every check has passed, as far as it can be told without knowing right formulas."""
    return all(check.status in MET for check in results(questions))


def results(questions: tuple[QuestionResult, ...]) -> Iterator[CheckResult]:
    """The checks of all parts, in order."""
    for question in questions:
        for part in question.parts:
            yield from part.checks
