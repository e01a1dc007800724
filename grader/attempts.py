"""What the functions of one submission gave, check by check. Nothing is run twice."""

from __future__ import annotations

from grader.judging import Judge, judge
from grader.plan import Check
from grader.records import Candidate, Limits
from grader.report import CheckResult, Judged
from grader.running import Runner


class Attempts:
    """Runs checks when they are asked for, and remembers the results."""

    def __init__(self, runner: Runner, limits: Limits, judge: Judge = judge) -> None:
        self._runner = runner
        self._judge = judge
        self._limits = limits
        self._results: dict[tuple[int, int], CheckResult] = {}  # by the ids of candidate and check, which outlive this

    def judged(self, candidate: Candidate, checks: tuple[Check, ...]) -> Judged:
        """The results of these checks on a candidate."""
        new = tuple(check for check in checks if (id(candidate), id(check)) not in self._results)
        if new:
            outcomes = self._runner.run(candidate, new).outcomes
            self._results.update(
                ((id(candidate), id(check)), self._judge(check, got, self._limits))
                for check, got in zip(new, outcomes, strict=True)
            )
        return Judged(candidate=candidate, results=tuple(self._results[id(candidate), id(check)] for check in checks))

    def on_logs(self, check: Check) -> CheckResult:
        """The result of a check of the files that came with the code."""
        return self._judge(check, self._runner.run_on_logs(check), self._limits)
