"""How much memory this process takes."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from machine import forget_peak


class Growth(AbstractContextManager["Growth"]):
    """How far this process's memory rises, meanwhile, above what it has at the start: `megabytes`."""

    def __init__(self) -> None:
        self.megabytes = 0
        self._before = _kilobytes("VmRSS")
        forget_peak()

    def __exit__(self, *_error: object) -> None:
        self.megabytes = (_kilobytes("VmHWM") - self._before) >> 10


def _kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))
