"""Grading many submissions: what is known is not graded again, what is alike is graded once, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from typing import NamedTuple, Protocol

import msgspec

from grader.batch.ledger import Key, Kind, Known, Ledger, Outcome
from grader.batch.pools import Pool
from grader.batch.reuse import part_hashes, plan_hash, unchanged
from grader.batch.sources import NAMELESS, Handed, submission_hash
from grader.batch.where import Condition
from grader.batch.worker import Task
from grader.errors import ClusterError, IsolationError, SubmissionError
from grader.plan import Plan
from grader.records import Bundle

MAX_TRIES = 2  # of one submission, when the harness fails
AHEAD = 2  # tasks per worker that are under way: enough to keep it busy, few enough to keep memory flat


class Choice(NamedTuple):
    """Which submissions are graded, of those that are there."""

    retry: Callable[[Known], bool] = lambda _known: False  # though they have a result
    conditions: tuple[Condition, ...] = ()
    shard: tuple[int, int] = (1, 1)  # the first of one

    def takes(self, handed: Handed, known: Known | None) -> bool:
        """Whether it is to be graded now."""
        is_due = known is None or self.retry(known)
        return is_due and all(condition.holds(handed.id, handed.place, known) for condition in self.conditions)

    def has(self, handed: Handed) -> bool:
        """Whether it belongs to the shard: decided by its id, so that shards never overlap."""
        index, count = self.shard
        return int(handed.id, 16) % count == index - 1


RETRY: dict[str, Callable[[Known], bool]] = {
    "infra": lambda known: known.kind is Kind.INFRA,
    "timeout": lambda known: known.timed_out,
    "all": lambda _known: True,
}


class Progress(Protocol):
    """Who is told how far it is."""

    def add(self, kind: Kind | None, *, is_new: bool) -> None:
        """One more submission has its result, or none, and nothing is done about that. `is_new`: it was graded now."""
        ...


class Job(NamedTuple):
    """A submission under way."""

    key: Key
    task: bytes
    tries: int = 1


class Batch:
    """One run over submissions. Everything that has been found out is in the ledger at once."""

    def __init__(self, plan: Plan, environment: str, ledger: Ledger, pool: Pool, progress: Progress) -> None:
        self._plan = plan
        self._plan_hash = plan_hash(plan)
        self._environment = environment
        self._ledger = ledger
        self._pool = pool
        self._progress = progress
        self._parts = part_hashes(plan)
        self._jobs: dict[Future[bytes], Job] = {}
        self._taken: set[str] = set()  # hashes of what this run has graded, or is grading
        ledger.add_plan(self._plan_hash, plan.title, self._parts)

    def grade(self, handed: Iterable[Handed], choice: Choice) -> None:
        """Grade all that `choice` takes.

        Raises:
            IsolationError: student code would not be confined; nothing has run.
            ClusterError: the workers are gone for good, or are none that can be used.
        """
        for one in handed:
            self._take(one, choice)
            while len(self._jobs) >= AHEAD * self._pool.width:
                self._collect()
        while self._jobs:
            self._collect()

    def _take(self, handed: Handed, choice: Choice) -> None:
        bundle, fault = self._read(handed)
        key = Key(submission_hash(bundle), self._plan_hash, self._environment)
        self._ledger.add_submission(handed.id, key.submission, handed.source)
        known = self._ledger.known(key)
        if key.submission in self._taken or not choice.takes(handed, known):
            self._progress.add(known and known.kind, is_new=False)
            return
        self._taken.add(key.submission)
        self._submit(Job(key, msgspec.msgpack.encode(self._task(bundle, fault, key, known))))

    def _read(self, handed: Handed) -> tuple[Bundle, str]:
        """The submission; where it is too much, an empty one that differs from all others, and why."""
        try:
            return handed.bundle(self._plan), ""
        except SubmissionError as error:
            return Bundle(name=NAMELESS, files=(), notes=(f"{handed.id}: {error}",)), str(error)

    def _task(self, bundle: Bundle, fault: str, key: Key, known: Known | None) -> Task:
        """With what an earlier plan's results say of it, unless it is graded again because of its result."""
        earlier = self._ledger.earlier(key) if known is None or known.kind is Kind.INFRA else None
        if earlier is None:
            return Task(bundle=bundle, fault=fault)
        plan, report = earlier
        parts = unchanged(report, self._ledger.parts(plan), self._parts)
        return Task(bundle=bundle, fault=fault, known=parts, incidents=report.incidents)

    def _submit(self, job: Job) -> None:
        self._jobs[self._pool.submit(job.task)] = job

    def _collect(self) -> None:
        """Take what is done."""
        done, _waiting = wait(self._jobs, return_when=FIRST_COMPLETED)
        for future in done:
            self._finish(future, self._jobs.pop(future))

    def _finish(self, future: Future[bytes], job: Job) -> None:
        error = CancelledError("it was given up") if future.cancelled() else future.exception()
        if isinstance(error, IsolationError | ClusterError):
            raise error
        if error is None:
            self._record(job, msgspec.msgpack.decode(future.result(), type=Outcome))
        elif job.tries < MAX_TRIES:
            self._submit(job._replace(tries=job.tries + 1))
        else:
            self._record(job, Outcome(kind=Kind.INFRA, seconds=0.0, detail=str(error) or type(error).__name__))

    def _record(self, job: Job, outcome: Outcome) -> None:
        self._ledger.add(job.key, outcome)
        self._progress.add(outcome.kind, is_new=True)
