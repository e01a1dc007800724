"""Repeated gradings notice a point that is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import notebook
from repeated_gradings import main

RUBRIC = """\
question: 1
title: Squares
reference: squares.py
parts:
  - part: a
    title: The square
    points: 1
    function: square
    signature: "square(x) -> y"
    checks:
      - name: the square
        points: 1
        cases: [{random: {count: 3, x: {uniform: [2, 9]}}}]
        compare: close
"""


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    for name, text in {
        "rubrics/hw.yaml": "assignment: hw\ntitle: Squares\nquestions: [q1.yaml]\n",
        "rubrics/q1.yaml": RUBRIC,
        "reference/squares.py": "def square(x):\n    return x * x\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def code_of(assignment: Path, cell: str) -> int:
    submission = assignment / "answer.ipynb"
    submission.write_bytes(notebook(cell))
    return main(["--times", "3", "--submission", str(submission), "--assignment", str(assignment)])


def test_main_is_content_with_full_marks(assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(assignment, "def square(x): return x ** 2") == 0
    assert capsys.readouterr().out.startswith("3 gradings with different secrets: always full marks")


def test_main_names_the_check_and_the_secret(assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(assignment, "def square(x): return 2 * x") == 1
    out = capsys.readouterr().out
    assert out.startswith("1. With the secret 'repetition 1'")
    assert "  the square (square): square(x=" in out
