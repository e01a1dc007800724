"""The grader's side of the sandbox: templates, children, deadlines, and how a child ended."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from grader.errors import SandboxError, WireError
from grader.plan import Limits
from grader.records import Crashed, LayerState, OutOfMemory, TimedOut
from grader.sandbox.layers import CHILD_BUG_EXIT_CODE
from grader.sandbox.messages import (
    Answer,
    Command,
    Envelope,
    Fork,
    Forked,
    Load,
    Read,
    Ready,
    Reap,
    Reaped,
    Reply,
    Request,
    Status,
)
from grader.sandbox.wire import ClosedError, DeadlineError, pack, receive, send, unpack

START_SECONDS = 120.0  # importing torch on half a processor
FORK_SECONDS = 20.0
GRACE_SECONDS = 0.3  # for a process whose pipes are closed to be gone
FIRST_UID, UIDS = 60_000, 5_000  # a range that no distribution gives to people or services
ENVIRONMENT = {  # all that a template and its children see
    "PATH": os.defpath,
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
}
ENDINGS = {
    -signal.SIGSEGV: "a segmentation fault",
    -signal.SIGABRT: "an abort",
    -signal.SIGBUS: "a bus error",
    -signal.SIGFPE: "an arithmetic fault in compiled code",
    -signal.SIGILL: "an illegal instruction",
    -signal.SIGSYS: "a forbidden system call",
}


def first_offset() -> int:
    """Where a template starts in the range of users: another template, of this grader or another, uses others."""
    return secrets.randbelow(UIDS)


def import_path() -> list[str]:
    """Where the template finds modules: as here (PYTHONPATH, a user's site), but never in the working directory.

    What lies there (the rubrics, say) is no business of a submission; the folder of this package itself stays.
    """
    own = str(Path(__file__).resolve().parents[2])
    here = str(Path.cwd())
    paths = [path for path in sys.path if path != own and Path(path).is_absolute() and path not in (here, "/")]
    return [*paths, own]


class Template:
    """A running template process. `close` ends it; it also ends by itself when this process does."""

    def __init__(self, kind: str) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = f"import sys; sys.path[:] = {import_path()!r}; from grader.sandbox.template import main; "
        start += f"main({theirs.fileno()}, {kind!r})"
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and our own code)
            [sys.executable, "-s", "-c", start],
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
        self._uids = first_offset()

    def fork(self, limits: Limits) -> Child:
        """A new confined child. Raises SandboxError when there is none to be had."""
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        with contextlib.ExitStack() as unused:
            for fd in (request_write, reply_read):
                unused.callback(os.close, fd)
            try:
                settings = self._settings(limits)
                status = self._command(settings, [request_read, reply_write], seconds=START_SECONDS)
            finally:
                os.close(request_read)
                os.close(reply_write)
            if not isinstance(status, Forked):
                raise SandboxError(f"the template could not fork: {status}")
            unused.pop_all()  # they are the child's now
        return Child(self, status.pid, request_write, reply_read)

    def is_running(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def reap(self, pid: int) -> int:
        """How an ended child ended: its exit code, or minus the signal."""
        status = self._command(Reap(pid=pid), [], seconds=FORK_SECONDS)
        if not isinstance(status, Reaped):
            raise SandboxError(f"the template could not wait for a child: {status}")
        return status.code

    def close(self) -> None:
        """End the template and with it whatever children are left."""
        self._control.close()
        self._process.kill()  # it has nothing to save, and may still be importing
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()

    def _settings(self, limits: Limits) -> Fork:
        self._uids = (self._uids + 1) % UIDS
        return Fork(
            uid=FIRST_UID + self._uids if os.geteuid() == 0 else None,
            memory_bytes=limits.memory_megabytes * 2**20,
            cpu_seconds=int(limits.total_seconds) + 1,
        )

    def _command(self, command: Command, fds: list[int], *, seconds: float) -> Status:
        self._control.settimeout(seconds)
        try:
            socket.send_fds(self._control, [msgspec.msgpack.encode(command)], fds)
            data = self._control.recv(4096)
        except (OSError, TimeoutError) as error:
            raise SandboxError(f"the template process does not answer: {error}{self._last_words()}") from None
        if not data:
            raise SandboxError(f"the template process has ended{self._last_words()}")
        return unpack(data, Status)  # type: ignore[arg-type] # a union is a type to msgspec

    def _last_words(self) -> str:
        with contextlib.suppress(subprocess.TimeoutExpired):  # its end of the socket closes a moment before it ends
            self._process.wait(timeout=1)
        if self._process.poll() is None or self._process.stderr is None:
            return ""
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return f": {lines[-1]}" if lines else ""


class Child:
    """A confined process. After a TimedOut or Crashed answer it is dead: take a new one."""

    def __init__(self, template: Template, pid: int, request_fd: int, reply_fd: int) -> None:
        self._template = template
        self._pid = pid
        self._fds = (request_fd, reply_fd)
        self._last_answer: Answer = Crashed(reason="its process had ended before")
        self.is_alive = True
        for fd in self._fds:
            os.set_blocking(fd, False)
        self.layers = self._first_words()

    def ask(self, request: Request, seconds: float) -> Answer:
        """Send a request and wait at most `seconds` for the answer. A child that does not answer properly is killed.

        A dead child answers everything with what it died of. Raises SandboxError when our own code in the child failed.
        """
        if not self.is_alive:
            return self._last_answer
        nonce = secrets.token_bytes(16)
        deadline = time.monotonic() + seconds
        try:
            send(self._fds[0], pack(Envelope(nonce=nonce, request=request)), deadline)
            reply = unpack(receive(self._fds[1], deadline), Reply)
        except DeadlineError:
            return self.end_with(TimedOut(seconds=seconds))
        except ClosedError:
            return self._closed(request)
        except WireError:
            return self.end_with(Crashed(reason="an answer that is not one of ours (tampering)"))
        if reply.nonce != nonce:
            return self.end_with(Crashed(reason="an answer that nobody asked for (tampering)"))
        return reply.answer

    def end_with(self, answer: Answer) -> Answer:
        """Kill the process; from now on this is its answer to everything."""
        self._last_answer = answer
        self.end()
        return answer

    def _closed(self, request: Request) -> Answer:
        """The pipes are closed: as a rule because the process is ending, which may take a moment."""
        if not _ends_within(self._pid, GRACE_SECONDS):
            return self.end_with(Crashed(reason="it closed its connection to the grader (tampering)"))
        code = self.end()
        if code == CHILD_BUG_EXIT_CODE and isinstance(request, Read | Load):  # no student code has run
            raise SandboxError(f"the code of the grader in a child failed at {type(request).__name__}")
        self._last_answer = _ending(code)
        return self._last_answer

    def end(self) -> int:
        """Kill the process; how it ended. The template has not waited for it yet, so its id is still its own."""
        if not self.is_alive:
            return 0
        self.is_alive = False
        if self._template.is_running():  # else nobody holds the child's id any more, and the child has ended with it
            kill(self._pid)
        for fd in self._fds:
            os.close(fd)
        return self._template.reap(self._pid)

    def _first_words(self) -> tuple[LayerState, ...]:
        try:
            reply = unpack(receive(self._fds[1], time.monotonic() + FORK_SECONDS), Reply)
        except (DeadlineError, ClosedError, WireError) as error:
            code = self.end()
            raise SandboxError(f"a child did not start ({type(error).__name__}, exit code {code})") from None
        if not isinstance(reply.answer, Ready):
            self.end()
            raise SandboxError("a child did not say which layers are on")
        return reply.answer.layers


def kill(pid: int) -> None:
    """Kill the process and whatever it has started. It may not lead a group yet: then there is only itself."""
    for send_signal in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            send_signal(pid, signal.SIGKILL)


def _ends_within(pid: int, seconds: float) -> bool:
    """Whether the process, which nobody has waited for, ends by itself in that time."""
    deadline = time.monotonic() + seconds
    while not (has_ended := _has_ended(pid)) and time.monotonic() < deadline:
        time.sleep(0.005)
    return has_ended


def _has_ended(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] in "ZX"  # proc(5): zombie, dead


def _ending(code: int) -> Answer:
    """What an end that we did not order means."""
    if code == -signal.SIGKILL:
        return OutOfMemory()
    if code == -signal.SIGXCPU:
        return TimedOut(seconds=0.0)
    if code in ENDINGS:
        return Crashed(reason=ENDINGS[code])
    if code < 0:
        return Crashed(reason=f"signal {-code}")
    return Crashed(reason=f"an exit with code {code}, as os._exit() makes", exit_code=code)


class Sandbox:
    """Templates by kind, each started when first needed. `close` ends them (see contextlib.closing)."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits  # of the children to come; a plan brings its own
        self.layers: tuple[LayerState, ...] = ()
        self._templates: dict[str, Template] = {}

    def start(self, kind: str) -> Template:
        """Start the template of this kind if it does not run yet, without waiting for its imports."""
        if kind not in self._templates:
            self._templates[kind] = Template(kind)
        return self._templates[kind]

    def child(self, kind: str) -> Child:
        """A new child of the template of this kind ("numpy" or "torch")."""
        child = self.start(kind).fork(self.limits)
        self.layers = child.layers
        return child

    def close(self) -> None:
        """End every template and with it every child."""
        for template in self._templates.values():
            template.close()
        self._templates.clear()
