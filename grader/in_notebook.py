"""`grader.check("1a")` in a notebook: the public checks on the functions that are defined there, in this process.

Nothing here confines anything: it is the student's own code, in the student's own process. What it does to that process is
undone, as far as Python allows: arguments are copies, names and random generators are put back.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from grader.bounds import bounded
from grader.judging import judge, result
from grader.kernel import Kernel
from grader.outputs.plain import report_lines
from grader.own_check import is_met
from grader.plan import Check, Part, Plan, Question
from grader.public_checks import find_checks, load_checks, selected
from grader.records import Outcome, Raised, Returned
from grader.report import CheckResult, PartResult, QuestionResult, Status
from grader.scoring import better, part_result, question_result
from grader.targets import ValueTarget


class Checked(NamedTuple):
    """What `grader.check` gives back: it has been printed, so a notebook shows nothing of it."""

    passed: bool
    text: str

    def _ipython_display_(self) -> None:
        """Nothing."""


def check_here(asked: tuple[str, ...], file: str | PathLike[str] | None = None) -> Checked:
    """Run the public checks of the asked-for parts (none: all) on the notebook's names, print and return the result.

    `file` None: the file of checks in the current folder or in one above. Raises UsageError when there is none, or no
    such part.
    """
    here = Path.cwd()
    path = Path(file) if file is not None else find_checks((here, *here.parents))
    checks = selected(load_checks(path), asked)
    questions = results_here(checks.plan, names_here())
    text = "\n".join(report_lines(questions, checks))
    sys.stdout.write(f"{text}\n")
    return Checked(is_met(questions), text)


def names_here() -> dict[str, Any]:
    """The names of the notebook, or of the script or session that runs in this process."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    names: dict[str, Any] = shell.user_ns if shell is not None else sys.modules["__main__"].__dict__
    return names


def results_here(plan: Plan, names: dict[str, Any]) -> tuple[QuestionResult, ...]:
    """The results of every check of the plan on functions of these names."""
    runner = _Runner(plan, names)
    return tuple(
        question_result(question, [runner.part(question, part) for part in question.parts])
        for question in plan.questions
    )


class _Runner:
    """Runs checks in this process."""

    def __init__(self, plan: Plan, names: dict[str, Any]) -> None:
        self._plan = plan
        self._kernel = Kernel(names, dict(plan.handout.functions))

    def part(self, question: Question, part: Part) -> PartResult:
        return part_result(question, part, [self.check(check) for check in part.checks])

    def check(self, check: Check) -> CheckResult:
        """The result of one check; where the function does not pass, of another way to answer that does better."""
        found = self.single(check)
        if check.equivalent is None or found.status is Status.PASSED:
            return found
        return better(check, found, self.single(check.equivalent))

    def single(self, check: Check) -> CheckResult:
        name = check.target.name
        if not self._kernel.has(name):
            return result(check, Status.MISSING, message=self._missing_text(check))
        if self._kernel.is_placeholder(name):
            return result(check, Status.PLACEHOLDER, message=f"Not attempted: {name} is not filled in.")
        outcomes = tuple(self.outcomes(check))
        if any(_is_unfinished(outcome) for outcome in outcomes):
            return result(check, Status.PLACEHOLDER, message=f"Not attempted: {name} is not filled in.")
        return judge(check, outcomes, self._plan.limits)

    def outcomes(self, check: Check) -> Iterator[Outcome]:
        """Up to the first case that does not return."""
        for case in check.cases:
            outcome = bounded(self._kernel.call(check.target, case), case)
            yield outcome
            if not isinstance(outcome, Returned):
                return

    def _missing_text(self, check: Check) -> str:
        name = check.target.name
        if isinstance(check.target, ValueTarget):
            return f"Nothing named {name} was found."
        files = [module.path for module in self._plan.handout.starter if _defines(module.source, name)]
        if files:
            module = files[0].removesuffix(".py").replace("/", ".")
            return (
                f"{name} is in {files[0]}: import it first (`from {module} import {name}`), again after every change."
            )
        return f"No function named {name} was found: run the cell that defines it."


def _is_unfinished(outcome: Outcome) -> bool:
    return isinstance(outcome, Raised) and outcome.kind == "NotImplementedError"


def _defines(source: str, name: str) -> bool:
    return any(line.startswith((f"def {name}(", f"class {name}:", f"class {name}(")) for line in source.splitlines())
