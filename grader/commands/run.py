"""`grader run SUBMISSION`: grade one submission."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from grader.assignment import bundled_folder, load_plan
from grader.errors import SubmissionError, UsageError
from grader.outputs.gradescope import render_gradescope
from grader.pipeline import grade, ungradable
from grader.plan import Plan
from grader.records import Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect

NOT_GRADABLE = 4


def run(submission: Path, assignment: Path | None, *, output: Path | None, style: str) -> int:
    """Grade, print, and write results.json when asked for; 4 when the submission cannot be graded."""
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"{output}: the folder {output.absolute().parent} does not exist")
    plan = load_plan(assignment or bundled_folder())
    report = _grade(submission, plan)
    if output is not None:
        write_atomically(output, render_gradescope(report))
    _print(report, style)
    return NOT_GRADABLE if report.fault else 0


def _grade(submission: Path, plan: Plan) -> Report:
    with closing(Sandbox(plan.limits)) as sandbox:
        sandbox.start("numpy")  # its imports run while this process reads the submission
        try:
            bundle = collect(submission)
        except SubmissionError as error:
            return ungradable(submission.name, str(error), plan)
        return grade(bundle, plan, sandbox)


def _print(report: Report, style: str) -> None:
    if style == "json":
        from grader.outputs.json import render_json  # noqa: PLC0415 (only when asked for)

        sys.stdout.write(render_json(report) + "\n")
        return
    from grader.outputs.text import render_text  # noqa: PLC0415 (rich takes a while)

    render_text(report, sys.stdout)


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` in one step: a reader sees the old file or the new one. Raises UsageError if that is not possible."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
