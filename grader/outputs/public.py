"""What a student's own check says about itself: that it is not all that counts."""

from __future__ import annotations

from collections.abc import Iterator

from grader.public_checks import Later, PublicChecks
from grader.report import Visibility

WHEN = {
    None: "graded by a person",
    Visibility.VISIBLE: "compared as a formula",
    Visibility.AFTER_DUE_DATE: "shown after the due date",
    Visibility.AFTER_PUBLISHED: "shown when grades are published",
    Visibility.HIDDEN: "hidden",
}
ONLY = "These are the public checks. When you hand in, other inputs count, of the same kinds."


def later_lines(checks: PublicChecks) -> Iterator[str]:
    """One remark about the public checks, and one line for everything else that will be graded."""
    yield ONLY
    if checks.later:
        yield "Then these are graded too:"
        yield from (f"  {_line(one)}" for one in checks.later)


def _line(one: Later) -> str:
    points = f"{one.points:g} point{'' if one.points == 1 else 's'}"
    return f"{one.part} {one.name}: {points}, {WHEN[one.visibility]}"
