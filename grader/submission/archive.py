"""Reading a zip from bytes: member by member, counted as it streams, never onto a disk."""

from __future__ import annotations

import encodings.cp437  # noqa: F401 (zipfile decodes names by it: no child has to import it)
import fnmatch
import io
import itertools
import stat
import struct
import zipfile
import zlib
from typing import NamedTuple

from grader.records import File

MAX_MEMBER_BYTES = 20 * 2**20
MAX_TOTAL_BYTES = 100 * 2**20
MAX_ENTRIES = 10_000
MAX_NAME = 1_000  # every place in the report repeats it
MAX_RATIO = 800  # of a member over a megabyte: a repeated line of output compresses 400 times, zeros 1000 times
RATIO_FREE_BYTES = 2**20
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of the others, zipfile unpacks a whole block at once: gigabytes
CHUNK = 2**16
SPECIAL = frozenset("?[")  # in a pattern, beside the star
JUNK_FOLDERS = {"__MACOSX", ".ipynb_checkpoints", "__pycache__", ".git", "node_modules", ".venv"}
UNREADABLE = (  # what zipfile and the decompressors raise for damaged bytes
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    MemoryError,
)


class Opened(NamedTuple):
    """The wanted members of an archive, with what a person should know about the others."""

    files: tuple[File, ...]
    notes: tuple[str, ...]
    fault: str


def is_junk(name: str) -> bool:
    """Whether a path is what editors and systems leave behind."""
    *folders, base = name.split("/")
    return base.startswith("._") or base == ".DS_Store" or not JUNK_FOLDERS.isdisjoint(folders)


def is_wanted(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether the rubric looks into this path: a pattern fits the whole of it or its last part, whatever the case."""
    names = (name.lower(), name.lower().rsplit("/", 1)[-1])
    return any(fits(part, pattern.lower()) for part in names for pattern in patterns)


def fits(name: str, pattern: str) -> bool:
    """As fnmatch.fnmatchcase, which would compile most patterns anew in every child."""
    if not SPECIAL.isdisjoint(pattern) or "*" not in pattern:
        return fnmatch.fnmatchcase(name, pattern)
    first, *middle, last = pattern.split("*")
    at = len(first)
    for piece in middle:
        found = name.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return name.startswith(first) and name.endswith(last) and at + len(last) <= len(name)


def open_archive(archive: File, patterns: tuple[str, ...]) -> Opened:
    """The members that fit `patterns` or are Python modules. Faults and oddities are words, not exceptions."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive.data)) as zipped:
            return _Reader(archive.name, zipped, patterns).read()
    except UNREADABLE as error:
        start = "It is empty" if not archive.data else f"It is not a zip ({printable(str(error))})"
        return Opened((), (), f"{archive.name} cannot be opened. {start}: zip your notebook again and hand that in.")


class _Reader:
    def __init__(self, name: str, zipped: zipfile.ZipFile, patterns: tuple[str, ...]) -> None:
        self._name = name
        self._zipped = zipped
        self._patterns = patterns
        self._notes: list[str] = []
        self._total = 0

    def read(self) -> Opened:
        entries = self._zipped.infolist()
        if fault := self._fault(entries):
            return Opened((), (), fault)
        files: dict[str, File] = {}
        for entry in sorted(entries, key=_is_log):  # whatever their size is, there is room for notebooks and code
            if self._is_readable(entry) and (data := self._stream(entry)) is not None:
                name = _path(entry)
                if name in files:
                    self._notes.append(f"{printable(name)} is in the zip twice: the last one counts")
                files[name] = File(name=name, data=data)
        return Opened(tuple(files.values()), tuple(self._notes), "")

    def _fault(self, entries: list[zipfile.ZipInfo]) -> str:
        if all(_path(entry).endswith("/") for entry in entries):
            return f"{self._name} is an empty zip: put the notebook into it and hand it in again."
        if len(entries) > MAX_ENTRIES:
            return f"{self._name} holds {len(entries)} entries; the limit is {MAX_ENTRIES}. Leave out data sets."
        if _overlap(entries):
            return f"{self._name} is damaged: its entries overlap. Zip your files again."
        return ""

    def _is_readable(self, entry: zipfile.ZipInfo) -> bool:
        name = _path(entry)
        if name.endswith("/") or is_junk(name):
            return False
        if name.lower().endswith(".zip"):
            self._notes.append(f"{printable(name)} is a zip inside the zip: it was not opened")
        if not (is_wanted(name, self._patterns) or name.lower().endswith(".py")):
            return False
        reason = _refusal(entry)
        if reason:
            self._notes.append(f"{printable(name)} was skipped: {reason}")
        return not reason

    def _stream(self, entry: zipfile.ZipInfo) -> bytes | None:
        data = bytearray()
        try:
            with self._zipped.open(entry) as member:
                while chunk := member.read(CHUNK):
                    data += chunk
                    self._total += len(chunk)
                    if reason := self._excess(entry, len(data)):
                        self._notes.append(f"{printable(_path(entry))} was skipped: {reason}")
                        return None
        except UNREADABLE as error:
            self._notes.append(f"{printable(_path(entry))} was skipped: it is damaged ({printable(str(error))})")
            return None
        return bytes(data)

    def _excess(self, entry: zipfile.ZipInfo, size: int) -> str:
        if size > MAX_MEMBER_BYTES:
            return f"it is larger than {MAX_MEMBER_BYTES >> 20} MB"
        if size > RATIO_FREE_BYTES and size > MAX_RATIO * max(1, entry.compress_size):
            return f"it unpacks to more than {MAX_RATIO} times its size"
        if self._total > MAX_TOTAL_BYTES:
            return f"the zip holds more than {MAX_TOTAL_BYTES >> 20} MB of notebooks and code"
        return ""


def _path(entry: zipfile.ZipInfo) -> str:
    """The entry's name; some programs of Windows write backslashes."""
    return entry.filename.replace("\\", "/")


def _is_log(entry: zipfile.ZipInfo) -> bool:
    return not entry.filename.lower().endswith((".ipynb", ".py"))


def _refusal(entry: zipfile.ZipInfo) -> str:
    name = _path(entry)
    if len(name) > MAX_NAME:
        return f"its name has more than {MAX_NAME} characters"
    if name.startswith("/") or "\x00" in entry.orig_filename or name[1:2] == ":":
        return "its name is not a plain path inside the zip"
    if ".." in name.split("/"):
        return "its name points outside the zip"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link, not a file"
    if entry.flag_bits & 0x1:
        return "it is encrypted"
    if entry.compress_type not in METHODS:
        return "it is compressed by an unusual method: make the zip with what your system has for it"
    return ""


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    pairs = itertools.pairwise(ordered)
    return any(first.header_offset + first.compress_size > second.header_offset for first, second in pairs)


def printable(name: str) -> str:
    """The start of a text of the submission, for a note."""
    return "".join(char if char.isprintable() else "?" for char in name[:100])
