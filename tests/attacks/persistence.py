"""Attacks that want to leave something behind: for the next child, the next submission, or after the grader has written."""

from __future__ import annotations

import contextlib
import os
import select
import time
from functools import partial
from pathlib import Path

import machine

from grader.compare.exact import Exact
from grader.plan import Check, Part, Plan, Question
from grader.records import Status

from arena import LIMITS, RESULT, SUCCESS, Arena
from attack import Attack
from builders import bundle, check
from native import native, program

WAIT = 0.12  # seconds that a process which was left behind has for its work


def outlive(arena: Arena, body: str) -> str:
    """Try the body; then write the results, as a grader does at its end, and see whether somebody changes them."""
    arena.sandbox.child("numpy").end()  # the template runs from here on
    honest = machine.descendants()
    with machine.adopting():
        achieved = arena.attack(program(body))
        results = Path(arena.facts.results)
        results.unlink(missing_ok=True)
        results.write_text(RESULT, "ascii")
        time.sleep(WAIT)
        later = "; ".join(arena.damage())
        left = machine.end_survivors(honest)
    survived = f"{len(left)} processes were left" if left else ""
    return "; ".join(filter(None, (achieved, later and f"after the grader: {later}", survived)))


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
_DAEMON = """
import threading
results, folder = facts["results"], facts["folder"]
def rewrite():
    for _ in range(16):
        time.sleep(0.01)
        try:
            if os.path.exists(results):
                os.chmod(results, 0o666) if os.access(results, os.W_OK) else os.unlink(results)
                with open(results, "w") as file:
                    file.write('{"score": 100.0}')
        except OSError:
            pass
def forked(fork):
    def way():
        if fork() == 0:
            try:
                os.setsid()
                if os.fork() == 0:
                    rewrite()
            finally:
                os._exit(0)
    return way
def spawned():
    script = f"sleep 0.02; rm -f {results}; echo 100 > {results}"
    os.posix_spawn("/bin/sh", ["sh", "-c", script], {}, setsid=True)
def watched(start, add):
    def way():
        fd = start()
        try:
            return add(fd)
        finally:
            os.close(fd)
    return way
def marked():
    import fcntl
    fcntl.fcntl(os.open(os.path.dirname(results), os.O_RDONLY), 1026, 2)
threading.Thread(target=rewrite, daemon=True).start()
return tried({
    "start a process": forked(os.fork),
    "start a process by number": forked(lambda: syscall("clone", 17, 0, 0, 0, 0)),
    "start another program": spawned,
    "survive the template": lambda: syscall("prctl", 1, 0, 0, 0, 0),
    "survive the template, more bits": lambda: syscall("prctl", 1 | 1 << 32, 0, 0, 0, 0),
    "watch": watched(lambda: syscall("inotify_init1", 0), lambda fd: syscall("inotify_add_watch", fd, results.encode(), 2)),
    "watch all": watched(
        lambda: syscall("fanotify_init", 0x200, 0), lambda fd: syscall("fanotify_mark", fd, 1, 2, -100, results.encode())
    ),
    "watch the folder": marked,
})
"""
ATTACKS: tuple[Attack, ...] = (
    Attack(
        (4, 5, 71, 72),
        "rewrite-the-results-after-the-grader",
        "seccomp: fork, exec, inotify, PR_SET_PDEATHSIG; the child is killed before results are written",
        partial(outlive, body=_DAEMON),
    ),
    native(
        (70,),
        "leave-files",
        "Landlock; no-open; another user; namespaces",
        """
        import tempfile
        folder = facts["folder"]
        def without_a_name(place):
            return lambda: os.close(os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o600)) is None
        def removed(place):
            def way():
                name = f"{place}/grader-attack-{os.getpid()}"
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                os.unlink(name)
            return way
        def a_folder():
            os.mkdir(folder + "/made")
            os.rmdir(folder + "/made")
        def named_memory():
            fd, name = tempfile.mkstemp(dir=folder)
            os.close(fd)
        name = folder.encode() + b"/left"
        places = ("/tmp", "/var/tmp", "/dev/shm", folder)
        ways = {f"nameless in {place}": without_a_name(place) for place in (*places, "/run", "/", ".")}
        ways |= {f"file in {place}": removed(place) for place in places}
        return tried(ways | {
            "creat": lambda: os.close(syscall("creat", name + b"1", 0o600)) is None,
            "openat": lambda: os.close(syscall("openat", -100, name + b"2", 0o101, 0o600)) is None,
            "openat, more bits": lambda: os.close(syscall("openat", -100, name + b"3", 0o101 | 1 << 33, 0o600)) is None,
            "openat2": lambda: os.close(syscall("openat2", -100, name + b"4", struct.pack("QQQ", 0o101, 0o600, 0), 24)) is None,
            "make a folder": a_folder,
            "temporary file": named_memory,
            "symbolic link": lambda: os.symlink("/nowhere", folder + "/link"),
            "link": lambda: os.link(facts["results"], folder + "/hard"),
            "pipe": lambda: os.mkfifo(folder + "/pipe"),
            "node": lambda: os.mknod(folder + "/node"),
        })
        """,
    ),
    native(
        (73,),
        "leave-objects-of-the-kernel",
        "seccomp; Landlock; namespaces",
        """
        import socket
        from multiprocessing.shared_memory import SharedMemory
        name = b"/attack-%d" % os.getpid()
        def segment():
            checked(LIBC.shmctl(checked(LIBC.shmget(os.getpid(), 4096, 0o1600)), 0, None))
        def by_number():
            syscall("shmctl", syscall("shmget", os.getpid(), 4096, 0o1600), 0, 0)
        def semaphores():
            checked(LIBC.semctl(checked(LIBC.semget(os.getpid(), 1, 0o1600)), 0, 0))
        def messages():
            checked(LIBC.msgctl(checked(LIBC.msgget(os.getpid(), 0o1600)), 0, None))
        def queue():
            os.close(syscall("mq_open", name[1:], 0o102, 0o600, None))
            syscall("mq_unlink", name[1:])
        def semaphore():
            LIBC.sem_open.restype = ctypes.c_void_p
            got = LIBC.sem_open(name, 0o100, 0o600, 0)
            LIBC.sem_unlink(name)
            return bool(got)
        def shared():
            memory = SharedMemory(create=True, size=100)
            memory.close()
            memory.unlink()
        def bound(address, kind=socket.SOCK_STREAM):
            def way():
                with socket.socket(socket.AF_UNIX, kind) as listener:
                    listener.bind(address)
            return way
        return tried({
            "segment": segment, "segment by number": by_number, "semaphores": semaphores, "messages": messages,
            "queue": queue, "named semaphore": semaphore, "shared memory": shared,
            "abstract socket": bound(chr(0) + "attack"), "abstract datagrams": bound(chr(0) + "x", socket.SOCK_DGRAM),
            "socket": bound(facts["folder"] + "/bound"), "pipe": lambda: os.mkfifo(facts["folder"] + "/fifo"),
            "key": lambda: syscall("add_key", b"user", b"x", b"y", 1, -2),
        })
        """,
    ),
    native(
        (75,),
        "poison-caches",
        "Landlock; no-open; another user; namespaces",
        """
        import py_compile, tempfile
        import numpy as np
        def may_write(folder):  # a file without a name: nothing is left where it works
            return lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)) is None
        def may_change(path):
            return lambda: os.close(os.open(path, os.O_WRONLY)) is None
        source = np.__file__
        compiled = os.path.join(os.path.dirname(source), "__pycache__", "__init__.cpython-%d%d.pyc" % sys.version_info[:2])
        folders = {os.path.dirname(source), os.path.dirname(compiled), os.path.dirname(os.__file__), sys.prefix}
        folders |= {os.path.dirname(sys.modules["grader.sandbox.child"].__file__), os.path.expanduser("~"), facts["folder"]}
        ways = {f"in {folder}": may_write(folder) for folder in folders}
        ways |= {f"change {path}": may_change(path) for path in (source, compiled, os.__file__, sys.executable)}
        def cached():
            sys.dont_write_bytecode, sys.pycache_prefix = False, facts["folder"]
            py_compile.compile(os.__file__, cfile=facts["folder"] + "/os.pyc", doraise=True)
        return tried(ways | {"compile": cached})
        """,
    ),
    Attack(
        (70, 72, 73, 74, 75, 79, 80),
        "leave-something-for-the-next-child",
        "a new child for each question and submission; seccomp; Landlock; the kernel clears memory",
        cross,
    ),
    Attack((78,), "write-to-the-terminal", "Landlock; no-open; seccomp: TIOCSTI; a session of its own", write_to_terminal),
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
