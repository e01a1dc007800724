"""Five hundred hostile submissions in a row leave nothing behind."""

from __future__ import annotations

import os
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import amounts
import machine
from builders import bundle, check, plan
from deadlines import CRASHES, ENVELOPE, FAULT
from floods import PRINT
from machine import MEGABYTE
from watching import as_function

from grader.pipeline import grade
from grader.plan import Plan
from grader.records import Limits
from grader.sandbox.client import Sandbox

SUBMISSIONS, SETTLED = 500, 100  # so many make every cache and every arena of the allocator as large as it gets
MOST_GROWTH = 2 * MEGABYTE  # of grader and template, from the SETTLED-th submission to the last
LIMITS = Limits(call_seconds=0.05, define_seconds=0.5, total_seconds=5, memory_megabytes=64)
SEED = 81
RUBBISH = "import os\nos.write(4, b'\\x10\\0\\0\\0' + b'\\x81\\xa5nonce\\xc4' + bytes(8))\nwhile True: pass"
KINDS = {
    "loop": "while True: pass",
    "flood": PRINT["print-without-end"],
    "cap lifted": PRINT["lift-the-cap-of-the-output"],
    "processes": amounts.FORK,
    "daemon": amounts.DAEMON,
    "threads": amounts.THREADS,
    "memory": "kept = []\nwhile True: kept.append(bytearray(b'x') * 2**22)",
    "shared memory": amounts.OUTSIDE,
    "files": amounts.DISK,
    "descriptors": amounts.DESCRIPTORS,
    "crash": CRASHES["read-address-zero"],
    "exit": CRASHES["leave-with-success"],
    "closed pipes": "import os; os.closerange(3, 5)",
    "forged frame": RUBBISH,
    "forged fault": ENVELOPE + FAULT,
    "recursion": CRASHES["recurse-without-end"],
    "closed pipes, and stays": "import os; os.closerange(3, 5)\nwhile True: pass",
}
RARE = {"closed pipes, and stays", "memory", "recursion"}  # they take long
WEIGHTS = [1 if kind in RARE else 6 for kind in KINDS]


class State(NamedTuple):
    """What may grow. Sizes in bytes."""

    grader: int
    template: int
    descriptors: int  # of both


def _state(template: int) -> State:
    machine.give_back()
    own = machine.own().resident
    return State(own, machine.resident(template), machine.descriptors() + machine.descriptors_of(template))


def _asked(folder: Path) -> Plan:
    facts = {"grader": os.getpid(), "folder": str(folder), "results": str(folder / "results.json")}
    return plan(check("attack", [((facts,), 1.0)]), limits=LIMITS)


def _left(token: str, folder: Path, honest: frozenset[int], objects: frozenset[str]) -> Iterator[str]:
    """What there is that was not there before; others may make such objects, but remove them too."""
    deadline = time.monotonic() + 2
    while (new := machine.system_v_objects() - objects) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield from (f"System V: {item}" for item in sorted(new))
    yield from (f"file: {path}" for path in (*machine.files_named(token), *folder.iterdir()))
    yield from (f"socket: {name}" for name in machine.abstract_sockets(token))
    yield from (f"process: {pid}" for pid in machine.end_survivors(honest))


def _growth(settled: State, last: State) -> Iterator[str]:
    if last.grader - settled.grader > MOST_GROWTH:
        yield f"the grader grew from {settled.grader >> 20} to {last.grader >> 20} MB"
    if last.template - settled.template > MOST_GROWTH:
        yield f"the template grew from {settled.template >> 20} to {last.template >> 20} MB"
    if last.descriptors != settled.descriptors:
        yield f"of {settled.descriptors} descriptors there are {last.descriptors}"


def test_hostile_submissions_leave_nothing_behind(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    token, asked = f"left-{secrets.token_hex(4)}", _asked(tmp_path)
    submissions = [bundle(as_function(body).replace("attack-", f"{token}-")) for body in KINDS.values()]
    mix = random.Random(SEED).choices(submissions, WEIGHTS, k=SUBMISSIONS)  # noqa: S311 (not for secrets)
    before, objects = machine.descendants(), machine.system_v_objects()
    with closing(Sandbox(LIMITS)) as sandbox, machine.adopting():
        grade(bundle("def attack(facts): return 0"), asked, sandbox)
        honest = machine.descendants()
        template = max(honest - before)
        states, scores = [], set()
        for number, submission in enumerate(mix, 1):
            scores.add(grade(submission, asked, sandbox).score)
            if number % SETTLED == 0:
                states.append(_state(template))
        found = [*_left(token, tmp_path, honest, objects), *_growth(states[0], states[-1])]
    found += [f"process: {pid}" for pid in machine.end_survivors(before)]
    assert (found, scores) == ([], {0.0})
