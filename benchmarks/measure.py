"""Running commands and measuring what all their processes take together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

PR_SET_CHILD_SUBREAPER = 36
SECONDS_BETWEEN_LOOKS = 0.004
LEAVE_OUT = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH")  # would change how long Python takes to start
Command = tuple[str, ...]


class Job(NamedTuple):
    """Commands, started in order, `width` at a time."""

    commands: tuple[Command, ...]
    folder: Path
    width: int = 1


class Measured(msgspec.Struct, frozen=True):
    """What a job took: seconds by the clock, and processor seconds of all its processes."""

    wall: float
    cpu: float


def adopt_orphans() -> None:
    """Become the parent of what loses its parent, so that its processor time is counted here."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(job: Job) -> Measured:
    """Run it. Raises CalledProcessError, with its output, when a command fails."""
    others = _children_of(os.getpid())
    start, before = time.perf_counter(), _seconds_of_children()
    _run_all(job)
    wall = time.perf_counter() - start
    _wait_for_orphans(others)
    return Measured(wall, _seconds_of_children() - before)


def peak_mebibytes(job: Job) -> float:
    """The most memory that all its processes together had at any look (PSS: what is shared counts once)."""
    others, done, peaks = _children_of(os.getpid()), threading.Event(), [0]
    watcher = threading.Thread(target=_watch, args=(done, peaks))
    watcher.start()
    try:
        _run_all(job)
    finally:
        done.set()
        watcher.join()
    _wait_for_orphans(others)
    return max(peaks) / 1024


def _run_all(job: Job) -> None:
    with ThreadPoolExecutor(job.width) as threads:
        for _done in threads.map(partial(_run_one, folder=job.folder), job.commands):
            pass


def _run_one(command: Command, folder: Path) -> None:
    done = subprocess.run(  # noqa: S603 (our own)
        command,
        cwd=folder,
        env=environment(command[0]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(command[:6])} ended with {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def environment(program: str) -> dict[str, str]:
    """As with the program's virtual environment activated, without what would keep Python from storing compiled modules."""
    own = {name: value for name, value in os.environ.items() if name not in LEAVE_OUT}
    return own | {"PATH": f"{Path(program).parent}{os.pathsep}{own.get('PATH', '')}"}


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_for_orphans(others: frozenset[int]) -> None:
    """Wait for what the job has left, but not for what has run before."""
    while left := _children_of(os.getpid()) - others:
        for pid in left:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children_of(parent: int | str) -> frozenset[int]:
    found: list[str] = []
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            found += (task / "children").read_text("ascii").split()
    return frozenset(map(int, found))


def _watch(done: threading.Event, peaks: list[int]) -> None:
    while not done.wait(SECONDS_BETWEEN_LOOKS):
        peaks.append(sum(map(_kibibytes, _descendants([str(os.getpid())]))))


def _descendants(parents: Sequence[str]) -> Iterator[str]:
    for parent in parents:
        children = [*map(str, _children_of(parent))]
        yield from children
        yield from _descendants(children)


def _kibibytes(process: str) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
