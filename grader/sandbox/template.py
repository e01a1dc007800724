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
import socket
import sys
from importlib.abc import MetaPathFinder
from pathlib import Path

import msgspec

from grader.sandbox import child, layers
from grader.sandbox.messages import Command, Fork, Forked, Reap, Reaped, Refused, Status
from grader.sandbox.wire import unpack

OPEN_FILES = 256  # few, so that a child closes them all quickly
LIBRARIES = {"numpy": ("numpy",), "torch": ("numpy", "torch")}
MAX_COMMAND = 4096


def main(control_fd: int, kind: str) -> None:
    """Serve the control socket until the grader closes it. `kind` is a key of `LIBRARIES`."""
    layers.set_limit(resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES)
    sys.path[:] = [entry for entry in sys.path if entry not in ("", "/")]  # never import from the working directory
    for library in LIBRARIES[kind]:
        with contextlib.suppress(ModuleNotFoundError):  # an answer that needs it fails by itself, and says so
            importlib.import_module(library)
    hide_assignment()
    gc.collect()
    gc.freeze()  # children share these pages instead of copying them at their first collection
    control = socket.socket(fileno=control_fd)
    while command := _next_command(control):
        control.send(msgspec.msgpack.encode(_carry_out(*command)))


def _next_command(control: socket.socket) -> tuple[Command, list[int]] | None:
    data, fds, _flags, _address = socket.recv_fds(control, MAX_COMMAND, 2)
    return (unpack(data, Command), fds) if data else None  # type: ignore[arg-type] # a union is a type to msgspec


def _carry_out(command: Command, fds: list[int]) -> Status:
    if isinstance(command, Reap):
        return _reap(command)
    try:
        return _fork(command, fds)
    finally:
        for fd in fds:
            os.close(fd)


def _fork(command: Fork, fds: list[int]) -> Status:
    if (threads := thread_count()) != 1:
        return Refused(reason=f"the template has {threads} threads; a fork could hang")
    pid = os.fork()
    if pid == 0:
        try:
            layers.take_descriptors(*fds)
            child.serve(layers.REQUEST_FD, layers.REPLY_FD, layers.apply_layers(command))
            os._exit(0)
        finally:
            os._exit(layers.CHILD_BUG_EXIT_CODE)
    return Forked(pid=pid)


def _reap(command: Reap) -> Status:
    try:
        _pid, status = os.waitpid(command.pid, 0)
    except ChildProcessError:
        return Refused(reason=f"process {command.pid} is not a child of this template")
    return Reaped(code=os.waitstatus_to_exitcode(status))


class _NothingOfOurs(MetaPathFinder):
    """What of this package is not imported by now is no business of a submission (the bundled homework above all)."""

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> None:
        """Nothing; ModuleNotFoundError for a part of this package, so that no other finder is asked."""
        if fullname.partition(".")[0] == "grader":
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)


def hide_assignment() -> None:
    """Let `import reference` find nothing: the checkout that this package may lie in leaves the path."""
    checkout = Path(__file__).resolve().parents[2]
    if checkout.name not in ("site-packages", "dist-packages"):
        sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != checkout]
    sys.path_importer_cache.clear()
    sys.meta_path.insert(0, _NothingOfOurs())


def thread_count() -> int:
    """The threads of this process."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.exists() else 1
