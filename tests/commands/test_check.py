"""`grader check` on the handout's own notebook, far from rubric and reference."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from assignments import RIGHT, homework
from builders import notebook

from grader.cli import main
from grader.handout.files import handout_files, write_files


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed_out")
    assignment = homework(tmp_path_factory.mktemp("assignment"))
    write_files(handout_files(assignment), folder, replaces=False)
    shutil.rmtree(assignment)
    return folder


@pytest.fixture
def folder(handed_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A student's copy, which is the current folder."""
    shutil.copytree(handed_out, tmp_path / "hw")
    monkeypatch.chdir(tmp_path / "hw")
    return tmp_path / "hw"


ANSWERS = (RIGHT, "def total(xs):\n    return sum(xs)")
STEP = "def step(w):\n    return w + 1\n"


def solve(folder: Path, *cells: str) -> None:
    (folder / "hw.ipynb").write_bytes(notebook(*cells))
    (folder / "net/rules.py").write_text(STEP)


def test_check_of_the_blank_handout_ends_with_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.exists()
    assert main(["check", "hw.ipynb"]) == 1
    assert capsys.readouterr().out.count("[not attempted]") == 4


def test_check_of_right_answers_ends_with_0(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(folder, *ANSWERS)
    assert main(["check", "hw.ipynb"]) == 0
    assert "Total 5 / 5" in capsys.readouterr().out


def test_check_says_that_it_is_not_everything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(folder, *ANSWERS)
    main(["check", "hw.ipynb"])
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "These are the public checks. When you hand in, other inputs count, of the same kinds.",
        "Then these are graded too:",
        "  1(a) large_ones: 1 point, shown after the due date",
        "  1(c) your text: 4 points, graded by a person",
    ]


def test_check_looks_only_at_the_asked_parts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hw.ipynb").write_bytes(notebook("def total(xs):\n    return sum(xs)"))
    assert main(["check", "hw.ipynb", "1b"]) == 0
    assert "1(a)" not in capsys.readouterr().out


def test_check_takes_the_files_beside_the_notebook(folder: Path) -> None:
    solve(folder)
    assert main(["check", "hw.ipynb", "1d"]) == 0


def test_check_takes_the_handouts_files_where_there_are_none(folder: Path) -> None:
    (folder / "hw.ipynb").write_bytes(notebook("from net.rules import step"))
    shutil.rmtree(folder / "net")
    assert main(["check", "hw.ipynb", "1d"]) == 1


def test_check_reads_a_formula_and_leaves_it_open(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(folder, 'answer_1a = "n*x**2"')
    assert main(["check", "hw.ipynb", "1a"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Your answer was read as n*x^2. Whether it is right is decided when you hand in." in out


def test_check_says_what_is_wrong_without_a_hint(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(folder, "def power(x, n=2):\n    return x * n")
    assert main(["check", "hw.ipynb", "1a"]) == 1
    out = capsys.readouterr().out
    assert ("power(x=3.0) is wrong." in out, "hint" in out) == (True, False)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["no.ipynb"], 2, "there is no such file"),
        (["hw.ipynb", "2a"], 2, "there is no part '2a'"),
        (["hw.ipynb", "--checks", "hw.ipynb"], 2, "hw.ipynb is not a file of checks"),
        (["hw.ipynb", "--checks", "no.checks"], 2, "there is no such file"),
        (["net/rules.txt"], 2, "there is no such file"),
    ],
)
def test_check_refuses_what_it_cannot_use(
    arguments: list[str], code: int, words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.exists()
    assert main(["check", *arguments]) == code
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(("name", "data"), [("hw.ipynb", b"{broken"), ("hw.pdf", b"%PDF")])
def test_check_ends_with_4_for_what_cannot_be_graded(name: str, data: bytes, folder: Path) -> None:
    (folder / name).write_bytes(data)
    assert main(["check", name, "1a"]) == (4 if name == "hw.pdf" else 1)


def test_check_finds_the_file_beside_the_notebook(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    solve(folder, *ANSWERS)
    monkeypatch.chdir("/")
    assert main(["check", str(folder / "hw.ipynb"), "1"]) == 0


def test_check_needs_neither_rubric_nor_what_compiles_one(folder: Path) -> None:
    solve(folder, *ANSWERS)
    program = (
        "import json, sys; from grader.cli import main; code = main(['check', 'hw.ipynb', '1a']); "
        "print(json.dumps([code, [m for m in ('pydantic', 'yaml', 'scipy', 'grader.rubric', 'torch') if m in sys.modules]]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    assert json.loads(done.stdout.splitlines()[-1]) == [0, []]
