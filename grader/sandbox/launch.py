"""The grader's side of a template: starting the process, and giving it commands."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import SandboxError
from grader.records import LayerState, Limits
from grader.sandbox import namespaces
from grader.sandbox.messages import Command, Fork, Forked, Reap, Reaped, Settings, Status
from grader.sandbox.process import TemplateProcess, import_path
from grader.sandbox.wire import unpack

START_SECONDS = 120.0  # importing torch on half a processor
REAP_SECONDS = 20.0
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


class Template:
    """A running template process. `close` ends it; it also ends by itself when this process does.

    It starts behind namespaces of its own. Only trying tells whether the machine allows that, so a template that ends
    before its first answer is started once more without them.
    """

    def __init__(self, settings: Settings, process: TemplateProcess | None = None) -> None:
        """`process`: one that has been started already, for these settings."""
        self._settings = settings
        self._uids = first_offset()
        private = (Path(os.fsdecode(path)) for path in settings.private)
        self._take(process or TemplateProcess(namespaces.jail(import_path(), private, settings.omitted)))

    def _take(self, process: TemplateProcess) -> None:
        self._process = process
        self._has_answered = False
        with contextlib.suppress(BrokenPipeError):  # it has ended already: the first command finds out
            process.control.send(msgspec.msgpack.encode(self._settings))

    @property
    def namespaces(self) -> LayerState:
        """Whether it has namespaces of its own; known for sure after the first child."""
        return self._process.jail.state()

    def fork(self, limits: Limits) -> Started:
        """A new confined child. Raises SandboxError when there is none to be had."""
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        with contextlib.ExitStack() as unused:
            for fd in (request_write, reply_read):
                unused.callback(os.close, fd)
            try:
                status = self._command(self._fork_settings(limits), [request_read, reply_write], seconds=START_SECONDS)
            finally:
                os.close(request_read)
                os.close(reply_write)
            if not isinstance(status, Forked):
                raise SandboxError(f"the template could not fork: {status}")
            unused.pop_all()  # they are the child's now
        return Started(status.pid, request_write, reply_read)

    def reap(self, pid: int, grace_seconds: float) -> Reaped:
        """End a child that has not ended by itself in `grace_seconds`; how it ended.

        Where memory has run out, the kernel may end the template too, and its children end with it.
        """
        try:
            status = self._command(Reap(pid=pid, grace_seconds=grace_seconds), [], seconds=REAP_SECONDS + grace_seconds)
        except SandboxError:
            if not self.was_killed():
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
        self._process.close()

    def _fork_settings(self, limits: Limits) -> Fork:
        self._uids = (self._uids + 1) % UIDS
        return Fork(
            uid=FIRST_UID + self._uids if os.geteuid() == 0 else None,
            memory_bytes=limits.memory_megabytes * 2**20,
            cpu_seconds=int(limits.total_seconds) + 1,
        )

    def _command(self, command: Command, fds: list[int], *, seconds: float) -> Status:
        try:
            data = self._exchange(msgspec.msgpack.encode(command), fds, seconds)
        except SandboxError as error:
            if self._has_answered or not self._process.jail.command:
                raise
            self.close()
            self._take(TemplateProcess(namespaces.refused(str(error))))
            data = self._exchange(msgspec.msgpack.encode(command), fds, seconds)
        self._has_answered = True
        return unpack(data, Status)  # type: ignore[arg-type] # a union is a type to msgspec

    def _exchange(self, message: bytes, fds: list[int], seconds: float) -> bytes:
        control = self._process.control
        control.settimeout(seconds)
        try:
            socket.send_fds(control, [message], fds)
            data = control.recv(4096)
        except (OSError, TimeoutError) as error:
            raise SandboxError(f"the template process does not answer: {error}{self._last_words()}") from None
        if not data:
            raise SandboxError(f"the template process has ended{self._last_words()}")
        return data

    def _last_words(self) -> str:
        process = self._process.process
        with contextlib.suppress(subprocess.TimeoutExpired):  # its end of the socket closes a moment before it ends
            process.wait(timeout=1)
        if process.poll() is None or process.stderr is None:
            return ""
        lines = process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""
