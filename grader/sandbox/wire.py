"""Frames on a pipe: four bytes of length, then msgpack. The other side may be hostile, slow, or gone.

No frame is longer than `MAX_FRAME`; the length is checked before anything is allocated. The grader's side never blocks
past its deadline (`time.monotonic` seconds), neither writing nor reading.
"""

from __future__ import annotations

import os
import select
import struct
import time
from typing import TypeVar

import msgspec

from grader.errors import WireError

MAX_FRAME = 256 * 2**20
CHUNK = 1 << 20
HEADER = struct.Struct("<I")
T = TypeVar("T")


class DeadlineError(Exception):
    """The other side was too slow."""


class ClosedError(Exception):
    """The other side has closed the pipe."""


def pack(message: msgspec.Struct) -> bytes:
    """`message` as one frame. Raises WireError when it is too long."""
    body = msgspec.msgpack.encode(message)
    if len(body) > MAX_FRAME:
        raise WireError(f"a message of {len(body)} bytes is longer than a frame may be")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes, kind: type[T]) -> T:
    """The message in a frame's body. Raises WireError for anything that is not a `kind`."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WireError(f"not a message: {error}") from None


def send(fd: int, frame: bytes, deadline: float) -> None:
    """Write a frame to the non-blocking `fd`. Raises DeadlineError, ClosedError."""
    rest = memoryview(frame)
    while rest:
        _wait(fd, select.POLLOUT, deadline)
        try:
            rest = rest[os.write(fd, rest[:CHUNK]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError:
            raise ClosedError from None


def receive(fd: int, deadline: float) -> bytes:
    """Read one frame's body from the non-blocking `fd`. Raises DeadlineError, ClosedError, WireError."""
    (length,) = HEADER.unpack(_read_exactly(fd, HEADER.size, deadline))
    if length > MAX_FRAME:
        raise WireError(f"a frame announces {length} bytes")
    return _read_exactly(fd, length, deadline)


def _read_exactly(fd: int, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        _wait(fd, select.POLLIN, deadline)
        try:
            chunk = os.read(fd, min(CHUNK, count - len(data)))
        except BlockingIOError:
            continue
        if not chunk:
            raise ClosedError
        data += chunk
    return bytes(data)


def _wait(fd: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(fd, event)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise DeadlineError


def read_blocking(fd: int) -> bytes | None:
    """The child's side: the next frame's body, or None when the grader has closed the pipe."""
    header = _read_blocking_exactly(fd, HEADER.size)
    return None if header is None else _read_blocking_exactly(fd, HEADER.unpack(header)[0])


def _read_blocking_exactly(fd: int, count: int) -> bytes | None:
    data = bytearray()
    while len(data) < count:
        chunk = os.read(fd, min(CHUNK, count - len(data)))
        if not chunk:
            return None
        data += chunk
    return bytes(data)


def write_blocking(fd: int, frame: bytes) -> None:
    """The child's side: write a frame."""
    rest = memoryview(frame)
    while rest:
        rest = rest[os.write(fd, rest) :]
