"""The self-test: a child tries what student code must not be able to do, and says what happened.

What a layer claims is one thing, what the machine then does is another (a kernel without a feature, a container's own
rules, a folder open to all). So the outcome is tested, not the layers. Nothing here does harm when it succeeds.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import importlib
import mmap
import os
import resource
import socket
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from grader.codec import encodable
from grader.records import Property, Trial
from grader.sandbox.kernel import LIBC, capabilities, checked
from grader.sandbox.layers import REPLY_FD
from grader.sandbox.limits import OPEN_FILES_OF_TEMPLATE
from grader.sandbox.messages import SelfTest
from grader.sandbox.user import KEPT_FOR_READING

PTRACE_SEIZE = 0x4206  # does not stop the other process, as PTRACE_ATTACH would
PTRACE_DETACH = 17
CLONE_NEWUSER = 0x10000000
HUGE = 200 * 2**30
RARE_MODULE = "colorsys"  # in every Python, and nothing has imported it
SOCKETS = {
    "TCP": (socket.AF_INET, socket.SOCK_STREAM),
    "UDP": (socket.AF_INET, socket.SOCK_DGRAM),
    "Unix": (socket.AF_UNIX, socket.SOCK_STREAM),
    "netlink": (getattr(socket, "AF_NETLINK", -1), socket.SOCK_RAW),
}
Action = Callable[[], object]
REFUSALS = (OSError, MemoryError, ValueError, OverflowError)  # what Python raises when the system refuses


def try_everything(request: SelfTest) -> tuple[Trial, ...]:
    """Every trial; one is as it should be when the system refused the action."""
    found = tuple(_state())  # first: an action that succeeds may change it
    return (*found, *(_refused(kind, name, action) for kind, name, action in _actions(request)))


def _refused(kind: Property, name: str, action: Action) -> Trial:
    try:
        action()
    except REFUSALS as error:
        return _as(kind, name, True, str(error))
    return _as(kind, name, False, "it could")


def _actions(request: SelfTest) -> Iterator[tuple[Property, str, Action]]:
    yield from _on_files(request)
    for pid in (os.getppid(), *request.processes):
        yield from _on_process(pid)
    for name, kind in SOCKETS.items():
        yield Property.NETWORK, f"open a {name} socket", partial(_open_socket, *kind)
    yield Property.PROCESSES, "start a process", _fork
    yield Property.PROCESSES, "run a program", _exec
    yield Property.RESOURCES, "take 200 GB of memory", _map_much
    for name in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE"):
        yield Property.RESOURCES, f"raise {name}", partial(_raise_limit, getattr(resource, name))
    yield Property.PROCESSES, "enter a user namespace", lambda: checked(LIBC.unshare(CLONE_NEWUSER))


def _on_files(request: SelfTest) -> Iterator[tuple[Property, str, Action]]:
    for file in map(os.fsdecode, request.files):
        yield Property.CONFIDENTIALITY, f"read {file}", partial(_read, file)
    for folder in map(os.fsdecode, request.folders):
        yield Property.INTEGRITY, f"write to {folder}", partial(_write, folder)


def _on_process(pid: int) -> Iterator[tuple[Property, str, Action]]:
    whose = "the template" if pid == os.getppid() else "the grader"
    yield Property.CONFIDENTIALITY, f"read the environment of {whose}", partial(_read, f"/proc/{pid}/environ")
    yield Property.CONFIDENTIALITY, f"read the memory of {whose}", partial(_read_memory, pid)
    yield Property.CONFIDENTIALITY, f"trace {whose}", partial(_trace, pid)
    yield Property.INTEGRITY, f"signal {whose}", lambda: os.kill(pid, 0)


def _read(path: str) -> None:
    os.close(os.open(path, os.O_RDONLY))


def _write(folder: str) -> None:
    path = Path(folder, f".grader-self-test-{os.getpid()}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    path.unlink()


def _read_memory(pid: int) -> None:
    """process_vm_readv(2) of an address where nothing is: whoever has the right is told that, which is enough."""
    here, there = ctypes.create_string_buffer(1), 0
    local, remote = ((ctypes.c_ulong * 2)(address, 1) for address in (ctypes.addressof(here), there))
    one, flags = ctypes.c_ulong(1), ctypes.c_ulong(0)
    try:
        checked(LIBC.process_vm_readv(pid, local, one, remote, one, flags))
    except OSError as error:
        if error.errno != errno.EFAULT:
            raise


def _trace(pid: int) -> None:
    checked(LIBC.ptrace(PTRACE_SEIZE, pid, None, None))
    LIBC.ptrace(PTRACE_DETACH, pid, None, None)


def _open_socket(family: int, kind: int) -> None:
    socket.socket(family, kind).close()


def _fork() -> None:
    if (pid := os.fork()) == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _exec() -> None:
    """A program that is not there: whoever may run programs is told so, and is still here."""
    with contextlib.suppress(FileNotFoundError):
        os.execv("/nonexistent/program", ["program"])  # noqa: S606 (nothing is run)


def _map_much() -> None:
    """Address space that is not for writing: of what is, the kernel may refuse so much to everybody, limit or not."""
    mmap.mmap(-1, HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ).close()


def _raise_limit(kind: int) -> None:
    soft, hard = resource.getrlimit(kind)
    if hard != resource.RLIM_INFINITY:  # else there is no limit at all, which is as bad
        resource.setrlimit(kind, (soft, hard + 1))


def _state() -> Iterator[Trial]:
    """What a child must find as it is."""
    extra = [fd for fd in range(REPLY_FD + 1, OPEN_FILES_OF_TEMPLATE) if _is_open(fd)]
    yield _as(Property.CONFIDENTIALITY, "use a descriptor of the template", not extra, str(extra))
    held = capabilities() & ~KEPT_FOR_READING
    yield _as(Property.PROCESSES, "use a right of root", not held, f"{held:#x}")
    yield _as(Property.LIBRARIES, "import Python's own library", *_import(RARE_MODULE))


def _as(kind: Property, action: str, is_as_it_should: bool, detail: str) -> Trial:  # noqa: FBT001 (a fact, not a switch)
    return Trial(property=kind, action=encodable(action), is_as_it_should=is_as_it_should, detail=encodable(detail))


def _is_open(fd: int) -> bool:
    with contextlib.suppress(OSError):
        os.fstat(fd)
        return True
    return False


def _import(name: str) -> tuple[bool, str]:
    try:
        importlib.import_module(name)
    except (ImportError, OSError) as error:
        return False, str(error)
    return True, ""
