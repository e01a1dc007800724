"""Frames on a pipe: four bytes of length, then msgpack. The other side may be hostile, slow, or gone.

No frame is longer than `MAX_FRAME`, none from a child longer than `MAX_REPLY` or with more than `MAX_TOKENS` tokens;
all that is checked before anything is allocated. The grader's side never blocks
past its deadline (`time.monotonic` seconds), neither writing nor reading.
"""

from __future__ import annotations

import os
import select
import struct
import time
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from grader.errors import WireError
from grader.sandbox.tokens import has_more_tokens

MAX_FRAME = 256 * 2**20
MAX_REPLY = 72 * 2**20  # of a child to the grader: the largest value, and room for what goes with it
MAX_TOKENS = 2_000_000  # of a reply: eight for a complex number, for as many as a value may hold, and some to spare
CHUNK = 1 << 20
PIPE_BYTES = 1 << 16
HEADER = struct.Struct("<I")
T = TypeVar("T")


class DeadlineError(Exception):
    """The other side was too slow."""


class ClosedError(Exception):
    """The other side has closed the pipe."""


def pack(message: msgspec.Struct) -> bytes:
    """`message` as one frame. Raises WireError when it is too long."""
    return _framed(msgspec.msgpack.encode(message), MAX_FRAME)


def pack_reply(message: msgspec.Struct) -> bytes:
    """A child's `message` as one frame. Raises WireError when it is larger than `receive` would accept."""
    body = msgspec.msgpack.encode(message)
    check_tokens(body)
    return _framed(body, MAX_REPLY)


def _framed(body: bytes, most: int) -> bytes:
    if len(body) > most:
        raise WireError(f"a message of {len(body)} bytes is longer than a frame may be")
    return HEADER.pack(len(body)) + body


def unpack(body: bytes, kind: type[T]) -> T:
    """The message in a frame's body. Raises WireError for anything that is not a `kind`."""
    try:
        message: T = _decoder(kind).decode(body)  # type: ignore[arg-type] # mypy takes no class for hashable
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WireError(f"not a message: {error}") from None
    return message


@lru_cache
def _decoder(kind: Any) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


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


class Reader:
    """Takes replies from the non-blocking `fd`, in order. What has come early waits here."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = bytearray()

    def receive(self, deadline: float) -> bytes:
        """The next reply's body. Raises DeadlineError, ClosedError, WireError."""
        self._fill(HEADER.size, deadline)
        (length,) = HEADER.unpack_from(self._buffer)
        if length > MAX_REPLY:
            raise WireError(f"a frame announces {length} bytes")
        self._fill(HEADER.size + length, deadline)
        body = bytes(memoryview(self._buffer)[HEADER.size : HEADER.size + length])
        del self._buffer[: HEADER.size + length]
        check_tokens(body)
        return body

    def _fill(self, count: int, deadline: float) -> None:
        """Have at least `count` bytes, and at most a pipe's content more."""
        while len(self._buffer) < count:
            _wait(self._fd, select.POLLIN, deadline)
            try:
                chunk = os.read(self._fd, max(PIPE_BYTES, min(CHUNK, count - len(self._buffer))))
            except BlockingIOError:
                continue
            if not chunk:
                raise ClosedError
            self._buffer += chunk


def check_tokens(body: bytes) -> None:
    """Raises WireError for a message that would become too many objects."""
    if has_more_tokens(body, MAX_TOKENS):
        raise WireError(f"a message of more than {MAX_TOKENS} tokens")


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
