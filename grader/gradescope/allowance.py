"""What student code may use in a container: the assignment's limits, fitted to half a processor, 768 MB and ten minutes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.plan import Plan
from grader.reading import READ_SECONDS
from grader.records import Limits

CGROUPS = Path("/sys/fs/cgroup")
OWN_SECONDS = 30.0  # of the container's time: starting, comparing, writing
OWN_MEGABYTES = 384  # of its memory: this process, NumPy and torch once
LEAST_MEGABYTES = 128
MEGABYTE = 2**20


class Machine(NamedTuple):
    """What a control group leaves to all processes together; infinite where it says nothing."""

    processors: float = math.inf
    megabytes: float = math.inf


def this_machine(root: Path = CGROUPS) -> Machine:
    """The limits of the control group that this process is in, as a container sees them (versions 1 and 2)."""
    return Machine(_processors(root), _numbers(root, "memory.max", "memory/memory.limit_in_bytes")[0] / MEGABYTE)


def allowance(plan: Plan, machine: Machine) -> Limits:
    """The plan's limits on this machine.

    They are meant for a whole processor: half of one needs twice the time. All checks together, those that students do
    not see yet included, end before the container does, which would leave no results.
    """
    limits = plan.limits
    stretch = 1 / min(1.0, machine.processors)
    seconds = 60 * plan.rules.timeout_minutes - READ_SECONDS - OWN_SECONDS
    memory = max(LEAST_MEGABYTES, min(limits.memory_megabytes, machine.megabytes - OWN_MEGABYTES))
    return msgspec.structs.replace(
        limits,
        call_seconds=limits.call_seconds * stretch,
        define_seconds=limits.define_seconds * stretch,
        total_seconds=min(limits.total_seconds * stretch, seconds / _budgets(plan)),
        memory_megabytes=int(memory),
    )


def _budgets(plan: Plan) -> int:
    """How many times as much the checks may take together: those of every visibility have as much (see running.Budget)."""
    parts = [part for question in plan.questions for part in question.parts]
    return max(1, len({check.visibility for part in parts for check in (*part.checks, *part.evidence)}))


def _processors(root: Path) -> float:
    """Microseconds of processor time per period; version 1 says -1 for no limit."""
    quota, period, *_rest = *_numbers(root, "cpu.max", "cpu/cpu.cfs_quota_us"), *_numbers(root, "cpu/cpu.cfs_period_us")
    return quota / period if 0 < quota < math.inf and 0 < period < math.inf else math.inf


def _numbers(root: Path, *names: str) -> tuple[float, ...]:
    """The numbers in the first of these files that is there; "max" and no file are no limit."""
    path = next((root / name for name in names if (root / name).is_file()), None)
    try:
        words = path.read_text("utf-8").split() if path else []
        return tuple(math.inf if word == "max" else float(word) for word in words) or (math.inf,)
    except (OSError, ValueError):
        return (math.inf,)
