"""Attacks that carry what a secret check knows to the student: one submission is graded twice, with another secret each time.

Both times it fails the secret check, so that nothing that a student sees may differ.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import msgspec
import reports
from arena import SUCCESS, Arena
from attack import Attack
from builders import bundle, check, plan

from grader.codec import freeze
from grader.outputs.gradescope import render_gradescope
from grader.plan import Mistake, Part, Plan, Question
from grader.records import Limits
from grader.report import Report, Visibility

LIMITS = Limits(call_seconds=0.25, define_seconds=2.0, total_seconds=1.5, memory_megabytes=300)
QUICK = ("print-the-secret-input", "raise-the-secret-input", "tamper-on-a-bit")  # what is not about later checks
UNTESTED: dict[int, str] = {}

KEEPING = """
import os, random, sys, time
import numpy as np
KEPT = []
PLACES = ("/tmp/kept", "/dev/shm/kept", "/var/tmp/kept", "kept")
def square(x, kept=[]):
    if x == 2.0 or x == 4.0:
        return look(kept) or x * x
    bit = x == 5.0
    {body}
    return 0
def cube(x):
    return look(square.__defaults__[0]) or x ** 3
def look(kept):
    found = [*KEPT, *kept, getattr(np, "kept", None), getattr(sys, "kept", None), os.environ.get("KEPT"), sys.getrecursionlimit()]
    found += [random.random(), float(np.random.rand()), np.geterr(), os.getcwd() == "/", sorted(n for n in sys.modules if "kept" in n)]
    for path in PLACES:
        try: found.append(os.stat(path).st_size)
        except OSError: pass
    print(found)
    raise ValueError(str(found))
"""
STATE = """KEPT.append(x); kept.append(x); np.kept = sys.kept = x; os.environ["KEPT"] = str(x); np.random.seed(int(x)); random.seed(x)
    np.seterr(all="ignore" if bit else "raise"); sys.setrecursionlimit(900 + int(x)); sys.modules["kept%d" % x] = sys
    for path in PLACES:
        try:
            with open(path, "w") as file: file.write("x" * int(x))
        except OSError: pass"""
FAILURE = """import msgspec
    if bit:
        body = msgspec.msgpack.encode({"nonce": b"", "answer": {"type": "failed", "traceback": str(x)}})
        os.write(4, len(body).to_bytes(4, "little") + body)"""
CRASH = """import msgspec
    nonce = next(frame.f_locals["envelope"].nonce for frame in frames() if "envelope" in frame.f_locals)
    body = msgspec.msgpack.encode({"nonce": nonce, "answer": {"type": "crashed", "reason": str(x), "is_assumed": bit}})
    os.write(4, len(body).to_bytes(4, "little") + body)
    time.sleep(9)"""
FRAMES = """
def frames():
    frame = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back
