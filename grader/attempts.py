"""What the functions of one submission gave, check by check. Nothing is run twice."""

from __future__ import annotations

from grader.plan import Check
from grader.records import Candidate, Limits, Outcome
from grader.report import CheckResult, Judged
from grader.running import Runner
from grader.scoring import judge_attempt


class Attempts:
    """Runs checks when they are asked for, and remembers the results."""

    def __init__(self, runner: Runner, limits: Limits) -> None:
        self._runner = runner
        self._limits = limits
        self._results: dict[tuple[int, int], CheckResult] = {}  # by the ids of candidate and check, which outlive this

    def judged(self, candidate: Candidate, checks: tuple[Check, ...]) -> Judged:
        """The results of these checks on a candidate."""
        new = tuple(check for check in checks if (id(candidate), id(check)) not in self._results)
        if new:
            results = judge_attempt(new, self._runner.run(candidate, new), self._limits).results
            self._results.update(zip(((id(candidate), id(check)) for check in new), results, strict=True))
        return Judged(candidate=candidate, results=tuple(self._results[id(candidate), id(check)] for check in checks))

    def on_logs(self, check: Check) -> tuple[Outcome, ...]:
        """The outcomes of a check of the files that came with the code."""
        return self._runner.run_on_logs(check)
