"""Grading on a Dask cluster: a real scheduler, real workers over TCP, some of which are lost."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders import check, plan
from clusters import RIGHT, Cluster, cluster, encoded, end, outcome, pool_of, task, wait_until
from descendants import children_of, is_gone

from grader.batch.ledger import report_in
from grader.batch.processes import FaultError


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers, which no test ends."""
    with cluster(tmp_path_factory.mktemp("cluster"), 2) as running:
        yield running


class Bomb:
    """What touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self._path),)


def test_submit_grades(two: Cluster) -> None:
    with pool_of(two) as pool:
        assert outcome(pool.submit(task(RIGHT))).score == 1


def test_submit_when_the_function_is_wrong(two: Cluster) -> None:
    with pool_of(two) as pool:
        assert outcome(pool.submit(task("def square(x): return x"))).score == 0


def test_submit_never_unpickles_files_of_a_submission(two: Cluster, tmp_path: Path) -> None:
    bomb = pickle.dumps(Bomb(tmp_path / "exploded"))
    with pool_of(two) as pool:
        told = outcome(pool.submit(task(RIGHT, {"data.pkl": bomb, "model.npz": bomb, "net.py": bomb})))
        assert (told.score, (tmp_path / "exploded").exists()) == (1, False)


def test_submit_gives_the_report(two: Cluster) -> None:
    with pool_of(two) as pool:
        body = outcome(pool.submit(task(RIGHT))).body
        assert body
        assert report_in(body).questions[0].title == "Squares"


def test_submit_never_unpickles_a_task(two: Cluster, tmp_path: Path) -> None:
    with pool_of(two) as pool, pytest.raises(FaultError):
        pool.submit(pickle.dumps(Bomb(tmp_path / "exploded"))).result(60)
    assert not (tmp_path / "exploded").exists()


def test_bomb_explodes_when_it_is_unpickled(tmp_path: Path) -> None:
    pickle.loads(pickle.dumps(Bomb(tmp_path / "exploded")))  # noqa: S301 (to show that the others could have)
    assert (tmp_path / "exploded").exists()


def test_submit_a_large_submission(two: Cluster) -> None:
    with pool_of(two) as pool:
        assert outcome(pool.submit(task(RIGHT, {"data.csv": os.urandom(12 * 2**20)}))).score == 1


def test_submit_after_a_fault(two: Cluster) -> None:
    with pool_of(two) as pool:
        faults = [pool.submit(b"no task").exception(60) for _ in range(4)]
        assert (len(faults), outcome(pool.submit(task(RIGHT))).score) == (4, 1)


def test_two_runs_at_once(two: Cluster) -> None:
    cube = encoded(plan(check("cube", [((2.0,), 8.0)], points=3)))
    with pool_of(two) as squares, pool_of(two, cube) as cubes:
        source = f"{RIGHT}\ndef cube(x): return x**3"
        futures = [pool.submit(task(source)) for _ in range(3) for pool in (squares, cubes)]
        assert [outcome(future).score for future in futures] == [1, 3] * 3


def test_width_is_the_number_of_workers(two: Cluster) -> None:
    with pool_of(two) as pool:
        wait_until(lambda: pool.width == 2)  # the second may have been late


def test_close_ends_what_it_started(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        worker = running.add_worker()
        with pool_of(running) as pool:
            outcome(pool.submit(task(RIGHT)))
            templates = children_of(worker.pid)
        assert templates
        assert all(is_gone(pid) for pid in templates)


def test_worker_with_threads_serves_one_by_one(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        running.add_worker("--nthreads", "4")
        with pool_of(running) as pool:
            futures = [pool.submit(task(f"def square(x): return x * x * {i}")) for i in (1, 2, 1, 3, 1)]
            assert [outcome(future).score for future in futures] == [1, 0, 1, 0, 1]


def test_worker_that_joins_later(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        first = running.add_worker()
        with pool_of(running) as pool:
            running.add_worker()
            wait_until(lambda: pool.width == 2)
            end(first)
            wait_until(lambda: pool.width == 1)
            assert outcome(pool.submit(task(RIGHT))).score == 1


def test_run_that_was_killed_leaves_nothing_for_long(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        worker = running.add_worker()
        program = "import sys; from clusters import *; pool = DaskPool(sys.argv[1], SETUP, QUICK); "
        program += "outcome(pool.submit(task(RIGHT))); print(flush=True); input()"
        path = os.pathsep.join(sys.path)
        with subprocess.Popen(
            [sys.executable, "-c", program, running.address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": path},
        ) as run:
            assert run.stdout
            run.stdout.readline()
            left = children_of(worker.pid)
            run.kill()
        with pool_of(running) as pool:
            outcome(pool.submit(task(RIGHT)))
        assert left
        assert all(is_gone(pid) for pid in left)
