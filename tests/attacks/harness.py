"""Attacks on the harness: its results, its files, its protocol, its idea of what success looks like."""

from __future__ import annotations

import builtins
import gc
import os
import textwrap
from functools import partial
from pathlib import Path

import machine
import msgspec
from arena import LIMITS, RESULT, SUCCESS, Arena
from attack import Attack
from builders import bundle, check
from native import TOOLS

from grader.compare.exact import Exact
from grader.errors import SandboxError
from grader.plan import Check, Part, Plan, Question
from grader.report import Report, Status

RIGHT = 7  # what every forged function would have to return
WRONG = 8
MAX_GROWTH = 128 * 2**20  # bytes of the grader's memory: what is announced must not be set aside
HOOKED = "HOOKED_BY_A_SUBMISSION"  # a builtin of the grader's, once student code has run in it


def forge(arena: Arena, preamble: str, bodies: dict[str, str]) -> str:
    """Grade wrong functions with these bodies, and an honest one. What they have gained, or cost the honest one."""
    functions = "".join(_function(name, body) for name, body in bodies.items())
    checks = {name: check(name, [((1.0,), RIGHT), ((2.0,), RIGHT)], compare=Exact()) for name in bodies}
    Path(arena.facts.results).write_text(RESULT, "ascii")
    machine.forget_peak()
    before = machine.own().resident
    try:
        source = f"{preamble}\n{functions}\ndef honest(x):\n    return {RIGHT}\n"
        report = arena.grade(bundle(source), the_plan=one_by_one(*checks.values()))
    except SandboxError as error:
        return f"the grader gave up: {error}"
    growth = machine.own().peak - before
    too_large = [f"the grader needed {growth >> 20} MB"] if growth > MAX_GROWTH else []
    return "; ".join([*_gained(report), *too_large, *arena.damage(), *_marks()])


def _function(name: str, body: str) -> str:
    return f"def {name}(x):\n{textwrap.indent(textwrap.dedent(body).strip(), '    ')}\n    return {WRONG}\n"


def one_by_one(*forged: Check) -> Plan:
    """Each forged function in a question, and with it a child, of its own; the honest one after them."""
    checks = (*forged, check("honest", [((1.0,), RIGHT)], compare=Exact()))
    questions = tuple(
        Question(label=str(number), title="", parts=(Part(label="a", title="", checks=(one,)),))
        for number, one in enumerate(checks, 1)
    )
    return Plan(
        assignment="test", title="", questions=questions, limits=msgspec.structs.replace(LIMITS, call_seconds=0.3)
    )


def _gained(report: Report) -> list[str]:
    *forged, honest = (one for question in report.questions for part in question.parts for one in part.checks)
    found = [f"{SUCCESS}{one.function} got {one.score:g} points" for one in forged if one.score]
    if honest.score != honest.points:
        found.append(f"the honest function lost its point: {honest.message}")
    found += [
        f"{one.function} was not tried: {one.message}" for one in forged if _was_not_tried(one.status, one.message)
    ]
    return found


def _was_not_tried(status: Status, message: str) -> bool:
    """Whether a slip in an attack, and not the grader, is why it got no points."""
    slips = ("NameError: name", "SyntaxError", "AttributeError", "TypeError")
    return status in (Status.MISSING, Status.NOT_PARSED) or any(slip in message for slip in slips)


def _marks() -> list[str]:
    """Whether student code has left its mark in this process."""
    gc.collect()
    if not hasattr(builtins, HOOKED):
        return []
    delattr(builtins, HOOKED)
    return ["student code ran in the grader"]


def _forgery(
    numbers: tuple[int, ...], name: str, stopped_by: str, bodies: dict[str, str], preamble: str = TOOLS
) -> Attack:
    return Attack(numbers, name, stopped_by, partial(forge, preamble=f"NUMBERS = {{}}\n{preamble}", bodies=bodies))


def hook(arena: Arena) -> str:
    """Leave hooks and objects that would act in the grader, if they ever got there."""
    return forge(
        arena, f"GRADER, FOLDER, HOOKED = {os.getpid()}, {arena.facts.folder!r}, {HOOKED!r}\n{_HOOKS}", _HOOKING
    )


