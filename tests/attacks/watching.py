"""An attack on resources, watched from outside: when the grader got control back, and what became of the machine."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import machine
import msgspec
import numpy as np
from arena import LIMITS, RESULT, SUCCESS, Arena
from attack import Attack
from builders import bundle, check, plan
from machine import MEGABYTE

from grader.codec import freeze
from grader.errors import SandboxError
from grader.reading import read_in_child
from grader.records import MAX_OUTPUT, Limits, Raised, Reading, Returned
from grader.running import Budget, Runner
from grader.sandbox.client import Child
from grader.sandbox.limits import MAX_MORE_THREADS, MAX_THREADS
from grader.sandbox.messages import Answer, Call, Define, Done, Load
from grader.targets import FunctionTarget

SECONDS = 0.1  # what an attack may take, unless it says otherwise
LATE = 1.0  # seconds after the deadline
MEMORY = 64  # megabytes that an attack may take
SLACK = 16 * MEGABYTE  # of what is measured
KEPT = 40 * MEGABYTE  # of the grader's, once: the C library's allocator gives what was freed back above 32 MB only
GRADER_PEAK = 176 * MEGABYTE  # that the grader may need for the largest answer: two and a half times wire.MAX_REPLY
BALLAST = np.zeros(2**16)  # a request that does not fit into a pipe
ASKED = plan(check("attack", [((1.0,), 1.0)]))
HONEST = "def attack(facts):\n    return 'still here'"


class Watched(NamedTuple):
    """What was seen of one attack. Sizes in bytes, growth since before the call."""

    said: str  # what the attack returned, if that is a text
    printed: int  # characters
    overrun: float  # seconds between the deadline and the grader having control back
    child_growth: int  # of a child that still lives
    child_threads: int
    child_is_first: bool  # to be ended by the kernel when memory runs out, before the grader
    grader_growth: int
    grader_peak: int
    survivors: int  # processes


def exhaustion(numbers: tuple[int, ...], name: str, stopped_by: str, body: str, seconds: float = SECONDS) -> Attack:
    """An attack on resources by the body of `attack(facts)`; the call may take so long."""
    return Attack(numbers, name, stopped_by, partial(harm, source=as_function(body), seconds=seconds))


def as_function(body: str) -> str:
    """A cell that defines `attack(facts)` with this body."""
    return "def attack(facts):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")


def harm(arena: Arena, source: str, seconds: float = SECONDS, total_seconds: float = LIMITS.total_seconds) -> str:
    """What a cell that defines `attack(facts)` has done to the machine; "" when nothing. Its limits are tight."""
    reading = honest_reading(arena)  # and the template runs
    honest = machine.descendants()
    Path(arena.facts.results).write_text(RESULT, "ascii")
    before, arena.sandbox.limits = arena.sandbox.limits, _limits(total_seconds)
    try:
        with machine.adopting():
            found = tuple(_harm_of(watch(arena, source, seconds, honest), arena))
    except SandboxError as error:
        found = (f"the grader failed: {error}",)
    finally:
        arena.sandbox.limits = before
    return "; ".join((*found, *arena.damage(), *_consequences(arena, reading)))


def _limits(total_seconds: float) -> Limits:
    return msgspec.structs.replace(LIMITS, memory_megabytes=MEMORY, total_seconds=total_seconds)


def watch(arena: Arena, source: str, seconds: float, honest: frozenset[int]) -> Watched:
    """Have the attack in a new child, and look. `honest` are the processes that belong here."""
    reading = read_in_child(bundle(source), ASKED, arena.sandbox)
    child = arena.sandbox.child("numpy")
    with ExitStack() as ending:
        ending.callback(child.end)
        (pid,) = machine.descendants() - honest  # in our own numbers; the template may have others
        child.ask(Load(documents=reading.documents, modules=reading.modules), LIMITS.define_seconds)
        size, own = machine.resident(pid), machine.own()
        machine.forget_peak()
        start = time.monotonic()
        answer = child.ask(Define(candidate=reading.candidates[-1]), seconds)
        if isinstance(answer, Done):
            start, answer = time.monotonic(), _call(child, arena, seconds)
        overrun = time.monotonic() - start - seconds
        said, printed = _words(answer)
        del answer  # it may be large, and what stays counts
        seen, after = machine.process(pid) if child.is_alive else None, machine.own()
    return Watched(
        said=said,
        printed=printed,
        overrun=overrun,
        child_growth=seen.resident - size if seen else 0,
        child_threads=seen.threads if seen else 0,
        child_is_first=seen is None or seen.oom_score > after.oom_score,
        grader_growth=after.resident - own.resident,
        grader_peak=after.peak - own.resident,
        survivors=len(machine.end_survivors(honest)),
    )


def _call(child: Child, arena: Arena, seconds: float) -> Answer:
    arguments = (freeze({**arena.facts._asdict(), "ballast": BALLAST}),)
    return child.ask(Call(target=FunctionTarget(name="attack"), arguments=arguments), seconds)


def _words(answer: Answer) -> tuple[str, int]:
    said = answer.value if isinstance(answer, Returned) and isinstance(answer.value, str) else ""
    return said, len(answer.stdout) if isinstance(answer, Returned | Raised) else 0


def _harm_of(watched: Watched, arena: Arena) -> Iterator[str]:
    child, grader = watched.child_growth, watched.grader_growth
    harms = {
        watched.said: watched.said.startswith(SUCCESS),
        f"the grader took {watched.printed} characters of output": watched.printed > MAX_OUTPUT,
        f"the grader had control {watched.overrun:.1f} s after the deadline": watched.overrun > LATE,
        f"{watched.survivors} processes were left": watched.survivors > 0,
        f"it took {child // MEGABYTE} MB": child > MEMORY * MEGABYTE + SLACK,
        f"it ran {watched.child_threads} threads": watched.child_threads > allowed_threads(arena),
        "the kernel would end the grader before it": not watched.child_is_first,
        f"the grader grew by {grader // MEGABYTE} MB": grader > KEPT,
        f"the grader needed {watched.grader_peak // MEGABYTE} MB": watched.grader_peak > GRADER_PEAK,
    }
    yield from (words for words, is_so in harms.items() if is_so)


def allowed_threads(arena: Arena) -> int:
    """How many threads a child may run; where it shares its user, those that the user ran before come on top."""
    has_own_user = any(layer.name == "user" and layer.is_active for layer in arena.sandbox.layers)
    return MAX_THREADS if has_own_user else 2 * MAX_MORE_THREADS


@cache
def honest_reading(arena: Arena) -> Reading:
    """Of a submission that does no harm."""
    return read_in_child(bundle(HONEST), ASKED, arena.sandbox)


def _consequences(arena: Arena, reading: Reading) -> Iterator[str]:
    """What the next submission would notice."""
    try:
        with closing(Runner(arena.sandbox, reading, Budget(LIMITS))) as runner:
            attempt = runner.run(reading.candidates[0], (ASKED.questions[0].parts[0].checks[0],))
    except SandboxError as error:
        yield f"no child can be had any more: {error}"
    else:
        if attempt.outcomes != ((Returned(value="still here"),),):
            yield f"an honest call fails afterwards: {attempt.outcomes}"
