"""Writing a file so that nobody sees half of it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import UsageError
from grader.naming import label


def check_writable(path: Path) -> None:
    """Raise UsageError when `write_atomically` could not write to `path` now; nothing is left behind."""
    with clear_faults(path):
        if not is_special(path):
            with _temporary(_replaced(path)):
                return
        if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace `path` in one step: a reader sees the old file or the new one. A device or a pipe is written to.

    Raises:
        UsageError: that is not possible.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with clear_faults(path):
        if is_special(path):
            path.write_bytes(data)
            return
        target = _replaced(path)
        with _temporary(target) as temporary:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)


@contextlib.contextmanager
def clear_faults(path: Path) -> Iterator[None]:
    """Turn what the system says into a UsageError about `path`."""
    try:
        yield
    except FileNotFoundError as error:
        raise UsageError(f"{label(path)}: the folder {label(Path(error.filename).parent)} does not exist") from None
    except OSError as error:
        raise UsageError(f"{label(path)} cannot be written: {error.strerror}") from None


def is_special(path: Path) -> bool:
    """Whether something other than a file is there, which must not be replaced by one: /dev/null, a pipe."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise UsageError(f"{label(path)} cannot be written: it is a folder")
    return not stat.S_ISREG(mode)


def _replaced(path: Path) -> Path:
    """The file that a write to `path` replaces: at the end of links, which stay."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[Path]:
    """A new file beside `target`, with the permissions that new files have; it is gone afterwards."""
    path = target.with_name(f".grader-{os.urandom(6).hex()}")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)
