"""A tiny assignment to write into a folder: one question, one function, one mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

FILES = {
    "rubrics/hw.yaml": "assignment: hw\ntitle: A homework\nquestions: [q1.yaml]\n",
    "rubrics/q1.yaml": """\
question: 1
title: Powers
reference: powers.py
parts:
  - part: a
    title: A power
    points: 2
    function: power
    signature: "power(x, n=2) -> y"
    mistakes: [power_doubled]
    checks:
      - name: the power
        points: 2
        cases:
          - {x: 3.0}
          - random: {count: 3, x: {uniform: [2, 9]}}
        compare: close
""",
    "reference/powers.py": "def power(x, n=2):\n    return x**n\n",
    "reference/mistakes/powers.py": (
        "def power_doubled(x, n=2):\n"
        '    """Multiplied instead of\n    raised.\n\n    More for the authors.\n    """\n'
        "    return x * n\n"
    ),
}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes the assignment; `swaps` are replacements in q1.yaml, `files` are further or other files (None: left out)."""

    def write_files(*swaps: tuple[str, str], files: Mapping[str, str | None] | None = None) -> Path:
        question = FILES["rubrics/q1.yaml"]
        for old, new in swaps:
            assert old in question
            question = question.replace(old, new, 1)
        for name, text in {**FILES, "rubrics/q1.yaml": question, **(files or {})}.items():
            if text is not None:
                path = tmp_path / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
        return tmp_path

    return write_files
