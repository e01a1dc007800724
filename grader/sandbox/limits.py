"""Resource limits of a child, see setrlimit(2)."""

from __future__ import annotations

import os
import resource
from pathlib import Path
from typing import NamedTuple

from grader.sandbox.messages import Fork

MAX_OPEN_FILES = 64
OPEN_FILES_OF_TEMPLATE = 256  # few, so that a child closes them all quickly
MAX_FILE_BYTES = 2**20
MAX_THREADS = 64  # of a child that is a user of its own
MAX_MORE_THREADS = 1024  # of a child that shares its user: on top of what that user runs already
MAX_SIGNALS = 256  # that may wait to be delivered


class Used(NamedTuple):
    """What is in use before a child starts, which its limits count too."""

    address_space: int  # bytes that the template has mapped
    threads: int  # that the template's user runs


def limit_resources(settings: Fork, used: Used) -> str:
    """Address space, processor time, files, threads, waiting signals, core dumps, queues."""
    size = used.address_space + settings.memory_bytes
    threads = used.threads + MAX_MORE_THREADS if settings.uid is None else MAX_THREADS
    limits = [
        (resource.RLIMIT_AS, size, size),
        (resource.RLIMIT_CPU, settings.cpu_seconds, settings.cpu_seconds + 1),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NPROC, threads, threads),
        *LINUX_LIMITS,
    ]
    for kind, soft, hard in limits:
        set_limit(kind, soft, hard)
    return ""


LINUX_LIMITS = tuple(
    (getattr(resource, name), most, most)
    for name, most in (("RLIMIT_MEMLOCK", 0), ("RLIMIT_MSGQUEUE", 0), ("RLIMIT_SIGPENDING", MAX_SIGNALS))
    if hasattr(resource, name)
)


def set_limit(kind: int, soft: int, hard: int) -> None:
    """Set a resource limit, but never above the hard limit that was inherited: that is another's decision."""
    inherited = resource.getrlimit(kind)[1]
    if inherited != resource.RLIM_INFINITY:
        soft, hard = min(soft, inherited), min(hard, inherited)
    resource.setrlimit(kind, (soft, hard))


def address_space() -> int:
    """Bytes of address space that this process has mapped; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except FileNotFoundError:
        return 0
    return pages * resource.getpagesize()


def used_now() -> Used:
    """What is in use now. Root's threads are not counted: its children get users of their own."""
    return Used(address_space(), 0 if os.geteuid() == 0 else threads_of_user())


def threads_of_user() -> int:
    """How many threads this user runs now, as the limit of processes counts them."""
    user = os.getuid()
    return sum(_threads(entry) for entry in Path("/proc").glob("[0-9]*") if _owner(entry) == user)


def _owner(entry: Path) -> int | None:
    try:
        return entry.stat().st_uid
    except OSError:
        return None  # it has ended meanwhile


def _threads(entry: Path) -> int:
    try:
        return (entry / "task").stat().st_nlink - 2  # a folder for each thread
    except OSError:
        return 0
