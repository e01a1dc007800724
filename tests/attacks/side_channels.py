"""Attacks on what is not said: the load of the machine, signs of being graded, what one run leaves to the next."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import machine
import msgspec
from arena import LIMITS, SUCCESS, Arena
from attack import Attack
from builders import bundle, check, plan

from grader.plan import Check
from grader.records import Returned
from grader.report import Visibility

SLEEPY = "import time\ndef attack(x): time.sleep(0.03); return 1"
SPY = """
def attack(x):
    import gc, sys
    frame, todo, seen = sys._getframe(), [], set()
    while frame:
        todo += (frame, frame.f_locals, frame.f_globals)
        frame = frame.f_back
    todo += gc.get_objects()
    while todo and len(seen) < 1_000_000:
        item = todo.pop()
        if id(item) in seen: continue
        seen.add(id(item))
        if type(item) is str and item.startswith("the ") and item[4:].startswith("hidden one"):
            return 42.0
        todo += gc.get_referents(item)
    return 0.0
"""
KEEP = """
def attack(facts):
    import builtins, ctypes, os, struct, sys, tempfile
    import numpy as np
    libc, kept = ctypes.CDLL(None), []
    libc.shmat.restype = ctypes.c_void_p
    mark, key = "attack-144", 0x144144
    names = [f"{folder}/{mark}" for folder in (
        facts["folder"], os.path.dirname(facts["results"]), "/tmp", "/var/tmp", "/dev/shm", os.path.dirname(np.__file__), ".")]
    def attribute(place):
        if hasattr(place, "kept"): return True
        place.kept = 1
    def variable():
        if mark in os.environ: return True
        os.environ[mark] = "1"
    def file(name):
        if os.path.exists(name):
            os.unlink(name)
            return True
        open(name, "w").close()
    def segment():
        if (number := libc.shmget(key, 4096, 0o600)) >= 0:
            libc.shmctl(number, 0, None)
            return True
        libc.shmget(key, 4096, 0o1600)
    def keyring():  # of the user, which outlives its processes
        number = {"x86_64": 248, "aarch64": 217}[os.uname().machine]
        if (found := libc.syscall(number + 1, b"user", mark.encode(), None, 0)) >= 0:
            libc.syscall(number + 2, 21, found)  # KEYCTL_INVALIDATE
            return True
        libc.syscall(number, b"user", mark.encode(), b"1", 1, -4)  # KEY_SPEC_USER_KEYRING
    def queue():
        number = {"x86_64": 240, "aarch64": 180}[os.uname().machine]
        if libc.syscall(number, mark.encode(), os.O_RDONLY, 0, None) >= 0:
            libc.syscall(number + 1, mark.encode())
            return True
        libc.syscall(number, mark.encode(), os.O_RDWR | os.O_CREAT, 0o600, None)
    def link():
        if os.path.islink(names[0] + "l"):
            os.unlink(names[0] + "l")
            return True
        os.symlink("1", names[0] + "l")
    ways = {f"attribute of {place.__name__}": (lambda place=place: attribute(place)) for place in (builtins, np, sys, os)}
    ways |= {f"file {name}": (lambda name=name: file(name)) for name in names}
    ways |= {"variable": variable, "segment": segment, "keyring": keyring, "queue": queue, "link": link}
    for name, way in ways.items():
        try:
            if way(): kept.append(name)
        except Exception: pass
    return "succeeded: kept in " + ", ".join(kept) if kept else "nothing was kept"
"""
UNTESTED: dict[int, str] = {}


def hidden(the_check: Check) -> Check:
    """The check, named and hidden."""
    return msgspec.structs.replace(the_check, name="the hidden one", visibility=Visibility.HIDDEN)


def together(arena: Arena) -> str:
    """Whether two children of one submission, or of two, are ever there at the same time to feel each other's load."""
    arena.sandbox.child("numpy").end()  # the template runs
    visible = check("attack", [((1.0,), 1.0), ((2.0,), 1.0)])
    asked = plan(visible, hidden(visible), limits=LIMITS)
    with _counting(machine.descendants()) as counts:
        for _submission in range(2):
            arena.grade(bundle(SLEEPY, SLEEPY), the_plan=asked)
    return f"{max(counts)} children were there at the same time" if max(counts) > 1 else ""


@contextmanager
def _counting(honest: frozenset[int]) -> Iterator[list[int]]:
    """How many other processes there are below this one, again and again."""
    counts, is_over = [0], threading.Event()

    def count() -> None:
        while not is_over.wait(0.005):
            counts.append(len(machine.descendants() - honest))

    counting = threading.Thread(target=count)
    counting.start()
    try:
        yield counts
    finally:
        is_over.set()
        counting.join()


def informed(arena: Arena) -> str:
    """Whether the code can find out which check is being run, and answer that one differently."""
    report = arena.grade(bundle(SPY), hidden(check("attack", [((1.0,), 42.0)])))
    return f"it knows which check it is in: {report.score} points" if report.score else ""


def remembered(arena: Arena) -> str:
    """Whether a call finds what a call in an earlier child has worked out."""
    arena.attack(KEEP)
    answer = arena.call(KEEP)
    list(arena.damage())
    said = answer.value if isinstance(answer, Returned) and isinstance(answer.value, str) else ""
    return said if said.startswith(SUCCESS) else ""


ATTACKS: tuple[Attack, ...] = (
    Attack((142,), "feel-the-load-of-another-child", "a sandbox runs one child at a time", together),
    Attack((143,), "find-out-which-check-is-run", "a child is told names and inputs only", informed),
    Attack((144,), "remember-answers-for-later-children", "a new child each time; Landlock, seccomp", remembered),
)
