"""`grader run SUBMISSION`: grade one submission."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.assignment import check_folder, load_plan
from grader.errors import SubmissionError, UsageError
from grader.isolation import Isolation, measure, places_around, require
from grader.outputs.formats import render
from grader.outputs.gradescope import render_gradescope
from grader.pipeline import grade, unfinished, ungradable
from grader.plan import Limits
from grader.report import Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect, label, name_of

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


def run(options: Options) -> int:
    """Grade, write results.json when asked for, print.

    The exit code: 4 when the submission cannot be graded, 1 when it has too few points.
    """
    if options.output is not None:
        check_writable(options.output)  # before any time is spent on grading
    report = _grade(options)
    try:
        _store(options, report)
    finally:
        _print(report, options.style)  # also when the disk is full by now
    if report.fault:
        return NOT_GRADABLE
    return NOT_MET if 100 * report.score < options.fail_under * report.points else 0


def _grade(options: Options) -> Report:
    check_folder(options.assignment)
    places = places_around(options.assignment, options.submission, options.output)
    with closing(Sandbox(Limits(), places.private)) as sandbox:
        sandbox.start("numpy")  # its imports run while this process reads the plan and the submission
        plan = load_plan(options.assignment)
        try:
            bundle = collect(options.submission, plan.logs)
        except SubmissionError as error:
            return ungradable(name_of(options.submission), str(error), plan)
        if options.output is not None and not _is_special(options.output):
            _store(options, unfinished(name_of(options.submission), plan))  # what stays when this process is killed
        weaknesses = _weaknesses(measure(sandbox, places), is_allowed=options.allows_weak_isolation)
        return msgspec.structs.replace(grade(bundle, plan, sandbox), weaknesses=weaknesses)


def _weaknesses(isolation: Isolation, *, is_allowed: bool) -> tuple[str, ...]:
    """What student code could do here; empty as it should be. Raises IsolationError unless that is allowed."""
    if not is_allowed:
        require(isolation)
    weaknesses = tuple(f"{trial.property.value}: {trial.action}" for trial in isolation.failures())
    for weakness in weaknesses:
        sys.stderr.write(f"grader: weak isolation, {weakness}\n")
    return weaknesses


def _store(options: Options, report: Report) -> None:
    if options.output is not None:
        write_atomically(options.output, render_gradescope(report) + "\n")


def _print(report: Report, style: str) -> None:
    if style == "text":
        from grader.outputs.text import render_text  # noqa: PLC0415 (rich takes a while)

        render_text(report, sys.stdout)
        return
    sys.stdout.write(_encodable(render(report, style), style) + "\n")
    if style == "github" and (summary := os.environ.get("GITHUB_STEP_SUMMARY")):
        _add_summary(Path(summary), report)


def _add_summary(path: Path, report: Report) -> None:
    from grader.outputs.github import render_summary  # noqa: PLC0415 (only when asked for)

    with _clear_faults(path), path.open("a", encoding="utf-8") as file:
        file.write(render_summary(report))


def _encodable(text: str, style: str) -> str:
    """What standard output can say: as it is, or with the format's own escapes."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        if style == "junit":
            return text.encode("ascii", "xmlcharrefreplace").decode("ascii").replace("utf-8", "us-ascii", 1)
        return text if style == "github" else json.dumps(json.loads(text), indent=1)
    return text


def check_writable(path: Path) -> None:
    """Raise UsageError when `write_atomically` could not write to `path` now; nothing is left behind."""
    with _clear_faults(path):
        if not _is_special(path):
            with _temporary(_replaced(path)):
                return
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_atomically(path: Path, text: str) -> None:
    """Replace `path` in one step: a reader sees the old file or the new one. A device or a pipe is written to.

    Raises:
        UsageError: that is not possible.
    """
    with _clear_faults(path):
        if _is_special(path):
            path.write_text(text, encoding="utf-8")
            return
        target = _replaced(path)
        with _temporary(target) as temporary:
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)


@contextlib.contextmanager
def _clear_faults(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise UsageError(f"{label(path)}: the folder {label(Path(error.filename).parent)} does not exist") from None
    except OSError as error:
        raise UsageError(f"{label(path)} cannot be written: {error.strerror}") from None


def _is_special(path: Path) -> bool:
    """Whether something other than a file is there, which must not be replaced by one: /dev/null, a pipe."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise UsageError(f"{label(path)} cannot be written: it is a folder")
    return not stat.S_ISREG(mode)


def _replaced(path: Path) -> Path:
    """The file that a write to `path` replaces: at the end of links, which stay."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A new file beside `target`, with the permissions that new files have; it is gone afterwards."""
    path = target.with_name(f".grader-{secrets.token_hex(6)}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
