"""The layers of isolation that a child puts on, in order, after the fork and before it sees student code.

Each layer is a function of the fork's settings that returns "" when it is active, or the reason why it is not. The
order matters: descriptors first, the user before no_new_privs, and whatever restricts system calls last.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from grader.records import LayerState
from grader.sandbox.messages import Fork

REQUEST_FD, REPLY_FD = 3, 4
CHILD_BUG_EXIT_CODE = 70  # of a child whose own code (not the student's) raised
MAX_OPEN_FILES = 64
MAX_FILE_BYTES = 2**20
MAX_THREADS = 64

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 38  # linux/prctl.h
CAP_DAC_READ_SEARCH = 2  # linux/capability.h
CAPABILITY_VERSION_3 = 0x20080522


class Layer(NamedTuple):
    """A layer: what it is called, what it protects, how it is put on."""

    name: str
    protects: str
    apply: Callable[[Fork], str]


def apply_layers(settings: Fork) -> tuple[LayerState, ...]:
    """Put on every layer; the states say which are active."""
    states = []
    for layer in LAYERS:
        remark = layer.apply(settings)
        states.append(LayerState(name=layer.name, protects=layer.protects, is_active=not remark, remark=remark))
    return tuple(states)


def take_descriptors(request_fd: int, reply_fd: int) -> None:
    """Lead a session of one's own; move the two pipes to their fixed numbers, point 0 to 2 at /dev/null, close the rest."""
    os.setsid()  # a group that can be killed as a whole, without a terminal
    request_fd, reply_fd = (fcntl.fcntl(fd, fcntl.F_DUPFD, 10) for fd in (request_fd, reply_fd))
    null = os.open(os.devnull, os.O_RDWR)
    for source, target in ((null, 0), (null, 1), (null, 2), (request_fd, REQUEST_FD), (reply_fd, REPLY_FD)):
        os.dup2(source, target, inheritable=False)
    os.closerange(REPLY_FD + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def limit_resources(settings: Fork) -> str:
    """Address space, processor time, file size, open files, threads, core dumps."""
    size = _address_space() + settings.memory_bytes
    limits = [
        (resource.RLIMIT_AS, size, size),
        (resource.RLIMIT_CPU, settings.cpu_seconds, settings.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ]
    if settings.uid is not None:  # the limit counts all processes of a user: only a user of its own can be limited
        limits.append((resource.RLIMIT_NPROC, MAX_THREADS, MAX_THREADS))
    for kind, soft, hard in limits:
        set_limit(kind, soft, hard)
    return ""


def set_limit(kind: int, soft: int, hard: int) -> None:
    """Set a resource limit, but never above the hard limit that was inherited: that is another's decision."""
    inherited = resource.getrlimit(kind)[1]
    if inherited != resource.RLIM_INFINITY:
        soft, hard = min(soft, inherited), min(hard, inherited)
    resource.setrlimit(kind, (soft, hard))


def drop_user(settings: Fork) -> str:
    """Become a user of one's own. Where the interpreter lies in a private folder, keep the right to read it."""
    if settings.uid is None:
        return "only root can change to another user"
    keeps_reading = is_interpreter_private()
    if keeps_reading:
        _prctl(PR_SET_KEEPCAPS, 1)
    try:
        os.setgroups([])
        os.setresgid(settings.uid, settings.uid, settings.uid)
        os.setresuid(settings.uid, settings.uid, settings.uid)
    except OSError as error:
        return f"the system refuses to change the user: {error.strerror}"
    if keeps_reading and not _keep_only(CAP_DAC_READ_SEARCH):
        return "the system refuses to give the rights of root up"
    return ""


def renounce_privileges(_settings: Fork) -> str:
    """No new privileges by exec, no core dump or tracing by others, and death when the template dies."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # after the change of user, which clears it
    _prctl(PR_SET_DUMPABLE, 0)
    return "" if _prctl(PR_SET_NO_NEW_PRIVS, 1) == 0 else "the kernel does not know no_new_privs"


LAYERS = (
    Layer("limits", "memory, processor time, file sizes, threads", limit_resources),
    Layer("user", "files and processes of the grader and of other submissions", drop_user),
    Layer("privileges", "set-uid programs, tracing", renounce_privileges),
)


def is_interpreter_private() -> bool:
    """Whether another user could not read this interpreter's library (a Python under /root, say)."""
    return not all(_is_open_to_all(Path(folder)) for folder in {sys.prefix, sys.base_prefix, os.__file__})


def _is_open_to_all(path: Path) -> bool:
    return all(part.stat().st_mode & stat.S_IXOTH for part in path.resolve().parents)


def _address_space() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    return pages * resource.getpagesize()


def _prctl(option: int, value: int) -> int:
    return int(ctypes.CDLL(None).prctl(option, value, 0, 0, 0))


def _keep_only(capability: int) -> bool:
    """Drop every capability but one from the effective and permitted sets (capset(2)); whether that worked."""
    mask = 1 << capability
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)
    return int(ctypes.CDLL(None).capset(header, data)) == 0
