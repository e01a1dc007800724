"""Attacks that want to leave something for the next child, or on the instructor's screen."""

from __future__ import annotations

import contextlib
import os
import select
from pathlib import Path

from arena import LIMITS, RESULT, SUCCESS, Arena
from attack import Attack
from builders import bundle, check
from native import native, program

from grader.compare.exact import Exact
from grader.plan import Check, Part, Plan, Question
from grader.report import Status


def cross(arena: Arena) -> str:
    """One question leaves what it can; the next, and the next submission, look for it."""
    leave, look = (check(name, [((1.0,), "found")], compare=Exact()) for name in ("leave", "look"))
    source = bundle(_CROSS_TALK.replace("FOLDER", repr(arena.facts.folder)))
    found = []
    Path(arena.facts.results).write_text(RESULT, "ascii")
    for number, questions in enumerate(((leave, look), (look,))):
        report = arena.grade(source, the_plan=_plan(*questions))
        seen = [one for question in report.questions for part in question.parts for one in part.checks][-1]
        if report.score:
            found.append(f"the next {('question', 'submission')[number]} found {seen.stdout}")
        elif seen.status is not Status.FAILED:
            found.append(f"the next {('question', 'submission')[number]} could not look: {seen.message}")
    return "; ".join([*found, *arena.damage()])


def _plan(*checks: Check) -> Plan:
    """A question, and with it a child, for each check."""
    questions = tuple(
        Question(label=str(number), title="", parts=(Part(label="a", title="", checks=(one,)),))
        for number, one in enumerate(checks, 1)
    )
    return Plan(assignment="test", title="", questions=questions, limits=LIMITS)


_CROSS_TALK = """
import builtins, ctypes, gc, mmap, os, sys, threading
import numpy as np
LIBC = ctypes.CDLL(None, use_errno=True)
KEY, MARK = 0x6B5A, b"left by another submission"
PLACES = (FOLDER, "/tmp", "/var/tmp", "/dev/shm")
NAME = "/left-by-" + FOLDER.split("/")[-2]
def silently(way):
    try:
        return way()
    except Exception:
        return None
def write(folder):
    with open(folder + NAME, "wb") as file:
        file.write(MARK)
def segment():
    number = LIBC.shmget(KEY, 4096, 0o1666)
    LIBC.shmat.restype = ctypes.c_void_p
    ctypes.memmove(LIBC.shmat(number, None, 0), MARK, len(MARK))
def leave(x):
    for folder in PLACES:
        silently(lambda: write(folder))
    silently(segment)
    silently(lambda: os.environ.__setitem__("LEFT", "1"))
    silently(lambda: os.putenv("LEFT", "1"))
    silently(lambda: os.umask(0o123))
    silently(lambda: os.chdir(FOLDER))
    silently(lambda: LIBC.prctl(15, b"left", 0, 0, 0))
    silently(lambda: os.nice(1))
    np.left, builtins.left, sys.modules["left"] = 1, 1, os
    np.sum, sys.path[:0], gc.left = len, [FOLDER], 1
    sys.setrecursionlimit(1234)
    threading.Thread(target=silently, args=(lambda: write(FOLDER),), daemon=True).start()
    memory = mmap.mmap(-1, 1 << 24)
    memory.write(MARK * ((1 << 24) // len(MARK)))
    arrays = [np.frombuffer(MARK * 2000, np.uint8).copy() for _ in range(20)]
    return "nothing"
def places():
    found = []
    for folder in PLACES:
        if silently(lambda: os.stat(folder + NAME)):
            found.append(folder)
            silently(lambda: os.unlink(folder + NAME))
    return found
def memory():
    pages = mmap.mmap(-1, 1 << 24)
    arrays = [np.empty(2000 * len(MARK), np.uint8) for _ in range(20)]
    return pages.find(MARK) >= 0 or any(MARK in array.tobytes() for array in arrays)
def kept():
    number = LIBC.shmget(KEY, 0, 0)
    if number >= 0:
        LIBC.shmctl(number, 0, None)
    return number >= 0
def name():
    text = ctypes.create_string_buffer(16)
    LIBC.prctl(16, text, 0, 0, 0)
    return text.value == b"left"
LOOK = {
    "files": places, "memory": memory, "segment": kept, "name": name,
    "environment": lambda: "LEFT" in os.environ or LIBC.getenv(b"LEFT"),
    "umask": lambda: os.umask(0o022) == 0o123,
    "folder": lambda: os.getcwd() != "/",
    "modules": lambda: hasattr(np, "left") or hasattr(builtins, "left") or "left" in sys.modules or np.sum is len,
    "limit": lambda: sys.getrecursionlimit() == 1234,
    "niceness": lambda: os.nice(0) == 1 and silently(lambda: os.getpriority(os.PRIO_PROCESS, os.getppid())) == 0,
}
def look(x):
    found = [what for what, way in LOOK.items() if silently(way)]
    print(found)
    return "found" if found else "nothing"
"""


class _Terminal:
    """A terminal of the instructor's, that everybody may write to."""

    def __init__(self) -> None:
        self._own, self._shown = os.openpty()
        self.name = os.ttyname(self._shown)
        Path(self.name).chmod(0o666)

    def close(self) -> None:
        os.close(self._own)
        os.close(self._shown)

    def received(self) -> bool:
        """Whether anything was written to it, or typed into it."""
        return bool(select.select([self._own, self._shown], [], [], 0.02)[0])


def write_to_terminal(arena: Arena) -> str:
    """Try to write to the terminal, and to type into it."""
    with contextlib.closing(_Terminal()) as terminal:
        achieved = arena.attack(program(_TERMINAL, TERMINAL=terminal.name))
        return achieved or (f"{SUCCESS}the terminal got something" if terminal.received() else "")


_TERMINAL = """
import fcntl, termios
def typed(fd):
    fcntl.ioctl(fd, termios.TIOCSTI, b"x")
    fcntl.ioctl(fd, termios.TIOCSTI | 1 << 32, b"x")
def opened(path):
    def way():
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        try:
            path == TERMINAL and os.write(fd, b"hello")
        finally:
            os.close(fd)
    return way
def controlled():
    fd = os.open(TERMINAL, os.O_RDWR)  # it becomes that of a session's leader
    typed(fd)
ways = {path: opened(path) for path in (TERMINAL, "/dev/tty", "/dev/console", "/dev/pts/ptmx")}
ways |= {f"typed into {fd}": lambda fd=fd: typed(fd) for fd in range(5)}
ways |= {f"taken {fd}": lambda fd=fd: syscall("ioctl", fd, 0x540E, 1) for fd in range(5)}
return tried(ways | {"controlled": controlled})
"""
ATTACKS: tuple[Attack, ...] = (
    Attack(
        (70, 72, 73, 74, 75, 79, 80),
        "leave-something-for-the-next-child",
        "a new child for each submission, and where something was left; seccomp; Landlock; the kernel clears memory",
        cross,
    ),
    Attack(
        (78,), "write-to-the-terminal", "Landlock; no-open; seccomp: TIOCSTI; a session of its own", write_to_terminal
    ),
    native(
        (78,),
        "open-devices",
        "Landlock; no-open; namespaces",
        """
        names = "kmsg ptmx fuse kvm tty console mem loop-control net/tun vsock uinput full shm hwrng port random"
        def opened(name):
            return lambda: os.close(os.open("/dev/" + name, os.O_RDWR | os.O_NOCTTY)) is None
        ways = {name: opened(name) for name in names.split()}
        ways["standard output as a file"] = lambda: os.close(os.open("/dev/stdout", os.O_RDWR)) is None
        return tried(ways)
        """,
    ),
)
