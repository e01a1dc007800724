"""The grader's side of a template: starting the process, and giving it commands."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import SandboxError
from grader.records import LayerState, Limits
from grader.sandbox import namespaces
from grader.sandbox.messages import Command, Fork, Forked, Reap, Reaped, Settings, Status
from grader.sandbox.wire import unpack

START_SECONDS = 120.0  # importing torch on half a processor
REAP_SECONDS = 20.0
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)  # the second: as bubblewrap passes it on
FIRST_UID, UIDS = 60_578, 600  # a range that neither people nor services get
ENVIRONMENT = {  # all that a template and its children see
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "TORCHINDUCTOR_CACHE_DIR": "/",  # torch makes this folder when it is imported: it must be there already
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
}


def first_offset() -> int:
    """Where a template starts in the range of users: another template, of this grader or another, uses others."""
    return secrets.randbelow(UIDS)


def import_path() -> list[str]:
    """Where the template finds modules: as here, but not in the working directory or beside the script that is run.

    As here means with PYTHONPATH and a user's site. What lies in those two places (the rubrics, say) is no business of
    a submission; the folder of this package itself stays.
    """
    own = str(Path(__file__).resolve().parents[2])
    unwanted = {own, str(Path.cwd()), str(Path(sys.argv[0]).absolute().parent), "/"}
    return [*(path for path in sys.path if Path(path).is_absolute() and path not in unwanted), own]


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

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._uids = first_offset()
        self._start(namespaces.jail(import_path(), settings))

    def _start(self, jail: namespaces.Jail) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = (
            f"import gc, sys; gc.disable(); sys.path[:] = {import_path()!r}; from grader.sandbox.template import main; "
        )
        start += f"main({theirs.fileno()})"
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own code)
            [*jail.command, sys.executable, "-s", "-c", start],
            env=ENVIRONMENT,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        self._has_answered = False
        self._jail = jail
        with contextlib.suppress(BrokenPipeError):  # it has ended already: the first command finds out
            self._control.send(msgspec.msgpack.encode(self._settings))

    @property
    def namespaces(self) -> LayerState:
        """Whether it has namespaces of its own; known for sure after the first child."""
        return self._jail.state()

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
        return self._process.poll() in KILLED

    def close(self) -> None:
        """End the template and with it whatever children are left."""
        self._control.close()
        self._process.kill()  # it has nothing to save, and may still be importing
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

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
            if self._has_answered or not self._jail.command:
                raise
            self.close()
            self._start(namespaces.refused(str(error)))
            data = self._exchange(msgspec.msgpack.encode(command), fds, seconds)
        self._has_answered = True
        return unpack(data, Status)  # type: ignore[arg-type] # a union is a type to msgspec

    def _exchange(self, message: bytes, fds: list[int], seconds: float) -> bytes:
        self._control.settimeout(seconds)
        try:
            socket.send_fds(self._control, [message], fds)
            data = self._control.recv(4096)
        except (OSError, TimeoutError) as error:
            raise SandboxError(f"the template process does not answer: {error}{self._last_words()}") from None
        if not data:
            raise SandboxError(f"the template process has ended{self._last_words()}")
        return data

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):  # its end of the socket closes a moment before it ends
            self._process.wait(timeout=1)
        if self._process.poll() is None or self._process.stderr is None:
            return ""
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""
