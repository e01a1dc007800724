"""How much memory this process takes."""

from __future__ import annotations

from pathlib import Path


class Growth:
    """How far this process's memory rises, meanwhile, above what it has at the start: `megabytes`."""

    megabytes = 0

    def __enter__(self) -> Growth:
        self._before = _kilobytes("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak starts anew
        return self

    def __exit__(self, *_error: object) -> None:
        self.megabytes = (_kilobytes("VmHWM") - self._before) >> 10


def _kilobytes(field: str) -> int:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))
