"""The formats that `grader run` prints besides its own report; each is imported only when it is asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line names the formats before it needs any
    from grader.report import Report

FORMATS = ("json", "junit", "github", "prairielearn", "classroom50")


def render(report: Report, name: str) -> str:
    """The report in one of `FORMATS`. Raises ValueError for another name."""
    if name == "json":
        from grader.outputs.json import render_json  # noqa: PLC0415

        return render_json(report)
    if name == "junit":
        from grader.outputs.junit import render_junit  # noqa: PLC0415

        return render_junit(report)
    if name == "github":
        from grader.outputs.github import render_annotations  # noqa: PLC0415

        return render_annotations(report)
    if name == "prairielearn":
        from grader.outputs.prairielearn import render_prairielearn  # noqa: PLC0415

        return render_prairielearn(report)
    if name == "classroom50":
        from grader.outputs.classroom import render_classroom  # noqa: PLC0415

        return render_classroom(report, os.environ)
    raise ValueError(f"there is no format {name}")


def render_problem(message: str, assignment: str, name: str) -> str:
    """A fault of the harness in one of `FORMATS`, so that nobody takes it for a student's; "" where silence says it."""
    if name == "junit":
        from grader.outputs.junit import harness_error  # noqa: PLC0415

        return harness_error(assignment, message)
    if name == "github":
        from grader.outputs.github import render_problem as annotate  # noqa: PLC0415

        return annotate(message)
    return ""
