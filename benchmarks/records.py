"""What a run of the benchmark found, as it is stored in benchmarks/results/."""

from __future__ import annotations

from pathlib import Path

import msgspec
from measure import Measured


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Many submissions in one job, and a job of few, whose difference is what one more costs."""

    count: int
    width: int  # workers
    took: Measured
    few: int = 0  # 0: there is no start that several submissions share
    took_few: Measured = Measured(0.0, 0.0)

    @property
    def rate(self) -> float:
        """Submissions per second, the start included."""
        return self.count / self.took.wall

    @property
    def is_clear(self) -> bool:
        """Whether the others took longer than the few: where they did not, the machine was too busy to tell."""
        return self.took.wall > self.took_few.wall and self.took.cpu > self.took_few.cpu

    @property
    def rate_after_start(self) -> float:
        """Submissions per second once everything is warm. Means nothing unless `is_clear`."""
        return (self.count - self.few) / (self.took.wall - self.took_few.wall)

    @property
    def start(self) -> float:
        """Seconds until the first submission could be graded."""
        return max(0.0, self.took.wall - self.count / self.rate_after_start)

    @property
    def cpu_ms(self) -> float:
        """Processor time of one more submission, in milliseconds."""
        return 1e3 * (self.took.cpu - self.took_few.cpu) / (self.count - self.few)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One grader on one assignment. Lists have an entry per round, and the rounds of all graders are the same ones."""

    tool: str
    cold: list[Measured] = []
    peaks: list[float] = []  # MiB
    batches: dict[str, list[Batch]] = {}  # by the number of workers
    warm_ms: list[float] = []  # of the floor: processor time of one submission in a warm process


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One assignment."""

    title: str
    rows: list[Row]
    scores: dict[str, tuple[float, float]] = {}  # of the right and the wrong submission, by grader


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A whole run."""

    date: str
    command: str
    machine: str
    versions: dict[str, str]
    busy: float  # the largest share of the processors that others used just before a round
    sections: list[Section]


def store(result: Result, path: Path) -> None:
    """As JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(result), indent=1) + b"\n")


def load(path: Path) -> Result:
    """What has been stored."""
    return msgspec.json.decode(path.read_bytes(), type=Result)
