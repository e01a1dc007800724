"""What has become of the machine: processes, threads, memory, descriptors, and what lies about in shared places."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.sandbox import kernel

PR_GET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 3, 36
MEGABYTE = 2**20
ZOMBIE = "Z"
SHARED_FOLDERS = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/dev/mqueue"))  # noqa: S108 (only listed)
SYSTEM_V = tuple(Path("/proc/sysvipc", kind) for kind in ("shm", "msg", "sem"))
SOON = 0.5  # seconds, in which a process that was killed is gone


class Process(NamedTuple):
    """A process as /proc/<pid>/status shows it to everybody. Sizes in bytes."""

    resident: int
    peak: int
    threads: int
    state: str  # "S", "Z", …
    parent: int
    oom_score: int


def process(pid: int) -> Process | None:
    """What this process is like now; None when it has ended."""
    try:
        text = Path(f"/proc/{pid}/status").read_text("utf-8", "replace")
        oom_score = int(Path(f"/proc/{pid}/oom_score_adj").read_text("ascii"))
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)
    resident, peak = (int(fields.get(name, "0 kB").split()[0]) * 1024 for name in ("VmRSS", "VmHWM"))
    return Process(resident, peak, int(fields["Threads"]), fields["State"][0], int(fields["PPid"]), oom_score)


def own() -> Process:
    """This process."""
    found = process(os.getpid())
    assert found is not None
    return found


def resident(pid: int) -> int:
    """Bytes of memory that the process has; 0 when it has ended."""
    found = process(pid)
    return found.resident if found else 0


def give_back() -> None:
    """Have the C library's allocator return what it keeps for later, so that memory in use can be told from it."""
    gc.collect()
    if hasattr(kernel.LIBC, "malloc_trim"):
        kernel.LIBC.malloc_trim(0)


def forget_peak() -> None:
    """From now on, `Process.peak` of this process is a new one."""
    with looking_inside():
        Path("/proc/self/clear_refs").write_text("5", "ascii")


@contextlib.contextmanager
def looking_inside() -> Iterator[None]:
    """Meanwhile, this process may look at its own insides, which a grader denies to every process of its user."""
    before = kernel.LIBC.prctl(PR_GET_DUMPABLE, *(0,) * 4)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 1)
    try:
        yield
    finally:
        kernel.prctl(kernel.PR_SET_DUMPABLE, before)


@contextlib.contextmanager
def adopting() -> Iterator[None]:
    """Meanwhile, whatever a descendant leaves behind becomes a child of this process, so that it can be found."""
    kernel.prctl(PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        kernel.prctl(PR_SET_CHILD_SUBREAPER, 0)


def descendants() -> frozenset[int]:
    """Every process below this one, zombies too."""
    parents = {pid: _parent(pid) for pid in _everybody()}
    below: set[int] = set()
    while new := {pid for pid, parent in parents.items() if parent in below | {os.getpid()}} - below:
        below |= new
    return frozenset(below)


def _parent(pid: int) -> int:
    try:
        return int(_after_the_name(pid)[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0  # it has ended


def _after_the_name(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()


def _everybody() -> Iterator[int]:
    return (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())


def end_survivors(honest: frozenset[int]) -> frozenset[int]:
    """The descendants that are still there a moment later, but for the honest ones; they are ended."""
    deadline = time.monotonic() + SOON
    while (left := descendants() - honest) and time.monotonic() < deadline:
        time.sleep(0.01)
    for pid in left:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)
    return left


def descriptors() -> int:
    """How many this process has open."""
    with looking_inside():
        return len(list(Path("/proc/self/fd").iterdir()))


def descriptors_of(pid: int) -> int:
    """How many another process has open; 0 where only root may know."""
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except PermissionError:
        return 0


def files_named(token: str) -> list[Path]:
    """What lies in the places that everybody may write to, with that word in its name."""
    return [path for folder in SHARED_FOLDERS if folder.is_dir() for path in folder.iterdir() if token in path.name]


def system_v_objects() -> frozenset[str]:
    """Every shared memory segment, message queue and set of semaphores: kind, id and owner."""
    found: set[str] = set()
    for table in SYSTEM_V:
        for line in table.read_text("ascii").splitlines()[1:]:
            fields = line.split()
            found.add(f"{table.name} {fields[1]}")
    return frozenset(found)


def abstract_sockets(token: str) -> list[str]:
    """Unix sockets without a file, with that word in their name."""
    lines = Path("/proc/net/unix").read_text("utf-8", "replace").splitlines()
    return [line for line in lines if f"@{token}" in line]
