"""What happens to a run when its cluster loses workers or its scheduler, or was never fit for it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from builders import notebook
from clusters import QUICK, RIGHT, SETUP, cluster, end, is_grading, outcome, pool_of, task, wait_until

from grader.batch.about import read_about
from grader.batch.dask_pool import DaskPool
from grader.batch.ledger import Kind, Row, reading
from grader.batch.summary import results
from grader.errors import ClusterError, UsageError
from grader.report import Report

COUNT = 40
HOMEWORK = "assignment: squares\ntitle: Squares\nquestions: [q1.yaml]\n"
RUBRIC = """\
question: 1
title: Squares
reference: squares.py
parts:
  - part: a
    title: A square
    points: 2
    function: square
    signature: "square(x) -> y"
    checks:
      - {name: squares, points: 2, cases: [{x: 2.0}, {x: 3.0}], compare: close}
"""
WEAK = """\
from grader.sandbox.client import Sandbox
Sandbox.__init__.__defaults__ = ((), frozenset({"limits"}))  # private, omitted
"""


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    folder = tmp_path / "hw"
    (folder / "rubrics").mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "rubrics/hw.yaml").write_text(HOMEWORK)
    (folder / "rubrics/q1.yaml").write_text(RUBRIC)
    (folder / "reference/squares.py").write_text("def square(x):\n    return x * x\n")
    return folder


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    """Each takes a tenth of a second, and each is another one; a third of them is right."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for i in range(COUNT):
        source = f"import time\ndef square(x):\n    time.sleep(0.05)\n    return x * x + {i % 3}  # {i}"
        (folder / f"{i:02}.ipynb").write_bytes(notebook(source))
    return folder


