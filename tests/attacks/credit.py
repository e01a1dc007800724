"""Attacks on points: which definition counts, what a test is called and worth, how a question ends."""

from __future__ import annotations

import json
from pathlib import Path

from arena import RESULT, SUCCESS, Arena
from attack import Attack
from builders import SQUARE, bundle, check, notebook, zip_bundle, zipped
from reports import all_of, unsafe

from grader.errors import RubricError
from grader.outputs.gradescope import render_gradescope
from grader.records import Bundle, File
from grader.report import CheckResult, Report
from grader.rubric.yaml_nodes import read_yaml

UNTESTED: dict[int, str] = {}

DEFINITIONS = (
    "def square(x):\n    return 1",
    "if True:\n    def square(x):\n        return 2\nelse:\n    def square(x):\n        return 2.5",
    "def \u017fquare(x):\n    return 3",
    "def \uff53\uff51\uff55\uff41\uff52\uff45(x):\n    return 4",
    "try:\n    square = lambda x: 5\nfinally:\n    pass",
    "for square in [lambda x: 6]:\n    pass",
    "square: object = (lambda x: 7)",
)


def define_often(arena: Arena) -> str:
    """Definitions that the report does not name: a person who looks it up would see another one."""
    report = arena.grade(bundle(*DEFINITIONS), SQUARE)
    (result,) = _results(report)
    seen = {one.place.label for one in (*result.others, *((result.graded,) if result.graded else ()))}
    unseen = {
        f"cell {number + 1}" for number in range(len(DEFINITIONS)) if "for square" not in DEFINITIONS[number]
    } - seen
    wrong = result.graded is not None and f"It returned {result.graded.place.label[-1]}" not in result.message
    return (f"{SUCCESS}{unseen} are not named" if unseen else "") + ("; the wrong definition is named" if wrong else "")


def _results(report: Report) -> tuple[CheckResult, ...]:
    return tuple(one for question in report.questions for part in question.parts for one in part.checks)


METADATA = {
    "nbgrader": {"grade": True, "points": 99, "grade_id": "square is right", "locked": True},
    "tags": ["passed", "points:99"],
}


def spoof_metadata(arena: Arena) -> str:
    """Names and points of tests from the notebook's own metadata, with duplicate ids."""
    sources = (
        "def square(x):\n    return 0",
        "def test_square(): assert True\n### 99 points: square is right\n# @points 99\nfoo.grade('all')",
    )
    cells = [
        {"cell_type": "code", "id": "square is right", "metadata": METADATA, "source": source} for source in sources
    ]
    data = json.dumps({"nbformat": 4, "metadata": METADATA, "cells": cells, "score": 99}).encode()
    report = arena.grade(Bundle(name="hw.ipynb", files=(File(name="hw.ipynb", data=data),)), SQUARE)
    results = json.loads(render_gradescope(report))
    tests = [(test["name"], test["score"], test["max_score"]) for test in results["tests"]]
    is_ours = (
        tests == [("1(a) square: square is right", 0.0, 1.0)]
        and (report.score, report.points) == (0, 1)
        and "99" not in all_of(report)
    )
    return "" if is_ours else f"{SUCCESS}{tests}"


FALL = "def fall(x):\n    "
FALLS = {
    "stops the process": "import os\n    os._exit(0)", "exits": "raise SystemExit(0)", "interrupts": "raise KeyboardInterrupt",
    "segfault": "import ctypes\n    return ctypes.string_at(0)", "abort": "import os\n    os.abort()", "recursion": "return fall(x)",
    "kills itself": "import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)", "closes its pipe": "import os\n    os.close(4)",
    "junk in the pipe": "import os\n    os.write(4, b'\\xff' * 100)", "half a frame": "import os\n    os.write(4, b'\\x10\\0\\0\\0')\n    os._exit(0)",
    "a large header": "import os\n    os.write(4, b'\\xff\\xff\\xff\\xff')", "forged failure": "import os, msgspec\n    b = msgspec.msgpack.encode({'nonce': b'', 'answer': {'type': 'failed', 'traceback': 'x'}})\n    os.write(4, len(b).to_bytes(4, 'little') + b)",
    "cyclic cause": "e = ValueError()\n    f = KeyError()\n    e.__cause__, f.__cause__ = f, e\n    raise e from f",
    "group": "raise BaseExceptionGroup('x', [SystemExit(), KeyboardInterrupt()])", "no message": "raise type('E', (Exception,), {'__str__': 3})",
    "deep": "a = []\n    for _ in range(10**5): a = [a]\n    return a", "huge": "return 1 << 10**6", "meta": "raise type('M', (type,), {'__name__': 3})('E', (Exception,), {})",
}  # fmt: skip


