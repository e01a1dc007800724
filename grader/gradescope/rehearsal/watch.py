"""Running a command in the container while somebody looks at the clock, the memory and the processor time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from grader.gradescope.rehearsal import processes
from grader.gradescope.rehearsal.cage import Cage
from grader.gradescope.rehearsal.groups import Groups, Limits
from grader.gradescope.rehearsal.processes import Rights

PACKAGE = Path(__file__).resolve().parents[2]
EVERY = 0.05  # seconds between two looks
UNLIMITED = Limits(0, 0, 3600.0)  # what building the image gets


class Usage(NamedTuple):
    """How a command in the container ended, and what it took."""

    exit_code: int
    output: str  # standard output and error
    wall_seconds: float
    processor_seconds: float
    peak_megabytes: float  # of all processes together
    is_out_of_memory: bool
    is_out_of_time: bool
    memory_limit: str  # how it was enforced; "" when there was none
    processor_limit: str
    rights: Rights | None  # None when it ended before anybody looked


def run(cage: Cage, limits: Limits, made: Groups, log: Path) -> Usage:
    """Run the command of the specification to its end, in groups that have these limits; what it prints goes to `log`.

    Limits without a group are enforced by watching.
    """
    grouped = msgspec.structs.replace(cage, groups=made.doors(), controls=made.controls())
    with log.open("wb") as file:
        watch = _Watch(_start(grouped, file), limits, made)
        watch.until_end()
    return watch.usage(log.read_text("utf-8", "replace"))


def _start(cage: Cage, output: IO[bytes]) -> subprocess.Popen[bytes]:
    specification = msgspec.json.encode(cage).decode()
    return subprocess.Popen(  # noqa: S603 (our own interpreter and our own code)
        [sys.executable, "-m", "grader.gradescope.rehearsal.cage", specification],
        cwd="/",
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


class _Watch:
    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, made: Groups) -> None:
        self._process, self._limits, self._groups = process, limits, made
        self._start = time.monotonic()
        self._peak = 0
        self._seconds = 0.0
        self._rights: Rights | None = None
        self._is_out_of_memory = self._is_out_of_time = False

    def until_end(self) -> None:
        """Look again and again until the command has ended, or end it."""
        try:
            while not self._has_ended():
                self._look()
        finally:  # also when somebody interrupts us
            self._end()

    def _has_ended(self) -> bool:
        try:
            self._process.wait(EVERY)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _look(self) -> None:
        inside = self._inside()
        self._rights = self._rights or next(filter(None, map(processes.rights, inside)), None)
        used = processes.memory(inside)
        self._peak = max(self._peak, used)
        self._seconds = max(self._seconds, processes.seconds(inside))
        self._is_out_of_time |= time.monotonic() - self._start > self._limits.seconds
        if self._limits is not UNLIMITED:
            self._is_out_of_memory |= not self._groups.memory.folder and used > self._limits.memory_megabytes * 2**20
            if not self._groups.processor.folder:
                self._brake(inside)
        if self._is_out_of_time or self._is_out_of_memory:
            self._end()

    def _end(self) -> None:
        """End the container's first process, and all in there with it; nothing when it has ended already."""
        if self._process.poll() is None:
            first = processes.below(self._process.pid)[:1]
            processes.send(first or [self._process.pid], signal.SIGKILL)
            self._process.wait()

    def _brake(self, inside: list[int]) -> None:
        """Without a group for it: let the processes stand still while they are ahead of their share of the time."""
        is_ahead = processes.seconds(inside) > (time.monotonic() - self._start) * self._limits.processors
        processes.send(inside, signal.SIGSTOP if is_ahead else signal.SIGCONT)

    def _inside(self) -> list[int]:
        members = self._groups.members()
        if members is not None:
            return members
        outer = processes.below(self._process.pid)
        return outer[1:]  # without the container's first process, which is ours

    def usage(self, output: str) -> Usage:
        """What it took, now that it has ended."""
        has_limits = self._limits is not UNLIMITED
        seconds = self._groups.seconds()
        return Usage(
            exit_code=self._process.returncode,
            output=output,
            wall_seconds=time.monotonic() - self._start,
            processor_seconds=self._seconds if seconds is None else seconds,
            peak_megabytes=self._peak / 2**20,
            is_out_of_memory=self._is_out_of_memory or self._groups.killed() > 0,
            is_out_of_time=self._is_out_of_time,
            memory_limit=has_limits * (self._groups.memory.words() or "watched, and ended when above"),
            processor_limit=has_limits * (self._groups.processor.words() or "stopped and continued"),
            rights=self._rights,
        )
