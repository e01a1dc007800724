"""A small course for the tests of batches: an assignment that grades in milliseconds, and what students hand in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from assignments import RIGHT, homework
from builders import notebook

from grader.batch.about import read_about
from grader.batch.ledger import Kind, Row, reading
from grader.batch.summary import results
from grader.report import Report

QUICK = ("starter: starter\n", "limits: {call_seconds: 0.3, define_seconds: 2}\nstarter: starter\n")
TOTAL = "def total(xs): return sum(xs)"
STEP = "def step(w): return w + 1"
SIX = notebook(RIGHT, TOTAL, STEP)  # of 6 points
FIVE = notebook(RIGHT, TOTAL, "def step(w): return w")
ZERO = notebook("def power(x): return 0")
SLOW = notebook("def power(x, n=2):\n    while True: pass", STEP)


def small_homework(folder: Path, *swaps: tuple[str, str]) -> Path:
    """The homework of tests/assignments.py with short deadlines."""
    return homework(folder, QUICK, *swaps)


def answer(number: int) -> bytes:
    """A submission with 5 points, another one for every number."""
    return notebook(RIGHT, f"{TOTAL}  # {number}", f"def step(w): return w + {number + 2}")


def hand_in(folder: Path, files: dict[str, bytes]) -> Path:
    """Write these files, by their paths in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def command(source: Path, assignment: Path, run: Path, *options: str) -> list[str]:
    """`grader batch` for a process of its own."""
    verb = ["batch", str(source), "-a", str(assignment), "-o", str(run), "-j", "2", *options]
    return [sys.executable, "-m", "grader", *verb]


def start(arguments: Iterable[str], cache: Path) -> subprocess.Popen[str]:
    """A process, with its streams as texts."""
    environment = os.environ | {"GRADER_CACHE_DIR": str(cache)}
    pipe = subprocess.PIPE
    return subprocess.Popen([*arguments], stdout=pipe, stderr=pipe, text=True, env=environment)


def rows_of(run: Path) -> list[Row]:
    """What its ledger says, in the order of ids."""
    about = read_about(run)
    with reading(run) as ledger:
        return list(ledger.rows(about.plan, about.environment))


def reports_of(run: Path) -> list[Report]:
    """Those that there are, without what changes from grading to grading."""
    about = read_about(run)
    with reading(run) as ledger:
        return [one.report for one in results(ledger, about.plan, about.environment) if one.report]


def kinds_of(run: Path) -> list[str]:
    """What has become of its submissions, sorted."""
    return sorted(row.kind.value if isinstance(row.kind, Kind) else "missing" for row in rows_of(run))
