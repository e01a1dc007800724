"""Files that came with the code, `.npz` and `.json`: what they hold, as plain data. Nothing is unpickled or evaluated."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from grader.codec import freeze
from grader.records import File, Log
from grader.submission.archive import METHODS, UNREADABLE, fits, printable
from grader.submission.npy import NpyError, read_array
from grader.values import Array, Items, Mapping, Opaque, Value

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

MAX_LOG_BYTES = 2**21  # of one file, packed and unpacked
MAX_ALL_BYTES = 2**23  # of all together: a reading must fit into one message
ITEM_BYTES = 64  # what a message takes for an item beside its numbers and letters
MAX_LOGS = 100
MAX_ARRAYS = 100  # in one .npz


class Logs(NamedTuple):
    """The files that fit a pattern, and what a person should know about them."""

    logs: tuple[Log, ...]
    notes: tuple[str, ...]


class LogError(ValueError):
    """A log that cannot be read; the message says why."""


def log_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """What to keep of an archive: these paths, at its top or in a folder of it."""
    return tuple(pattern for one in patterns for pattern in (one, f"*/{one}"))


def read_logs(files: tuple[File, ...], patterns: tuple[str, ...]) -> Logs:
    """The files that fit a pattern, each by the path that fits. Whatever their bytes are, this does not raise.

    Small ones come first, so that those that are too much cost no others.
    """
    found: dict[str, list[File]] = {}
    for file in files:
        if path := path_of(file.name, patterns):
            found.setdefault(path, []).append(file)
    chosen = {path: _nearest(several) for path, several in found.items()}
    paths = sorted(chosen, key=lambda path: len(chosen[path].data))
    room = _Room()
    logs = tuple(_log(path, chosen[path].data, room) for path in paths[:MAX_LOGS])
    return Logs(logs, tuple(_notes(logs, found, len(paths) - MAX_LOGS)))


def path_of(name: str, patterns: tuple[str, ...]) -> str:
    """`submission_logs/a.npz` of `hw2/submission_logs/a.npz`; empty where no pattern fits."""
    parts = name.split("/")
    ends = ("/".join(parts[index:]) for index in range(len(parts)))
    return next((end for end in ends if any(fits(end, pattern) for pattern in patterns)), "")


def _nearest(files: list[File]) -> File:
    """The one that is nearest to the top of the submission; of several there, the last one."""
    return min(reversed(files), key=lambda file: file.name.count("/"))


def _notes(logs: tuple[Log, ...], found: dict[str, list[File]], left: int) -> Iterator[str]:
    for log in logs:
        several = found[log.path]
        if len(several) > 1:
            yield f"{printable(log.path)} is there {len(several)} times: {printable(_nearest(several).name)} counts"
        if log.fault:
            yield f"{printable(log.path)} cannot be read: {log.fault}"
    if left > 0:
        yield f"{left} more logs were not read: the limit is {MAX_LOGS}"


class _Room:
    """What the logs of a submission may still hold together."""

    def __init__(self) -> None:
        self._left = MAX_ALL_BYTES

    def take(self, value: Value) -> None:
        """Raises LogError where it does not fit any more."""
        size = _size(value)
        if size > self._left:
            raise LogError(f"all logs together hold more than {MAX_ALL_BYTES >> 20} MB, or too many items")
        self._left -= size


def _size(value: Value) -> int:
    if isinstance(value, Items):
        return ITEM_BYTES + sum(map(_size, value.items))
    if isinstance(value, Mapping):
        return ITEM_BYTES + sum(ITEM_BYTES + len(key) + _size(item) for key, item in value.pairs)
    return ITEM_BYTES + (len(value.data) if isinstance(value, Array) else len(value) if isinstance(value, str) else 0)


def _log(path: str, data: bytes, room: _Room) -> Log:
    try:
        value = _content(path, data)
        room.take(value)
    except LogError as error:
        return Log(path=path, fault=str(error))
    return Log(path=path, value=value)


def _content(path: str, data: bytes) -> Value:
    if len(data) > MAX_LOG_BYTES:
        raise LogError(f"it is larger than {MAX_LOG_BYTES >> 20} MB")
    thing = _arrays(data) if path.lower().endswith(".npz") else _json(data)
    value = freeze(thing)
    if isinstance(value, Opaque):
        raise LogError(f"it holds {value.what}")
    return value


def _json(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise LogError(f"its JSON cannot be read ({_short(error)})") from None


def _arrays(data: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of an .npz by their names; of two with one name, the last one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            entries = [entry for entry in zipped.infolist() if entry.filename.endswith(".npy")]
            return dict(_members(zipped, entries))
    except LogError:
        raise
    except UNREADABLE as error:
        raise LogError(f"it is no .npz file ({_short(error)})") from None


def _members(zipped: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> Iterator[tuple[str, npt.NDArray[np.generic]]]:
    if len(entries) > MAX_ARRAYS:
        raise LogError(f"it holds {len(entries)} arrays; the limit is {MAX_ARRAYS}")
    left = MAX_LOG_BYTES
    for entry in entries:
        if entry.compress_type not in METHODS:
            raise LogError("it is compressed by an unusual method")
        with zipped.open(entry) as member:
            data = member.read(left + 1)  # whatever the entry says of its size
        left -= len(data)
        if left < 0:
            raise LogError(f"it unpacks to more than {MAX_LOG_BYTES >> 20} MB")
        yield _member(entry.filename.removesuffix(".npy"), data)


def _member(name: str, data: bytes) -> tuple[str, npt.NDArray[np.generic]]:
    try:
        return name, read_array(data)
    except NpyError as error:
        raise LogError(f'its array "{printable(name)}" {error}') from None


def _short(error: BaseException) -> str:
    return printable((str(error).splitlines() or [type(error).__name__])[0])
