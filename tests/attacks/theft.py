"""Attacks that look for the expected value in memory, and at inputs that are still to come."""

from __future__ import annotations

import os
import secrets
from functools import partial

import msgspec
from arena import SUCCESS, Arena
from attack import Attack
from builders import bundle
from native import TOOLS

from grader.codec import freeze
from grader.compare.exact import Exact
from grader.plan import Case, Check
from grader.report import Report, Status, Visibility
from grader.targets import FunctionTarget

PREFIX = "ANSWER-"  # of every expected value, so that a thief knows what to look for
_LOOK = f"""
import gc, re
NUMBERS = {{}}
{TOOLS}
PREFIX = {PREFIX[::-1]!r}[::-1]
PATTERN = re.compile(PREFIX.encode() + rb"[0-9a-f]{{16}}")
def picked(data):
    match = PATTERN.search(data)
    return match[0].decode() if match else ""
def looked(things, depth=3):
    # through whatever these things hold, not very far
    seen = set()
    for _ in range(depth):
        further = []
        for thing in things:
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            if isinstance(thing, str) and thing.startswith(PREFIX):
                return thing
            if isinstance(thing, (bytes, bytearray)) and (found := picked(thing)):
                return found
            further += gc.get_referents(thing)
        things = further[:20000]
    return ""
def callers(frame):
    while frame:
        yield from frame.f_locals.values()
        frame = frame.f_back
def scanned(address, most):
    # a page that is not there makes write(2) fail, and harms nobody
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    rest = b""
    for place in range(address, address + most, 1 << 16):
        count = LIBC.write(writable, ctypes.c_void_p(place), ctypes.c_size_t(1 << 16))
        if count <= 0:
            continue
        rest = rest[-40:] + os.read(readable, count)
        if found := picked(rest):
            return found
    return ""
def in_file(maps, memory):
    with open(maps) as regions, open(memory, "rb", buffering=0) as file:
        for line in regions:
            first, last = (int(word, 16) for word in line.split()[0].split("-"))
            if "rw" in line and last - first < 1 << 28:
                file.seek(first)
                if found := picked(file.read(last - first)):
                    return found
    return ""
class Thief(float):
    # finds the answer in the frames of whoever compares with it
    def _steal(self):
        return looked(list(callers(sys._getframe(2))), 2)
    def __eq__(self, other):
        return bool(other)
    def __sub__(self, other):
        return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__
    def __array__(self, *arguments, **options):
        import numpy as np
        return np.array(self._steal())
    def __float__(self):
        return 0.0
    def __str__(self):
        return self._steal()
    __repr__ = __str__
    __reduce__ = lambda self: (str, (self._steal(),))
    def __array_ufunc__(self, *arguments, **options):
        return True
    @classmethod
    def __torch_function__(cls, *arguments, **options):
        return True
def raised():
    try:
        raise ValueError
    except ValueError as error:
        return looked(list(callers(error.__traceback__.tb_frame)))
def of_a_generator():
    def generator():
        yield looked(list(callers(sys._getframe())))
    return next(generator())
def collected():
    gc.unfreeze()
    return looked(gc.get_objects(), 2)
def heap():
    LIBC.sbrk.restype = ctypes.c_void_p
    gc.unfreeze()
    regions = sorted(set(id(thing) >> 20 for thing in [bytes(600), *gc.get_objects()]))[:100]
    places = [(region << 20, 1 << 20) for region in regions] + [(LIBC.sbrk(0) - (1 << 22), 1 << 22)]
    for address, most in places:
        if found := scanned(address, most):
            return found
    return ""
WAYS = {{
    "frames": lambda: looked(list(callers(sys._getframe()))),
    "traceback": raised,
    "generator": of_a_generator,
    "threads": lambda: looked([value for frame in sys._current_frames().values() for value in callers(frame)]),
    "collector": collected,
    "modules": lambda: looked([vars(module) for module in list(sys.modules.values())[::-1] if hasattr(module, "__dict__")]),
    "environment": lambda: looked([*os.environ.values(), *sys.argv, *sys.orig_argv]),
    "heap": heap,
    "own memory": lambda: in_file("/proc/self/maps", "/proc/self/mem"),
    "grader's memory": lambda: in_file(f"/proc/{{GRADER}}/maps", f"/proc/{{GRADER}}/mem"),
    "template's memory": lambda: in_file(f"/proc/{{os.getppid()}}/maps", f"/proc/{{os.getppid()}}/mem"),
    "operators": lambda: Thief(1),
    "operators in an array": lambda: __import__("numpy").array([Thief(1)], dtype=object),
}}
def steal(way):
    try:
        return WAYS[way]()
    except OSError:
        return "refused"
"""
BY_WAY = {
    "frames": (10, 24),
    "traceback": (24,),
    "generator": (24,),
    "threads": (24,),
    "collector": (25,),
    "modules": (25,),
    "environment": (10,),
    "heap": (26,),
    "own memory": (26, 27),
    "grader's memory": (28,),
    "template's memory": (28,),
    "operators": (37,),
    "operators in an array": (37,),
}
FORESEE = """
import random, select, sys, threading, time
import numpy as np
from math import nan
def pipe(x):
    if select.select([3], [], [], 0.01)[0]:
        data = os.read(3, 4096)
        return struct.unpack(">d", data[data.rindex(bytes([0xCB])) + 1:][:8])[0]
    return nan
def drawn(x):
    # continue the generators as they would be if the inputs came from a seed that one can guess
    for seed in range(50):
        random.seed(seed)
        np.random.seed(seed)
        generator = np.random.default_rng(seed)
        for draw in (random.random, np.random.random, generator.random):
            numbers = [float(draw()) for _ in range(8)]
            if x in numbers[:-1]:
                return numbers[numbers.index(x) + 1]
    return nan
def patched(x):
    fixed = lambda *arguments, **options: 0.5
    random.random = np.random.random = np.random.rand = fixed
    random.seed = np.random.seed = random.SystemRandom.random = np.random.default_rng = fixed
    return 0.5
def frames(x):
    frame = sys._getframe()
    while frame := frame.f_back:
        for thing in frame.f_locals.values():
            request = getattr(thing, "request", thing)
            if len(cases := getattr(request, "cases", ())) > 1:
                return cases[1][1]
    return nan
GUESS = {"pipe": pipe, "frames": frames, "drawn": drawn, "patched": patched}
LATER = {}
def foresee(way, x):
    LATER.setdefault(way, x)
    return x if LATER[way] != x else GUESS[way](x)
"""


