"""Every check of a report in a row, as programs list them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from grader.outputs.visible import one_line, plain, without_secrets
from grader.outputs.words import STATUS_WORDS, check_lines
from grader.report import CheckResult, PartResult, Report, Status

WAITS = (Status.SKIPPED, Status.UNDECIDED, Status.NOT_GRADED)  # neither right nor wrong


class Listed(NamedTuple):
    """A check, without what could give it away where it is hidden."""

    number: str  # "1(a).2"
    part: PartResult
    check: CheckResult

    @property
    def title(self) -> str:
        """The part and the check, on one line."""
        return one_line(f"{self.part.label} {self.part.title}: {self.check.name}")

    @property
    def word(self) -> str:
        """What became of it."""
        return STATUS_WORDS[self.check.status]

    @property
    def points(self) -> float:
        """That count now; those of a check that a person decides do not."""
        return 0.0 if self.check.status is Status.UNDECIDED else self.check.points

    @property
    def explanation(self) -> str:
        """The gap, where to look, the hint; lines."""
        return plain("\n".join(f"{label}: {text}" if label else text for label, text in check_lines(self.check)))


def list_checks(report: Report) -> Iterator[Listed]:
    """In the homework's order."""
    for question in report.questions:
        for part in question.parts:
            for number, check in enumerate(part.checks, 1):
                yield Listed(f"{part.label}.{number}", part, without_secrets(check))
