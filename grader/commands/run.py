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

from grader.assignment import bundled_folder, check_folder, load_plan
from grader.errors import SubmissionError, UsageError
from grader.outputs.gradescope import render_gradescope
from grader.pipeline import grade, ungradable
from grader.plan import Limits
from grader.records import Report
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect, label, name_of

NOT_GRADABLE = 4


def run(submission: Path, assignment: Path | None, *, output: Path | None, style: str) -> int:
    """Grade, write results.json when asked for, print; 4 when the submission cannot be graded."""
    if output is not None:
        check_writable(output)  # before any time is spent on grading
    report = _grade(submission, assignment or bundled_folder())
    try:
        if output is not None:
            write_atomically(output, render_gradescope(report) + "\n")
    finally:
        _print(report, style)  # also when the disk is full by now
    return NOT_GRADABLE if report.fault else 0


def _grade(submission: Path, assignment: Path) -> Report:
    check_folder(assignment)
    with closing(Sandbox(Limits())) as sandbox:
        sandbox.start("numpy")  # its imports run while this process reads the plan and the submission
        plan = load_plan(assignment)
        try:
            bundle = collect(submission)
        except SubmissionError as error:
            return ungradable(name_of(submission), str(error), plan)
        return grade(bundle, plan, sandbox)


def _print(report: Report, style: str) -> None:
    if style == "json":
        from grader.outputs.json import render_json  # noqa: PLC0415 (only when asked for)

        sys.stdout.write(_encodable(render_json(report)) + "\n")
        return
    from grader.outputs.text import render_text  # noqa: PLC0415 (rich takes a while)

    render_text(report, sys.stdout)


def _encodable(text: str) -> str:
    """JSON that standard output can say: as it is, or with escapes."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), indent=1)
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
