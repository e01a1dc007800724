"""Frames between two ends of real pipes."""

from __future__ import annotations

import contextlib
import os
import struct
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import WireError
from grader.records import Crashed, OutOfMemory, Place, Raised, Returned
from grader.sandbox import wire
from grader.sandbox.messages import Answer, Envelope, Load, Reply
from grader.sandbox.wire import ClosedError, DeadlineError, Reader, pack, send, unpack
from grader.values import MAX_NODES, MAX_TEXT, Items, Mapping, Opaque

MESSAGE = Reply(nonce=b"n" * 16, answer=Returned(value=3))


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """(read, write), both non-blocking as the grader's ends are."""
    ends = os.pipe()
    for fd in ends:
        os.set_blocking(fd, False)
    yield ends
    for fd in ends:
        with contextlib.suppress(OSError):  # a test may have closed it
            os.close(fd)


def receive(fd: int, deadline: float) -> bytes:
    return Reader(fd).receive(deadline)


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def test_send_and_receive(pipe: tuple[int, int]) -> None:
    send(pipe[1], pack(MESSAGE), soon())
    assert unpack(receive(pipe[0], soon()), Reply) == MESSAGE


def test_receive_keeps_what_comes_early(pipe: tuple[int, int]) -> None:
    reader = Reader(pipe[0])
    sent = [Reply(nonce=bytes([index]), answer=Returned(value="x" * 999 * index)) for index in range(9)]
    send(pipe[1], b"".join(map(pack, sent)), soon())
    assert [unpack(reader.receive(soon()), Reply) for _one in sent] == sent


def test_send_gets_through_a_full_pipe(pipe: tuple[int, int]) -> None:
    frame = pack(Reply(nonce=b"", answer=Returned(value="x" * 3_000_000)))
    writer = threading.Thread(target=send, args=(pipe[1], frame, soon()))
    writer.start()
    body = receive(pipe[0], soon())
    writer.join()
    assert len(body) == len(frame) - 4


def test_send_stops_at_the_deadline_when_nobody_reads(pipe: tuple[int, int]) -> None:
    with pytest.raises(DeadlineError):
        send(pipe[1], bytes(10_000_000), soon(0.05))


def test_send_says_that_the_reader_is_gone(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    with pytest.raises(ClosedError):
        send(pipe[1], pack(MESSAGE), soon())


@pytest.mark.parametrize("start", [b"", b"\x05\x00", b"\x05\x00\x00\x00ab"])
def test_receive_stops_at_the_deadline(pipe: tuple[int, int], start: bytes) -> None:
    os.write(pipe[1], start)
    with pytest.raises(DeadlineError):
        receive(pipe[0], soon(0.05))


@pytest.mark.parametrize("start", [b"", b"\x05\x00", b"\x05\x00\x00\x00ab"])
def test_receive_says_that_the_writer_is_gone(pipe: tuple[int, int], start: bytes) -> None:
    os.write(pipe[1], start)
    os.close(pipe[1])
    with pytest.raises(ClosedError):
        receive(pipe[0], soon())


def test_receive_allocates_nothing_for_a_length_that_is_too_large(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"\xff\xff\xff\xff")
    with pytest.raises(WireError, match="announces 4294967295 bytes"):
        receive(pipe[0], soon())


@pytest.mark.parametrize("count", [wire.MAX_TOKENS, wire.MAX_TOKENS + 1])
def test_receive_refuses_more_tokens_than_a_value_may_have(pipe: tuple[int, int], count: int) -> None:
    body = b"\xdd" + struct.pack(">I", count - 1) + b"\xc0" * (count - 1)
    writer = threading.Thread(target=send, args=(pipe[1], wire.HEADER.pack(len(body)) + body, soon()))
    writer.start()
    try:
        outcome: object = receive(pipe[0], soon(20))
    except WireError as error:
        outcome = str(error)
    writer.join()
    assert outcome == (body if count == wire.MAX_TOKENS else "a message of more than 2000000 tokens")


def test_receive_refuses_a_reply_as_long_as_a_request_may_be(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], wire.HEADER.pack(wire.MAX_REPLY + 1))
    with pytest.raises(WireError, match="announces"):
        receive(pipe[0], soon())


PLACE = Place(label="a", line=1)


@pytest.mark.parametrize(
    "answer",
    [
        Raised(kind="E", message="x" * 10_000),
        Raised(kind="E" * 300, message=""),
        Raised(kind="E", message="", places=(PLACE,) * 10),
        Raised(kind="E", message="", places=(Place(label="a", line=1, source="x" * 300),)),
        Returned(value=1, stdout="x" * 10_001),
        Returned(value=Opaque("x" * 2_000)),
        Returned(value="x" * (MAX_TEXT + 1)),
        Returned(value=Items("list", (None,) * (MAX_NODES + 1))),
        Returned(value=Mapping((("a", 1),) * (MAX_NODES + 1))),
        OutOfMemory(places=(PLACE,) * 10),
        Crashed(reason="x" * 1_000),
    ],
)
def test_unpack_refuses_more_than_an_honest_child_says(answer: Answer) -> None:
    with pytest.raises(WireError, match="length"):
        unpack(msgspec.msgpack.encode(Reply(nonce=b"", answer=answer)), Reply)


def test_pack_refuses_a_message_longer_than_a_frame() -> None:
    with pytest.raises(WireError, match="longer than a frame"):
        pack(Reply(nonce=bytes(wire.MAX_FRAME), answer=Returned(value=1)))


@given(st.binary(max_size=200))
def test_unpack_raises_nothing_else_on_noise(body: bytes) -> None:
    try:
        message = unpack(body, Reply)
    except WireError:
        return
    assert isinstance(message, Reply)


@given(st.data())
def test_unpack_raises_nothing_else_on_changed_messages(data: st.DataObject) -> None:
    body = bytearray(msgspec.msgpack.encode(MESSAGE))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = unpack(bytes(body), Reply)
    except WireError:
        return
    assert isinstance(message, Reply)


@pytest.mark.parametrize("body", [b"\x91" * 10_000, b"", b"\xa1\xff", b"\xc7\x01\x01x"])
def test_unpack_refuses_what_is_no_message(body: bytes) -> None:
    with pytest.raises(WireError):
        unpack(body, Reply)


def test_blocking_side_reads_until_the_end(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[0], True)
    os.set_blocking(pipe[1], True)
    message = Envelope(nonce=b"1", request=Load(documents=(), modules=()))
    wire.write_blocking(pipe[1], pack(message))
    os.write(pipe[1], b"\x09\x00\x00\x00ab")
    os.close(pipe[1])
    first = wire.read_blocking(pipe[0])
    assert first is not None
    assert unpack(first, Envelope) == message
    assert wire.read_blocking(pipe[0]) is None
    assert wire.read_blocking(pipe[0]) is None
