"""Grading a submission only as far as somebody asks."""

from __future__ import annotations

from contextlib import suppress

from grader.attempts import Attempts
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
        self._plan = plan
        self._sandbox = sandbox
        self._done: dict[tuple[str, str], PartResult] = {}
        self._runner = Runner(sandbox, self.reading, Budget(plan.limits), self._spare)
        self._attempts = Attempts(self._runner, plan.limits)

    def part(self, question: Question, part: Part) -> PartResult:
        """As `pipeline.grade` would grade it, after the parts that it builds on. Only where the reading has no fault.

        Raises SandboxError when the harness fails; what is asked for next starts with new processes.
        """
        key = question.label, part.label
        if key not in self._done:
            needed = [self.part(question, other) for other in question.parts if other.label in part.needs]
            failed = failed_needs(question, part, needed)
            try:
                self._done[key] = grade_part(question, part, failed, self._plan, self.reading, self._attempts)
            except SandboxError:
                self.close()
                self._sandbox.close()
                raise
        return self._done[key]

    @property
    def incidents(self) -> tuple[str, ...]:
        """For staff, as in a Report."""
        return tuple(dict.fromkeys(self._runner.incidents))

    def close(self) -> None:
        """End the children that there are."""
        with suppress(SandboxError):  # a template that has ended has taken its children along
            self._runner.close()
        with suppress(SandboxError):
            self._spare.close()
