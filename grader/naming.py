"""What messages and reports call a path."""

from __future__ import annotations

import os
from pathlib import Path


def label(name: str | Path) -> str:
    """A file's name as text; bytes of it that are not UTF-8 become U+FFFD."""
    return os.fsencode(name).decode("utf-8", "replace")


def name_of(path: Path) -> str:
    """What a report calls `path`: its last part, also for `.` and `..`."""
    return label((path if path.name not in {"", ".."} else path.resolve()).name or path)
