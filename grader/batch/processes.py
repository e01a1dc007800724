"""A worker process of this machine: started clean, and spoken to in frames of our own bytes. Nothing is pickled."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from contextlib import AbstractContextManager
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from traceback import extract_tb
from types import FrameType, TracebackType

import msgspec

from grader.batch import worker
from grader.errors import ClusterError, GraderError, IsolationError
from grader.sandbox.kernel import PR_SET_PDEATHSIG, prctl


class WorkerDiedError(Exception):
    """A worker process ended before it had answered."""


class FaultError(Exception):
    """The harness failed at a submission; the message says how and where."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's answer to a task: an encoded Outcome, or why there is none."""

    outcome: bytes = b""
    refusal: str = ""  # student code would not be confined
    fault: str = ""
    mismatch: str = ""  # the worker is not like this process, so what it would say does not count


class WorkerProcess:
    """A worker, for one thread at a time. It ends with the thread that has started it, or when it is killed.

    `processor`: the only one that it and what it starts may use; None: any.
    """

    def __init__(self, setup: bytes, processor: int | None = None) -> None:
        self.processor = processor
        self._connection, theirs = Pipe()
        start = f"import sys; sys.path[:] = {sys.path!r}; from grader.batch.processes import main; "
        start += f"main({theirs.fileno()}, {os.getpid()})"
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own code)
            [sys.executable, "-s", "-c", start],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
        )
        theirs.close()
        if processor is not None:
            with contextlib.suppress(OSError):  # it has ended, or the processor is gone: then any will do
                os.sched_setaffinity(self.pid, {processor})
                # Or else each answer of a child would interrupt it, to be read before the next one is worked out.
                os.sched_setscheduler(self.pid, os.SCHED_BATCH, os.sched_param(0))
        self._send(setup)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def grade(self, task: bytes) -> bytes:
        """An encoded Task to an encoded Outcome.

        Raises:
            WorkerDiedError: the process has ended.
            IsolationError: student code would not be confined; nothing has run.
            FaultError: the harness failed.
        """
        self._send(task)
        try:
            reply = self._connection.recv_bytes()
        except (EOFError, OSError):
            raise WorkerDiedError(f"its worker ended ({self._ending()})") from None
        return outcome_in(reply)

    def kill(self) -> None:
        """End it, whatever it does. It has nothing to save."""
        self._process.kill()

    def close(self) -> None:
        """End it, and leave nothing of it behind."""
        self.kill()
        self._process.wait()
        self._connection.close()

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it has ended, as the lack of an answer will say
            self._connection.send_bytes(data)

    def _ending(self) -> str:
        self.kill()  # whatever still lives has closed its connection
        code = self._process.wait()
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def outcome_in(data: bytes) -> bytes:
    """The encoded Outcome in an encoded Reply. Raises IsolationError, FaultError and ClusterError as the reply says."""
    reply = msgspec.msgpack.decode(data, type=Reply)
    if reply.mismatch:
        raise ClusterError(reply.mismatch)
    if reply.refusal:
        raise IsolationError(reply.refusal)
    if reply.fault:
        raise FaultError(reply.fault)
    return reply.outcome


def main(fd: int, parent: int) -> None:
    """A worker process: it ends with `parent`, and leaves signals that are meant for the run to the run."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ignore)  # with a handler, which those that it starts do not inherit
    with contextlib.suppress(OSError):
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:  # else it ended before it could be asked for a signal
        serve(Connection(fd))


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Nothing."""


def serve(connection: Connection) -> None:
    """Answer tasks until the other end is closed, or a fault leaves who knows what behind. The setup comes first."""
    with connection, contextlib.suppress(EOFError, OSError):
        setup, reply = connection.recv_bytes(), Reply()
        while not reply.fault:
            reply = _reply(setup, connection.recv_bytes())
            connection.send_bytes(msgspec.msgpack.encode(reply))


def _reply(setup: bytes, task: bytes) -> Reply:
    with Told() as told:
        worker.prepare(setup)
        told.reply = Reply(outcome=worker.grade_task(task))
    return told.reply


class Told(AbstractContextManager["Told"]):
    """Turns what is raised into a reply: one submission's trouble must not stop the others."""

    def __init__(self) -> None:
        self.reply = Reply()

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> bool:
        """Keep it, unless it is the end of the process."""
        if isinstance(error, IsolationError):
            self.reply = Reply(refusal=str(error) or "student code would not be confined")
        elif isinstance(error, Exception):
            self.reply = Reply(fault=_described(error, at))
        return isinstance(error, Exception)


def _described(error: Exception, at: TracebackType | None) -> str:
    if isinstance(error, GraderError):
        return f"{type(error).__name__}: {error}"
    last = extract_tb(at)[-1]
    return f"{type(error).__name__}: {error} (at {Path(last.filename).name}, line {last.lineno})"