def steal(arena: Arena, ways: tuple[str, ...]) -> str:
    """Which of the ways give the expected value."""
    expected = PREFIX + secrets.token_hex(8)
    checks = tuple(_check("steal", ((way,),), (expected,)) for way in ways)
    report = arena.grade(bundle(f"GRADER = {os.getpid()}\n{_LOOK}"), *checks)
    return _achieved(report, ways)


def foresee(arena: Arena) -> str:
    """Which of the ways know the second input when they are asked for the first time."""
    inputs = [secrets.SystemRandom().random() for _ in range(2)]
    ways = ("pipe", "frames", "drawn", "patched")
    checks = tuple(_check("foresee", tuple((way, x) for x in inputs), (inputs[1], inputs[1])) for way in ways)
    secret = (msgspec.structs.replace(one, visibility=Visibility.HIDDEN) for one in checks)
    report = arena.grade(bundle(f"import os, struct\n{FORESEE}"), *secret)
    return _achieved(report, ways)


def _check(function: str, inputs: tuple[tuple[object, ...], ...], expected: tuple[object, ...]) -> Check:
    cases = tuple(
        Case(arguments=tuple(map(freeze, arguments)), expected=(freeze(right),), shown="")
        for arguments, right in zip(inputs, expected, strict=True)
    )
    return Check(name="", points=1.0, target=FunctionTarget(name=function), compare=Exact(), cases=cases)


def _achieved(report: Report, ways: tuple[str, ...]) -> str:
    """The ways whose check has passed, and those that could not be tried, which would prove nothing."""
    results = [check for question in report.questions for part in question.parts for check in part.checks]
    passed = [way for way, check in zip(ways, results, strict=True) if check.status is Status.PASSED]
    broken = [f"{way}: {check.message}" for way, check in zip(ways, results, strict=True) if check.status in BROKEN]
    return "; ".join([*(f"{SUCCESS}by {way}" for way in passed), *(f"not tried, {text}" for text in broken)])


BROKEN = (Status.RAISED, Status.MISSING, Status.NOT_PARSED, Status.CRASHED, Status.TIMED_OUT)


def _thefts(name: str, stopped_by: str, *ways: str) -> Attack:
    numbers = tuple(sorted({number for way in ways for number in BY_WAY[way]}))
    return Attack(numbers, name, stopped_by, partial(steal, ways=ways))


CLEAN = "the child comes from a template that was started afresh and knows no plan"
ATTACKS: tuple[Attack, ...] = (
    _thefts("steal-from-frames", CLEAN, "frames", "traceback", "generator", "threads"),
    _thefts("steal-from-objects", CLEAN, "collector", "modules", "environment"),
    _thefts("steal-from-the-heap", CLEAN, "heap"),
    _thefts(
        "steal-from-memory-files",
        "Landlock; no-open; another user; not dumpable; namespaces",
        "own memory",
        "grader's memory",
        "template's memory",
    ),
    _thefts(
        "steal-by-operators",
        "only data crosses the wire: nothing of an object's class does",
        "operators",
        "operators in an array",
    ),
    Attack(
        (8, 68),
        "foresee-the-next-input",
        "inputs are drawn in the grader; a secret one is sent when the last one is answered",
        foresee,
    ),
)
