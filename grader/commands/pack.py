"""`grader pack`: an assignment as the zip that Gradescope takes."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.assignment import load_plan
from grader.files import write_atomically
from grader.gradescope.pack import Wheels, pack


def pack_assignment(assignment: Path, output: Path, wheels: Wheels) -> int:
    """Write the zip and say what is in it."""
    plan = load_plan(assignment)
    data = pack(plan, wheels)
    write_atomically(output, data)
    checks = sum(len(part.checks) for question in plan.questions for part in question.parts)
    sys.stdout.write(f"{output}: {plan.title}, {checks} checks, {len(data) / 2**20:.2f} MB\n")
    sys.stdout.write("Upload it as the autograder of a programming assignment on Ubuntu 22.04.\n")
    return 0
