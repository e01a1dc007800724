"""The child: answers requests over two pipes, one at a time, until the grader closes them or kills it."""

from __future__ import annotations

import builtins
import gc
import io
import random
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

import msgspec
import numpy as np

from grader.errors import WireError
from grader.records import LayerState, Outcome, OutOfMemory, Raised, Reading, Returned
from grader.sandbox.capture import Capture, open_or_discard
from grader.sandbox.leftovers import Snapshot
from grader.sandbox.messages import (
    Answer,
    Call,
    Calls,
    Define,
    Done,
    Envelope,
    Failed,
    Load,
    Read,
    ReadingDone,
    Ready,
    Reply,
    SelfTest,
    SelfTested,
    Stale,
)
from grader.sandbox.selftest import try_everything
from grader.sandbox.wire import pack, pack_reply, read_blocking, unpack, write_blocking
from grader.sandbox.workspace import Workspace

RECURSION_LIMIT = 3000  # as in a notebook's kernel
MAX_MESSAGE = 4_000  # with all that was added to it
Single = Read | Load | Define | Call | SelfTest  # a request that has one answer
SEED = 0  # of the global generators: the same submission must get the same marks


def serve(
    request_fd: int, reply_fd: int, put_on: Callable[[], tuple[LayerState, ...]], before: Snapshot | None = None
) -> None:
    """Put on the layers and say which are on, then answer requests until the other side closes.

    `before`: the process as no student code has changed it; None: as it is now.
    """
    with _LastWords(reply_fd) as last_words:
        write_blocking(reply_fd, pack(Reply(nonce=b"", answer=Ready(layers=put_on()))))
        server = Server(before)
        while (body := read_blocking(request_fd)) is not None:
            envelope = unpack(body, Envelope)
            last_words.nonce = envelope.nonce
            request = envelope.request
            for single in request.each() if isinstance(request, Calls) else (request,):
                write_blocking(reply_fd, frame(envelope.nonce, _answer(server, single)))


class _LastWords(AbstractContextManager["_LastWords"]):
    """Sends the grader the traceback of a fault in our own code."""

    def __init__(self, reply_fd: int) -> None:
        self.nonce = b""
        self._reply_fd = reply_fd

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        if isinstance(error, MemoryError):  # a request is too large for this process
            signal.raise_signal(signal.SIGKILL)  # as the kernel ends what asks for too much
        if isinstance(error, Exception):
            text = "".join(traceback.format_exception(error))
            write_blocking(self._reply_fd, pack(Reply(nonce=self.nonce, answer=Failed(traceback=text[-MAX_MESSAGE:]))))
        return isinstance(error, Exception)


def _answer(server: Server, request: Single) -> Answer:
    try:
        return server.answer(request)
    except MemoryError:  # outside of student code: its text alone is too large
        return OutOfMemory()


def frame(nonce: bytes, answer: Answer) -> bytes:
    """The reply's frame; an answer that is too large becomes an outcome that says so."""
    try:
        return pack_reply(Reply(nonce=nonce, answer=answer))
    except (WireError, MemoryError):
        return pack(Reply(nonce=nonce, answer=OutOfMemory()))


class Server:
    """The child's state: a workspace, and what was printed meanwhile."""

    def __init__(self, before: Snapshot | None) -> None:
        self._workspace = Workspace()
        self._output = Capture()
        self._before = before
        self._is_new = True

    def answer(self, request: Single) -> Answer:
        """Carry out one request."""
        if isinstance(request, Read):
            return ReadingDone(reading=_reading(request))
        if isinstance(request, SelfTest):
            return SelfTested(trials=try_everything(request))
        if isinstance(request, Load):
            self._before = self._before or Snapshot()
            self._prepare()
            return self._workspace.load(request)
        return self._with_output(self._run(request))

    def _prepare(self) -> None:
        """What a kernel would have: printing that goes somewhere, a collector, generators in a known state."""
        sys.stdout = sys.stderr = self._output
        builtins.open = io.open = open_or_discard  # pathlib uses the latter
        sys.setrecursionlimit(RECURSION_LIMIT)
        gc.enable()
        random.seed(SEED)
        np.random.seed(SEED)  # noqa: NPY002 (the legacy generator is what notebooks use)
        if torch := sys.modules.get("torch"):
            torch.manual_seed(SEED)

    def _is_as_new(self) -> bool:
        """Whether code that runs now finds nothing of what has run before. Printing and generators start again."""
        self._workspace.clear()
        if not self._is_new and self._before and not self._before.is_still_true():
            return False
        self._prepare()
        self._is_new = False
        return True

    def _run(self, request: Define | Call) -> Done | Stale | Outcome:
        if isinstance(request, Define):
            if request.is_first and not self._is_as_new():
                return Stale()
            return self._workspace.define(request)
        return self._workspace.call(request)

    def _with_output(self, outcome: Done | Stale | Outcome) -> Answer:
        printed = self._output.take()
        if isinstance(outcome, Returned):
            return msgspec.structs.replace(outcome, stdout=printed)
        if isinstance(outcome, Raised):
            return msgspec.structs.replace(outcome, message=outcome.message[:MAX_MESSAGE], stdout=printed)
        return outcome


def _reading(request: Read) -> Reading:
    from grader.submission.read import Wanted, read_submission  # noqa: PLC0415 (the template has it, or its reader)

    given, values = dict(request.given), frozenset(request.values)
    wanted = Wanted(request.wanted, request.patterns, dict(request.handout), given, values, request.asked, request.logs)
    return read_submission(request.bundle, wanted)
