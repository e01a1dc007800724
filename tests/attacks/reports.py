"""Attacks through what a report shows, and on the report itself: every renderer is tried."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from functools import partial

import msgspec

from grader.errors import RubricError
from grader.outputs.gradescope import render_gradescope
from grader.outputs.json import render_json
from grader.outputs.text import render_text
from grader.plan import Plan
from grader.records import Bundle, CheckResult, File, Report
from grader.rubric.yaml_nodes import read_yaml

from arena import RESULT, SUCCESS, Arena
from attack import Attack
from builders import SQUARE, bundle, check, notebook, plan, zip_bundle, zipped

UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
FORMULA = re.compile(r"^\s*[=+@|\-\t]")
RESULT_KEYS = {
    "score",
    "output",
    "output_format",
    "test_name_format",
    "test_output_format",
    "visibility",
    "stdout_visibility",
    "tests",
    "extra_data",
}
EXTRA_KEYS = {"assignment", "grader_version", "layers", "weaknesses", "incidents"}
TEST_KEYS = {"number", "name", "name_format", "score", "max_score", "status", "visibility", "output", "output_format"}
UNTESTED: dict[int, str] = {
    125: "there is no PDF or LaTeX output",
    126: "there is no Markdown or HTML output that could load a picture",
}


def text_of(report: Report) -> str:
    """What a terminal gets."""
    stream = io.StringIO()
    render_text(report, stream)
    return stream.getvalue()


RENDERERS: tuple[Callable[[Report], str], ...] = (text_of, render_gradescope, render_json)


def all_of(report: Report) -> str:
    """Every rendering, one after the other."""
    return "\n".join(render(report) for render in RENDERERS)


def strings(thing: object) -> Iterator[str]:
    """Every text in decoded JSON."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from (key, *strings(value))
    elif isinstance(thing, list):
        for item in thing:
            yield from strings(item)


def unsafe(report: Report) -> Iterator[str]:
    """What is wrong with the renderings, whatever the submission."""
    for render in RENDERERS:
        text = render(report)
        text.encode("utf-8")
        if found := UNSAFE.search(text):
            yield f"{SUCCESS}{found.group()!r} in {render.__name__}: {text[max(0, found.start() - 40) : found.end() + 20]!r}"
    results = json.loads(render_gradescope(report), parse_constant=_refuse)
    if found := UNSAFE.search("".join(strings(results))):
        yield f"{SUCCESS}{found.group()!r} in a text of results.json"
    yield from _unlike_ours(results)


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _unlike_ours(results: dict[str, object]) -> Iterator[str]:
    """Keys and formats of results.json that the grader does not write."""
    tests, extra = results["tests"], results["extra_data"]
    assert isinstance(tests, list)
    assert isinstance(extra, dict)
    for keys, known in ((results, RESULT_KEYS), (extra, EXTRA_KEYS), *((test, TEST_KEYS) for test in tests)):
        if strange := set(keys) - known:
            yield f"{SUCCESS}keys {strange}"
    for thing in (results, *tests):
        yield from (
            f"{SUCCESS}{key} is {thing[key]}" for key in thing if key.endswith("_format") and thing[key] != "text"
        )
    yield from (
        f"{SUCCESS}a text that starts as a formula: {text[:40]!r}" for text in strings(results) if FORMULA.match(text)
    )


# --- what a submission says -------------------------------------------------------------------------------------------

