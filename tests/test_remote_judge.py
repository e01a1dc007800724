"""A judge in another process says what the one here says, and is not needed."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import closing

import msgspec
import numpy as np
import pytest
from builders import check

from grader.codec import freeze
from grader.compare.exact import Exact
from grader.early import Early
from grader.judging import judge
from grader.plan import Check
from grader.records import Crashed, Limits, Outcome, OutOfMemory, Raised, Returned, TimedOut
from grader.remote_judge import RemoteJudge, serve
from grader.report import Visibility

LIMITS = Limits()
SQUARE = check("square", [((2.0,), 4.0), ((3.0,), 9.0)])
ARRAY = check("ones", [((2,), np.ones((2, 2)))], visibility=Visibility.HIDDEN)
WORD = check("word", [((), "left")], compare=Exact())


def returned(*things: object) -> tuple[Outcome, ...]:
    return tuple(Returned(value=freeze(thing), stdout="printed\n") for thing in things)


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    """To a thread that serves as the template's fork does, and ends with the connection."""
    ours, theirs = socket.socketpair()
    with closing(theirs):
        thread = threading.Thread(target=serve_until_it_fails, args=(theirs,))
        thread.start()
        with closing(ours):
            yield ours
        thread.join()


def serve_until_it_fails(theirs: socket.socket) -> None:
    try:
        serve(theirs.fileno())
    except IndexError:
        theirs.close()  # as the end of a process does


@pytest.mark.parametrize(
    ("one", "outcomes"),
    [
        (SQUARE, returned(4.0, 9.0)),
        (SQUARE, returned(4.0, 8.0)),
        (SQUARE, returned("four", None)),
        (SQUARE, (*returned(4.0), TimedOut(seconds=1.0))),
        (SQUARE, (Raised(kind="ValueError", message="σ😀", stdout="x"),)),
        (SQUARE, (OutOfMemory(while_defining=True),)),
        (SQUARE, (Crashed(reason="an abort", is_tampering=True),)),
        (ARRAY, returned(np.ones((2, 2)))),
        (ARRAY, returned(np.full((2, 2), np.nan))),
        (WORD, returned("right")),
    ],
)
def test_remote_judge_says_what_the_judge_says(
    connection: socket.socket, one: Check, outcomes: tuple[Outcome, ...]
) -> None:
    expected = judge(one, outcomes, LIMITS)
    remote = RemoteJudge(connection)
    assert [remote(one, outcomes, LIMITS) for _again in range(2)] == [expected, expected]
    assert remote._connection is connection  # it was not judged here


def test_remote_judge_judges_here_without_another_process() -> None:
    assert RemoteJudge(None)(SQUARE, returned(4.0, 9.0), LIMITS) == judge(SQUARE, returned(4.0, 9.0), LIMITS)


@pytest.mark.parametrize("said", [None, b"", struct.pack("<I", 3) + b"abc", struct.pack("<I", 2**31)])
def test_remote_judge_judges_here_when_the_other_process_fails(said: bytes | None) -> None:
    ours, theirs = socket.socketpair()
    with closing(ours):
        remote = RemoteJudge(ours)
        if said is None:
            ours.close()
        else:
            theirs.sendall(said)
        theirs.close()
        for _again in range(2):
            assert remote(SQUARE, returned(4.0, 9.0), LIMITS) == judge(SQUARE, returned(4.0, 9.0), LIMITS)


def test_remote_judge_fails_as_the_judge_does(connection: socket.socket) -> None:
    broken = msgspec.structs.replace(SQUARE, output=0, outputs=())  # no plan has such a check
    remote = RemoteJudge(connection)
    with pytest.raises(IndexError):
        remote(broken, returned((4.0,), (9.0,)), LIMITS)
    assert remote(SQUARE, returned(4.0, 9.0), LIMITS) == judge(SQUARE, returned(4.0, 9.0), LIMITS)


def test_template_of_run_has_a_judge() -> None:
    with Early(["run"]) as early:
        process = early.take()
        assert process is not None
        with closing(process):
            assert process.judge is not None
