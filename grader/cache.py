"""Files that can be made again, kept in the user's cache folder between runs."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from pathlib import Path

OTHERS_MAY_WRITE = 0o022


def load(path: Path, key: str) -> bytes | None:
    """What was stored under this key, if the file is whole, ours, and nobody else could have written it."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            if not _is_ours(os.fstat(file.fileno())):
                return None
            data = file.read()
    except OSError:
        return None
    head, _newline, body = data.partition(b"\n")
    return body if head == _head(key, body) else None


def _is_ours(status: os.stat_result) -> bool:
    return stat.S_ISREG(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & OTHERS_MAY_WRITE


def _head(key: str, body: bytes) -> bytes:
    """The first line of a file: what it is, and that it is whole."""
    return f"{key} {hashlib.sha256(body).hexdigest()}".encode()


def store(path: Path, key: str, body: bytes) -> None:
    """Best effort: what cannot be stored is made again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_head(key, body) + b"\n" + body)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