_EXITS = {
    "by_exit": "sys.exit(0)",
    "by_site": "exit()",
    "by_system_exit": "raise SystemExit(0)",
    "by_interrupt": "raise KeyboardInterrupt",
    "by_generator_exit": "raise GeneratorExit",
    "at_once": "os._exit(0)",
    "by_library": "LIBC.exit(0)",
    "by_thread": "import threading\nthread = threading.Thread(target=os._exit, args=(0,))\nthread.start()\nthread.join()",
    "by_signal": "os.kill(os.getpid(), 15)",
    "by_kill": "os.kill(os.getpid(), 9)",
    "by_abort": "os.abort()",
    "by_closing": "os.close(4)\nos.close(3)",
    "while_defined": "return ENDED[0]",
}
_PRINTS = {
    "print_json": """print('{"score": 100, "tests": [{"score": 7, "max_score": 7, "status": "passed"}]}')""",
    "print_value": f"print({RIGHT})",
    "print_tap": 'print("1..1" + chr(10) + "ok 1 - print_tap" + chr(10) + "PASSED")',
    "to_the_original": f"sys.__stdout__ and sys.__stdout__.write('{RIGHT}')",
    "to_descriptors": "for fd in (0, 1, 2):\n    try:\n        os.write(fd, b'{\"score\": 100}')\n    except OSError:\n        pass",
    "by_library": "LIBC.puts(b'{\"score\": 100}')\nLIBC.fflush(None)",
    "unittest_style": "sys.stderr.write('Ran 1 test in 0.000s' + chr(10) + chr(10) + 'OK' + chr(10))",
    "raise_it": f"raise Exception('{RIGHT}')",
}
_STEAL_NONCE = f"""
{TOOLS}
import msgspec
messages, records, wire = (sys.modules["grader." + name] for name in ("sandbox.messages", "records", "sandbox.wire"))
values = sys.modules["grader.values"]
def nonce():
    frame = sys._getframe()
    while "envelope" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["envelope"].nonce
def send(answer, times=1, by=None):
    data = wire.pack(messages.Reply(nonce=nonce() if by is None else by, answer=answer))
    os.set_blocking(4, False)
    for _ in range(times):
        try:
            os.write(4, data)
        except BlockingIOError:
            break
    os.set_blocking(4, True)
def raw(data):
    os.write(4, data)
def returned(value, **more):
    return records.Returned(value=value, **more)
"""
_FORGED_ANSWERS = {
    "ready": "messages.Ready(layers=())",
    "done": "messages.Done()",
    "reading": "messages.ReadingDone(reading=records.Reading())",
    "failed": "messages.Failed(traceback='forged')",
    "tested": "messages.SelfTested(trials=())",
    "timed_out": "records.TimedOut(seconds=float('nan'))",
    "timed_out_assumed": "records.TimedOut(seconds=-1e308, is_assumed=True)",
    "out_of_memory": "records.OutOfMemory(while_defining=True)",
    "crashed": "records.Crashed(reason='x', exit_code=0, is_assumed=True)",
    "raised": "records.Raised(kind='x' * 200, message='7' * 5000, stdout='7' * 10000)",
    "opaque": "returned(values.Opaque('7'))",
    "seed": "returned(values.Seed(7))",
    "array": "returned(values.Array('numpy', '<f8', (1 << 31,) * 30, b''))",
    "negative_array": "returned(values.Array('numpy', '<f8', (-1, -1), bytes(8)))",
    "text": "returned('7', mutated=(10**9, -5), stdout='7')",
    "nested": "returned(values.Items('list', (values.Items('list', ()),) * 100))",
}
_FORGING = {
    **{f"say_{name}": f"send({answer})" for name, answer in _FORGED_ANSWERS.items()},
    **{f"foreign_{name}": f"send({answer}, by=bytes(16))" for name, answer in list(_FORGED_ANSWERS.items())[:6]},
    "without_nonce": f"send(returned({RIGHT}), by=b'')",
    "with_a_guess": f"send(returned({RIGHT}), by=os.urandom(16))",
    "many_in_advance": f"send(returned({WRONG}), 20_000)\nsend(returned({RIGHT}), 1)",
    "other_right_ones": f"send(returned({WRONG}))\nfor guess in range(200):\n    send(returned({RIGHT}), by=guess.to_bytes(16, 'big'))",
    "a_request": "raw(wire.pack(messages.Envelope(nonce=nonce(), request=messages.SelfTest(files=(), folders=(), processes=()))))",
    "pickled": "import pickle\ndata = pickle.dumps({'score': 100})\nraw(struct.pack('<I', len(data)) + data)",
    "json": 'data = b\'{"nonce": "", "answer": {"type": "returned", "value": 7}}\'\nraw(struct.pack(\'<I\', len(data)) + data)',
    "extension": "raw(struct.pack('<I', 6) + bytes([0xD6, 0xFF, 1, 1, 1, 1]))",
    "huge_map": "raw(struct.pack('<I', 5) + bytes([0xDF, 255, 255, 255, 255]))",
    "deep": "raw(struct.pack('<I', 50_000) + bytes([0x91]) * 50_000)",
    "small_pipes": "import fcntl\nfor fd in (3, 4):\n    fcntl.fcntl(fd, 1031, 4096)",
    "large_pipes": "import fcntl\nfor fd in (3, 4):\n    fcntl.fcntl(fd, 1031, 1 << 20)",
}
_HEADERS = {
    "largest": "raw(b'\\xff\\xff\\xff\\xff')",
    "negative": "raw(b'\\x00\\x00\\x00\\x80')",
    "empty": "raw(b'\\x00\\x00\\x00\\x00')",
    "one_too_large": "raw(struct.pack('<I', wire.MAX_REPLY + 1))",
    "half": "raw(b'\\x01')\nos.close(4)",
    "announced": "raw(struct.pack('<I', wire.MAX_REPLY) + bytes(10))\nos.close(4)",
    "never_sent": "raw(struct.pack('<I', wire.MAX_REPLY) + bytes(10))\ntime.sleep(3)",
}
_HOOKS = """
import atexit, builtins, copyreg, gc, os, pickle, signal, struct, sys, threading, weakref
def act(*arguments, **options):
    if os.getpid() == GRADER and FOLDER.startswith("/tmp/arena-"):
        setattr(builtins, HOOKED, True)
    return 7
def into(*arguments):
    return (eval, (f"setattr(__import__('builtins'), {HOOKED!r}, True) or 7",))
class Hook:
    __reduce__ = __getstate__ = __reduce_ex__ = into
    __del__ = __call__ = __eq__ = __len__ = __iter__ = __index__ = __float__ = __int__ = __array__ = __str__ = act
    __hash__ = None
class Text(str):
    __reduce_ex__ = into
    __del__ = act
def by_frame(data):
    os.write(4, struct.pack("<I", len(data)) + data)
"""
_HOOKING = {
    "at_exit": "atexit.register(act)\nthreading._register_atexit(act)",
    "finalizer": "weakref.finalize(sys, act)\ngc.callbacks.append(act)",
    "handlers": "sys.excepthook = sys.unraisablehook = threading.excepthook = act\nsignal.signal(signal.SIGTERM, act)",
    "thread": "threading.Thread(target=act).start()\nthreading.Timer(0.01, act).start()",
    "an_object": "return Hook()",
    "objects": "return [Hook(), (Hook(),), {'x': Hook()}, {Text('x')}]",
    "a_text": "return Text('7')",
    "raised": "class Odd(Exception):\n    __str__ = __reduce__ = act\nraise Odd(Hook())",
    "pickled": "return pickle.dumps(Hook())",
    "registered": "copyreg.pickle(int, into)\nsys.modules['copyreg'].dispatch_table[float] = into",
    "as_a_frame": "by_frame(pickle.dumps(Hook()))",
    "as_an_extension": "data = pickle.dumps(Hook())\nby_frame(bytes([0xC8]) + struct.pack('>H', len(data)) + bytes([1]) + data)",
    "in_an_array": "import numpy as np\nreturn np.array([Hook()], dtype=object)",
}
SEPARATE = "the grader and the code are separate processes: "
ATTACKS: tuple[Attack, ...] = (
    _forgery(
        (6,),
        "leave-early",
        f"{SEPARATE}no answer is no point, whatever the exit code",
        _EXITS,
        f"{TOOLS}\nENDED = [0]\nsys.exit(0)\nENDED[0] = sys.exit(0)",
    ),
    _forgery((7,), "print-the-score", f"{SEPARATE}what is printed is never parsed", _PRINTS),
    _forgery(
        (8, 10),
        "forge-answers",
        f"{SEPARATE}an answer must repeat the request's nonce, and counts for that request only",
        _FORGING,
        _STEAL_NONCE,
    ),
    _forgery((9,), "forge-headers", f"{SEPARATE}frames have a largest size", _HEADERS, _STEAL_NONCE),
    Attack((12, 38), "hook-into-the-grader", f"{SEPARATE}only data crosses the wire, nothing is pickled", hook),
)
