"""The template at work: a fork server in a forked process of this one, and what is left of it when it ends."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from builders import ROOT
from forks import in_a_fork

from grader.sandbox import layers, template
from grader.sandbox.messages import Command, Fork, Forked, Reap, Reaped, Refused, Status
from grader.sandbox.wire import unpack

NO_LAYERS = frozenset(layer.name for layer in layers.LAYERS)
FORK = Fork(uid=None, memory_bytes=2**30, cpu_seconds=10)
GONE_SECONDS = 5.0


def is_there(pid: int) -> bool:
    """Whether the process still runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def still_there(pids: set[int]) -> set[int]:
    """Which of them run when they have had some seconds to end."""
    deadline = time.monotonic() + GONE_SECONDS
    while (left := {pid for pid in pids if is_there(pid)}) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


class Server:
    """A fork server in a process of its own, and this end of its connection."""

    def __init__(self, *, more_threads: int = 0) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.ends: list[int] = []
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self.control.close()
                for _number in range(more_threads):
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
                template.ForkServer(theirs, layers.prepare(layers.make_ruleset([], NO_LAYERS), NO_LAYERS)).serve()
            finally:
                os._exit(0)  # whatever is raised: this process must not go on with the tests
        theirs.close()

    def command(self, command: Command, fds: list[int]) -> Status:
        socket.send_fds(self.control, [msgspec.msgpack.encode(command)], fds)
        return unpack(self.control.recv(4096), Status)  # type: ignore[arg-type] # a union is a type to msgspec

    def fork(self) -> Status:
        request_read, request_write = os.pipe()
        reply_read, reply_write = os.pipe()
        status = self.command(FORK, [request_read, reply_write])
        os.close(request_read)
        os.close(reply_write)
        self.ends += [request_write, reply_read]
        return status

    def pid_of_child(self) -> int:
        status = self.fork()
        assert isinstance(status, Forked)
        return status.pid

    def let_children_end(self) -> None:
        """Close the pipes: a child that nobody can ask anything any more ends."""
        while self.ends:
            os.close(self.ends.pop())

    def end(self) -> int:
        self.control.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.let_children_end()
    if running.control.fileno() >= 0:
        running.end()


def test_fork_gives_a_child_of_the_server(server: Server) -> None:
    pid = server.pid_of_child()
    assert f"\nPPid:\t{server.pid}\n" in Path(f"/proc/{pid}/status").read_text("utf-8")


def test_fork_keeps_none_of_the_pipes_open(server: Server) -> None:
    server.pid_of_child()
    before = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
    server.pid_of_child()
    assert len(list(Path(f"/proc/{server.pid}/fd").iterdir())) == before


@pytest.mark.parametrize("more_threads", [1, 3])
def test_fork_is_refused_with_more_than_one_thread(more_threads: int) -> None:
    server = Server(more_threads=more_threads)
    status = server.fork()
    server.let_children_end()
    server.end()
    assert status == Refused(reason=f"the template has {1 + more_threads} threads; a fork could hang")


def test_reap_gives_a_child_time_to_end_by_itself(server: Server) -> None:
    pid = server.pid_of_child()
    server.let_children_end()
    assert server.command(Reap(pid=pid, grace_seconds=30.0), []) == Reaped(code=0, was_killed=False)


def test_reap_without_grace_kills_a_child_that_waits(server: Server) -> None:
    pid = server.pid_of_child()
    assert server.command(Reap(pid=pid), []) == Reaped(code=-signal.SIGKILL, was_killed=True)


def test_reap_kills_a_child_that_does_not_end_in_time(server: Server) -> None:
    pid = server.pid_of_child()
    assert server.command(Reap(pid=pid, grace_seconds=0.05), []) == Reaped(code=-signal.SIGKILL, was_killed=True)


def test_reap_says_what_a_child_died_of(server: Server) -> None:
    pid = server.pid_of_child()
    os.kill(pid, signal.SIGTERM)
    assert server.command(Reap(pid=pid, grace_seconds=30.0), []) == Reaped(code=-signal.SIGTERM, was_killed=False)


def test_reap_leaves_no_zombie(server: Server) -> None:
    pid = server.pid_of_child()
    server.command(Reap(pid=pid), [])
    assert not Path(f"/proc/{pid}").exists()


def test_reap_twice_is_refused(server: Server) -> None:
    pid = server.pid_of_child()
    server.command(Reap(pid=pid), [])
    assert server.command(Reap(pid=pid), []) == Refused(reason=f"process {pid} is not a child of this template")


