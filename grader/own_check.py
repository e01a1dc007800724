"""A student's own check with the public cases, as results: of a file in a child, or of functions in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from grader.pipeline import grade
from grader.plan import Plan
from grader.records import Bundle, File
from grader.report import CheckResult, PartResult, QuestionResult, Report, Status
from grader.sandbox.client import Sandbox

UNDECIDED = "Whether this formula is right is decided when you hand in."
DONE = frozenset({Status.PASSED, Status.UNDECIDED})


def grade_own(bundle: Bundle, plan: Plan) -> Report:
    """Grade as at hand-in, in whatever isolation this machine has: it is the student's own code."""
    with closing(Sandbox(plan.limits)) as sandbox:
        report = grade(bundle, plan, sandbox)
    questions = tuple(
        msgspec.structs.replace(question, parts=tuple(map(_undecided_part, question.parts)))
        for question in report.questions
    )
    return msgspec.structs.replace(report, questions=questions)


def with_starter_files(bundle: Bundle, folder: Path, plan: Plan) -> Bundle:
    """A notebook that is checked alone, with the files of the handout as they lie beside it."""
    names = [module.path for module in plan.handout.starter]
    files = tuple(File(name=name, data=(folder / name).read_bytes()) for name in names if (folder / name).is_file())
    return msgspec.structs.replace(bundle, files=(*bundle.files, *files))


def is_passed(report: Report) -> bool:
    """Whether every check has passed, as far as it can be told here."""
    return not report.fault and all(check.status in DONE for check in results(report.questions))


def results(questions: tuple[QuestionResult, ...]) -> Iterator[CheckResult]:
    """Of all parts, in order."""
    for question in questions:
        for part in question.parts:
            yield from part.checks


def undecided(check: CheckResult, formulas: frozenset[str]) -> CheckResult:
    """A formula is only read here: the public checks do not have the right one."""
    if check.function not in formulas or check.status is not Status.PASSED:
        return check
    message = f"{check.message} {UNDECIDED}".strip()
    return msgspec.structs.replace(check, status=Status.UNDECIDED, score=0.0, message=message)
