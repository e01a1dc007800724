"""What runs on a Dask cluster: a session of its own per run and worker process, one submission after the other.

Tasks and replies are bytes of our own records, and Dask passes bytes on as they are: nothing that a student wrote is ever
unpickled, here or at the scheduler.
"""

from __future__ import annotations

import threading

import msgspec
from distributed import Scheduler, get_worker
from distributed import Worker as DaskWorker
from distributed.diagnostics.plugin import WorkerPlugin

from grader.batch.environment import environment
from grader.batch.processes import Reply, Told
from grader.batch.worker import Setup, Task, Worker

PREFIX = "grader-"  # of the names of our plugins; the id of the run's client follows
CLOSING_SECONDS = 2.0  # for the submission under way; then the end of the session goes on without the event loop


class Grading(WorkerPlugin):
    """Prepares a worker for one run, whether it is there when the run starts or joins later.

    The plan travels with it, once per worker and not with every task. The session opens with the first task, in the thread of
    the task: the worker's event loop never waits for it. It ends with the run or with the worker, whichever is first.
    """

    def __init__(self, name: str, setup: bytes, versions: tuple[str, ...]) -> None:
        self.name = name
        self._setup = setup
        self._versions = versions  # of the process that has started the run

    def setup(self, worker: DaskWorker) -> None:
        """Be ready for tasks. What Dask keeps on disk, other submissions perhaps, is as private as the rubric."""
        setup = msgspec.msgpack.decode(self._setup, type=Setup)
        setup = msgspec.structs.replace(setup, private=(*setup.private, worker.local_directory))
        self._setup = msgspec.msgpack.encode(setup)
        self._mismatch = mismatch(worker.address, environment(), self._versions)
        self._lock = threading.Lock()
        self._worker = Worker()

    def teardown(self, worker: DaskWorker) -> None:  # noqa: ARG002 (Dask's signature)
        """End the session, without keeping the event loop waiting for long."""
        closing = threading.Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(CLOSING_SECONDS)

    def grade(self, task: bytes) -> Reply:
        """An encoded Task. Where a worker has several threads, they wait here for each other."""
        with self._lock:
            return Reply(mismatch=self._mismatch) if self._mismatch else self._reply(task)

    def _reply(self, task: bytes) -> Reply:
        with Told() as told:
            self._worker.prepare(self._setup)
            outcome = self._worker.grade(msgspec.msgpack.decode(task, type=Task))
            told.reply = Reply(outcome=msgspec.msgpack.encode(outcome))
        if told.reply.fault:  # it leaves who knows what behind
            self._worker.close()
        return told.reply

    def _close(self) -> None:
        with self._lock:
            self._worker.close()
            self._mismatch = "the run has ended"


def mismatch(place: str, versions: tuple[str, ...], wanted: tuple[str, ...]) -> str:
    """How the versions at a place differ from those that are wanted; "" where they are the same."""
    here, there = (", ".join(sorted({*one} - {*other})) for one, other in ((wanted, versions), (versions, wanted)))
    return f"{place} has {there or 'less'} where this machine has {here or 'less'}" if here or there else ""


def grade(name: str, task: bytes) -> bytes:
    """Grade one submission on a worker that the plugin `name` has prepared: an encoded Task to an encoded Reply."""
    plugin = get_worker().plugins.get(name)
    reply = plugin.grade(task) if isinstance(plugin, Grading) else Reply(fault="the worker has not been prepared")
    return msgspec.msgpack.encode(reply)


def abandoned(dask_scheduler: Scheduler) -> list[str]:
    """At the scheduler: plugins of runs that ended without a word, as SIGKILL makes them."""
    names = [name for name in dask_scheduler.worker_plugins if name.startswith(PREFIX)]
    return [name for name in names if name.removeprefix(PREFIX) not in dask_scheduler.clients]
