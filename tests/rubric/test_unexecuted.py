"""Names of files that are not run: what they are is told by their text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric, visible_faults
from grader.rubric.unexecuted import ANY_NAME, names_of

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"
SOURCE = """\
import numpy as np
import os.path
from math import sqrt as root
from functools import *
def plain(): pass
async def later(): "Soon."
class Net: pass
limit = 3
limit_of: float = 2.0
partial = wrap(plain)
first, (second, *rest) = make()
if limit:
    def inner(): pass
else:
    other = plain
for index in range(3): pass
"""


@pytest.mark.parametrize(
    ("name", "is_function"),
    [
        ("plain", True),
        ("later", True),
        ("Net", True),
        ("partial", True),
        ("inner", True),
        ("other", True),
        ("first", True),
        ("second", True),
        ("rest", True),
        ("root", True),
        ("limit", False),
        ("limit_of", False),
    ],
)
def test_names_of(name: str, *, is_function: bool) -> None:
    assert callable(names_of(SOURCE, "x.py")[name]) is is_function


def test_names_of_imports_and_loops() -> None:
    assert {"np", "os", ANY_NAME, "index"} <= names_of(SOURCE, "x.py").keys()


def test_names_of_has_docstrings() -> None:
    names = names_of(SOURCE, "x.py")
    assert (names["later"].__doc__, names["plain"].__doc__) == ("Soon.", None)


def both_faults(folder: Path) -> tuple[list[str], list[str]]:
    """Those that are seen without running anything, and those of loading."""
    with pytest.raises(RubricError) as caught:
        load_rubric(folder)
    return [str(fault) for fault in visible_faults(folder)], list(caught.value.faults)


SWAPS = [
    ("function: power", "function: powwer"),
    ("[power_doubled]", "[power_doubld]"),
    ("points: 2", "points: 3"),
    ("title: Powers", "titel: Powers"),
    ("compare: close", "compare: clse"),
    ("reference: powers.py", "reference: other.py"),
    ("{x: 3.0}", "{z: 3.0}"),
    ("count: 3", "count: 3, draw: nothing"),
    ("points: 2\n        cases", "points: 2\n        value: nothing\n        cases"),
    ("points: 2\n        cases", "points: 2\n        also_accept: [power_in_other_words]\n        cases"),
]


@pytest.mark.parametrize(("old", "new"), SWAPS)
def test_visible_faults_of_a_question_are_all_faults(old: str, new: str, write: Write) -> None:
    seen, every = both_faults(write((old, new)))
    assert seen == every


FILES: list[Mapping[str, str | None]] = [
    {"rubrics/hw.yaml": "assignment: hw\ntitle: H\nquestions: [q2.yaml]\n"},
    {"rubrics/hw.yaml": None},
    {"reference/powers.py": None},
    {"reference/powers.py": "def power(x, n=2):\n    return x**\n"},
    {"reference/powers.py": "power = 3\n"},
    {"reference/mistakes/powers.py": "def power_doubled(x, n=2):\n    return x * n\n"},
    {"rubrics/q1.yaml": "question: 1\nquestion: 1\nparts: []\n"},
]


@pytest.mark.parametrize("files", FILES)
def test_visible_faults_of_other_files_are_all_faults(files: Mapping[str, str | None], write: Write) -> None:
    seen, every = both_faults(write(files=files))
    assert seen == every


@pytest.mark.parametrize(
    "source",
    [
        "from elsewhere import *\n",
        "from elsewhere import power\n",
        "power = make_power()\n",
        "if True:\n    def power(x, n=2): return x**n\n",
        "raise SystemExit\ndef power(x, n=2): return x**n\n",
    ],
)
def test_visible_faults_suspect_nobody(source: str, write: Write) -> None:
    assert visible_faults(write(files={"reference/powers.py": source})) == ()
