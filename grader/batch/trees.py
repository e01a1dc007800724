"""Where submissions lie: a folder or a zip, as files with paths. Nothing is unpacked onto a disk."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Protocol

from grader.errors import UsageError
from grader.naming import label
from grader.submission.archive import MAX_RATIO, METHODS, RATIO_FREE_BYTES, UNREADABLE, is_junk
from grader.submission.collect import Member, load_file

MAX_FILES = 5_000_000


class Tree(Protocol):
    """Files by their paths (with "/", relative to the top)."""

    name: str

    def members(self) -> list[Member]:
        """Every file that is not a system's leftover, sorted by path."""
        ...

    def folders(self) -> list[str]:
        """Those at the top, sorted, empty ones too."""
        ...


class FolderTree:
    """A folder. Links are not followed."""

    def __init__(self, folder: Path) -> None:
        self.name = label(folder.resolve().name)
        self._folder = folder

    def members(self) -> list[Member]:
        """Raises UsageError when a folder in it cannot be listed: a submission that is not seen is lost."""
        return [Member(label(path.relative_to(self._folder)), partial(load_no_link, path)) for path in self._walk()]

    def folders(self) -> list[str]:
        """Those at the top."""
        return sorted(label(path.name) for path in self._folder.iterdir() if path.is_dir() and _is_shown(path.name))

    def _walk(self) -> Iterator[Path]:
        for parent, folders, names in os.walk(self._folder, onerror=_refuse):
            folders[:] = sorted(filter(_is_shown, folders))
            yield from (Path(parent, name) for name in sorted(filter(_is_shown, names)))


def _is_shown(name: str) -> bool:
    return not is_junk(f"{name}/") and not is_junk(name) and not name.startswith(".")


def load_no_link(path: Path, limit: int) -> tuple[bytes, str]:
    """The file's content, or why it cannot be had; a link cannot."""
    return load_file(path, limit, os.O_NOFOLLOW)


def _refuse(error: OSError) -> None:
    raise UsageError(f"{label(error.filename)} cannot be listed: {os.strerror(error.errno or errno.EIO)}")


class ZipTree:
    """A zip as a course site makes it. Its members are read when they are asked for, from the one open file."""

    def __init__(self, path: Path) -> None:
        """Raises UsageError when it is no zip."""
        self.name = label(path.stem)
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise UsageError(f"{label(path)} cannot be opened: {error.strerror}") from None
        except UNREADABLE as error:
            raise UsageError(f"{label(path)} is not a zip ({error})") from None

    def members(self) -> list[Member]:
        """Those that are files."""
        entries = {entry.filename.replace("\\", "/"): entry for entry in self._zip.infolist() if not entry.is_dir()}
        wanted = sorted((name, entry) for name, entry in entries.items() if not is_junk(name))
        return [Member(name, partial(self._load, entry)) for name, entry in wanted]

    def folders(self) -> list[str]:
        """Those at the top, as far as the zip tells."""
        paths = (entry.filename.replace("\\", "/") for entry in self._zip.infolist())
        return sorted({path.split("/")[0] for path in paths if "/" in path and not is_junk(path)})

    def _load(self, entry: zipfile.ZipInfo, limit: int) -> tuple[bytes, str]:
        if entry.compress_type not in METHODS or entry.flag_bits & 0x1:
            return b"", "is encrypted or compressed by an unusual method"
        try:
            with self._zip.open(entry) as member:
                data = member.read(limit + 1)
        except UNREADABLE as error:
            return b"", f"is damaged ({error})"
        if len(data) > limit:
            return b"", f"is larger than {limit >> 20} MB"
        if len(data) > max(RATIO_FREE_BYTES, MAX_RATIO * entry.compress_size):
            return b"", f"unpacks to more than {MAX_RATIO} times its size"
        return data, ""
