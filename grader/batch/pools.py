"""Who grades: processes on this machine. A pool takes encoded tasks and gives futures of encoded outcomes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from typing import Protocol

from grader.batch import worker


class Pool(Protocol):
    """Workers that are prepared for one assignment."""

    width: int  # how many tasks they do at once

    def submit(self, task: bytes) -> Future[bytes]:
        """Grade one submission (see worker.grade_task), some time."""
        ...

    def renew(self) -> None:
        """After a worker has died: have workers again. Tasks that were under way are lost."""
        ...

    def close(self) -> None:
        """End the workers, whatever they do."""
        ...


class LocalPool:
    """Processes of this machine, each started clean."""

    def __init__(self, setup: bytes, width: int) -> None:
        self.width = width
        self._setup = setup
        self._executor: Executor = self._start()

    def _start(self) -> Executor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.width, context, worker.prepare_local, (self._setup,))

    def submit(self, task: bytes) -> Future[bytes]:
        """See Pool."""
        return self._executor.submit(worker.grade_task, task)

    def renew(self) -> None:
        """See Pool."""
        self.close()
        self._executor = self._start()

    def close(self) -> None:
        """See Pool."""
        self._executor.shutdown(wait=False, cancel_futures=True)
