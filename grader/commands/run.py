"""`grader run SUBMISSION`: grade one submission."""

from __future__ import annotations

import gc
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from grader.early import Early
from grader.errors import UsageError
from grader.files import check_writable, is_special, write_atomically
from grader.later import import_later
from grader.outputs.formats import render, render_problem
from grader.warm import private_of, warm_sandbox

TYPE_CHECKING = False  # as in typing
if TYPE_CHECKING:
    from grader.report import Report

NOT_GRADABLE = 4
NOT_MET = 1


class Options(NamedTuple):
    """What `grader run` was asked for."""

    submission: Path
    assignment: Path
    output: Path | None  # where to write results.json
    style: str  # "text" or one of outputs.formats
    fail_under: float  # percent of the points
    allows_weak_isolation: bool
    has_evidence: bool  # beside written answers
    moment: str | None  # of the student whose view is printed (see outputs.student); None for staff


def run(options: Options, early: Early) -> int:
    """Grade, write results.json when asked for, print. `early`: the template, if it has been started already.

    The exit code: 4 when the submission cannot be graded, 1 when it has too few points.
    """
    if options.output is not None:
        check_writable(options.output)  # before any time is spent on grading
    with Problem(options.assignment, options.style):
        report = _grade(options, early)
    try:
        _store(options, report)
    finally:
        print_report(viewed(report, options.moment), options.style)  # also when the disk is full by now
    if report.fault:
        return NOT_GRADABLE
    return NOT_MET if 100 * report.score < options.fail_under * report.points else 0


class Problem(AbstractContextManager["Problem"]):
    """Tells programs what stopped the harness: a test run without results could pass for a success."""

    def __init__(self, assignment: Path, style: str) -> None:
        self._assignment = assignment
        self._style = style

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        """Print it in the format that was asked for; the command line says the rest."""
        if isinstance(error, Exception) and not isinstance(error, UsageError):
            text = render_problem(str(error), self._assignment.resolve().name, self._style)
            sys.stdout.write(text and f"{text}\n")


def _grade(options: Options, early: Early) -> Report:
    others = (options.submission, *([options.output] if options.output else []))
    private = (*private_of(options.assignment), *others)
    with warm_sandbox(private, is_single=True, has_judge=True, process=early.take()) as (sandbox, connection):
        import_later("numpy")  # the other processes have it
        gc.disable()  # while so much is imported, of which nothing is garbage
        from grader.api import Session, load_assignment  # noqa: PLC0415 (while the template starts)
        from grader.remote_judge import RemoteJudge  # noqa: PLC0415

        if options.style == "text":
            import grader.outputs.text  # noqa: F401, PLC0415

        gc.freeze()
        gc.enable()
        assignment = load_assignment(options.assignment)
        assignment = assignment if options.has_evidence else assignment.without_evidence()
        session = Session(
            assignment,
            sandbox,
            others,
            allows_weak_isolation=options.allows_weak_isolation,
            judge=RemoteJudge(connection),
        )
        report = session.grade(options.submission, leave_behind=lambda report: _leave_behind(options, report))
    for weakness in report.weaknesses:
        sys.stderr.write(f"grader: weak isolation, {weakness}\n")
    return report


def _leave_behind(options: Options, report: Report) -> None:
    if options.output is not None and not is_special(options.output):
        _store(options, report)


def _store(options: Options, report: Report) -> None:
    if options.output is not None:
        from grader.outputs.gradescope import render_gradescope  # noqa: PLC0415 (only when asked for)

        write_atomically(options.output, render_gradescope(report) + "\n")


def viewed(report: Report, moment: str | None) -> Report:
    """The report as a student sees it at that moment (see outputs.student); as it is for None."""
    if moment is None:
        return report
    from grader.outputs.student import Moment, as_student  # noqa: PLC0415 (only when asked for)

    return as_student(report, Moment(moment))


def print_report(report: Report, style: str) -> None:
    """Print it as "text" or in one of outputs.formats.FORMATS."""
    if style == "text":
        from grader.outputs.text import render_text  # noqa: PLC0415 (rich takes a while)

        render_text(report, sys.stdout)
        return
    sys.stdout.write(_encodable(render(report, style), style) + "\n")
    if style == "github":
        from grader.outputs.github import add_step_summary, render_summary  # noqa: PLC0415 (only when asked for)

        add_step_summary(render_summary(report))


def _encodable(text: str, style: str) -> str:
    """What standard output can say: as it is, or with the format's own escapes."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        if style == "junit":
            return text.encode("ascii", "xmlcharrefreplace").decode("ascii").replace("utf-8", "us-ascii", 1)
        return text if style == "github" else _ascii_json(text)
    return text


def _ascii_json(text: str) -> str:
    import json  # noqa: PLC0415 (only here)

    return json.dumps(json.loads(text), indent=1)
