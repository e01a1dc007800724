"""Loading the system call filter, and real processes behind it. What it decides is in test_seccomp_policy.py."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import json
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpf
import numpy as np
import pytest

from grader.sandbox import seccomp

MACHINE = os.uname().machine
on_this_machine = pytest.mark.skipif(
    sys.platform != "linux" or MACHINE not in ("x86_64", "aarch64"), reason=f"no filter for {sys.platform} on {MACHINE}"
)


def loaded(mode: seccomp.Mode) -> seccomp.Filter:
    found = seccomp.load(MACHINE, mode)
    assert found is not None
    return found


def prctl(option: int, value: int) -> int:
    return int(ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def prepare() -> None:
    """What must be so before a filter is installed, and quiet deaths."""
    faulthandler.disable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prctl(38, 1)  # PR_SET_NO_NEW_PRIVS


def in_a_fork(action: Callable[[], object]) -> tuple[Any, int]:
    """What `action` gives in a forked process, as JSON through a pipe (None if it dies), and the exit code."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            prepare()
            os.write(write, json.dumps(action()).encode())
        finally:
            os._exit(0)  # whatever is raised: this process must not go on with the tests
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    return json.loads(text or "null"), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def confined(action: Callable[[], object], mode: seccomp.Mode = "files") -> tuple[Any, int]:
    """The same, behind the filter. An OSError gives the name of its errno; a filter that is not active, the reason."""
    chosen = loaded(mode)

    def guarded() -> object:
        if reason := seccomp.install(chosen, os.getpid()):
            return reason
        try:
            return action()
        except OSError as error:
            return errno.errorcode[error.errno or 0]

    return in_a_fork(guarded)


def read_start(path: str) -> str:
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 (the plain call is what is tested)
        return file.read(4).decode("latin-1")


def in_a_thread() -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(sum(range(10))))
    thread.start()
    thread.join()
    return found[0]


def interrupted() -> str:
    seen: list[int] = []
    signal.signal(signal.SIGALRM, lambda number, _frame: seen.append(number))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    while not seen:
        time.sleep(0.01)
    return signal.Signals(seen[0]).name


def raw(name: str, *arguments: int) -> str:
    """A system call without the C library's wrapper."""
    libc = ctypes.CDLL(None, use_errno=True)
    code = libc.syscall(ctypes.c_long(bpf.numbers(MACHINE)[name]), *map(ctypes.c_long, arguments))
    return errno.errorcode[ctypes.get_errno()] if code < 0 else "done"


def test_load_has_no_table_for_other_machines() -> None:
    assert seccomp.load("riscv64", "files") is None


def test_load_knows_no_other_mode() -> None:
    with pytest.raises(KeyError, match="open"):
        seccomp.load("x86_64", "open")  # type: ignore[arg-type]


@on_this_machine
@pytest.mark.parametrize(
    ("mode", "action", "expected"),
    [
        ("files", lambda: os.kill(os.getpid(), 0), None),
        ("files", lambda: read_start(os.__file__), 'r"""'),
        ("files", lambda: "os.py" in os.listdir(Path(os.__file__).parent), True),  # noqa: PTH208
        ("files", lambda: Path(os.__file__).is_file(), True),
        ("no_open", lambda: Path(os.__file__).is_file(), True),
        ("files", in_a_thread, 45),
        ("no_open", in_a_thread, 45),
        ("files", interrupted, "SIGALRM"),
        ("files", lambda: float((np.ones((300, 300)) @ np.ones((300, 300))).sum()), 300.0**3),
        ("no_open", lambda: round(float(np.linalg.svd(np.eye(50))[1].sum())), 50),
        ("files", lambda: len(os.urandom(8)), 8),
        ("files", lambda: os.isatty(os.pipe()[0]), False),
        ("files", lambda: os.set_blocking(os.pipe()[0], False), None),
        ("files", lambda: os.set_inheritable(os.pipe()[0], True), None),
        ("files", lambda: resource.getrlimit(resource.RLIMIT_CORE)[0], 0),
        ("files", lambda: len(os.sched_getaffinity(0)) > 0, True),
        ("files", lambda: prctl(15, id(b"name")), 0),  # PR_SET_NAME
        ("files", lambda: raw("personality", 0xFFFFFFFF), "done"),
    ],
)
def test_install_lets_through(mode: seccomp.Mode, action: Callable[[], object], expected: object) -> None:
    assert confined(action, mode) == (expected, 0)


