"""200 synthetic submissions, killed five times on the way; and that the proof would notice what it looks for."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path

import pytest
from assignments import RIGHT
from batch_proof import Score, _fault, _faults, main
from builders import notebook
from runs import STEP, TOTAL, small_homework


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """The exit code of a proof with the small homework, and its folder."""
    folder = tmp_path_factory.mktemp("proof")
    small_homework(folder / "hw")
    (folder / "right.ipynb").write_bytes(notebook(RIGHT, TOTAL, STEP))
    options = ["--count", "200", "--kills", "5", "--hostile", "4", "-j", "2", "--folder", str(folder)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE_DIR", str(folder / "cache"))
        code = main([*options, "-a", str(folder / "hw"), "--right", str(folder / "right.ipynb")])
    return code, folder


def test_nothing_is_lost_and_nothing_graded_twice(proof: tuple[int, Path]) -> None:
    assert proof[0] == 0


def test_the_memory_of_a_run_is_kept(proof: tuple[int, Path]) -> None:
    with (proof[1] / "memory.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert 20 < max(float(row["megabytes"]) for row in rows) < 2000


def test_the_proof_notices_a_second_writing(proof: tuple[int, Path]) -> None:
    ledger = sqlite3.connect(proof[1] / "run" / "ledger.sqlite")
    ledger.execute("INSERT OR REPLACE INTO results SELECT * FROM results LIMIT 1")
    ledger.commit()
    ledger.close()
    assert list(_faults(proof[1] / "run", 200, [-9, 0])) == ["1 results were written twice"]


def test_the_proof_notices_a_loss(proof: tuple[int, Path]) -> None:
    assert "of 201 submissions, 1 are lost to the ledger, 1 to scores.csv" in _faults(proof[1] / "run", 201, [0])


def test_the_proof_notices_a_run_that_failed(proof: tuple[int, Path]) -> None:
    assert "the runs ended with [-9, 5]" in list(_faults(proof[1] / "run", 200, [-9, 5]))


FULL, NONE = Score("graded", "6", "6"), Score("graded", "0", "6")


@pytest.mark.parametrize(
    ("name", "score", "fault"),
    [
        ("000001-right.zip", FULL, ""),
        ("000001-right.zip", NONE, "right, and has 0 of 6 points"),
        ("000001-right-light.zip", NONE, ""),
        ("000001-blank.ipynb", NONE, ""),
        ("000001-blank.ipynb", FULL, "blank, and has 6 points"),
        ("000001-wrong.ipynb", Score("infra", "", ""), "000001 is infra"),
        ("000001-wrong-as-000000.ipynb", FULL, ""),
        ("000001-wrong-as-000000.ipynb", NONE, f"{NONE}, and what it repeats has {FULL}"),
    ],
)
def test_the_proof_notices_wrong_scores(name: str, score: Score, fault: str) -> None:
    assert _fault(name, score, {"000000": FULL, "000001": score}) == fault
