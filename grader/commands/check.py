"""`grader check NOTEBOOK [PART...]`: a student's own check, with the public checks of the handout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from grader.errors import SubmissionError
from grader.naming import name_of
from grader.outputs.public import later_lines
from grader.outputs.text import render_text
from grader.own_check import grade_own, is_met, with_starter_files
from grader.pipeline import ungradable
from grader.plan import Plan
from grader.public_checks import find_checks, load_checks, selected
from grader.report import Report
from grader.submission.collect import collect

NOT_GRADABLE = 4
NOT_MET = 1


class Options(NamedTuple):
    """What `grader check` was asked for."""

    submission: Path
    checks: Path | None  # None: the file beside the notebook, or in the current folder
    parts: tuple[str, ...]  # none: all


def check(options: Options) -> int:
    """Run the public checks and print the report.

    The exit code: 4 when the notebook cannot be graded, 1 when a check that was asked for is not met.
    """
    checks = selected(load_checks(options.checks or _found(options.submission)), options.parts)
    report = _grade(options.submission, checks.plan)
    render_text(report, sys.stdout)
    sys.stdout.write("".join(f"{line}\n" for line in ("", *later_lines(checks))))
    if report.fault:
        return NOT_GRADABLE
    return 0 if is_met(report.questions) else NOT_MET


def _found(submission: Path) -> Path:
    folder = submission if submission.is_dir() else submission.parent
    return find_checks((folder.resolve(), Path.cwd()))


def _grade(submission: Path, plan: Plan) -> Report:
    try:
        bundle = collect(submission)
    except SubmissionError as error:
        return ungradable(name_of(submission), str(error), plan)
    if submission.suffix.lower() == ".ipynb":
        bundle = with_starter_files(bundle, submission.parent, plan)
    return grade_own(bundle, plan)