@on_this_machine
@pytest.mark.parametrize(
    ("mode", "action", "expected"),
    [
        ("files", os.fork, "EPERM"),
        ("files", lambda: os.execv(sys.executable, ["python", "-c", ""]), "EPERM"),  # noqa: S606
        ("files", lambda: os.kill(os.getppid(), 0), "EPERM"),
        ("files", lambda: os.kill(0, 0), "EPERM"),
        ("files", lambda: os.kill(-1, 0), "EPERM"),
        ("files", lambda: socket.socket(socket.AF_INET), "EPERM"),
        ("files", socket.socketpair, "EPERM"),
        ("files", lambda: os.open("/dev/null", os.O_WRONLY), "EACCES"),
        ("files", lambda: os.open("/tmp", os.O_TMPFILE | os.O_RDWR), "EACCES"),  # noqa: S108
        ("files", lambda: os.open("/dev/null", os.O_RDONLY | os.O_CREAT), "EACCES"),
        ("no_open", lambda: read_start(os.__file__), "EACCES"),
        ("no_open", lambda: os.listdir("/"), "EACCES"),  # noqa: PTH208
        ("files", lambda: os.chdir("/"), "EACCES"),
        ("files", lambda: os.mkdir("/nowhere/at/all"), "EACCES"),  # noqa: PTH102
        ("files", lambda: os.memfd_create("x"), "EPERM"),
        ("files", lambda: os.nice(1), "EPERM"),
        ("files", lambda: raw("clone3", 0, 0), "ENOSYS"),
        ("files", lambda: raw("openat2", 0, 0, 0, 0), "ENOSYS"),
        ("files", lambda: raw("unshare", 0x10000000), "EPERM"),
        ("files", lambda: raw("ioctl", 0, 1 << 63 | 0x5412, 0), "EPERM"),  # TIOCSTI
        ("files", lambda: raw("prctl", 4, 1), "EPERM"),  # PR_SET_DUMPABLE
        ("files", lambda: raw("prlimit64", 0, 4, id(b""), 0), "EPERM"),
        ("files", lambda: raw("seccomp", 1, 0, 0), "EPERM"),
    ],
)
def test_install_refuses(mode: seccomp.Mode, action: Callable[[], object], expected: str) -> None:
    assert confined(action, mode) == (expected, 0)


@on_this_machine
@pytest.mark.parametrize(
    ("action", "number"),
    [(os.abort, signal.SIGABRT), (lambda: signal.raise_signal(signal.SIGTERM), signal.SIGTERM)],
)
def test_install_leaves_ways_to_die(action: Callable[[], object], number: int) -> None:
    assert confined(action) == (None, -number)


@pytest.mark.skipif(MACHINE != "x86_64" or sys.platform != "linux", reason="x32 is a mode of x86_64")
def test_install_kills_on_x32() -> None:
    assert confined(lambda: ctypes.CDLL(None).syscall(ctypes.c_long(0x40000000 | 39))) == (None, -signal.SIGSYS)


@on_this_machine
def test_install_allows_only_the_given_pid() -> None:
    def action() -> str:
        seccomp.install(loaded("files"), os.getppid())
        try:
            os.kill(os.getpid(), 0)
        except PermissionError:
            return "refused"
        return "done"

    assert in_a_fork(action) == ("refused", 0)


@on_this_machine
def test_install_knows_the_older_way() -> None:
    def action() -> list[object]:
        reason = seccomp.install(loaded("files")._replace(seccomp_number=ctypes.c_long(10**6)), os.getpid())
        return [reason, prctl(21, 0)]  # PR_GET_SECCOMP

    assert in_a_fork(action) == (["", 2], 0)


@on_this_machine
def test_install_says_why_it_is_not_active() -> None:
    broken = loaded("files")  # a copy of its own
    ctypes.memset(broken.instructions, 0, len(broken.instructions))
    reason = "the kernel refuses the filter: Invalid argument"
    assert in_a_fork(lambda: seccomp.install(broken, os.getpid())) == (reason, 0)