def test_reap_of_a_stranger_is_refused_and_harmless(server: Server) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        status = server.command(Reap(pid=stranger.pid), [])
        found = (status, stranger.poll())
    assert found == (Refused(reason=f"process {stranger.pid} is not a child of this template"), None)


def test_serve_ends_when_the_connection_closes(server: Server) -> None:
    assert server.end() == 0


def test_serve_ends_the_children_that_are_left(server: Server) -> None:
    children = {server.pid_of_child() for _time in range(3)}
    server.end()  # their pipes are still open
    assert still_there(children) == set()


def test_serve_ends_the_children_when_its_answer_finds_nobody(server: Server) -> None:
    children = {server.pid_of_child()}
    os.kill(server.pid, signal.SIGSTOP)
    socket.send_fds(server.control, [msgspec.msgpack.encode(Reap(pid=1))], [])
    server.control.close()
    os.kill(server.pid, signal.SIGCONT)
    os.waitpid(server.pid, 0)
    assert still_there(children) == set()


@pytest.mark.parametrize("module", ["reference", "rubrics", "grader.homework", "grader.no_such_module"])
def test_hide_assignment_hides(module: str) -> None:
    def action() -> str:
        sys.path[:] = [entry for entry in sys.path if not Path(entry).is_relative_to(ROOT / "tests")]
        template.hide_assignment()
        sys.modules.pop(module, None)  # another test may have imported it
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            return str(error)
        return "imported"

    assert in_a_fork(action) == f"No module named {module!r}"


def test_hide_assignment_hides_what_of_the_grader_is_not_imported_yet() -> None:
    def action() -> str:
        sys.modules.pop("grader.plan", None)
        template.hide_assignment()
        try:
            importlib.import_module("grader.plan")
        except ModuleNotFoundError as error:
            return str(error.name)
        return "imported"

    assert in_a_fork(action) == "grader.plan"


def test_hide_assignment_leaves_what_is_imported() -> None:
    def action() -> bool:
        template.hide_assignment()
        return importlib.import_module("grader.sandbox.template") is template

    assert in_a_fork(action) is True


def test_hide_assignment_leaves_libraries() -> None:
    def action() -> str:
        template.hide_assignment()
        return importlib.import_module("wave").__name__

    assert in_a_fork(action) == "wave"


def test_hide_assignment_takes_the_checkout_off_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))

    def action() -> bool:
        template.hide_assignment()
        return str(ROOT) in sys.path

    assert in_a_fork(action) is False


@pytest.mark.parametrize("more", [0, 2])
def test_thread_count(more: int) -> None:
    def action() -> int:
        for _number in range(more):
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        return template.thread_count()

    assert in_a_fork(action) == 1 + more


GRADER = """
import sys
from children import call, defined
from grader.records import Limits
from grader.sandbox.client import Sandbox
sandbox = Sandbox(Limits(total_seconds=300), omitted=frozenset(sys.argv[1:]))
child = defined(sandbox, "def f():\\n    while True: pass")
print("ready", flush=True)
child.ask(call(), 300)
"""


def descendants(pid: int) -> set[int]:
    """The processes that it has started, and theirs."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            parents[int(entry.name)] = int((entry / "stat").read_text("utf-8").rpartition(") ")[2].split()[1])
    found, new = set[int](), {pid}
    while new:
        new = {child for child, parent in parents.items() if parent in new}
        found |= new
    return found


@pytest.mark.parametrize(
    "omitted", [(), ("namespaces",), ("namespaces", "privileges"), ("namespaces", "seccomp", "landlock", "no-open")]
)
def test_template_and_child_end_with_a_grader_that_is_killed(omitted: tuple[str, ...]) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    command = [sys.executable, "-c", GRADER, *omitted]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == "ready\n"
        family = descendants(grader.pid)
        grader.send_signal(signal.SIGKILL)
    assert (len(family) >= 2, still_there(family)) == (True, set())


def test_import_reading_finds_what_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(template, "READING", "grader.first_assignment")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(sys, "path", [*sys.path])
    template.hide_assignment()
    before = [*sys.path], [*sys.meta_path]
    for _again in range(2):
        template.import_reading()
        assert "grader.first_assignment" in sys.modules
    assert ([*sys.path], [*sys.meta_path]) == before
    sys.modules.pop("grader.first_assignment")
