"""Frames of a hostile child, from the pipe to the report."""

from __future__ import annotations

import contextlib
import os
import threading
import time

import pytest
from fuzz.inputs import FIXED, NOISE, damaged, rubble
from fuzz.properties import holds_for_answer, holds_for_reply, holds_for_status
from fuzz.wire_inputs import TOKENS, answers, bodies, frames, values
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.codec import freeze, thaw
from grader.errors import WireError
from grader.records import Returned
from grader.sandbox.messages import Answer, Forked, Reaped, Refused
from grader.sandbox.wire import HEADER, MAX_REPLY, ClosedError, DeadlineError, Reader, pack
from grader.values import Seed, Value

STATUSES = st.one_of(
    st.builds(Forked, pid=st.integers(-5, 2**40)),
    st.builds(Reaped, code=st.integers(-70, 300), was_killed=st.booleans()),
    st.builds(Refused, reason=st.text(max_size=20)),
).map(lambda status: pack(status)[HEADER.size :])


@settings(FIXED, max_examples=500)
@given(st.binary(max_size=300) | rubble(TOKENS))
def test_reply_holds_for_noise(body: bytes) -> None:
    holds_for_reply(body)


@settings(FIXED, max_examples=300)
@given(frames)
def test_reply_holds_for_damaged_frames(body: bytes) -> None:
    holds_for_reply(body)


@settings(FIXED, max_examples=200)
@given(answers)
def test_answer_holds_for_what_a_child_can_say(answer: Answer) -> None:
    holds_for_answer(answer)


@settings(FIXED, max_examples=300)
@given(damaged(STATUSES, TOKENS))
def test_status_holds_for_damaged_frames(body: bytes) -> None:
    holds_for_status(body)


@settings(FIXED, max_examples=300)
@given(values)
def test_thaw_gives_no_generator_where_none_is_allowed(value: Value) -> None:
    try:
        again = freeze(thaw(value))
    except WireError:
        return
    assert "default_rng" not in repr(again)
    assert Seed.__name__ not in repr(again)


def received(chunks: list[bytes], *, closes: bool, seconds: float = 60) -> bytes | str:
    """What `receive` gives of a pipe into which these chunks are written, one by one."""
    read_fd, write_fd = os.pipe()
    os.set_blocking(read_fd, False)
    writer = threading.Thread(target=_write, args=(write_fd, chunks, closes))
    writer.start()
    try:
        return Reader(read_fd).receive(time.monotonic() + seconds)
    except (ClosedError, DeadlineError, WireError) as error:
        return type(error).__name__
    finally:
        os.close(read_fd)
        writer.join()
        with contextlib.suppress(OSError):
            os.close(write_fd)


def _write(fd: int, chunks: list[bytes], closes: bool) -> None:  # noqa: FBT001
    with contextlib.suppress(BrokenPipeError):
        for chunk in chunks:
            os.write(fd, chunk)
            time.sleep(0)
    if closes:
        os.close(fd)


def due(stream: bytes) -> bytes | str:
    """What a stream that then ends holds."""
    if len(stream) < HEADER.size:
        return "ClosedError"
    (length,) = HEADER.unpack(stream[: HEADER.size])
    body = stream[HEADER.size :]
    if length > MAX_REPLY:
        return "WireError"
    return body[:length] if len(body) >= length else "ClosedError"


lengths = st.integers(0, 2**32 - 1) | st.sampled_from([0, 1, 255, MAX_REPLY, MAX_REPLY + 1])
honest = bodies.map(lambda body: HEADER.pack(len(body)) + body)
streams = honest | st.tuples(lengths, bodies).map(lambda pair: HEADER.pack(pair[0]) + pair[1]) | NOISE


@settings(FIXED, max_examples=300)
@given(st.lists(st.binary(min_size=1, max_size=9) | streams, max_size=6))
def test_receive_gives_the_frame_that_the_stream_begins_with(chunks: list[bytes]) -> None:
    assert received(chunks, closes=True) == due(b"".join(chunks))


@settings(FIXED, max_examples=40)
@given(streams)
def test_receive_waits_no_longer_than_it_may(stream: bytes) -> None:
    is_short = due(stream) == "ClosedError"
    result = received([stream], closes=False, seconds=0.02 if is_short else 60)
    assert result == ("DeadlineError" if is_short else due(stream))


@pytest.mark.parametrize("mutated", [(-1,), (-2,), (5,), (-(2**63),), (2**63 - 1,)])
def test_answer_holds_for_arguments_that_are_not_there(mutated: tuple[int, ...]) -> None:
    holds_for_answer(Returned(value=3.0, mutated=mutated))
