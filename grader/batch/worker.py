"""What runs in a worker process: a session that stays warm, and one submission after the other.

Tasks and outcomes are bytes of our own records: nothing that a student wrote is ever unpickled.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

import msgspec

from grader.api import Assignment, Session, open_session
from grader.batch.ledger import Outcome, outcome_of
from grader.pipeline import ungradable
from grader.plan import decode_plan
from grader.records import Bundle
from grader.report import PartResult, Report


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """What every task of a run has in common."""

    plan: bytes  # see plan.encode_plan
    private: tuple[str, ...] = ()  # files and folders that student code must not be able to read
    allows_weak_isolation: bool = False


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One submission. `known`: its results of parts that are as they were; `incidents`: what was noted for staff then."""

    bundle: Bundle
    fault: str = ""  # why the bundle is empty: it is too much, say
    known: tuple[PartResult, ...] = ()
    incidents: tuple[str, ...] = ()


class Worker:
    """A warm session. A lock serves its tasks one by one, where a scheduler gives several at once to one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._setup: bytes | None = None
        self._session: Session | None = None
        self._stack = contextlib.ExitStack()

    def prepare(self, data: bytes) -> None:
        """Open the session for these tasks (an encoded Setup), and close the one for others."""
        with self._lock:
            if data == self._setup:
                return
            self.close()
            setup = msgspec.msgpack.decode(data, type=Setup)
            assignment = Assignment(plan=decode_plan(setup.plan), private=tuple(map(Path, setup.private)))
            session = open_session(assignment, allow_weak_isolation=setup.allows_weak_isolation)
            self._session = self._stack.enter_context(session)
            self._setup = data

    def close(self) -> None:
        """Close the session, if there is one."""
        self._setup, self._session = None, None
        self._stack.close()

    def grade(self, task: Task) -> Outcome:
        """Grade one submission. Raises SandboxError and IsolationError as Session.grade does."""
        with self._lock:
            if self._session is None:
                raise RuntimeError("the worker has not been prepared")
            start = time.monotonic()
            report = _grade(self._session, task)
            return outcome_of(report, round(time.monotonic() - start, 4))


def _grade(session: Session, task: Task) -> Report:
    if task.fault:
        return ungradable(task.bundle.name, task.fault, session.assignment.plan)
    report = session.grade_bundle(task.bundle, task.known)
    return msgspec.structs.replace(report, incidents=tuple(dict.fromkeys((*task.incidents, *report.incidents))))


WORKER = Worker()  # one per process


def prepare(setup: bytes) -> None:
    """Open the session of this process."""
    WORKER.prepare(setup)


def grade_task(task: bytes) -> bytes:
    """Grade one submission: an encoded Task to an encoded Outcome."""
    return msgspec.msgpack.encode(WORKER.grade(msgspec.msgpack.decode(task, type=Task)))
