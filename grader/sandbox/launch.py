"""The grader's side of a template: starting the process, and giving it commands."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import SandboxError
from grader.records import LayerState, Limits
from grader.sandbox import namespaces
from grader.sandbox.messages import Fork, Forked, Reap, Reaped, Settings, Status
from grader.sandbox.process import TemplateProcess, import_path
from grader.sandbox.wire import unpack

START_SECONDS = 120.0  # importing torch on half a processor
REAP_SECONDS = 20.0
# Of the time for checks that students see at one time: others may have used up to an eighth before (leftovers.py).
CPU_SHARE = 8 / 7
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the second: as bubblewrap passes it on
FIRST_UID, UIDS = 60_578, 600  # a range that neither people nor services get


def first_offset() -> int:
    """Where a template starts in the range of users: another template, of this grader or another, uses others."""
    return int.from_bytes(os.urandom(4), "little") % UIDS


class Started(NamedTuple):
    """A child as the template gives it: its process id (the template's number), the ends of its two pipes."""

    pid: int
    request_fd: int
    reply_fd: int


class _Order:
    """A child that has been asked for: the command, and the two pipes. `close` closes what nobody has taken."""

    def __init__(self, settings: Fork) -> None:
        self.message = msgspec.msgpack.encode(settings)
        request_read, self._request_write = os.pipe()
        self._reply_read, reply_write = os.pipe()
        self.theirs = request_read, reply_write
        self._ours = [self._request_write, self._reply_read]

    def taken(self, pid: int) -> Started:
        """The child that was made of it, with our ends of the pipes."""
        self._ours = []
        return Started(pid, self._request_write, self._reply_read)

    def close(self) -> None:
        """Close the child's ends here, and ours too if it was not made."""
        for fd in (*self.theirs, *self._ours):
            os.close(fd)


class Template:
    """A running template process. `close` ends it; it also ends by itself when this process does.

    It starts behind namespaces of its own. Only trying tells whether the machine allows that, so a template that ends
    before its first answer is started once more without them.
    """

    def __init__(self, settings: Settings, process: TemplateProcess | None = None) -> None:
        """`process`: one that has been started already, for these settings."""
        self._settings = settings
        self._uids = first_offset()
        self._ordered: _Order | None = None
        private = (Path(os.fsdecode(path)) for path in settings.private)
        self._take(process or TemplateProcess(namespaces.jail(import_path(), private, settings.omitted)))

    def _take(self, process: TemplateProcess) -> None:
        self._process = process
        self._answers = 0
        with contextlib.suppress(BrokenPipeError):  # it has ended already: the first command finds out
            process.control.send(msgspec.msgpack.encode(self._settings))

    @property
    def namespaces(self) -> LayerState:
        """Whether it has namespaces of its own; known for sure after the first child."""
        return self._process.jail.state()

    def order(self, limits: Limits, *, reads: bool = False) -> _Order:
        """Ask for a child without waiting for it; the next call of `fork` gives it."""
        self._ordered = _Order(self._fork_settings(limits, reads=reads))
        self._send(self._ordered.message, self._ordered.theirs)
        return self._ordered

    def fork(self, limits: Limits, *, reads: bool = False) -> Started:
        """A new confined child. Raises SandboxError when there is none to be had."""
        with contextlib.closing(self._ordered or self.order(limits, reads=reads)) as ordered:
            self._ordered = None
            status = self._answer(ordered.message, ordered.theirs)
            if not isinstance(status, Forked):
                raise SandboxError(f"the template could not fork: {status}")
            return ordered.taken(status.pid)

    def reap(self, pid: int, grace_seconds: float) -> Reaped:
        """End a child that has not ended by itself in `grace_seconds`; how it ended.

        Where memory has run out, the kernel may end the template too, and its children end with it. So they do with one that
        cannot start here.
        """
        self._send(msgspec.msgpack.encode(Reap(pid=pid, grace_seconds=grace_seconds)))
        try:
            status = self._receive(grace_seconds + (REAP_SECONDS if self._is_up else START_SECONDS))
        except SandboxError:
            if self._is_up and not self.was_killed():
                raise
            return Reaped(code=-signal.SIGKILL, was_killed=False)
        if not isinstance(status, Reaped):
            raise SandboxError(f"the template could not wait for a child: {status}")
        return status

    def was_killed(self) -> bool:
        """Whether the kernel has ended it, which it does when memory runs out; nobody else may signal it."""
        return self._process.process.poll() in KILLED

    def close(self) -> None:
        """End the template and with it whatever children are left."""
        if self._ordered:
            self._ordered.close()
            self._ordered = None
        self._process.close()

    def _fork_settings(self, limits: Limits, *, reads: bool) -> Fork:
        self._uids = (self._uids + 1) % UIDS
        return Fork(
            uid=FIRST_UID + self._uids if os.geteuid() == 0 else None,
            memory_bytes=limits.memory_megabytes * 2**20,
            cpu_seconds=int(limits.total_seconds * CPU_SHARE) + 1,
            reads=reads,
        )

    @property
    def _is_up(self) -> bool:
        """Whether it has answered with its libraries imported: a reader is forked before that."""
        return self._answers > self._settings.has_reader

    def _answer(self, message: bytes, fds: Sequence[int]) -> Status:
        """The answer to a command that has been sent; in a new process, if it had to be sent again."""
        try:
            return self._receive(START_SECONDS)
        except SandboxError as error:
            if self._is_up or not self._process.jail.command:
                raise
            self.close()
            self._settings = msgspec.structs.replace(
                self._settings, has_reader=self._settings.has_reader > self._answers
            )
            self._take(TemplateProcess(namespaces.refused(str(error))))
            self._send(message, fds)
            return self._receive(START_SECONDS)

    def _send(self, message: bytes, fds: Sequence[int] = ()) -> None:
        with contextlib.suppress(OSError):  # the template has ended already: who waits for the answer finds out
            self._process.control.settimeout(START_SECONDS)
            socket.send_fds(self._process.control, [message], fds)

    def _receive(self, seconds: float) -> Status:
        self._process.control.settimeout(seconds)
        try:
            data = self._process.control.recv(4096)
        except (OSError, TimeoutError) as error:
            raise SandboxError(f"the template process does not answer: {error}{self._last_words()}") from None
        if not data:
            raise SandboxError(f"the template process has ended{self._last_words()}")
        self._answers += 1
        self._process.has_answered = True
        return unpack(data, Status)  # type: ignore[arg-type] # a union is a type to msgspec

    def _last_words(self) -> str:
        process = self._process.process
        with contextlib.suppress(subprocess.TimeoutExpired):  # its end of the socket closes a moment before it ends
            process.wait(timeout=1)
        if process.poll() is None or process.stderr is None:
            return ""
        os.set_blocking(process.stderr.fileno(), False)  # what it has started may still hold the other end
        lines = (process.stderr.read() or b"").decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""
