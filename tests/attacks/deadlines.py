"""Attacks that want to keep the grader waiting, or to take it down with them."""

from __future__ import annotations

from functools import partial

from attack import Attack
from watching import exhaustion, harm

ENVELOPE = """
import os, struct, sys, time
frame = sys._getframe()
while "envelope" not in frame.f_locals:
    frame = frame.f_back
nonce = frame.f_locals["envelope"].nonce
"""
FAULT = """
import msgspec
body = msgspec.msgpack.encode({"nonce": nonce, "answer": {"type": "failed", "traceback": "a fault"}})
os.write(4, struct.pack("<I", len(body)) + body)
time.sleep(2)
"""
DEADLINE = "the grader's deadline, then SIGKILL by the template"
LOOPS: tuple[tuple[int, str, str], ...] = (
    (81, "loop-for-ever", "while True: pass"),
    (
        82,
        "swallow-every-exception",
        """
        while True:
            try:
                while True: sum(range(1000))
            except BaseException: pass
        """,
    ),
    (
        82,
        "ignore-every-signal",
        """
        import contextlib, ctypes, signal
        for number in range(1, 65):
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        for timer in (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF):
            signal.setitimer(timer, 0)
        ctypes.CDLL(None).prctl(1, 0)  # PR_SET_PDEATHSIG
        while True: pass
        """,
    ),
    (
        82,
        "outlive-the-main-thread",
        """
        import ctypes, platform, threading, time
        threading.Thread(target=time.sleep, args=(2,)).start()
        ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)  # exit(2): this thread only
        """,
    ),
    (83, "compute-a-huge-power", "return 10 ** 10 ** 8 % 7"),
    (83, "match-a-catastrophic-pattern", "import re; return re.match(r'(a+)+$', 'a' * 60 + 'b')"),
    (83, "sum-a-huge-range", "return sum(range(10 ** 12))"),
    (83, "search-an-endless-iterator", "import itertools; return 1 in itertools.repeat(0)"),
    (
        83,
        "hold-the-gil-in-c",
        """
        import ctypes, signal
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
        ctypes.PyDLL(None).usleep(2_000_000)
        """,
    ),
    (83, "multiply-big-matrices", "import numpy as np; a = np.ones((900, 900))\nwhile True: a @ a"),
    (84, "stop-itself", "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)"),
    (
        84,
        "stop-itself-as-if-traced",
        """
        import ctypes, os, signal
        ctypes.CDLL(None).ptrace(0, 0, None, None)  # PTRACE_TRACEME: stops are told to the parent
        os.kill(os.getpid(), signal.SIGTRAP)
        while True: os.kill(os.getpid(), signal.SIGSTOP)
        """,
    ),
    (85, "sleep", "import time; time.sleep(2)"),
    (
        85,
        "answer-a-byte-at-a-time",
        """
        import os, time
        for byte in b"\\x00\\x00\\x00\\x01" + bytes(1000):
            os.write(4, bytes([byte])); time.sleep(0.002)
        """,
    ),
    (85, "announce-a-long-answer", "import os, time; os.write(4, b'\\x00\\x00\\x80\\x04'); time.sleep(2)"),
    (85, "close-the-connection-and-stay", "import os\nos.closerange(3, 5)\nwhile True: pass"),
    (85, "close-the-answers-and-stay", "import os, time\nos.close(4)\ntime.sleep(2)"),
)
WHILE_DEFINING = {
    "loop-in-a-default": "def spin():\n    while True: pass\n\ndef attack(facts, start=spin()): pass",
    "loop-in-a-decorator": "def spin(function):\n    while True: pass\n\n@spin\ndef attack(facts): pass",
    "loop-in-a-class-body": "class A:\n    while True: pass\n\ndef attack(facts): return A",
}
CRASHES = {
    "read-address-zero": "import ctypes; ctypes.string_at(0)",
    "overflow-the-stack-of-c": """
        import sys
        sys.setrecursionlimit(10 ** 9)
        one, other = [], []
        for _ in range(200_000): one, other = [one], [other]
        return one == other
        """,
    "recurse-without-end": "import sys; sys.setrecursionlimit(10 ** 9)\ndef f(): return f()\nreturn f()",
    "abort": "import os; os.abort()",
    "divide-by-zero-in-c": "import os, signal; os.kill(os.getpid(), signal.SIGFPE)",
    "kill-itself": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "leave-with-success": "import os; os._exit(0)",
    "use-up-its-processor-time": "import os, signal; os.kill(os.getpid(), signal.SIGXCPU)",
    "answer-with-a-fault-of-the-grader": ENVELOPE + FAULT,
}
UNREAD = f"""
{ENVELOPE}
import msgspec
body = msgspec.msgpack.encode({{"nonce": nonce, "answer": {{"type": "done"}}}})
os.write(4, struct.pack("<I", len(body)) + body)
START = time.sleep(2)  # with the next request waiting
def attack(facts): return START
"""

ATTACKS: tuple[Attack, ...] = (
    *(exhaustion((number,), name, DEADLINE, body) for number, name, body in LOOPS),
    *(
        Attack((81, 97), name, f"{DEADLINE}, while defining too", partial(harm, source=source))
        for name, source in WHILE_DEFINING.items()
    ),
    Attack((85,), "leave-requests-unread", "the grader's deadline for writing", partial(harm, source=UNREAD)),
    *(
        exhaustion((94,), name, "a process of its own; its end is an outcome", body, seconds=0.3)
        for name, body in CRASHES.items()
    ),
)
