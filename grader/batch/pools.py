"""Who grades: processes on this machine. A pool takes encoded tasks and gives futures of encoded outcomes."""

from __future__ import annotations

import os
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import Protocol

from grader.batch.processes import WorkerDiedError, WorkerProcess


class Pool(Protocol):
    """Workers that are prepared for one assignment."""

    width: int  # how many tasks they do at once

    def submit(self, task: bytes) -> Future[bytes]:
        """Grade one submission (see worker.grade_task), some time.

        The future raises IsolationError where nothing may run, and ClusterError (as this method does) where nothing can
        run any more. Anything else that it raises is the trouble of this one
        task, and may be gone when it is tried again: a worker that dies takes no other task with it.
        """
        ...

    def close(self) -> None:
        """End the workers, whatever they do."""
        ...


class LocalPool:
    """Processes of this machine, each started clean when it is first needed, with a thread that waits for its answers."""

    def __init__(self, setup: bytes, width: int) -> None:
        self.width = width
        self._setup = setup
        self._threads = ThreadPoolExecutor(width, "worker")
        self._lock = threading.Lock()
        self._idle: list[WorkerProcess] = []
        self._workers: set[WorkerProcess] = set()
        self._processors = _processors(width)
        self._is_closed = False

    def submit(self, task: bytes) -> Future[bytes]:
        """See Pool."""
        return self._threads.submit(self._grade, task)

    @property
    def pids(self) -> frozenset[int]:
        """The process ids of the workers that there are."""
        with self._lock:
            return frozenset(worker.pid for worker in self._workers)

    def close(self) -> None:
        """See Pool."""
        with self._lock:
            self._is_closed = True
            for worker in self._workers:
                worker.kill()  # what its thread waits for ends
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._workers:
            worker.close()

    def _grade(self, task: bytes) -> bytes:
        worker = self._take()
        with ExitStack() as failed:
            failed.callback(self._drop, worker)
            outcome = worker.grade(task)
            failed.pop_all()
        with self._lock:
            self._idle.append(worker)
        return outcome

    def _take(self) -> WorkerProcess:
        with self._lock:
            if self._is_closed:
                raise WorkerDiedError("the run has ended")
            if self._idle:
                return self._idle.pop()
            worker = WorkerProcess(self._setup, self._processors[-1] if self._processors else None)
            del self._processors[-1:]
            self._workers.add(worker)
            return worker

    def _drop(self, worker: WorkerProcess) -> None:
        """Whoever failed is not trusted again."""
        worker.close()
        with self._lock:
            self._workers.discard(worker)
            if worker.processor is not None:
                self._processors.append(worker.processor)


def _processors(width: int) -> list[int]:
    """One for each worker where they are as many as the processors; else none, and the system finds idle ones.

    A worker and its child take turns: on one processor, each finds the other's data in its cache, and need not be woken up
    from idleness.
    """
    usable = os.sched_getaffinity(0)
    return [*usable] if len(usable) == width else []
