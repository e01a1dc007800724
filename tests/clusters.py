"""A Dask cluster of real processes on this machine: a scheduler, and workers that come and go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec
from builders import SQUARE, bundle, plan
from descendants import children_of

from grader.batch.dask_pool import DaskPool, Patience
from grader.batch.ledger import Outcome
from grader.batch.worker import Setup, Task
from grader.plan import Plan, encode_plan
from grader.records import File

START_SECONDS = 60.0
QUICK = Patience(scheduler=20, first_worker=60, workers=60, interval=0.1)
RIGHT = "def square(x): return x * x"


class Cluster:
    """A scheduler and the workers that tests start. `folder` holds their files and what they print."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._stack = ExitStack()
        file = folder / "scheduler.json"
        self.scheduler = self._start(
            "scheduler", ["--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file)], settings
        )
        wait_until(lambda: file.is_file() and bool(file.read_text().strip()))
        self.address = str(json.loads(file.read_text())["address"])

    def add_worker(self, *options: str, python_path: Path | None = None) -> subprocess.Popen[bytes]:
        """Another worker process with one thread, which nobody restarts; it may still be starting."""
        own = [self.address, "--no-nanny", "--nthreads", "1", "--local-directory", str(self._folder)]
        return self._start("worker", [*own, *options], {} if python_path is None else {"PYTHONPATH": str(python_path)})

    def _start(self, role: str, options: list[str], settings: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [
            sys.executable,
            "-m",
            f"distributed.cli.dask_{role}",
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
            *options,
        ]
        with (self._folder / f"{role}.log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | settings)
        self._stack.callback(end, process)
        return process

    def close(self) -> None:
        """End all of them."""
        self._stack.close()


def end(process: subprocess.Popen[bytes]) -> None:
    """At once, as a machine that is lost."""
    process.kill()
    process.wait()


@contextmanager
def cluster(folder: Path, workers: int, **settings: str) -> Iterator[Cluster]:
    """One with so many workers; `settings` are variables of the scheduler's environment."""
    with ExitStack() as stack:
        running = Cluster(folder, **settings)
        stack.callback(running.close)
        for _ in range(workers):
            running.add_worker()
        yield running


def is_grading(worker: subprocess.Popen[bytes]) -> bool:
    """Whether it has a template, which it starts with its first task."""
    return any(b"grader.sandbox.template" in _command_line(pid) for pid in children_of(worker.pid))


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it has ended meanwhile
        return b""


def wait_until(condition: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Until the function says so; an AssertionError when it never does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def encoded(the_plan: Plan) -> bytes:
    """The setup of a run; its rubric lies in a folder that no worker has."""
    return msgspec.msgpack.encode(Setup(plan=encode_plan(the_plan), private=("/nowhere/rubrics",)))


SETUP = encoded(plan(SQUARE))


@contextmanager
def pool_of(running: Cluster, setup: bytes = SETUP, patience: Patience = QUICK) -> Iterator[DaskPool]:
    """A hold on the cluster."""
    with closing(DaskPool(running.address, setup, patience)) as pool:
        yield pool


def task(source: str, files: dict[str, bytes] | None = None) -> bytes:
    """A notebook of one cell, with other files beside it."""
    more = (File(name=name, data=data) for name, data in (files or {}).items())
    own = bundle(source)
    return msgspec.msgpack.encode(Task(bundle=msgspec.structs.replace(own, files=(*own.files, *more))))


def outcome(future: Future[bytes]) -> Outcome:
    """What the pool says in the end. Raises what the future raises."""
    return msgspec.msgpack.decode(future.result(60), type=Outcome)
