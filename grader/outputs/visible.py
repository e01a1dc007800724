"""What may be shown of a check."""

from __future__ import annotations

import re

import msgspec

from grader.records import CheckResult, Visibility

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
MAX_TEXT = 10_000


def without_secrets(check: CheckResult) -> CheckResult:
    """A hidden check keeps its name, status and points; everything that could give it away is dropped."""
    if check.visibility is not Visibility.HIDDEN:
        return check
    return msgspec.structs.replace(check, message="", places=(), hint="", stdout="", graded=None, others=())


def plain(text: str) -> str:
    """`text` without control characters, escape sequences and marks that reorder it; at most `MAX_TEXT` long."""
    cleaned = CONTROL.sub("", text)
    return cleaned if len(cleaned) <= MAX_TEXT else f"{cleaned[:MAX_TEXT]}\n[cut: {len(cleaned)} characters]"
