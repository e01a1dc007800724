"""`grader schema --check`: every fault, without running what belongs to the author or to a library of theirs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from assignments import homework
from builders import ROOT

from grader.cli import main
from grader.places import bundled_folder
from grader.rubric.load import visible_faults

VALID = "the files of the rubric are valid\n"
TWO_FAULTS = (("points: 3", "points: 4"), ("[power_doubled]", "[power_trippled]"))
LINES = [
    "rubrics/q1.yaml:7: parts[0].points: is 4, but the checks' points sum to 3",
    'rubrics/q1.yaml:12: parts[0].mistakes[0]: reference/mistakes/powers.py has no function "power_trippled"; '
    'did you mean "power_doubled"?',
]


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["hw"], "hw"),
        (["hw/rubrics"], "hw"),
        (["hw/rubrics/q1.yaml", "hw/rubrics/hw.yaml", "hw"], "hw"),
        (["hw/rubrics/given/data.py"], "hw"),
    ],
)
def test_schema_check_finds_the_assignment(
    arguments: list[str], shown: str, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homework(course / "hw")
    assert main(["schema", "--check", *arguments]) == 0
    assert capsys.readouterr().out == f"{shown}: {VALID}"


def test_schema_check_of_the_current_folder(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    homework(course)
    assert main(["schema", "--check"]) == 0
    assert capsys.readouterr().out == f".: {VALID}"


def test_schema_check_inside_of_rubrics(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    homework(course)
    monkeypatch.chdir(course / "rubrics")
    assert main(["schema", "--check", "q1.yaml"]) == 0
    assert capsys.readouterr().out == f"..: {VALID}"


def test_schema_check_lists_the_faults_of_all_assignments(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("hw", "hw2"):
        homework(course / name, *TWO_FAULTS)
    assert main(["schema", "--check", "hw2", "hw/rubrics/q1.yaml"]) == 3
    lines = [f"{name}/{line}" for name in ("hw", "hw2") for line in LINES]
    assert capsys.readouterr().err == "grader: " + "\n".join(lines) + "\n"


def test_schema_check_places_are_relative_to_the_current_folder(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    homework(course, *TWO_FAULTS)
    assert main(["schema", "--check", str(course)]) == 3
    assert capsys.readouterr().err == "grader: " + "\n".join(LINES) + "\n"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "nothing: there is no such file or folder"),
        ("notes.yaml", "notes.yaml is no file of a rubric: it is not in a folder rubrics/ of an assignment"),
        (".", ". is not an assignment folder: it has no rubrics/."),
        ("notes.yaml/q1.yaml", "notes.yaml/q1.yaml: there is no such file or folder"),
        ("loop", "loop cannot be opened: Too many levels of symbolic links"),
    ],
)
def test_schema_check_of_something_else(
    name: str, message: str, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (course / "notes.yaml").touch()
    (course / "loop").symlink_to("loop")
    assert main(["schema", "--check", name]) == 2
    assert capsys.readouterr().err.startswith(f"grader: {message}")


def test_schema_check_without_permission(ordinary_user: None, capsys: pytest.CaptureFixture[str]) -> None:
    del ordinary_user
    Path("hw").mkdir()
    Path("hw/rubrics").mkdir(mode=0)
    assert main(["schema", "--check", "hw/rubrics/q1.yaml"]) == 2
    assert capsys.readouterr().err == "grader: hw/rubrics/q1.yaml cannot be opened: Permission denied\n"


def test_schema_check_goes_by_names_not_by_links(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    homework(course / "hw")
    (course / "hw/rubrics/q1.yaml").rename(course / "elsewhere.yaml")
    (course / "hw/rubrics/q1.yaml").symlink_to(course / "elsewhere.yaml")
    assert main(["schema", "--check", "hw/rubrics/q1.yaml"]) == 0
    assert capsys.readouterr().out == f"hw: {VALID}"


TRAP = "import pathlib\npathlib.Path('was-run').touch()\n"


def test_schema_check_runs_nothing_of_the_author(course: Path) -> None:
    homework(course)
    files = [
        course / name for name in ("reference/powers.py", "reference/mistakes/powers.py", "rubrics/probes/powers.py")
    ]
    for path in files:
        path.write_text(TRAP + path.read_text("utf-8"), "utf-8")
    assert main(["schema", "--check"]) == 0
    assert not (course / "was-run").exists()


@pytest.mark.parametrize("module", ["torch", "scipy", "matplotlib"])
def test_schema_check_imports_nothing_heavy(module: str) -> None:
    program = (
        "import sys\nfrom grader.cli import main\n"
        f"assert main(['schema', '--check', {str(ROOT)!r}]) == 0\nsys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, capture_output=True).returncode == 0


def test_visible_faults_of_the_bundled_homework() -> None:
    assert visible_faults(bundled_folder()) == ()