"""
CHANNELS: dict[tuple[tuple[int, ...], str, str], tuple[str, ...]] = {
    ((138,), "print-the-secret-input", "a hidden check shows no output"): (
        "print(x)", "print(x, file=sys.stderr)", "print('x' * int(1000 * x))", "import warnings; warnings.warn(str(x))",
        "import logging; logging.error(x)", "return x", "return {str(x): x}", "return type(f'T{x}', (), {})()", "return np.ones(int(x))",
    ),
    ((138, 141), "raise-the-secret-input", "a hidden check shows no message and no place"): (
        "raise ValueError(x)", "raise (KeyError if bit else TypeError)", "raise type(f'E{x}', (Exception,), {})", "assert not bit",
        "if bit: raise ValueError\n    raise ValueError", "return 1 / (x - 5.0)", "raise SystemExit(x)", "return square(x)", "undefined_name if bit else 0",
    ),
    ((138,), "keep-the-secret-input", "what students see later never runs before what they see earlier in one child"): (STATE, "square.__code__ = cube.__code__ if bit else square.__code__"),
    ((140,), "time-out-on-a-bit", "a hidden check shows passed or wrong; secret checks have their own time, and come last"): (
        "while bit: pass", "time.sleep(0.2 * bit)",
    ),
    ((140,), "die-on-a-bit", "a hidden check shows passed or wrong; deaths in secret checks do not count for visible ones"): (
        "bit and os._exit(int(x))", "os._exit(int(x))", "import ctypes\n    return ctypes.string_at(0 if bit else b'a')",
        "os.kill(os.getpid(), 9 if bit else 6)", "bit and os.close(4)", "return np.ones(10**9) if bit else 0", "return 'x' * (10**8 if bit else 1)",
        "import ctypes\n    bit and ctypes.CDLL(None).syscall(101, 0, 0, 0, 0)",
    ),
    ((139, 141), "tamper-on-a-bit", "a hidden check shows passed or wrong; incidents are for staff"): (
        "bit and os.write(4, b'junk' * 9)", "bit and os.write(4, b'\\xff' * 4)", FAILURE, CRASH,
    ),
}  # fmt: skip


def _plan(
    secret: float, visibility: Visibility = Visibility.HIDDEN, expected: float | None = None, secrets: int = 3
) -> Plan:
    """Visible checks around secret ones, of the same function and of another, in one part."""
    right = secret**2 if expected is None else expected
    hidden = check("square", [((secret,), right), ((secret,), right)], visibility=visibility)
    hidden = msgspec.structs.replace(hidden, mistakes=_mistakes(right))
    visible = (check("square", [((2.0,), 4.0)]), check("square", [((4.0,), 16.0)]), check("cube", [((2.0,), 8.0)]))
    part = Part(label="a", title="", checks=(hidden, visible[0], *(hidden,) * (secrets - 1), *visible[1:]))
    return msgspec.structs.replace(plan(limits=LIMITS), questions=(Question(label="1", title="", parts=(part,)),))


def _mistakes(right: float) -> tuple[Mistake, ...]:
    return (Mistake(name="zero", hint=f"It is not zero, it is {right}.", outputs=(freeze(0.0),) * 2),)


def seen_by_students(report: Report, visibility: Visibility) -> str:
    """All that a student may see now. What is for staff is left out, as are later ones where they are shown later."""
    report = msgspec.structs.replace(report, incidents=(), layers=())
    if visibility is Visibility.HIDDEN:
        return reports.all_of(report)
    results = json.loads(render_gradescope(report))
    return json.dumps(
        [results["score"], results["output"], *(test for test in results["tests"] if test["visibility"] == "visible")]
    )


def tell(arena: Arena, bodies: tuple[str, ...], *, is_quick: bool) -> str:
    """Which of these ways of telling show."""
    achieved = []
    visibilities = (Visibility.HIDDEN,) if is_quick else (Visibility.HIDDEN, Visibility.AFTER_DUE_DATE)
    for body in bodies:
        source = FRAMES + KEEPING.replace("{body}", body)
        for visibility in visibilities:
            plans = [_plan(secret, visibility, secrets=1 if is_quick else 3) for secret in (3.0, 5.0)]
            seen = [seen_by_students(arena.grade(bundle(source), the_plan=one), visibility) for one in plans]
            achieved += list(difference(*seen, label=body))
    return "; ".join(achieved)


def difference(one: str, other: str, *, label: str) -> Iterator[str]:
    """Where two renderings part."""
    if one != other:
        pairs = [pair for pair in zip(one.splitlines(), other.splitlines(), strict=False) if pair[0] != pair[1]]
        yield f"{SUCCESS}{label[:60]!r} shows: {pairs[:1] or 'more lines'}"


def read_off_the_expected_value(arena: Arena) -> str:
    """Feedback on a hidden check that depends on its expected value, with a hint that quotes it."""
    source = "def square(x):\n    return 0.0 if x == 3.0 else x * x\ndef cube(x):\n    return x ** 3"
    plans = [_plan(3.0, Visibility.HIDDEN, expected) for expected in (9.0, 7.0)]
    return "; ".join(
        difference(*(reports.all_of(arena.grade(bundle(source), the_plan=one)) for one in plans), label="expected")
    )


def guess_with_rivals(arena: Arena) -> str:
    """Several guesses in one submission, as definitions of one function: the report must not say which was right."""
    guesses = [f"def square(x):\n    return x * x if x != {secret} and x != {other} else {guess}"
               for secret, other, guess in ((3.0, 5.0, 9.0), (3.0, 5.0, 25.0), (3.0, 5.0, 1.0))]  # fmt: skip
    cells = [*guesses, "def cube(x):\n    return x ** 3"]
    graded = [arena.grade(bundle(*cells), the_plan=_plan(secret, Visibility.HIDDEN)) for secret in (3.0, 5.0)]
    return "; ".join(difference(*(reports.all_of(report) for report in graded), label="rivals"))


def tamper_unseen(arena: Arena) -> str:
    """Forged frames, in a visible and in a hidden check, that nobody is told of."""
    source = "import os\ndef square(x):\n    os.write(4, b'junk' * 9)\n    return x * x"
    achieved = []
    for visibility in Visibility:
        checks = check("square", [((3.0,), 9.0)], visibility=visibility)
        report = arena.grade(bundle(source), checks)
        achieved += (
            []
            if report.incidents and not report.score
            else [f"{SUCCESS}{visibility.value}: no incident, {report.score} points"]
        )
    return "; ".join(achieved)


ATTACKS: tuple[Attack, ...] = (
    *(Attack(*key, partial(tell, bodies=bodies, is_quick=key[1] in QUICK)) for key, bodies in CHANNELS.items()),
    Attack(
        (39,), "read-off-the-expected-value", "a hidden check shows no message and no hint", read_off_the_expected_value
    ),
    Attack(
        (139,),
        "guess-with-rivals",
        "which definition counts does not follow from secret checks alone",
        guess_with_rivals,
    ),
    Attack((8, 139), "tamper-unseen", "incidents in the report", tamper_unseen),
)
