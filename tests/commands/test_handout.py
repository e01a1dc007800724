"""`grader handout` as a function: what it writes, and what it does not overwrite."""

from __future__ import annotations

from pathlib import Path

import pytest
from assignments import homework

from grader.cli import main

FILES = ["hw.checks", "hw.ipynb", "net/rules.py"]


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    return homework(tmp_path / "assignment")


def handout(assignment: Path, folder: Path, *options: str) -> int:
    return main(["handout", "-a", str(assignment), "-o", str(folder), *options])


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_handout_writes_notebook_starter_and_checks(assignment: Path, tmp_path: Path) -> None:
    assert handout(assignment, tmp_path / "out") == 0
    assert [*contents(tmp_path / "out")] == FILES


def test_handout_names_what_it_has_written(
    assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handout(assignment, tmp_path / "out")
    names = ["hw.ipynb", "net/rules.py", "hw.checks"]
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / "out" / name) for name in names]


def test_handout_gives_the_same_bytes_twice(assignment: Path, tmp_path: Path) -> None:
    handout(assignment, tmp_path / "one")
    handout(assignment, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_handout_can_be_written_over_itself(assignment: Path, tmp_path: Path) -> None:
    handout(assignment, tmp_path / "out")
    assert handout(assignment, tmp_path / "out") == 0


@pytest.fixture
def edited(assignment: Path, tmp_path: Path) -> Path:
    """A handout in which somebody has worked."""
    handout(assignment, tmp_path / "out")
    (tmp_path / "out/net/rules.py").write_text("mine")
    (tmp_path / "out/hw.checks").unlink()
    return tmp_path / "out"


def test_handout_does_not_overwrite_other_content(
    assignment: Path, edited: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(edited)
    assert handout(assignment, edited) == 2
    assert contents(edited) == before
    assert capsys.readouterr().err == (
        f"grader: {edited} has other files of these names: net/rules.py. --force replaces them.\n"
    )


def test_handout_overwrites_when_told_to(assignment: Path, edited: Path) -> None:
    assert handout(assignment, edited, "--force") == 0
    assert contents(edited)["net/rules.py"].startswith(b"def step")


def test_handout_reports_every_fault_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stub = ("      power: n times the square of x.\n", "      cube: x cubed.\n")
    starter = ("def step(w):\n    raise", "def walk(w):\n    raise")
    folder = homework(tmp_path / "assignment", stub, starter)
    assert handout(folder, tmp_path / "out") == 3
    lines = capsys.readouterr().err.splitlines()
    assert [line.rpartition("the handout has no ")[2].split()[0] for line in lines[1:]] == ['"power"', '"step"']
    assert not (tmp_path / "out").exists()


def test_handout_says_that_a_folder_cannot_be_written(
    assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert handout(assignment, tmp_path / "file") == 2
    assert "cannot be written" in capsys.readouterr().err
