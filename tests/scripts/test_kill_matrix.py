"""The kill matrix is complete, up to date, and fails where it must."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from builders import ROOT

from grader.errors import RubricError
from grader.rubric.compile import Kill

RUBRIC = """\
question: 1
title: Powers
reference: powers.py
parts:
  - part: a
    title: A power
    points: 2
    function: power
    signature: "power(x, n) -> y"
    mistakes: [power_doubled]
    checks:
      - {name: the square, points: 1, cases: [{x: 3.0, n: 2}], compare: close}
      - {name: the cube, points: 1, cases: [{x: 2.0, n: 3}], compare: close}
"""
RIGHT = "def power(x, n):\n    return x**n\n"
DOUBLED = 'def power_doubled(x, n):\n    """Multiplied instead of raised."""\n    return x * n\n'
ABSOLUTE = 'def power_absolute(x, n):\n    """{}"""\n    return abs(x)**n\n'
LOOP = 'def power_by_loop(x, n):\n    """Factor by factor."""\n    y = 1\n    for _ in range({}):\n        y *= x\n    return y\n'
PROOF = "Equivalent: the question is about positive numbers."


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("kill_matrix", ROOT / "scripts" / "kill_matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assignment(
    folder: Path, *, rubric: str = RUBRIC, mistakes: str = DOUBLED, alternatives: str = LOOP.format("n")
) -> Path:
    """A small assignment in a folder."""
    files = {
        "rubrics/hw.yaml": "assignment: hw\ntitle: A homework\nquestions: [q1.yaml]\n",
        "rubrics/q1.yaml": rubric,
        "reference/powers.py": RIGHT,
        "reference/mistakes/powers.py": mistakes,
        "reference/alternatives/powers.py": alternatives,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def test_page_of_the_homework_is_up_to_date_and_nothing_is_wrong(script: ModuleType) -> None:
    assert script.main(["--check"]) == 0


def test_page_shows_what_fails_and_what_passes(script: ModuleType, tmp_path: Path) -> None:
    folder = assignment(tmp_path, mistakes=DOUBLED + ABSOLUTE.format(PROOF))
    assert script.main([str(folder)]) == 0
    assert (folder / "docs/kill_matrix.md").read_text("utf-8").removeprefix(script.HEAD) == (
        "\n"
        "2 checks.\n"
        "1 mistakes, 0 survive. 1 proven equivalent.\n"
        "1 alternatives, 0 fail.\n"
        "\n"
        "## Proven equivalent\n"
        "\n"
        "| mistake | proof |\n"
        "|---|---|\n"
        "| `power_absolute` | the question is about positive numbers. |\n"
        "\n"
        "## 1(a) power\n"
        "\n"
        "| variant | the square | the cube |\n"
        "|---|---|---|\n"
        "| `power_doubled` | ✗ | ✗ |\n"
        "| alternative `power_by_loop` | ✓ | ✓ |\n"
    )


SURVIVES = RUBRIC.replace("[power_doubled]", "[power_doubled, power_absolute]")
CONSTANT = 'def power_squared(x, n):\n    """{}"""\n    return x**2\n'


@pytest.mark.parametrize(
    ("rubric", "mistakes", "alternatives", "fault"),
    [
        (
            SURVIVES,
            DOUBLED + ABSOLUTE.format("No signs."),
            LOOP.format("n"),
            "mistake power_absolute survives every check",
        ),
        (RUBRIC, DOUBLED, LOOP.format("2"), 'alternative power_by_loop fails "the cube"'),
        (RUBRIC, DOUBLED, DOUBLED, 'alternative power_doubled fails "the square", "the cube"'),
        (RUBRIC, DOUBLED + CONSTANT.format("No."), "", "mistake power_squared is in no list of the rubric"),
        (
            RUBRIC,
            DOUBLED + CONSTANT.format(PROOF),
            "",
            'mistake power_squared is not equivalent: it fails "the cube"',
        ),
    ],
)
def test_matrix_with_a_fault_has_exit_code_1_and_says_which(
    rubric: str,
    mistakes: str,
    alternatives: str,
    fault: str,
    script: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = assignment(tmp_path, rubric=rubric, mistakes=mistakes, alternatives=alternatives)
    assert script.main([str(folder)]) == 1
    assert capsys.readouterr().out == f"{fault}\n"
    assert f"**{fault}**" in (folder / "docs/kill_matrix.md").read_text("utf-8")


def test_check_of_an_old_page_has_exit_code_1_and_leaves_it(script: ModuleType, tmp_path: Path) -> None:
    folder = assignment(tmp_path)
    (folder / "docs").mkdir()
    (folder / "docs/kill_matrix.md").write_text("old", "utf-8")
    assert script.main(["--check", str(folder)]) == 1
    assert (folder / "docs/kill_matrix.md").read_text("utf-8") == "old"


def test_matrix_of_a_rubric_with_other_faults_is_refused(script: ModuleType, tmp_path: Path) -> None:
    folder = assignment(tmp_path, rubric=RUBRIC.replace("points: 2", "points: 3"))
    with pytest.raises(RubricError):
        script.main([str(folder)])


def test_page_leaves_empty_what_is_not_tried(script: ModuleType) -> None:
    tried = Kill("1", "a", "f", "small", ("f_half",), frozenset({"f_half"}))
    assert "| `f_half` | ✗ |  |" in script.page(script.Matrix((tried, tried._replace(check="large", mistakes=()))))
