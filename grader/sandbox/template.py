"""The template process: imports the libraries once, then forks a confined child on request.

It is exec'ed with a clean environment, knows no rubric and no submission, and never reads a byte that a child wrote. It
ends when the grader closes the control socket. It has one thread: a fork of a threaded process may hang.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import tempfile
import time
from functools import partial
from importlib.abc import MetaPathFinder
from pathlib import Path

import msgspec

from grader.sandbox import child, layers, limits, preload, user
from grader.sandbox.leftovers import Snapshot
from grader.sandbox.messages import Command, Fork, Forked, Reap, Reaped, Refused, Settings, Status
from grader.sandbox.wire import unpack

MAX_COMMAND = 65_536
OOM_FIRST = "1000"  # the highest score: when memory runs out, the kernel ends these processes rather than the grader
POLL_SECONDS = 0.002
READING = "grader.submission.read"
PACKAGE = Path(__file__).resolve().parents[1]


def main(control_fd: int, judge_fd: int | None = None) -> None:
    """Take the settings, then serve the control socket until the grader closes it.

    `judge_fd`: another process is to judge, at that socket (see remote_judge.py).
    """
    control = socket.socket(fileno=control_fd)
    settings = unpack(control.recv(MAX_COMMAND), Settings)
    _begin()
    private = (Path(os.fsdecode(path)) for path in settings.private)
    ruleset = layers.make_ruleset([*own_places(), *private], settings.omitted)
    can_open_files = layers.can_open_files(ruleset, settings.omitted)
    preload.list_folders()
    server = ForkServer(control, layers.prepare(ruleset, settings.omitted))
    if settings.has_reader and can_open_files:
        server.carry_out_next()
    preload.import_libraries(settings.kind)
    if judge_fd is not None:
        fork_judge(judge_fd, control)
    _get_ready(settings, can_open_files=can_open_files)
    server.serve()


def _begin() -> None:
    limits.set_limit(resource.RLIMIT_NOFILE, *(limits.OPEN_FILES_OF_TEMPLATE,) * 2)
    with contextlib.suppress(OSError):  # only a second line: the limit of memory is the first
        Path("/proc/self/oom_score_adj").write_text(OOM_FIRST, "ascii")
    sys.path[:] = [entry for entry in sys.path if entry not in ("", "/")]  # never import from the working directory
    tempfile.tempdir = "/nonexistent"  # what asks for a place for files is told one; else it looks for one, and fails


def _get_ready(settings: Settings, *, can_open_files: bool) -> None:
    """What comes between the libraries and the first child that runs code."""
    preload.train()
    if not settings.is_single:
        preload.practise()
    if not can_open_files:
        preload.import_what_is_wanted()
    hide_assignment()
    with contextlib.suppress(OSError):
        user.trim_template()
    gc.freeze()  # children share these pages instead of copying them at their first collection; they switch it on


def fork_judge(judge_fd: int, control: socket.socket) -> None:
    """A process that will know what is secret, of which no child has a copy. It ends when the grader closes its socket."""
    if os.fork():
        os.close(judge_fd)
        return
    try:
        control.close()
        layers.let_go_of_output()
        with contextlib.suppress(OSError):
            user.renounce_rights()
        from grader import remote_judge  # noqa: PLC0415 (of which the template needs nothing)

        remote_judge.serve(judge_fd)
    finally:
        os._exit(0)  # what went wrong here goes wrong in the grader too, which says so


class ForkServer:
    """The template at work: its connection to the grader, and the children that it has to wait for."""

    def __init__(self, control: socket.socket, prepared: layers.Prepared) -> None:
        self._control = control
        self._prepared = prepared
        self._before: Snapshot | None = None
        self._children: set[int] = set()

    def serve(self) -> None:
        """Carry out commands until the grader closes the connection; then end every child that is left."""
        self._before = Snapshot()
        self._prepared = self._prepared.as_of_now()
        try:
            while self.carry_out_next():
                pass
        finally:  # also when the grader has died before it got its answer
            for pid in self._children:
                _kill(pid)

    def carry_out_next(self) -> bool:
        """Wait for a command and carry it out. False: there are no more."""
        if command := self._next_command():
            self._control.send(msgspec.msgpack.encode(self._carry_out(*command)))
        return bool(command)

    def _next_command(self) -> tuple[Command, list[int]] | None:
        data, fds, _flags, _address = socket.recv_fds(self._control, MAX_COMMAND, 2)
        return (unpack(data, Command), fds) if data else None  # type: ignore[arg-type] # a union is a type to msgspec

    def _carry_out(self, command: Command, fds: list[int]) -> Status:
        if isinstance(command, Reap):
            return self._reap(command)
        try:
            return self._fork(command, fds)
        finally:
            for fd in fds:
                os.close(fd)

    def _fork(self, command: Fork, fds: list[int]) -> Status:
        if (threads := thread_count()) != 1:
            return Refused(reason=f"the template has {threads} threads; a fork could hang")
        pid = os.fork()
        if pid == 0:
            try:
                if command.reads:
                    import_reading()
                layers.take_descriptors(*fds)
                put_on = partial(layers.apply_layers, command, self._prepared)
                child.serve(layers.REQUEST_FD, layers.REPLY_FD, put_on, self._before)
            finally:
                os._exit(0)
        self._children.add(pid)
        return Forked(pid=pid)

    def _reap(self, command: Reap) -> Status:
        if command.pid not in self._children:
            return Refused(reason=f"process {command.pid} is not a child of this template")
        was_killed = not _ends_within(command.pid, command.grace_seconds)
        _kill(command.pid)  # what it may have started, if nothing kept it from doing so
        _pid, status = os.waitpid(command.pid, 0)
        self._children.remove(command.pid)
        return Reaped(code=os.waitstatus_to_exitcode(status), was_killed=was_killed)


def _ends_within(pid: int, seconds: float) -> bool:
    """Whether the child ends by itself in that time. It stays to be waited for, so that its id is not given again."""
    deadline = time.monotonic() + seconds
    while not (has_ended := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
        if time.monotonic() >= deadline:
            break
        time.sleep(POLL_SECONDS)
    return has_ended is not None


def _kill(pid: int) -> None:
    """Kill the child and whatever is in its group. It may not lead a group yet: then there is only itself."""
    for send_signal in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            send_signal(pid, signal.SIGKILL)


class _NothingOfOurs(MetaPathFinder):
    """What of this package is not imported by now is no business of a submission (the bundled homework above all)."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        """Nothing; ModuleNotFoundError for a part of this package, so that no other finder is asked."""
        if fullname.partition(".")[0] == "grader":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def own_places() -> list[Path]:
    """This package, and the checkout that it may lie in."""
    checkout = PACKAGE.parent
    return [PACKAGE] if checkout.name in ("site-packages", "dist-packages") else [PACKAGE, checkout]


def import_reading() -> None:
    """Import what a submission is read with, though it is hidden by now."""
    if READING in sys.modules:
        return
    path, finders = [*sys.path], [*sys.meta_path]
    sys.path.append(str(PACKAGE.parent))
    sys.meta_path[:] = [finder for finder in finders if not isinstance(finder, _NothingOfOurs)]
    importlib.import_module(READING)
    sys.path[:], sys.meta_path[:] = path, finders


def hide_assignment() -> None:
    """Let `import reference` find nothing: the checkout that this package may lie in leaves the path."""
    hidden = own_places()
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() not in hidden]
    for entry in [entry for entry in sys.path_importer_cache if Path(entry).resolve() in hidden]:
        del sys.path_importer_cache[entry]
    sys.meta_path.insert(0, _NothingOfOurs())


def thread_count() -> int:
    """The threads of this process."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 1
