"""Grading a submission only as far as somebody asks."""

from __future__ import annotations

from contextlib import suppress

from grader.errors import SandboxError
from grader.pipeline import failed_needs, grade_part, read
from grader.plan import Part, Plan, Question
from grader.records import Bundle
from grader.report import PartResult
from grader.running import Budget, Runner
from grader.sandbox.client import Sandbox


class ByPart:
    """One submission; every part is graded when it is first asked for. `close` ends the child that may still be there."""

    def __init__(self, bundle: Bundle, plan: Plan, sandbox: Sandbox) -> None:
        self.reading, self._spare = read(bundle, plan, sandbox)
        self.incidents: list[str] = []  # for staff, as in a Report
        self._plan = plan
        self._sandbox = sandbox
        self._budget = Budget(plan.limits)
        self._done: dict[tuple[str, str], PartResult] = {}
        self._question = ""
        self._runner: Runner | None = None

    def part(self, question: Question, part: Part) -> PartResult:
        """As `pipeline.grade` would grade it, after the parts that it builds on. Only where the reading has no fault.

        Raises SandboxError when the harness fails; what is asked for next starts with new processes.
        """
        key = question.label, part.label
        if key not in self._done:
            needed = [self.part(question, other) for other in question.parts if other.label in part.needs]
            failed = failed_needs(question, part, needed)
            try:
                self._done[key] = self._graded(question, part, failed)
            except SandboxError:
                self.close()
                self._sandbox.close()
                raise
        return self._done[key]

    def _graded(self, question: Question, part: Part, failed: tuple[str, ...]) -> PartResult:
        return grade_part(question, part, failed, self._plan, self.reading, self._runner_of(question))

    def _runner_of(self, question: Question) -> Runner:
        """One at a time: a question's child ends when another question is asked for."""
        if self._runner is None or self._question != question.label:
            self._end_runner()
            self._question = question.label
            self._runner = Runner(self._sandbox, self.reading, self._budget, self._spare)
        return self._runner

    def close(self) -> None:
        """End the children that there are."""
        self._end_runner()
        with suppress(SandboxError):  # a template that has ended has taken its children along
            self._spare.close()

    def _end_runner(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            self.incidents += runner.incidents
            with suppress(SandboxError):
                runner.close()
