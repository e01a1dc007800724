"""What may be shown of a check."""

from __future__ import annotations

import re

import msgspec

from grader.report import CheckResult, Status, Visibility

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
MAX_TEXT = 10_000
TELLING = {Status.RAISED, Status.TIMED_OUT, Status.OUT_OF_MEMORY, Status.CRASHED}


def without_secrets(check: CheckResult) -> CheckResult:
    """A hidden check keeps its name, whether it passed, and points; everything that could give it away is dropped.

    How it failed could: an exception or a time-out is an answer to a question that the student's code asks its input.
    """
    if check.visibility is not Visibility.HIDDEN:
        return check
    status = Status.FAILED if check.status in TELLING else check.status
    return msgspec.structs.replace(
        check, status=status, message="", places=(), hint="", stdout="", graded=None, others=()
    )


def plain(text: str) -> str:
    """`text` without control characters, escape sequences and marks that reorder it; at most `MAX_TEXT` long."""
    cleaned = CONTROL.sub("", text)
    return cleaned if len(cleaned) <= MAX_TEXT else f"{cleaned[:MAX_TEXT]}\n[cut: {len(cleaned)} characters]"


def one_line(text: str) -> str:
    """`plain`, on one line: for names, which could look like a line of ours."""
    return " ".join(plain(text).splitlines())
