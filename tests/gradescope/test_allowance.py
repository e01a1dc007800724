"""The limits of student code in a container."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec
import pytest
from builders import SQUARE, check, plan

from grader.gradescope.allowance import Machine, allowance, this_machine
from grader.gradescope.policy import Rules
from grader.plan import Check
from grader.records import Limits
from grader.report import Visibility

SECRET = check("square", [((2.0,), 4.0)], visibility=Visibility.HIDDEN)
LIMITS = Limits(call_seconds=5, define_seconds=20, total_seconds=300, memory_megabytes=1024)
GIGABYTE = str(2**30)


@pytest.mark.parametrize(
    ("files", "machine"),
    [
        ({}, Machine()),
        ({"cpu.max": "50000 100000\n", "memory.max": GIGABYTE}, Machine(0.5, 1024)),
        ({"cpu.max": "max 100000", "memory.max": "max"}, Machine()),
        ({"cpu.max": "400000 100000"}, Machine(4)),
        ({"cpu/cpu.cfs_quota_us": "25000", "cpu/cpu.cfs_period_us": "100000"}, Machine(0.25)),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, Machine()),
        ({"cpu/cpu.cfs_quota_us": "25000"}, Machine()),
        ({"memory/memory.limit_in_bytes": GIGABYTE}, Machine(math.inf, 1024)),
        ({"cpu.max": "", "memory.max": "much"}, Machine()),
        ({"cpu.max": "50000 0"}, Machine()),
    ],
)
def test_this_machine_reads_the_control_group(files: dict[str, str], machine: Machine, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert this_machine(tmp_path) == machine


@pytest.mark.parametrize(
    ("machine", "minutes", "checks", "expected"),
    [
        (Machine(), 40, [SQUARE], (5, 20, 300, 1024)),
        (Machine(2, 3072), 40, [SQUARE], (5, 20, 300, 1024)),
        (Machine(0.5, 768), 40, [SQUARE], (10, 40, 600, 384)),
        (Machine(0.5), 10, [SQUARE], (10, 40, 510, 1024)),
        (Machine(0.5), 10, [SQUARE, SECRET], (10, 40, 255, 1024)),
        (Machine(1, 400), 10, [SQUARE], (5, 20, 300, 128)),
    ],
)
def test_allowance(machine: Machine, minutes: float, checks: list[Check], expected: tuple[float, ...]) -> None:
    the_plan = plan(*checks, limits=LIMITS)
    the_plan = msgspec.structs.replace(the_plan, rules=Rules(timeout_minutes=minutes))
    found = allowance(the_plan, machine)
    assert (found.call_seconds, found.define_seconds, found.total_seconds, found.memory_megabytes) == expected
