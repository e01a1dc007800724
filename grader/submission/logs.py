"""Files that came with the code, `.npz` and `.json`: what they hold, as plain data. Nothing is unpickled."""

from __future__ import annotations

import fnmatch
import io
import json
import math
import zipfile
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from grader.codec import freeze
from grader.records import File, Log
from grader.submission.archive import METHODS, UNREADABLE
from grader.values import Opaque, Value

MAX_LOG_BYTES = 2**21  # of one file, packed and unpacked
MAX_LOGS = 100
MAX_ARRAYS = 100  # in one .npz
MAX_HEADER = 10_000
KINDS = "biufc"
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


class LogError(ValueError):
    """A log that cannot be read; the message says why."""


def log_patterns(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """What to keep of an archive: these paths, at its top or in a folder of it."""
    return tuple(pattern for one in patterns for pattern in (one, f"*/{one}"))


def read_logs(files: tuple[File, ...], patterns: tuple[str, ...]) -> Iterator[Log]:
    """The files that fit a pattern, each by the path that fits. Whatever their bytes are, this does not raise."""
    paths = {name: file for file in files if (name := _path(file.name, patterns))}
    for name, file in list(paths.items())[:MAX_LOGS]:
        yield _log(name, file.data)


def _log(name: str, data: bytes) -> Log:
    try:
        return Log(path=name, value=_content(name, data))
    except LogError as error:
        return Log(path=name, fault=str(error))


def _path(name: str, patterns: tuple[str, ...]) -> str:
    """`submission_logs/a.npz` of `hw2/submission_logs/a.npz`; empty where no pattern fits."""
    parts = name.split("/")
    ends = ("/".join(parts[index:]) for index in range(len(parts)))
    return next((end for end in ends if any(fnmatch.fnmatchcase(end, pattern) for pattern in patterns)), "")


def _content(name: str, data: bytes) -> Value:
    if len(data) > MAX_LOG_BYTES:
        raise LogError(f"it is larger than {MAX_LOG_BYTES >> 20} MB")
    thing = _arrays(data) if name.lower().endswith(".npz") else _json(data)
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
    """The arrays of an .npz by their names."""
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
        yield entry.filename.removesuffix(".npy"), _array(data)


def _array(data: bytes) -> npt.NDArray[np.generic]:
    """What NumPy's own reader gives, for plain numbers only and without trust in the header."""
    stream = io.BytesIO(data)
    read_header = HEADERS.get(np.lib.format.read_magic(stream))
    if read_header is None:
        raise LogError("an array has an unknown format")
    shape, is_fortran, dtype = read_header(stream, max_header_size=MAX_HEADER)
    if dtype.kind not in KINDS:
        raise LogError(f"an array holds {dtype}, not plain numbers")
    body = data[stream.tell() :]
    if any(side < 0 for side in shape) or math.prod(shape) * dtype.itemsize != len(body):
        raise LogError("an array is not of the shape that it says")
    return np.frombuffer(body, dtype).reshape(shape, order="F" if is_fortran else "C")


def _short(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
