"""Worker processes: what they answer, how they end, and that a death costs one task."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

import msgspec
import pytest
from clusters import wait_until
from descendants import children_of, is_gone
from runs import SIX, SLOW

from grader.batch.ledger import Kind, Outcome
from grader.batch.pools import LocalPool
from grader.batch.processes import FaultError, Reply, Told, WorkerDiedError, WorkerProcess, outcome_in, serve
from grader.batch.worker import WORKER, Setup, Task, Worker
from grader.errors import IsolationError, SandboxError
from grader.plan import Plan, encode_plan
from grader.records import Bundle, File


def task(data: bytes = SIX) -> bytes:
    return msgspec.msgpack.encode(Task(bundle=Bundle(name="1", files=(File(name="hw.ipynb", data=data),))))


def outcome(encoded: bytes) -> Outcome:
    return msgspec.msgpack.decode(encoded, type=Outcome)


@pytest.fixture
def setup(plan: Plan) -> bytes:
    return msgspec.msgpack.encode(Setup(plan=encode_plan(plan)))


@pytest.fixture
def process(setup: bytes) -> Iterator[WorkerProcess]:
    with closing(WorkerProcess(setup)) as running:
        yield running


@pytest.fixture
def pool(setup: bytes) -> Iterator[LocalPool]:
    with closing(LocalPool(setup, 2)) as running:
        yield running


@pytest.fixture
def connection() -> Iterator[Connection]:
    """To a thread that serves as a worker process does."""
    ours, theirs = Pipe()
    thread = threading.Thread(target=serve, args=(theirs,))
    thread.start()
    yield ours
    ours.close()
    thread.join(30)
    WORKER.close()


def test_a_process_grades_one_after_the_other(process: WorkerProcess) -> None:
    assert [outcome(process.grade(task())).score for _time in range(3)] == [6, 6, 6]


def test_a_process_that_was_killed_says_so(process: WorkerProcess) -> None:
    os.kill(process.pid, signal.SIGKILL)
    with pytest.raises(WorkerDiedError, match=r"^its worker ended \(signal 9\)$"):
        process.grade(task())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_process_leaves_signals_to_the_run(number: signal.Signals, process: WorkerProcess) -> None:
    process.grade(task())
    os.kill(process.pid, number)
    assert outcome(process.grade(task())).score == 6


def test_a_process_leaves_nothing_behind(setup: bytes) -> None:
    process = WorkerProcess(setup)
    process.grade(task())
    below = children_of(process.pid)
    process.close()
    assert below
    assert all(is_gone(pid) for pid in (process.pid, *below))


def test_a_process_ends_with_the_one_that_started_it(setup: bytes, tmp_path: Path) -> None:
    (tmp_path / "setup").write_bytes(setup)
    (tmp_path / "task").write_bytes(task())
    program = (
        "import sys, time; from pathlib import Path; from grader.batch.processes import WorkerProcess\n"
        f"folder = Path({str(tmp_path)!r}); worker = WorkerProcess((folder / 'setup').read_bytes())\n"
        "worker.grade((folder / 'task').read_bytes()); print(worker.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    worker = int(parent.stdout.readline())
    below = children_of(worker)
    parent.kill()
    parent.communicate()
    assert all(is_gone(pid) for pid in (worker, *below))


def test_serve_answers_until_nobody_asks(connection: Connection, setup: bytes) -> None:
    connection.send_bytes(setup)
    scores = []
    for _time in range(2):
        connection.send_bytes(task())
        scores.append(outcome(outcome_in(connection.recv_bytes())).score)
    assert scores == [6, 6]


@pytest.mark.parametrize("broken", ["setup", "task"])
def test_serve_ends_after_a_fault(broken: str, connection: Connection, setup: bytes) -> None:
    connection.send_bytes(b"" if broken == "setup" else setup)
    connection.send_bytes(b"" if broken == "task" else task())
    with pytest.raises(FaultError, match=r"^DecodeError: .* \(at worker\.py, line \d+\)$"):
        outcome_in(connection.recv_bytes())
    with pytest.raises(EOFError):
        connection.recv_bytes()


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (IsolationError("no seccomp"), Reply(refusal="no seccomp")),
        (IsolationError(), Reply(refusal="student code would not be confined")),
        (SandboxError("a child did not start"), Reply(fault="SandboxError: a child did not start")),
    ],
)
def test_told_keeps_what_is_raised(error: Exception, reply: Reply) -> None:
    with Told() as told:
        raise error
    assert told.reply == reply


def test_told_lets_the_end_of_the_process_pass() -> None:
    with pytest.raises(KeyboardInterrupt), Told():
        raise KeyboardInterrupt


@pytest.mark.parametrize(("reply", "error"), [(Reply(refusal="no"), IsolationError), (Reply(fault="no"), FaultError)])
def test_outcome_in_raises_what_the_worker_was_told(reply: Reply, error: type[Exception]) -> None:
    with pytest.raises(error, match="no"):
        outcome_in(msgspec.msgpack.encode(reply))


def test_worker_takes_another_setup(setup: bytes, plan: Plan) -> None:
    other = msgspec.msgpack.encode(Setup(plan=encode_plan(msgspec.structs.replace(plan, title="Other"))))
    titles = []
    with closing(Worker()) as worker:
        for each in (setup, other, other):
            worker.prepare(each)
            done = worker.grade(msgspec.msgpack.decode(task(), type=Task))
            titles.append(b"Other" in (done.body or b"") or done.score)
    assert titles == [6, 6, 6]


def test_worker_that_is_not_prepared_says_so() -> None:
    with pytest.raises(RuntimeError, match="has not been prepared"):
        Worker().grade(msgspec.msgpack.decode(task(), type=Task))


def test_worker_reports_a_submission_that_could_not_be_read(setup: bytes) -> None:
    with closing(Worker()) as worker:
        worker.prepare(setup)
        done = worker.grade(Task(bundle=Bundle(name="1", files=()), fault="it is 200 MB"))
    assert (done.kind, done.detail, done.score, done.points) == (Kind.NOT_GRADABLE, "it is 200 MB", 0, 6)


def test_a_pool_grades_several_at_once(pool: LocalPool) -> None:
    futures = [pool.submit(task()) for _time in range(4)]
    assert [outcome(future.result()).score for future in futures] == [6] * 4
    assert len(pool.pids) == 2


def test_a_worker_that_dies_takes_one_task_with_it(pool: LocalPool) -> None:
    slow = pool.submit(task(SLOW))
    (victim,) = wait_for_workers(pool, 1)
    others = [pool.submit(task()) for _time in range(3)]
    os.kill(victim, signal.SIGKILL)
    with pytest.raises(WorkerDiedError):
        slow.result()
    assert [outcome(future.result()).score for future in others] == [6] * 3
    assert victim not in pool.pids


def processors_of(pool: LocalPool, width: int) -> list[set[int]]:
    futures = [pool.submit(task(SLOW)) for _time in range(width)]
    found = [os.sched_getaffinity(pid) for pid in wait_for_workers(pool, width)]
    assert len(futures) == len(found)
    return found


def test_each_worker_has_a_processor_where_they_are_as_many(setup: bytes) -> None:
    usable = os.sched_getaffinity(0)
    with closing(LocalPool(setup, len(usable))) as full:
        assert sorted(map(sorted, processors_of(full, len(usable)))) == [[one] for one in sorted(usable)]


def test_more_workers_than_processors_use_any(setup: bytes) -> None:
    usable = os.sched_getaffinity(0)
    with closing(LocalPool(setup, len(usable) + 1)) as more:
        assert processors_of(more, 1) == [usable]


def test_a_new_worker_gets_the_processor_of_the_one_that_died(setup: bytes) -> None:
    usable = os.sched_getaffinity(0)
    with closing(LocalPool(setup, len(usable))) as full:
        processors_of(full, len(usable))
        for pid in full.pids:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not full.pids)
        assert sorted(map(sorted, processors_of(full, len(usable)))) == [[one] for one in sorted(usable)]


def test_a_pool_is_closed_whatever_it_does(setup: bytes) -> None:
    pool = LocalPool(setup, 1)
    futures = [pool.submit(task(SLOW)) for _time in range(3)]
    workers = wait_for_workers(pool, 1)
    pool.close()
    assert all(is_gone(pid) for pid in workers)
    assert all(future.cancelled() or future.exception() for future in futures)


def test_a_closed_pool_starts_no_worker(setup: bytes) -> None:
    pool = LocalPool(setup, 1)
    pool.close()
    with suppress(RuntimeError):
        pool.submit(task())
    with pytest.raises(WorkerDiedError, match="the run has ended"):
        pool._take()


def wait_for_workers(pool: LocalPool, count: int) -> list[int]:
    deadline = time.monotonic() + 30
    while len(pool.pids) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return sorted(pool.pids)
