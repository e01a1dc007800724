"""Where submissions lie: a folder or a zip, as files with paths. Nothing is unpacked onto a disk."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.naming import label, name_of
from grader.submission.archive import MAX_RATIO, METHODS, RATIO_FREE_BYTES, UNREADABLE, is_junk
from grader.submission.collect import Member, load_file, unused


class Tree(NamedTuple):
    """Files and folders by their paths (with "/", relative to the top), sorted; without a system's leftovers."""

    name: str
    members: tuple[Member, ...]
    folders: tuple[str, ...]  # of any depth, empty ones too

    def tops(self) -> dict[str, list[Member]]:
        """What each file or folder at the top holds, by its name; a file at the top is alone."""
        return {name: [] for name in self.folders if "/" not in name} | grouped(self.members)

    def below(self, top: str) -> Tree:
        """What is in a folder ("" for everything)."""
        if not top:
            return self
        start = f"{top}/"
        return Tree(
            top.rpartition("/")[2],
            tuple(one._replace(name=one.name[len(start) :]) for one in self.members if one.name.startswith(start)),
            tuple(folder[len(start) :] for folder in self.folders if folder.startswith(start)),
        )


def grouped(members: Iterable[Member]) -> dict[str, list[Member]]:
    """By the first step of their paths, which the names then lack; a file at the top is alone."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        first, _slash, rest = member.name.partition("/")
        groups.setdefault(first, []).append(member._replace(name=rest or first))
    return groups


def folder_tree(folder: Path) -> Tree:
    """A folder. Links are not followed.

    Raises UsageError when a folder in it cannot be listed: a submission that is not seen is lost.
    """
    names: dict[Path, str] = {folder: ""}
    taken: set[str] = set()
    files: list[tuple[str, Path]] = []
    for path, is_folder in _walk(folder):
        above = names[path.parent]
        name = unused(f"{above}/{label(path.name)}" if above else label(path.name), taken)  # see label
        taken.add(name)
        if is_folder:
            names[path] = name
        else:
            files.append((name, path))
    members = tuple(Member(name, partial(load_no_link, path)) for name, path in sorted(files))
    return Tree(name_of(folder), members, tuple(sorted(filter(None, names.values()))))


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Every file and folder, after the folder that it is in; whether it is a folder."""
    for parent, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(filter(_is_shown, folders))
        yield from ((path, not path.is_symlink()) for path in (Path(parent, name) for name in folders))
        yield from ((Path(parent, name), False) for name in sorted(filter(_is_shown, names)))


def _is_shown(name: str) -> bool:
    return not is_junk(f"{name}/") and not is_junk(name) and not name.startswith(".")


def load_no_link(path: Path, limit: int) -> tuple[bytes, str]:
    """The file's content, or why it cannot be had; a link cannot."""
    return load_file(path, limit, os.O_NOFOLLOW)


def _refuse(error: OSError) -> None:
    raise UsageError(f"{label(error.filename)} cannot be listed: {os.strerror(error.errno or errno.EIO)}")


def zip_tree(path: Path) -> Tree | None:
    """A zip as a course site makes it, or None where it is no zip. Its files are read when they are asked for."""
    try:
        opened = zipfile.ZipFile(path)
        entries = {entry.filename.replace("\\", "/"): entry for entry in opened.infolist()}
    except UNREADABLE:
        return None
    shown = {name.strip("/"): entry for name, entry in sorted(entries.items()) if not is_junk(name)}
    files = {name: entry for name, entry in shown.items() if not entry.is_dir()}
    folders = {name for name in shown if name not in files} | {above for name in files for above in _above(name)}
    members = tuple(Member(name, partial(_load, opened, entry)) for name, entry in files.items())
    return Tree(label(path.stem), members, tuple(sorted(folders)))


def _above(name: str) -> Iterator[str]:
    steps = name.split("/")
    yield from ("/".join(steps[:depth]) for depth in range(1, len(steps)))


def _load(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> tuple[bytes, str]:
    if entry.compress_type not in METHODS or entry.flag_bits & 0x1:
        return b"", "is encrypted or compressed by an unusual method"
    try:
        with opened.open(entry) as member:
            data = member.read(limit + 1)
    except UNREADABLE as error:
        return b"", f"is damaged ({error})"
    if len(data) > limit:
        return b"", f"is larger than {limit >> 20} MB"
    if len(data) > max(RATIO_FREE_BYTES, MAX_RATIO * entry.compress_size):
        return b"", f"unpacks to more than {MAX_RATIO} times its size"
    return data, ""
