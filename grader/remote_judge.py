"""A judge in a process of its own, so that a command that grades one submission need not import NumPy a second time.

The process is a fork of the template, from before there are children in which student code runs. It is a part of the grader:
no such code runs in it, and what children send reaches it through the grader alone.
"""

from __future__ import annotations

import socket
import time

import msgspec

from grader.errors import WireError
from grader.judging import judge
from grader.plan import Check
from grader.records import Limits, Outcome
from grader.report import CheckResult
from grader.sandbox.wire import ClosedError, DeadlineError, Reader, pack, read_blocking, send, unpack, write_blocking

SECONDS = 600.0  # for all cases of a check: they may be large


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be judged."""

    check: Check
    outcomes: tuple[Outcome, ...]
    limits: Limits


class RemoteJudge:
    """Judges as `judging.judge` does. When there is no other process (any more), it does so here."""

    def __init__(self, connection: socket.socket | None) -> None:
        """`connection`: to the other process, at whose end `serve` runs. It may be closed at any time."""
        self._connection = connection
        if connection:
            connection.setblocking(False)
            self._replies = Reader(connection.fileno())

    def __call__(self, check: Check, outcomes: tuple[Outcome, ...], limits: Limits) -> CheckResult:
        """The result of one check on one candidate."""
        return self._asked(check, outcomes, limits) or judge(check, outcomes, limits)

    def _asked(self, check: Check, outcomes: tuple[Outcome, ...], limits: Limits) -> CheckResult | None:
        if self._connection is None or self._connection.fileno() < 0:
            return None
        deadline = time.monotonic() + SECONDS
        try:
            send(self._connection.fileno(), pack(Brief(check=check, outcomes=outcomes, limits=limits)), deadline)
            return unpack(self._replies.receive(deadline), CheckResult)
        except (ClosedError, DeadlineError, OSError, WireError):
            self._connection = None
            return None


def serve(fd: int) -> None:
    """Judge whatever comes, until the grader closes the socket. What goes wrong here ends the process."""
    while (body := read_blocking(fd)) is not None:
        brief = unpack(body, Brief)
        write_blocking(fd, pack(judge(brief.check, brief.outcomes, brief.limits)))
