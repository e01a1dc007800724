"""From a path on disk to a Bundle: the only part of reading a submission that touches files (in the grader)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionError, UsageError
from grader.records import Bundle, File
from grader.submission.archive import MAX_MEMBER_BYTES, MAX_TOTAL_BYTES, is_junk

MAX_ARCHIVE_BYTES = 100 * 2**20
MAX_FILES = 10_000
SUFFIXES = (".ipynb", ".py")
EXPECTED = "hand in a .zip, a folder, an .ipynb or a .py"


def collect(path: Path) -> Bundle:
    """What lies at `path`: a zip (unopened), a folder, a notebook or a Python file.

    Raises:
        UsageError: there is nothing at `path`.
        SubmissionError: it is not something that can be graded.
    """
    if not path.exists():
        raise UsageError(f"{path}: there is no such file or folder")
    if path.is_dir():
        return Bundle(name=path.resolve().name, files=tuple(_folder_files(path)))
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return Bundle(name=path.name, files=(_read(path, MAX_ARCHIVE_BYTES, path.name),), is_archive=True)
    if suffix in SUFFIXES:
        return Bundle(name=path.name, files=(_read(path, MAX_MEMBER_BYTES, path.name),))
    raise SubmissionError(f"{path.name}: {suffix or 'a file without an ending'} cannot be graded; {EXPECTED}")


def _read(path: Path, limit: int, name: str) -> File:
    try:
        size = path.stat().st_size
        if size > limit:
            raise SubmissionError(
                f"{name} is {size / 2**20:.0f} MB; the limit is {limit >> 20} MB. "
                "Leave out data sets and outputs and hand in only the notebooks and .py files."
            )
        return File(name=name, data=path.read_bytes())
    except OSError as error:
        raise SubmissionError(f"{name} cannot be read: {error.strerror}") from None


def _folder_files(folder: Path) -> Iterator[File]:
    total = 0
    for path in _walk(folder):
        file = _read(path, MAX_MEMBER_BYTES, path.relative_to(folder).as_posix())
        total += len(file.data)
        if total > MAX_TOTAL_BYTES:
            raise SubmissionError(f"{folder.name}/ holds more than {MAX_TOTAL_BYTES >> 20} MB of notebooks and code")
        yield file


def _walk(folder: Path) -> Iterator[Path]:
    """Notebooks and Python files below `folder`, in order, without following links."""
    count = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_junk(f"{name}/") and not name.startswith("."))
        for name in sorted(names):
            count += 1
            if count > MAX_FILES:
                raise SubmissionError(f"{folder.name}/ holds more than {MAX_FILES} files: is it the right folder?")
            path = Path(parent, name)
            if path.suffix.lower() in SUFFIXES and not is_junk(name) and not path.is_symlink():
                yield path
