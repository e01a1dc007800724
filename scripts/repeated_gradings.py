"""Grades a right submission many times, each time with other random cases, and demands full marks each time.

`python scripts/repeated_gradings.py [--times 200] [--submission FILE] [--assignment DIR]`. The exit code is 1 at the
first grading that takes a point away, and the check, its message and the secret are named: a random case that a right
answer fails is a fault of the rubric.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from grader.pipeline import grade
from grader.records import Bundle, Limits
from grader.report import CheckResult, Report
from grader.rubric.compile import plan_of
from grader.rubric.load import load_rubric
from grader.rubric.records import PartRules, Rubric
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect

ROOT = Path(__file__).parents[1]


def main(arguments: list[str] | None = None) -> int:
    """Grade; 1 when points were lost."""
    parser = argparse.ArgumentParser(description="Grade a right submission again and again, with other random cases.")
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--submission", type=Path, default=ROOT / "submissions_example" / "complete.zip")
    parser.add_argument("--assignment", type=Path, default=ROOT)
    options = parser.parse_args(arguments)
    bundle, start = collect(options.submission), time.monotonic()
    with closing(Sandbox(Limits())) as sandbox:
        for number in range(1, options.times + 1):
            secret = f"repetition {number}"
            if lost := list(lost_in(bundle, options.assignment, secret, sandbox)):
                print(f"{number}. With the secret {secret!r}, a right submission loses points:")
                print("\n".join(f"  {check.name} ({check.function}): {check.message}" for check in lost))
                return 1
    print(f"{options.times} gradings with different secrets: always full marks ({time.monotonic() - start:.0f} s)")
    return 0


def lost_in(bundle: Bundle, assignment: Path, secret: str, sandbox: Sandbox) -> Iterator[CheckResult]:
    """The checks that do not give full marks, with the cases that this secret draws."""
    report = grade(bundle, plan_of(_with_points(load_rubric(assignment, secret))), sandbox)
    yield from (check for check in _checks(report) if check.score < check.points)


def _with_points(rubric: Rubric) -> Rubric:
    """Without evidence, which has no points, and without mistakes, which a right answer never needs: both take long."""
    return replace(
        rubric,
        questions=tuple(
            replace(question, parts=tuple(_without_mistakes(part) for part in question.parts))
            for question in rubric.questions
        ),
    )


def _without_mistakes(part: PartRules) -> PartRules:
    return replace(part, evidence=(), checks=tuple(replace(check, mistakes=()) for check in part.checks))


def _checks(report: Report) -> Iterator[CheckResult]:
    for question in report.questions:
        for part in question.parts:
            yield from part.checks


if __name__ == "__main__":
    sys.exit(main())
