"""`grader.check("1a")` in a session like a notebook's: a fresh process with IPython, far from rubric and reference."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from assignments import RIGHT, homework
from builders import notebook

import grader
from grader.errors import UsageError
from grader.handout.files import handout_files, write_files

HEAVY = ("pydantic", "yaml", "scipy", "torch", "rich", "IPython")
SESSION = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for cell in json.loads(sys.argv[1]):
    shell.run_cell(cell)
"""


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed_out")
    assignment = homework(tmp_path_factory.mktemp("assignment"))
    write_files(handout_files(assignment), folder, replaces=False)
    shutil.rmtree(assignment)
    return folder


def process(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=folder, timeout=120
    )
    return done.stdout + done.stderr


def session(folder: Path, *cells: str) -> str:
    """What these cells print, without the prompt of a terminal."""
    return process(folder, "-c", SESSION, json.dumps(cells)).replace("Out[0]: ", "").rstrip()


def test_check_prints_the_result_once(handed_out: Path) -> None:
    assert session(handed_out, RIGHT, 'import grader; grader.check("1a")').splitlines() == [
        "1(a) A power: 2 of 2 points",
        "  ✓ the power",
        "",
        "These are the public checks. When you hand in, other inputs count, of the same kinds.",
        "Then these are graded too:",
        "  1(a) large_ones: 1 point, shown after the due date",
    ]


def test_check_explains_what_is_wrong(handed_out: Path) -> None:
    out = session(handed_out, "def power(x, n=2):\n    return n / 0", 'import grader\ngrader.check("1(a)")')
    assert out.splitlines()[:4] == [
        "1(a) A power: 0 of 2 points",
        "  ✗ the power  [raised an exception]",
        "      power(x=3.0) raised ZeroDivisionError: division by zero",
        "      where: line 2:  return n / 0",
    ]


def test_check_takes_all_parts_when_none_is_named(handed_out: Path) -> None:
    out = session(handed_out, RIGHT, "def total(xs):\n    return ?", "import grader; grader.check()")
    lines = [line for line in out.splitlines() if line.startswith("1(")]
    assert lines == [
        "1(a) A power: 2 of 2 points",
        "1(b) A sum: 0 of 2 points",
        "1(c) Why: no public checks",
        "1(d) A step: 0 of 1 points",
    ]


def test_check_says_how_to_get_at_a_function_of_a_file(handed_out: Path) -> None:
    out = session(handed_out, "import grader; grader.check('1d')")
    assert "step is in net/rules.py: import it first (`from net.rules import step`), again after every change." in out


def test_check_of_an_imported_function(handed_out: Path) -> None:
    out = session(handed_out, "from net.rules import step", "import grader; grader.check('1d')")
    assert "Not attempted: step is not filled in." in out


def test_check_finds_the_file_in_a_folder_above(handed_out: Path) -> None:
    (handed_out / "below").mkdir(exist_ok=True)
    assert "2 of 2" in session(handed_out / "below", RIGHT, "import grader; grader.check('1a')")


def test_check_takes_another_file(handed_out: Path, tmp_path: Path) -> None:
    shutil.copy(handed_out / "hw.checks", tmp_path / "other.checks")
    cell = f"import grader; grader.check('1a', checks={str(tmp_path / 'other.checks')!r})"
    assert "2 of 2" in session(tmp_path, RIGHT, cell)


def test_check_reads_a_formula_and_leaves_it_open(handed_out: Path) -> None:
    out = session(
        handed_out, 'answer_1a = "n x^2"', "import grader; result = grader.check('1a')", "print(result.passed)"
    )
    assert "? the power  [awaits a person]" in out
    assert out.splitlines()[-1] == "True"


def test_check_in_a_script_uses_its_names(handed_out: Path, tmp_path: Path) -> None:
    shutil.copy(handed_out / "hw.checks", tmp_path)
    loaded = f"print([name for name in {HEAVY} if name in sys.modules])"
    program = f"{RIGHT}\nimport sys\nimport grader\nprint(grader.check('1a').passed)\n{loaded}"
    assert process(tmp_path, "-c", program).splitlines()[-2:] == ["True", "[]"]


def test_check_lets_an_interrupt_through(handed_out: Path) -> None:
    cells = "def power(x, n=2):\n    raise KeyboardInterrupt", "import grader; grader.check('1a')", "print('alive')"
    assert session(handed_out, *cells).splitlines()[-1] == "alive"


@pytest.mark.parametrize(("part", "words"), [("9", "there is no part '9'"), ("1a", "there is no file of checks")])
def test_check_says_what_it_cannot_do(part: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if part == "9":
        write_files(handout_files(homework(tmp_path / "assignment")), tmp_path, replaces=False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=words):
        grader.check(part)


def test_importing_grader_imports_next_to_nothing(tmp_path: Path) -> None:
    before = json.loads(process(tmp_path, "-c", "import json, sys; print(json.dumps([*sys.modules]))"))
    after = json.loads(process(tmp_path, "-c", "import json, sys, grader; print(json.dumps([*sys.modules]))"))
    assert {*after} - {*before} <= {"grader", "__future__"}


def graded(folder: Path, *cells: str) -> Any:
    """The report of a submission in which these cells stand."""
    assignment = homework(folder / "assignment")
    (folder / "hw.ipynb").write_bytes(notebook(*cells))
    command = ["-m", "grader", "run", "hw.ipynb", "-a", str(assignment), "--format", "json"]
    return json.loads(process(folder, *command))


@pytest.mark.parametrize(
    "cells",
    [
        (RIGHT, 'import grader; grader.check("1a")'),
        ('import grader\ngrader.check("1a")', RIGHT, "grader.check()"),
        ("import grader\nfrom grader import check\n" + RIGHT + '\nresult = grader.check("1a"); result',),
        ("import numpy as np, grader\n" + RIGHT,),
        ("import grader\ngrader.__version__ = '9'\n" + RIGHT + "\n    # grader.check('1a')",),
    ],
)
def test_submission_with_own_checks_is_graded_like_any_other(cells: tuple[str, ...], tmp_path: Path) -> None:
    part = graded(tmp_path, *cells)["questions"][0]["parts"][0]
    assert (part["score"], part["points"]) == (3, 3)


def test_function_that_calls_its_own_check_fails_alone(tmp_path: Path) -> None:
    caller = "import grader\ndef power(x, n=2):\n    grader.check('1a')\n    return n * x**2"
    report = graded(tmp_path, caller, "def total(xs):\n    return sum(xs)")
    assert [check["status"] for check in report["questions"][0]["parts"][0]["checks"]] == ["raised", "raised"]