@contextmanager
def batch(submissions: Path, assignment: Path, run: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`grader batch` in a process of its own."""
    verb = ["batch", str(submissions), "-a", str(assignment), "-o", str(run), *options]
    environment = os.environ | {"GRADER_CACHE_DIR": str(run.parent / "cache")}
    command = [sys.executable, "-m", "grader", *verb]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def rows(run: Path) -> list[Row]:
    about = read_about(run)
    with reading(run) as ledger:
        return [row for row in ledger.rows(about.plan, about.environment) if row.kind]


def is_under_way(run: Path) -> bool:
    return (run / "run.json").exists() and len(rows(run)) >= 5


def reports(run: Path) -> list[Report | None]:
    about = read_about(run)
    with reading(run) as ledger:
        return [one.report for one in results(ledger, about.plan, about.environment)]


def test_batch_when_a_worker_is_killed_in_the_middle(tmp_path: Path, assignment: Path, submissions: Path) -> None:
    on_cluster, here = tmp_path / "on_cluster", tmp_path / "here"
    with cluster(tmp_path, 1) as running:
        lost = running.add_worker()
        with batch(submissions, assignment, on_cluster, "--scheduler", running.address) as process:
            wait_until(lambda: is_under_way(on_cluster) and is_grading(lost))
            end(lost)
            had = len(rows(on_cluster))
            told = process.communicate(timeout=120)
    with batch(submissions, assignment, here) as process:
        process.communicate(timeout=120)
    assert process.returncode == 0
    assert had < COUNT - 5
    assert [row.kind for row in rows(on_cluster)] == [Kind.GRADED] * COUNT, told
    assert reports(on_cluster) == reports(here)


def test_batch_when_the_scheduler_is_lost(tmp_path: Path, assignment: Path, submissions: Path) -> None:
    run = tmp_path / "run"
    with (
        cluster(tmp_path, 2) as running,
        batch(submissions, assignment, run, "--scheduler", running.address) as process,
    ):
        wait_until(lambda: is_under_way(run))
        end(running.scheduler)
        _printed, said = process.communicate(timeout=60)
    had = {row.submission: row.seconds for row in rows(run)}
    assert process.returncode == 6
    assert said.splitlines()[-1] == (
        "grader: the scheduler is lost. Start it again. What is graded so far is kept: the same command goes on from there."
    )
    with batch(submissions, assignment, run) as process:
        process.communicate(timeout=120)
    now = {row.submission: row.seconds for row in rows(run)}
    assert 5 <= len(had) < len(now) == COUNT
    assert had.items() <= now.items()  # none of them was graded again


def test_batch_when_it_is_interrupted(tmp_path: Path, assignment: Path, submissions: Path) -> None:
    run = tmp_path / "run"
    with cluster(tmp_path, 2) as running:
        with batch(submissions, assignment, run, "--scheduler", running.address) as process:
            wait_until(lambda: is_under_way(run))
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
        with pool_of(running) as pool:
            assert (process.returncode, outcome(pool.submit(task(RIGHT))).score) == (130, 1)


def test_submission_that_costs_worker_after_worker(tmp_path: Path, assignment: Path) -> None:
    """Two tries of one worker each, as the scheduler's settings allow; then it is a fault of ours, and no zero."""
    (assignment / "rubrics/hw.yaml").write_text(f"{HOMEWORK}limits: {{call_seconds: 60}}\n")
    submission, run = tmp_path / "hw.ipynb", tmp_path / "run"
    submission.write_bytes(notebook("def square(x):\n    while True: pass"))
    with cluster(tmp_path, 0, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0") as running:
        idle = [running.add_worker() for _ in range(3)]
        with batch(submission, assignment, run, "--scheduler", running.address) as process:
            for _ in range(2):
                wait_until(lambda: any(map(is_grading, idle)))
                busy = next(filter(is_grading, idle))
                idle.remove(busy)
                end(busy)
            _printed, said = process.communicate(timeout=60)
    (row,) = rows(run)
    assert (row.kind, row.score, process.returncode) == (Kind.INFRA, None, 6)
    assert "died at it" in row.detail
    assert "run it again with --retry infra" in said


def test_batch_where_a_worker_does_not_confine(tmp_path: Path, assignment: Path, submissions: Path) -> None:
    (tmp_path / "weak.py").write_text(WEAK)
    with cluster(tmp_path, 0) as running:
        running.add_worker("--preload", str(tmp_path / "weak.py"))
        with batch(submissions, assignment, tmp_path / "run", "--scheduler", running.address) as process:
            _printed, said = process.communicate(timeout=60)
    assert (process.returncode, rows(tmp_path / "run")) == (7, [])
    assert "does not confine student code well enough" in said


def other_numpy(folder: Path) -> Path:
    """A folder to import from in which NumPy says that it is of another version."""
    about = folder / "elsewhere" / "numpy-9.9.9.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 9.9.9\n")
    return about.parent


def test_workers_with_other_versions(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        running.add_worker(python_path=other_numpy(tmp_path))
        with pytest.raises(UsageError, match=r"has numpy 9\.9\.9 where this machine has numpy \d"):
            DaskPool(running.address, SETUP, QUICK)


def test_worker_with_other_versions_that_joins_later(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        first = running.add_worker()
        with pool_of(running) as pool:
            running.add_worker(python_path=other_numpy(tmp_path))
            wait_until(lambda: pool.width == 2)
            end(first)
            with pytest.raises(ClusterError, match=r"has numpy 9\.9\.9 where this machine has numpy \d"):
                outcome(pool.submit(task(RIGHT)))


def test_cluster_that_has_lost_all_workers(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running:
        only = running.add_worker()
        with pool_of(running, patience=QUICK._replace(workers=0.5)) as pool:
            end(only)
            with pytest.raises(ClusterError, match=r"no worker for 0\.5 seconds"):
                outcome(pool.submit(task(RIGHT)))


def test_cluster_without_workers(tmp_path: Path) -> None:
    with cluster(tmp_path, 0) as running, pytest.raises(UsageError, match="it has no workers; start some"):
        DaskPool(running.address, SETUP, QUICK._replace(first_worker=0.2))


def test_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"tcp://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(UsageError, match="no scheduler answers there"):
        DaskPool(address, SETUP, QUICK._replace(scheduler=0.5))


def test_what_answers_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match="no scheduler answers there"):
            DaskPool(address, SETUP, QUICK._replace(scheduler=0.5))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "pip install '.[cluster]'"),
        (["--scheduler", "tcp://127.0.0.1:1", "-j", "2"], "-j is for this machine"),
        (["--scheduler", "localhost:8786"], "is not the address of a scheduler"),
        (["--scheduler", ""], "is not the address of a scheduler"),
    ],
)
def test_batch_without_the_extra(
    tmp_path: Path, assignment: Path, submissions: Path, options: list[str], message: str
) -> None:
    program = "import sys; sys.modules['distributed'] = None; from grader.cli import main; sys.exit(main(sys.argv[1:]))"
    verb = ["batch", str(submissions), "-a", str(assignment), "-o", str(tmp_path / "run"), *options]
    environment = os.environ | {"GRADER_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", program, *verb], capture_output=True, text=True, env=environment, check=False
    )
    assert (done.returncode, message in done.stderr) == (2, True)
