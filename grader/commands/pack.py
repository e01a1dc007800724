"""`grader pack`: an assignment as the zip that Gradescope takes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from grader.assignment import load_plan
from grader.files import write_atomically
from grader.gradescope.pack import Wheels, pack


class Verification(NamedTuple):
    """Whether the zip is tried as on Gradescope, and with which submissions (none: a blank one)."""

    is_wanted: bool = False
    submissions: tuple[Path, ...] = ()


def pack_assignment(assignment: Path, output: Path, wheels: Wheels, verification: Verification) -> int:
    """Write the zip and say what is in it. The exit code: 1 when it was tried and would not work on Gradescope.

    Raises:
        UsageError: something cannot be read or written, or this machine cannot try it.
    """
    if verification.is_wanted:
        from grader.commands.verify import check_verifiable  # noqa: PLC0415 (only when asked for)

        check_verifiable(verification.submissions)
    plan = load_plan(assignment)
    data = pack(plan, wheels)
    write_atomically(output, data)
    checks = sum(len(part.checks) for question in plan.questions for part in question.parts)
    sys.stdout.write(f"{output}: {plan.title}, {checks} checks, {len(data) / 2**20:.2f} MB\n")
    sys.stdout.write("Upload it as the autograder of a programming assignment on Ubuntu 22.04.\n")
    sys.stdout.write(f"Set the timeout of its container to {plan.rules.timeout_minutes:g} minutes or more.\n")
    if verification.is_wanted:
        from grader.commands.verify import DEFAULT, verify  # noqa: PLC0415 (only when asked for)

        limits = DEFAULT._replace(seconds=60 * plan.rules.timeout_minutes)
        return verify(data, assignment, verification.submissions, limits)
    return 0