MARKUP = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>&lt;![](http://127.0.0.1/beacon.png)[x](javascript:alert(1))"
)
ESCAPES = "\x1b[2J\x1b]8;;http://evil\x07click\x1b]8;;\x07\x1b[31m\x9b31m\x90\x00\x08\x7f\rTotal 9 / 9\u202e\u2066\u061c\u200f\u2028\u2029\x85\x0b\x0c"
FORMULAS = '=HYPERLINK("http://evil","x")'
SPOOF = (
    '\nTotal 9 / 9\n✓ square is right\n", "leaderboard": [{"name": "x", "value": 9}], "score": 9, "extra_data": {"x": 1'
)
NASTY = {"markup": MARKUP, "escapes": ESCAPES, "formulas": FORMULAS, "lines": SPOOF, "long": "x" * 1_000_000}
SPEAKING = {
    "raises": "def square(x):\n    raise ValueError(NASTY)",
    "raises a type": "def square(x):\n    raise type(NASTY, (Exception,), {'__module__': NASTY, '__qualname__': NASTY})(NASTY)",
    "raises what cannot be shown": "class Bad(Exception):\n    def __str__(self): raise Bad\n    __repr__ = __str__\ndef square(x):\n    raise Bad",
    "prints": "import sys\ndef square(x):\n    print(NASTY)\n    print(NASTY, file=sys.stderr)\n    sys.__stdout__ and sys.stdout.write(NASTY)\n    return 0",
    "returns text": "def square(x):\n    return NASTY",
    "returns items": "def square(x):\n    return [NASTY, (NASTY, {NASTY: NASTY})]",
    "returns keys": "def square(x):\n    return {NASTY: {NASTY: 1.0}}",
    "returns a type": "def square(x):\n    return type(NASTY, (), {})()",
    "returns nan": "import numpy as np\ndef square(x):\n    return np.full((2, 2), np.nan) * x",
    "names a library": "def square(x):\n    import importlib\n    return importlib.import_module(NASTY)",
    "fails while defining": "raise_now = NASTY.index(NASTY + 'x')\nHELP = raise_now\ndef square(x):\n    return HELP",
    "leaderboard": "def square(x):\n    print('{\"leaderboard\": []}')\n    return {'leaderboard': [{'name': 'x', 'value': 9}], 'extra_data': {'x': 1}, 'score': 9}",
    "quotes itself": "def square(x):\n    raise KeyError(NASTY)  # {nasty}",
    "does not parse": "x = 1\ndef square(x) return 1  # {nasty}",
    "does not parse elsewhere": "def square(x):\n    return 0\ny = = 1  # {nasty}",
    "another name": "def squares(x): return 0  # {nasty}\nclass A:\n    def square(x): pass  # {nasty}",
}


def say(arena: Arena, nasty: str) -> str:
    """What the report makes of a text in all the places where a submission can put one."""
    achieved = []
    for label, source in SPEAKING.items():
        line = nasty.replace("\n", " ").replace("\x0c", "")
        report = arena.grade(bundle(f"NASTY = {nasty!r}\n" + source.replace("{nasty}", line)), SQUARE)
        achieved += [f"{label}: {harm}" for harm in _harm(report)]
    name = f"{nasty[:500]}.ipynb".replace("/", "_")
    wrong = notebook("def square(x):\n    return 0")
    for handed in (
        zip_bundle(zipped({name: wrong, f"a/{name}": wrong, f"{name}.py": b"x = ("}), name),
        Bundle(name=name, files=(File(name=name, data=wrong),), notes=(f"{name} is 30 MB: it was skipped",)),
        Bundle(name=name, files=(File(name=name, data=b"{"),)),
    ):
        report = arena.grade(handed, SQUARE)
        achieved += [f"file name: {harm}" for harm in _harm(report)]
    return "; ".join(achieved)


def _harm(report: Report) -> Iterator[str]:
    yield from unsafe(report)
    text = all_of(report)
    if len(text) > 100_000:
        yield f"{SUCCESS}a report of {len(text)} characters"
    if report.score:
        yield f"{SUCCESS}{report.score} points"
    if re.search(r"^(Total 9|[✓✗] )", text_of(report), re.MULTILINE):
        yield f"{SUCCESS}a line that looks like the grader's"


# --- which definition counts, and how the report is made ---------------------------------------------------------------

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
    File_ = arena.facts.folder
    files = {f"rubrics/{name}.yaml": text.replace("{folder}", File_).encode() for name, text in YAML.items()}
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


def _with_result(run: Callable[[Arena], str]) -> Callable[[Arena], str]:
    def ready(arena: Arena) -> str:
        from pathlib import Path

        Path(arena.facts.results).write_text(RESULT, "ascii")
        return run(arena)

    return ready


ATTACKS: tuple[Attack, ...] = (
    Attack(
        (120, 121, 122),
        "markup-in-texts",
        "every format is `text`, at the top and in each test",
        partial(say, nasty=MARKUP),
    ),
    Attack((123, 121), "terminal-escapes-in-texts", "control characters are dropped", partial(say, nasty=ESCAPES)),
    Attack(
        (124, 121),
        "formulas-in-texts",
        "texts of a submission stand behind our own words",
        partial(say, nasty=FORMULAS),
    ),
    Attack(
        (14, 16, 121),
        "lines-that-look-like-ours",
        "keys are fixed; texts are data, indented",
        partial(say, nasty=SPOOF),
    ),
    Attack((16, 121), "long-texts", "caps", partial(say, nasty="x" * 1_000_000)),
    Attack((17,), "spoof-metadata", "names and points come from the rubric", spoof_metadata),
    Attack((18,), "define-often", "the report names every definition", define_often),
    Attack((19,), "fall-down", "every end is an outcome of one call", fall_down),
    Attack((20,), "vacuous-submission", "points to be had come from the rubric", vacuous),
    Attack(
        (127,),
        "hand-in-yaml",
        "YAML of a submission is not read; that of a rubric is data without tags and repeated aliases",
        _with_result(hand_in_yaml),
    ),
)
