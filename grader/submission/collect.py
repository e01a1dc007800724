"""From a path on disk to a Bundle: the only part of reading a submission that touches files (in the grader)."""

from __future__ import annotations

import errno
import math
import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.errors import SubmissionError, UsageError
from grader.naming import label, name_of
from grader.records import Bundle, File
from grader.submission.archive import MAX_MEMBER_BYTES, MAX_TOTAL_BYTES, is_junk, is_wanted
from grader.submission.logs import MAX_LOG_BYTES, log_patterns

MAX_ARCHIVE_BYTES = 100 * 2**20
MAX_FILES = 10_000
MAX_LOGS_BYTES = 2**25  # of all logs of a folder
SUFFIXES = (".ipynb", ".py")
EXPECTED = "hand in a .zip, a folder, an .ipynb or a .py"


def collect(path: Path, logs: tuple[str, ...] = ()) -> Bundle:
    """What lies at `path`: a zip (unopened), a folder, a notebook or a Python file. `logs` are patterns of further files.

    Raises:
        UsageError: there is nothing at `path`, or the way to it is barred.
        SubmissionError: it is not something that can be graded.
    """
    if _is_folder(path):
        return _Folder(path, logs).bundle()
    name, suffix = name_of(path), path.suffix.lower()
    if suffix == ".zip":
        return Bundle(name=name, files=(_read(path, MAX_ARCHIVE_BYTES),), is_archive=True)
    if suffix in SUFFIXES:
        return Bundle(name=name, files=(_read(path, MAX_MEMBER_BYTES),))
    raise SubmissionError(f"{name}: {label(suffix) or 'a file without an ending'} cannot be graded; {EXPECTED}")


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{label(path)}: there is no such file or folder") from None
    except OSError as error:
        raise UsageError(f"{label(path)} cannot be opened: {error.strerror}") from None


def _read(path: Path, limit: int) -> File:
    data, reason = load_file(path, limit)
    if reason:
        raise SubmissionError(f"{name_of(path)} {reason}")
    return File(name=name_of(path), data=data)


def load_file(path: Path, limit: int, flags: int = 0) -> tuple[bytes, str]:
    """A file's content, at most `limit` bytes, and, when that cannot be had, why ("is not an ordinary file")."""
    try:
        # Without O_NONBLOCK, opening a named pipe waits for somebody to write into it.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return b"", "is not an ordinary file"
            data = file.read(limit + 1) if status.st_size <= limit else b""
    except OSError as error:
        return b"", "is a link" if error.errno == errno.ELOOP else f"cannot be read ({error.strerror})"
    size = max(status.st_size, len(data))
    if size > limit:
        megabytes = f"{math.ceil(size / 2**20)} MB; the limit is {limit >> 20} MB"
        return b"", f"is {megabytes} (leave out data sets and large outputs)"
    return data, ""


class Member(NamedTuple):
    """A file that came with others: its name, and how to get at most `limit` bytes of it, or why not."""

    name: str  # a label, unique among the others
    load: Callable[[int], tuple[bytes, str]]


def bundle_members(name: str, members: Sequence[Member], logs: tuple[str, ...], notes: Iterable[str] = ()) -> Bundle:
    """The notebooks, Python files and logs among these files, with a note on those that cannot be read.

    Where there is neither a notebook nor a Python file, a zip is taken for the submission; of several the last one.

    Raises:
        SubmissionError: it is too much.
    """
    codes = [member for member in members if _suffix(member.name) in SUFFIXES]
    zips = [member for member in members if _suffix(member.name) == ".zip"]
    if zips and not codes:
        return _archive(name, zips, notes)
    collected = _Collected(name)
    for member in members:
        if member in codes or is_wanted(member.name, log_patterns(logs)):
            collected.add(member, is_code=member in codes)
    return Bundle(name=name, files=tuple(collected.files), notes=tuple(sorted((*collected.notes, *notes))))


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _archive(name: str, zips: Sequence[Member], notes: Iterable[str]) -> Bundle:
    *others, last = zips
    data, reason = last.load(MAX_ARCHIVE_BYTES)
    if reason:
        raise SubmissionError(f"{last.name} {reason}")
    skipped = (f"{member.name} is not the only zip: the last one counts" for member in others)
    return Bundle(name=name, files=(File(name=last.name, data=data),), is_archive=True, notes=(*skipped, *notes))


class _Collected:
    """Files and notes, as long as there is room."""

    def __init__(self, name: str) -> None:
        self.files: list[File] = []
        self.notes: list[str] = []
        self._name = name
        self._left = {True: MAX_TOTAL_BYTES, False: MAX_LOGS_BYTES}  # for notebooks and code; for logs

    def add(self, member: Member, *, is_code: bool) -> None:
        data, reason = member.load(MAX_MEMBER_BYTES if is_code else MAX_LOG_BYTES)
        self._left[is_code] -= len(data)
        if self._left[True] < 0:
            raise SubmissionError(f"{self._name}/ holds more than {MAX_TOTAL_BYTES >> 20} MB of notebooks and code")
        if self._left[False] < 0 and not is_code:
            reason = f"is among more than {MAX_LOGS_BYTES >> 20} MB of logs"
        if reason:
            self.notes.append(f"{member.name} {reason}: it was skipped")
        else:
            self.files.append(File(name=member.name, data=data))


class _Folder:
    """The files below a folder, in order. Links are not followed."""

    def __init__(self, folder: Path, logs: tuple[str, ...]) -> None:
        self._logs = logs
        self._folder = folder
        self._name = name_of(folder)
        self._notes: list[str] = []

    def bundle(self) -> Bundle:
        """Everything readable, with a note on everything else. Raises SubmissionError when it is too much."""
        members: dict[str, Member] = {}
        for path in self._walk():
            name = unused(label(path.relative_to(self._folder)), members)
            members[name] = Member(name, partial(load_file, path, flags=os.O_NOFOLLOW))
        return bundle_members(self._name, tuple(members.values()), self._logs, self._notes)

    def _walk(self) -> Iterator[Path]:
        count = 0
        for parent, folders, names in os.walk(self._folder, onerror=self._note_unreadable):
            folders[:] = sorted(name for name in folders if not is_junk(f"{name}/") and not name.startswith("."))
            for name in sorted(names):
                count += 1
                if count > MAX_FILES:
                    raise SubmissionError(f"{self._name}/ holds more than {MAX_FILES} files: is it the right folder?")
                if not is_junk(name):
                    yield Path(parent, name)

    def _note_unreadable(self, error: OSError) -> None:
        folder = Path(os.fsdecode(error.filename))
        if folder == self._folder:
            raise SubmissionError(f"{self._name}/ cannot be read ({error.strerror})") from None
        name = label(folder.relative_to(self._folder))
        self._notes.append(f"{name}/ cannot be read ({error.strerror}): it was skipped")


def unused(name: str, taken: Container[str]) -> str:
    """`name`, with a number when another file, whose name is not UTF-8 either, reads the same."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 (a label, not a path)
    numbered = (f"{stem}-{number}{suffix}" for number in range(2, MAX_FILES + 2))
    return name if name not in taken else next(other for other in numbered if other not in taken)
