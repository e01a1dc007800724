"""Attacks that want points for an answer that is not the right one.

A submission defines `forged(ask, number)`, which is tried as the answer to questions of every kind, and `honest(ask)`,
whose right answers to the same questions must go on scoring: an attack is not stopped by a grader that refuses all.
"""

from __future__ import annotations

import random
from functools import partial
from math import inf
from pathlib import Path as File
from typing import NamedTuple

import numpy as np
from arena import LIMITS, RESULT, SUCCESS, Arena
from attack import Attack
from builders import bundle, check, plan
from forgeries import FORGERIES, Forgery
from memory import Growth

from grader.codec import freeze
from grader.compare import Comparator
from grader.compare.choice import Choice
from grader.compare.close import Close
from grader.compare.complex_set import ComplexSet
from grader.compare.count import Count
from grader.compare.exact import Exact
from grader.compare.interval import Interval
from grader.compare.normal import Normal
from grader.compare.path import Path
from grader.compare.within import Within
from grader.plan import Case, Check, Part, Plan, Question
from grader.records import Limits
from grader.report import CheckResult, Report, Status
from grader.targets import FunctionTarget
from grader.values import Value

MAX_GROWTH = 100  # MB of the grader's memory, for one answer
_DRAWN = random.Random(1)  # noqa: S311 (not for secrets)
NOISE = [[_DRAWN.gauss(0, 1) for _column in range(10)] for _row in range(10)]
NOISE_BOUNDS = {
    "variance 0": [0.3, 2.0],
    "mean": [-6.0, 6.0],
    **{name: [0.5, 50.0] for name in ("columns", "rows")},
    **{name: [0.0, 30.0] for name in ("tail 1.8", "tail 2.4")},
}
UNTESTED: dict[int, str] = {}


class Ask(NamedTuple):
    """A question: how its answer is compared, and a right answer as a Python literal makes it."""

    compare: Comparator
    right: object
    stored: object = None  # what the plan holds, where that is not made of the right answer
    given: object = None  # the input


ASKS = {
    "scalar": Ask(Close(), 2.5),
    "matrix": Ask(Close(), [[1.0, 2.0], [3.0, 4.0]]),
    "constant": Ask(Close(), [[2.5, 2.5], [2.5, 2.5]]),
    "pair": Ask(Close(), (2.5, [1.0, 2.0])),
    "ones": Ask(Close(), [1.0, 1.0]),
    "zero": Ask(Close(atol=1e-6), [0.0, 0.0]),
    "wrap": Ask(Close(), [256.0, -1.0]),
    "fine": Ask(Close(), [70000.0, 1e-8]),
    "large": Ask(Close(), [1e300, -1e300]),
    "infinite": Ask(Close(), [inf, 1.0]),
    "text": Ask(Exact(), "large"),
    "list": Ask(Exact(), [1, 2, 3]),
    "truth": Ask(Exact(), right=True),
    "dict": Ask(Exact(), {"a": 1.0, "b": 2.0}),
    "roots": Ask(ComplexSet(), [1 + 2j, 1 - 2j]),
    "double root": Ask(ComplexSet(), [1.0, 1.0]),
    "count": Ask(Count(), 7),
    "interval": Ask(Interval(ends="open"), (0.25, 0.75, "open")),
    "unbounded": Ask(Interval(), (0.25, inf)),
    "noise": Ask(Normal(), NOISE, {"mean": [[0.0] * 10] * 10, "std": [[1.0] * 10] * 10, "bounds": NOISE_BOUNDS}),
    "path": Ask(Path(), [[0.0, 0.0], [1.0, 1.0], [2.0, 4.0]]),
    "still": Ask(Path(), [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]),
    "range": Ask(Within(), 1.5, (1.0, 2.0)),
    "choice": Ask(Choice(options=("large", "small")), "large"),
    "sorted": Ask(Close(), [1.0, 2.0, 3.0], given=np.array([3.0, 1.0, 2.0])),
}
USUAL = tuple(name for name in ASKS if name != "zero")  # which is the right answer of some, by chance
PREAMBLE = f"""
import gc, sys, threading, time
import numpy as np
from math import inf, nan
RIGHT = { ({name: ask.right for name, ask in ASKS.items()})!r}
SHAPES = {{"matrix": (2, 2), "constant": (2, 2), "noise": (10, 10), "path": (3, 2), "still": (3, 2), "list": (3,), "scalar": (),
          "count": (), "truth": (), "text": (), "choice": (), "range": ()}}
def shape(ask):
    return SHAPES.get(ask, (2,))
def honest(ask, given):
    return RIGHT[ask]
"""


