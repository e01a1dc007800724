"""Attacks through what a report shows, and on the report itself: every renderer is tried."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from functools import partial

from arena import SUCCESS, Arena
from attack import Attack
from builders import SQUARE, bundle, notebook, zip_bundle, zipped

from grader.outputs.gradescope import render_gradescope
from grader.outputs.json import render_json
from grader.outputs.text import render_text
from grader.records import Bundle, File
from grader.report import Report

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
    name = f"{nasty[:500]}.ipynb".replace("/", "_").replace("\x00", "")
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
)
