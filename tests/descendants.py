"""The processes below one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> set[int]:
    """The processes below one, whoever started them."""
    below: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in map(int, task.read_text().split()):
                below |= {child, *children_of(child)}
    return below


def kill(pids: Iterable[int]) -> None:
    """End them at once."""
    for pid in pids:
        with suppress(ProcessLookupError):  # it went with its parent
            os.kill(pid, signal.SIGTERM)  # SIGKILL would look like the kernel, when memory runs out


def is_gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends in that time; what is left of it, where nobody waits for it, does not count."""
    deadline = time.monotonic() + seconds
    while (status := Path(f"/proc/{pid}/status")).exists() and time.monotonic() < deadline:
        with suppress(OSError):
            if "\nState:\tZ" in status.read_text():
                return True
        time.sleep(0.01)
    return not status.exists()