def _stored(ask: Ask) -> Value:
    if ask.stored is None:
        return freeze(ask.compare.expect(ask.right))
    if isinstance(ask.stored, dict):
        return freeze({key: np.array(value) if key != "bounds" else value for key, value in ask.stored.items()})
    return freeze(ask.stored)


def _check(function: str, name: str, *arguments: object) -> Check:
    ask = ASKS[name]
    values = (name, *arguments, ask.given)
    case = Case(arguments=tuple(map(freeze, values)), expected=(_stored(ask),), shown=name)
    return Check(
        name=" ".join(map(str, (name, *arguments))),
        points=1.0,
        target=FunctionTarget(name=function),
        compare=ask.compare,
        cases=(case,),
        keeps_inputs=True,
    )


def _plan(forgery: Forgery) -> Plan:
    names = {name: None for names, _answers in forgery.tries for name in names or USUAL}
    numbered: list[Check] = []
    number = 0
    for asked, answers in forgery.tries:
        for _answer in answers:
            numbered += [_check("forged", name, number) for name in asked or USUAL]
            number += 1
    questions = (
        _question("1", tuple(_check("honest", name) for name in names)),
        _question("2", tuple(numbered)),
    )
    return Plan(assignment="test", title="A test", questions=questions, limits=LIMITS)


def _question(label: str, checks: tuple[Check, ...]) -> Question:
    return Question(label=label, title="", parts=(Part(label="a", title="", checks=checks),))


def _source(forgery: Forgery, folder: str) -> str:
    answers = ",\n    ".join(f"lambda ask, given: {answer}" for _names, answers in forgery.tries for answer in answers)
    define = f"FOLDER = {folder!r}\nANSWERS = [\n    {answers}\n]\ndef forged(ask, number, given):\n    return ANSWERS[number](ask, given)"
    return f"{forgery.helpers}\n{define}"


def forge(arena: Arena, forgery: Forgery) -> str:
    """Which questions the forged answers pass."""
    File(arena.facts.results).write_text(RESULT, "ascii")
    with Growth() as growth:
        report = arena.grade(bundle(PREAMBLE, _source(forgery, arena.facts.folder)), the_plan=_plan(forgery))
    honest, forged = (_checks(report, number) for number in (0, 1))
    achieved = [f"{check.name} passed" for check in forged if check.status is Status.PASSED]
    achieved += [f"honest {check.name} lost: {check.message}" for check in honest if check.status is not Status.PASSED]
    achieved += [f"not tried: {check.message}" for check in forged if _was_not_tried(check)][:1]
    if growth.megabytes > MAX_GROWTH:
        achieved.append(f"the grader's memory grew by {growth.megabytes} MB")
    return "; ".join([*achieved, *arena.damage()])


def _checks(report: Report, number: int) -> tuple[CheckResult, ...]:
    return report.questions[number].parts[0].checks


def _was_not_tried(check: CheckResult) -> bool:
    """Whether a slip in this file, and not the grader, is why an answer got no points."""
    return check.status in (Status.MISSING, Status.NOT_PARSED, Status.PLACEHOLDER) or "NameError" in check.message


CLOCKS = """
import time, datetime, timeit, signal, sys
for clock in ("time", "monotonic", "perf_counter", "process_time", "thread_time", "time_ns", "monotonic_ns", "perf_counter_ns"):
    setattr(time, clock, lambda *_arguments: 0)
timeit.default_timer = time.time
_sleep = time.sleep
time.sleep = lambda seconds: None
def square(x):
    for name in ("grader.sandbox.wire", "grader.running", "grader.sandbox.client", "__main__"):
        if name in sys.modules:
            sys.modules[name].time = time
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
    _sleep(0.8)
    return x * x
"""


def patch_the_clock(arena: Arena) -> str:
    """Points for a right answer that takes longer than it may."""
    limits = Limits(call_seconds=0.2, define_seconds=2.0, total_seconds=20, memory_megabytes=512)
    report = arena.grade(bundle(CLOCKS), the_plan=plan(check("square", [((2.0,), 4.0)]), limits=limits))
    return f"{SUCCESS}the time was not noticed" if report.score else ""


ATTACKS: tuple[Attack, ...] = (
    *(Attack(one.numbers, one.name, one.stopped_by, partial(forge, forgery=one)) for one in FORGERIES),
    Attack((15,), "patch-the-clock", "the grader's own clock, in another process", patch_the_clock),
)
