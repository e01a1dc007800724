"""What the processes of a container use, as /proc shows it to root."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


class Rights(NamedTuple):
    """What a process may do, as /proc/<pid>/status says."""

    capabilities: int  # the bounding set, a bit for each
    is_filtered: bool  # by seccomp
    has_own_files: bool  # a namespace of mounts that is not ours
    has_own_processes: bool


def below(root: int) -> list[int]:
    """The processes that descend from this one, without it."""
    parents = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            parents[int(entry.name)] = int(fields[1])
    found = [root]
    for pid in found:  # it grows meanwhile
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]


def _fields(pid: int) -> list[str]:
    """/proc/<pid>/stat from the state on; empty when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


def seconds(pids: list[int]) -> float:
    """The processor time that they have used so far, and what those had that they waited for."""
    return sum(sum(map(int, fields[11:15])) for pid in pids if (fields := _fields(pid))) / TICKS


def memory(pids: list[int]) -> int:
    """Bytes that they have in memory; what several share counts once."""
    return sum(map(_proportional, pids))


def _proportional(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in (PROC / str(pid) / "smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def rights(pid: int) -> Rights | None:
    """What it may do; None when it has ended."""
    try:
        lines = (PROC / str(pid) / "status").read_text("utf-8", "replace").splitlines()
        known = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        own = {kind: (PROC / str(pid) / "ns" / kind).readlink() for kind in ("mnt", "pid")}
        ours = {kind: (PROC / "self/ns" / kind).readlink() for kind in own}
    except OSError:
        return None
    is_apart = {kind: own[kind] != ours[kind] for kind in own}
    return Rights(int(known["CapBnd"], 16), known.get("Seccomp") == "2", is_apart["mnt"], is_apart["pid"])


def send(pids: list[int], number: signal.Signals) -> None:
    """Send all of them a signal; those that have ended do not mind."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
