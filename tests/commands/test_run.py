"""`grader run` as a function: what it writes and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders import notebook, zipped

from grader.cli import main
from grader.commands.run import write_atomically
from grader.errors import UsageError

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


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    folder = tmp_path / "assignment"
    (folder / "rubrics").mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "rubrics" / "hw.yaml").write_text("assignment: squares\ntitle: Squares\nquestions: [q1.yaml]\n")
    (folder / "rubrics" / "q1.yaml").write_text(RUBRIC)
    (folder / "reference" / "squares.py").write_text("def square(x):\n    return x * x\n")
    return folder


def run(submission: Path, assignment: Path, *options: str) -> int:
    return main(["run", str(submission), "--assignment", str(assignment), *options])


@pytest.fixture
def right(tmp_path: Path) -> Path:
    (tmp_path / "hw.zip").write_bytes(zipped({"hw.ipynb": notebook("def square(x): return x ** 2")}))
    return tmp_path / "hw.zip"


def test_run_prints_the_report(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(right, assignment) == 0
    assert "Total 2 / 2" in capsys.readouterr().out


def test_run_prints_json_for_programs(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(right, assignment, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["score"] == 2


def test_run_writes_results(right: Path, assignment: Path, tmp_path: Path) -> None:
    run(right, assignment, "-o", str(tmp_path / "results.json"))
    assert json.loads((tmp_path / "results.json").read_text())["tests"][0]["status"] == "passed"


def test_run_follows_a_changed_reference(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(right, assignment)
    (assignment / "reference" / "squares.py").write_text("def square(x):\n    return x * x * x\n")
    run(right, assignment)
    out = capsys.readouterr().out
    assert ("Total 2 / 2" in out, "Total 0 / 2" in out) == (True, True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hw.zip", b"not a zip"),
        ("hw.zip", zipped({})),
        ("hw.zip", zipped({"a.txt": b"x"})),
        ("hw.pdf", b"%PDF"),
        ("hw.ipynb", b"{broken"),
        ("hw.ipynb", b""),
    ],
)
def test_run_ends_with_4_and_still_writes_a_result(name: str, data: bytes, assignment: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert run(tmp_path / name, assignment, "-o", str(tmp_path / "results.json")) == 4
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["score"] == 0
    assert results["output"].startswith("This submission cannot be graded: ")


def test_run_ends_with_4_for_an_empty_folder(assignment: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", assignment) == 4


@pytest.mark.parametrize(
    ("submission", "output", "words"),
    [
        ("missing.zip", None, "there is no such file or folder"),
        ("hw.zip", "nowhere/results.json", "does not exist"),
        ("hw.zip", ".", "cannot be written"),
    ],
)
def test_run_ends_with_2_for_a_wrong_path(
    submission: str, output: str | None, words: str, right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["-o", str(right.parent / output)] if output else []
    assert run(right.parent / submission, assignment, *options) == 2
    assert words in capsys.readouterr().err


def test_run_ends_with_3_for_a_wrong_rubric(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (assignment / "rubrics" / "q1.yaml").write_text(
        RUBRIC.replace("points: 2\n    function", "pionts: 2\n    functoin")
    )
    assert run(right, assignment) == 3
    assert "rubrics/q1.yaml:7:" in (err := capsys.readouterr().err)
    assert "rubrics/q1.yaml:8:" in err


def test_run_ends_with_3_for_a_reference_that_raises(
    right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (assignment / "reference" / "squares.py").write_text("def square(x):\n    return 1 / 0\n")
    assert run(right, assignment) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_run_ends_with_2_without_an_assignment(right: Path, tmp_path: Path) -> None:
    assert run(right, tmp_path / "nothing") == 2


def test_write_atomically_leaves_the_old_file_when_it_fails(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_atomically(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]
