"""Attacks that drown the grader: in output, in answers, in definitions."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Iterator
from functools import partial

import machine
import msgspec
from arena import LIMITS, Arena
from attack import Attack
from builders import bundle, check, plan
from deadlines import ENVELOPE
from watching import GRADER_PEAK, SECONDS, exhaustion

from grader.outputs.gradescope import render_gradescope
from grader.outputs.text import render_text
from grader.report import Report

PRINT = {
    "print-without-end": """
        import ctypes, os, sys
        for _ in range(100): print("x" * 130_000)
        for fd in (1, 2):
            for _ in range(13): os.write(fd, bytes(2**20))
        libc = ctypes.CDLL(None)
        for _ in range(1000): libc.puts(b"x" * 10_000)
        libc.fflush(None)
        for stream in (sys.__stdout__, sys.__stderr__, sys.stderr):
            if stream is not None: stream.write("x" * 10**6)
        """,
    "lift-the-cap-of-the-output": """
        import sys
        sys.modules["grader.sandbox.capture"].MAX_OUTPUT = 10**9
        sys.stdout.write("x" * 13_000_000)
        """,
    "put-another-capture-in-place": """
        import sys, gc
        frame = sys._getframe()
        while "server" not in frame.f_locals: frame = frame.f_back
        class Flood:
            def take(self): return "x" * 13_000_000
        frame.f_locals["server"]._output = Flood()
        """,
}
SEND = """
os.write(4, struct.pack("<I", len(body) + times * len(filler)))
for piece, count in ((body, 1), (filler, times)):
    for _ in range(count):
        rest = memoryview(piece)
        while rest: rest = rest[os.write(4, rest):]
time.sleep(2)
"""
REPLY = 'body = msgspec.msgpack.encode({"nonce": nonce, "answer": {"type": "returned", "value": VALUE}})'
ARRAY = """
filler = bytes(2**20)
{reply}
body = body[:-2] + struct.pack(">BI", 0xC6, times << 20)  # the longest bytes instead of none
""".format(reply=REPLY.replace("VALUE", '{"type": "array", "dtype": "|u1", "shape": [times << 20], "data": b""}'))
ANSWERS = {
    "answer-with-too-many-tokens": f"""
filler = msgspec.msgpack.encode({{"type": "items", "kind": "list", "items": []}}) * 1000
filler = msgspec.msgpack.encode({{"type": "items", "kind": "list", "items": [None]}})[:-2] + struct.pack(">BH", 0xDC, 1000) + filler
times = 2200
{REPLY.replace("VALUE", '{"type": "items", "kind": "list", "items": []}')}
body = body[:-1] + struct.pack(">BH", 0xDC, times)
""",
    "answer-with-a-deep-list": f"""
value = None
for _ in range(900): value = {{"type": "items", "kind": "list", "items": [value]}}
{REPLY.replace("VALUE", "value")}
""",
    "answer-with-the-largest-array": f"times = 70\n{ARRAY}",
    "answer-with-a-larger-array": f"times = 120\n{ARRAY}",
    "answer-with-a-long-text": f"""
times, filler = 120, b"x" * 2**20
{REPLY.replace("VALUE", '""')}
body = body[:-1] + struct.pack(">BI", 0xDB, times << 20)
""",
    "write-rubbish-for-a-while": """
for _ in range(4000): os.write(4, b"\\x7f" * 65536)
body, filler, times = b"", b"", 0
""",
}
MANY, CHAINED, RIVALS = 10_000, 2_000, 1_000
ANSWER = "def attack(x): return 0"
CHAIN = "\n".join(f"def f{i}(x): return f{i - 1}(x)" for i in range(1, CHAINED))
SUBMISSIONS: dict[str, tuple[str, ...]] = {
    "hand-in-many-cells": (*("x = 1" for _ in range(MANY)), ANSWER),
    "hand-in-many-functions": (CHAIN, f"def attack(x): return f{CHAINED - 1}(x)"),
    "hand-in-many-rivals": (ANSWER,) * RIVALS,
    "hand-in-rivals-that-loop": ("def attack(x):\n    while True: pass",) * RIVALS,
    "hand-in-many-faults": (*("def f(: pass\n" * 50 for _ in range(30)), ANSWER),
}
MOST_SECONDS = 10.0  # of a whole submission on a busy machine, for what is read in a second on an idle one
MOST_OWN_SECONDS = 2.0  # of processor time, of the grader itself
NOISE = r"""
def attack(x):
    print("\x1b[31m\x1b]8;;http://x\x07\r\x00\x9b2J\u202e\u2066" + "line\n" * 1_000_000)
    raise ValueError("\x1b[2J\r\x00\u202e" + "line\n" * 1_000_000)
"""
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
MAX_REPORT = 40_000
ONE = check("attack", [((1.0,), 1.0)])
SHORT = msgspec.structs.replace(LIMITS, call_seconds=SECONDS / 2, total_seconds=1)


def slow(arena: Arena, cells: tuple[str, ...]) -> str:
    """What a submission costs the grader, if that is too much."""
    own = machine.own().resident
    machine.forget_peak()
    start, start_own = time.monotonic(), time.process_time()
    arena.grade(bundle(*cells), the_plan=plan(ONE, limits=SHORT))
    seconds, own_seconds = time.monotonic() - start, time.process_time() - start_own
    found = [f"it took {seconds:.1f} s"] if seconds > MOST_SECONDS else []
    found += [f"it took the grader {own_seconds:.1f} s of its own"] if own_seconds > MOST_OWN_SECONDS else []
    peak = machine.own().peak - own
    return "; ".join(found + ([f"the grader needed {peak >> 20} MB"] if peak > GRADER_PEAK else []))


def noise(arena: Arena) -> str:
    """What of a million lines with control characters reaches a reader."""
    report = arena.grade(bundle(NOISE), ONE)
    texts = {"the report": _text(report), "results.json": "".join(_texts(json.loads(render_gradescope(report))))}
    return "; ".join(
        f"{name} has {len(text)} characters, {len(CONTROL.findall(text))} of control"
        for name, text in texts.items()
        if len(text) > MAX_REPORT or CONTROL.search(text)
    )


def _text(report: Report) -> str:
    stream = io.StringIO()
    render_text(report, stream)
    return stream.getvalue()


def _texts(part: object) -> Iterator[str]:
    """Every text in decoded JSON."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _texts(item)


ATTACKS: tuple[Attack, ...] = (
    *(
        exhaustion((92,), name, "the output is kept in memory up to a cap, and fd 1 is /dev/null", body, seconds=1.0)
        for name, body in PRINT.items()
    ),
    *(
        exhaustion(
            (92, 99),
            name,
            "caps on a frame's bytes and tokens, typed decoding, the grader's deadline",
            f"{ENVELOPE}\nimport msgspec\nbody, filler, times = b'', b'', 0\n{body}\n{SEND}",
            seconds=1.0,
        )
        for name, body in ANSWERS.items()
    ),
    *(
        Attack((99,), name, "caps on cells, statements and candidates; a child reads", partial(slow, cells=cells))
        for name, cells in SUBMISSIONS.items()
    ),
    Attack((93,), "print-a-million-lines-of-noise", "caps; control characters are removed from every text", noise),
)