def fall_down(arena: Arena) -> str:
    """Ends in mid-question: the points before it must stay, those of the check itself must not be had, and nothing else ends."""
    achieved = []
    for label, body in FALLS.items():
        report = arena.grade(
            bundle("def square(x):\n    return x * x\n" + FALL + body), SQUARE, check("fall", [((2.0,), 4.0)])
        )
        scores = [result.score for result in _results(report)]
        if scores != [1.0, 0.0]:
            achieved.append(f"{SUCCESS}{label}: {scores}")
        achieved += [f"{label}: {harm}" for harm in unsafe(report)]
    return "; ".join(achieved)


VACUOUS = (
    "", "raise SystemExit(0)", "import os\nos._exit(0)", "def other(x): pass", "square = None", "square = 4", "del square", "class square: pass",
    "def square(*_): ...", "square = property()", "import sys\nsys.exit(0)\ndef square(x): return x", "async def square(x): return x * x",
    "def square(x): yield x * x", "def square(): return 4", "square = type('square', (), {'__call__': 4})()", "__test__ = False", "raise __import__('unittest').SkipTest",
    "import pytest\npytest.skip(allow_module_level=True)", "globals().clear()", "__builtins__ = {}", "def square(x): raise NotImplementedError",
)  # fmt: skip


def vacuous(arena: Arena) -> str:
    """Submissions in which no check can run: no points, out of the rubric's."""
    achieved = []
    handed_in = [bundle(source) for source in VACUOUS]
    handed_in += [
        bundle(),
        Bundle(name="a", files=()),
        zip_bundle(zipped({})),
        zip_bundle(zipped({"a.txt": b""})),
        zip_bundle(b""),
    ]
    for handed in handed_in:
        report = arena.grade(handed, SQUARE)
        results = json.loads(render_gradescope(report))
        statuses = [test["status"] for test in results["tests"]]
        if (report.score, report.points, results["score"], statuses) != (0, 1, 0, ["failed"]):
            achieved.append(f"{SUCCESS}{handed.files}: {report.score} of {report.points}, {statuses}")
    return "; ".join(achieved)


YAML = {
    "object": "!!python/object/apply:os.system ['touch {folder}/yaml']", "name": "!!python/name:os.system ''", "new": "!!python/object/new:os.system [touch {folder}/yaml]",
    "laughs": "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(f"{new}: &{new} [" + ", ".join([f"*{old}"] * 9) + "]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)),
    "merge": "a: &a {x: 1}\nb:\n  <<: *a\n", "cycle": "a: &a [*a]\n", "twice": "a: 1\na: 2\n", "norway": "assignment: no\n", "octal": "points: 0o17\n",
    "deep": "[" * 5_000 + "]" * 5_000, "documents": "a: 1\n---\nb: 2\n", "utf16": "a: 1\n",
}  # fmt: skip


def hand_in_yaml(arena: Arena) -> str:
    """A rubric in the submission; and the same files where a rubric is read."""
    Path(arena.facts.results).write_text(RESULT, "ascii")
    files = {
        f"rubrics/{name}.yaml": text.replace("{folder}", arena.facts.folder).encode() for name, text in YAML.items()
    }
    report = arena.grade(zip_bundle(zipped({"hw.ipynb": notebook("def square(x):\n    return 0"), **files})), SQUARE)
    achieved = [f"{SUCCESS}{report.score} of {report.points}"] if (report.score, report.points) != (0, 1) else []
    for name, data in files.items():
        try:
            read = read_yaml(data)
        except RubricError:
            continue
        if not read.faults and not name.endswith(("norway.yaml", "octal.yaml", "utf16.yaml", "merge.yaml")):
            achieved.append(f"{SUCCESS}{name} was read without a fault")
    return "; ".join([*achieved, *arena.damage()])


ATTACKS: tuple[Attack, ...] = (
    Attack((17,), "spoof-metadata", "names and points come from the rubric", spoof_metadata),
    Attack((18,), "define-often", "the report names every definition", define_often),
    Attack((19,), "fall-down", "every end is an outcome of one call", fall_down),
    Attack((20,), "vacuous-submission", "points to be had come from the rubric", vacuous),
    Attack(
        (127,),
        "hand-in-yaml",
        "YAML of a submission is not read; that of a rubric is data without tags and repeated aliases",
        hand_in_yaml,
    ),
)
