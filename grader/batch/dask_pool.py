"""Who grades: the workers of a Dask cluster that is there already. Needs the extra `cluster`."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from functools import partial
from typing import NamedTuple

import dask.config
from distributed import Client, KilledWorker, Security
from distributed import TimeoutError as LateError
from distributed.client import ClosedClientError
from distributed.comm.core import connect as dask_connect

from grader.batch import dask_worker
from grader.batch.environment import environment
from grader.batch.processes import WorkerDiedError, outcome_in
from grader.errors import ClusterError, UsageError

GO_ON = "What is graded so far is kept: the same command goes on from there."
UNLIMITED = {"distributed.admin.large-graph-warning-threshold": "1GB"}  # a submission may be large: that is no mistake
SHOWN = 3  # workers with other versions


class Patience(NamedTuple):
    """How many seconds to wait for the cluster."""

    scheduler: float = 10.0  # until it answers
    first_worker: float = 30.0  # until there is one
    workers: float = 600.0  # while there is none any more
    interval: float = 2.0  # between two looks at which there are


class DaskPool:
    """A run's hold on a cluster: workers prepared by a plugin, tasks through the client's executor.

    Dask gives the tasks of a lost worker to others. One that is lost again and again (more often than the scheduler's
    `allowed-failures`) fails, as a fault of the machine.
    """

    def __init__(self, address: str, setup: bytes, patience: Patience | None = None) -> None:
        """Take hold. Raises UsageError when there is no such cluster, or when it cannot be used."""
        self._patience = patience or Patience()
        self._loss = ""  # why nothing can be graded any more
        self._has_ended = threading.Event()
        self._client = connect(address, self._patience)
        with contextlib.ExitStack() as failed:
            failed.callback(self._client.close)
            self.width = len(self._client.nthreads())
            check_versions(self._client)
            self._name = prepare(self._client, setup)
            failed.pop_all()
        self._executor = self._client.get_executor(pure=False)  # the same bytes twice are two tasks
        self._watch = threading.Thread(target=self._look_after, name="cluster", daemon=True)
        self._watch.start()

    def submit(self, task: bytes) -> Future[bytes]:
        """See Pool."""
        if self._loss:
            raise ClusterError(self._loss)
        answer: Future[bytes] = Future()
        try:
            with dask.config.set(UNLIMITED):
                asked = self._executor.submit(dask_worker.grade, self._name, task)
        except (ClosedClientError, OSError) as error:
            raise ClusterError(f"the scheduler does not answer any more ({error}). {GO_ON}") from None
        asked.add_done_callback(partial(self._pass_on, answer))
        return answer

    def close(self) -> None:
        """See Pool. The cluster stays as it was."""
        self._has_ended.set()
        self._watch.join()
        if self._client.status == "running":
            with contextlib.suppress(OSError, ClosedClientError, ValueError):  # the scheduler is gone, or another one
                self._executor.shutdown(wait=False)
                self._client.unregister_worker_plugin(self._name)
        self._client.close()

    def _pass_on(self, answer: Future[bytes], asked: Future[bytes]) -> None:
        if asked.cancelled():  # not by us: then nobody waits for the answer
            self._loss = self._loss or f"the scheduler is lost. Start it again. {GO_ON}"
            answer.set_exception(ClusterError(self._loss))
        elif error := asked.exception():
            answer.set_exception(_plain(error))
        else:
            _settle(answer, asked.result())

    def _look_after(self) -> None:
        """Follow the number of workers, and give up when there has been none for long."""
        seen = time.monotonic()
        while not self._has_ended.wait(self._patience.interval):
            count = self._count()
            seen = time.monotonic() if count else seen
            self.width = count or 1
            if time.monotonic() - seen > self._patience.workers:
                self._loss = f"there has been no worker for {self._patience.workers:g} seconds. Start some. {GO_ON}"
                self._executor.shutdown(wait=False)
                return

    def _count(self) -> int:
        """How many workers there are; as before when the scheduler does not say."""
        if self._client.status == "running":
            with contextlib.suppress(OSError, ClosedClientError):
                return len(self._client.nthreads())
        return self.width


def _settle(answer: Future[bytes], reply: bytes) -> None:
    try:
        answer.set_result(outcome_in(reply))
    except Exception as error:  # noqa: BLE001 (it is passed on)
        answer.set_exception(error)


def _plain(error: BaseException) -> BaseException:
    if isinstance(error, KilledWorker):
        count = error.allowed_failures + 1
        return WorkerDiedError(f"{count} workers of the cluster died at it, the last at {error.last_worker.address}")
    return error


def connect(address: str, patience: Patience) -> Client:
    """A client of the scheduler, once there is a worker. Raises UsageError when that does not come about."""
    try:
        asyncio.run(_handshake(address, patience.scheduler))
        client = Client(address, timeout=patience.scheduler, set_as_default=False)
    except (OSError, LateError) as error:
        raise UsageError(f"--scheduler {address}: no scheduler answers there ({error})") from None
    try:
        client.wait_for_workers(1, timeout=patience.first_worker)
    except LateError:
        client.close()
        raise UsageError(
            f"--scheduler {address}: it has no workers; start some: dask worker {address} --nthreads 1"
        ) from None
    return client


async def _handshake(address: str, seconds: float) -> None:
    """Raises OSError or LateError unless Dask is there: a client waits for ever for a server that says nothing."""
    arguments = Security().get_connection_args("client")
    comm = await asyncio.wait_for(dask_connect(address, timeout=seconds, **arguments), seconds)
    comm.abort()


def check_versions(client: Client) -> None:
    """Raise UsageError when grader, Python or a library is another one at the workers, or grader at the scheduler."""
    faults = [*_mismatches(client)]
    if faults:
        rest = [f"and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
        advice = "Install the same everywhere (the same container image, say), and start the cluster again."
        raise UsageError("\n  ".join(["the cluster has other versions:", *faults[:SHOWN], *rest, advice]))


def _mismatches(client: Client) -> Iterator[str]:
    own = environment()
    try:
        scheduler = client.run_on_scheduler(environment)
    except (ImportError, AttributeError) as error:
        yield f"the scheduler cannot use grader ({error})"
    else:
        if fault := dask_worker.mismatch("the scheduler", tuple(scheduler[:1]), own[:1]):
            yield fault
    for place, found in sorted(client.run(environment, on_error="return").items()):
        if isinstance(found, Exception):
            yield f"{place} cannot use grader ({found})"
        elif fault := dask_worker.mismatch(place, tuple(found), own):
            yield fault


def prepare(client: Client, setup: bytes) -> str:
    """Have every worker, also those to come, prepared; the plugin's name. What runs that were killed have left goes."""
    for name in client.run_on_scheduler(dask_worker.abandoned):
        with contextlib.suppress(ValueError):  # another run was faster
            client.unregister_worker_plugin(name)
    plugin = dask_worker.Grading(f"{dask_worker.PREFIX}{client.id}", setup, environment())
    client.register_plugin(plugin)
    return plugin.name
