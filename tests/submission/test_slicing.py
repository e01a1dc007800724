"""Slices hold what a candidate needs, nothing else, in document order."""

from __future__ import annotations

import random

import pytest
from builders import bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.records import Candidate, Document
from grader.submission.read import Wanted, read_submission


def sliced(*cells: str, given_names: frozenset[str] = frozenset(), which: int = -1) -> tuple[Document, Candidate]:
    reading = read_submission(bundle(*cells), Wanted(("f",), ("*",), {}, {"f": given_names}))
    return reading.documents[0], reading.candidates[which]


def slice_texts(*cells: str, given_names: frozenset[str] = frozenset(), which: int = -1) -> list[str]:
    document, candidate = sliced(*cells, given_names=given_names, which=which)
    return [document.statements[index].text for index in candidate.slice]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("import numpy as np", "def f(x): return np.abs(x)"), ["import numpy as np", "def f(x): return np.abs(x)"]),
        (("import numpy as np", "y = 1", "def f(x): return x"), ["def f(x): return x"]),
        (
            ("def f(x): return g(x)", "def g(x): return K * x", "K = 2"),
            ["def f(x): return g(x)", "def g(x): return K * x", "K = 2"],
        ),
        (("X = []", "X.append(1)", "print(X)", "def f(): return X"), ["X = []", "X.append(1)", "def f(): return X"]),
        (
            ("import numpy as np", "np.random.seed(0)", "np.save('x', 1)", "def f(): return np.random.rand()"),
            ["import numpy as np", "np.random.seed(0)", "def f(): return np.random.rand()"],
        ),
        (
            ("class A: pass", "A.m = g", "g = len", "def f(): return A"),
            ["class A: pass", "A.m = g", "g = len", "def f(): return A"],
        ),
        (("from lib import *", "def f(): return unknown()"), ["from lib import *", "def f(): return unknown()"]),
        (("from lib import *", "def f(): return 1"), ["def f(): return 1"]),
        (("import a, numpy as np, b", "def f(): return np"), ["import numpy as np", "def f(): return np"]),
        (("while True: pass", "def f(): return 1"), ["def f(): return 1"]),
        (
            ("w = 0\nfor i in range(3): w += i", "def f(): return w"),
            ["w = 0", "for i in range(3): w += i", "def f(): return w"],
        ),
        (
            ("def setup():\n    global W\n    W = 1", "setup()", "def f(): return W"),
            ["def setup():\n    global W\n    W = 1", "setup()", "def f(): return W"],
        ),
        (("def f(x): return f(x - 1)",), ["def f(x): return f(x - 1)"]),
        (
            (
                "p = {}",
                "def init(q): q['W'] = 1",
                "init(p)",
                "def show(q): print(q)",
                "show(p)",
                "def f(): return p['W']",
            ),
            ["p = {}", "def init(q): q['W'] = 1", "init(p)", "def f(): return p['W']"],
        ),
        (
            (
                "p = []",
                "def add(q): q.append(1)",
                "def twice(q):\n    add(q)\n    add(q)",
                "twice(p)",
                "def f(): return p",
            ),
            None,
        ),
        (("K = 1", "def f(a=K): return a"), ["K = 1", "def f(a=K): return a"]),
        (("x = 1", "f = lambda: x"), ["x = 1", "f = lambda: x"]),
        (("g = abs", "f = g"), ["g = abs", "f = g"]),
        (("f = make()", "f.add(1)", "make = list"), ["f = make()", "f.add(1)", "make = list"]),
        (("f.add(0)", "f = make()", "make = list"), ["f = make()", "make = list"]),
        (
            ("f = make()", "make = list", "def fit(n): n.train(); loss(n).backward()", "fit(f)", "f.add(1)"),
            ["f = make()", "make = list", "f.add(1)"],
        ),
        (
            ("f = make()", "make = list", "def fit(n):\n    loss(n).backward()\n    return n, 1", "f, best = fit(f)"),
            ["f = make()", "make = list"],
        ),
        (
            ("f = make()", "make = list", "for x in z:\n    f.zero_grad()\n    g(x).backward()"),
            ["f = make()", "make = list"],
        ),
        (
            (
                "w = make()",
                "make = list",
                "def fit(n):\n    n.clear()\n    g(n).backward()",
                "fit(w)",
                "def f(): return w",
                "g = 1",
            ),
            None,
        ),
        (("a = 1; b = 2; c = 3", "def f(): return b"), ["b = 2", "def f(): return b"]),
        (
            ("import torch", "if torch.cuda.is_available():\n    dev = 1\nelse:\n    dev = 2", "def f(): return dev"),
            None,
        ),
    ],
)
def test_slice_holds_what_is_needed(cells: tuple[str, ...], expected: list[str] | None) -> None:
    assert slice_texts(*cells) == (list(cells) if expected is None else expected)


def test_slice_does_not_make_what_the_rubric_gives() -> None:
    cells = ("X = load()", "X[0] = 1", "def f(): return X")
    assert slice_texts(*cells, given_names=frozenset({"X"})) == ["def f(): return X"]


def test_slice_of_an_earlier_definition_takes_the_document_as_it_stood() -> None:
    cells = ("def g(): return 1", "def f(): return g()", "def g(): return 2", "def f(): return 3")
    assert slice_texts(*cells, which=0) == ["def g(): return 1", "def f(): return g()", "def g(): return 2"]


def test_slice_of_an_earlier_definition_leaves_out_what_comes_after_the_next() -> None:
    cells = ("K = 1", "def f(): return K", "def f(): return 3", "K = 2")
    assert slice_texts(*cells, which=0) == ["K = 1", "def f(): return K"]


def test_slice_of_an_earlier_definition_takes_what_is_defined_only_later() -> None:
    cells = ("def f(): return g()", "def f(): return 3", "def g(): return 1")
    assert slice_texts(*cells, which=0) == ["def f(): return g()", "def g(): return 1"]


def test_slice_never_runs_another_definition_of_the_name() -> None:
    document, candidate = sliced("def f(): return 1", "g = f", "def f(): return g()")
    assert 0 not in candidate.slice
    assert document.statements[candidate.statement].text == "def f(): return g()"


def test_slice_names_the_libraries_it_imports() -> None:
    _document, candidate = sliced("import torch.nn as nn, os", "def f(): return nn")
    assert candidate.libraries == frozenset({"torch"})


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_slice_gives_the_value_of_the_whole_program(seed: int) -> None:
    lines = straight_program(random.Random(seed))  # noqa: S311 (a test's)
    whole: dict[str, object] = {}
    exec("\n".join(lines), whole)  # noqa: S102
    document, candidate = sliced(*lines)
    alone: dict[str, object] = {}
    for index in candidate.slice:
        exec(document.statements[index].text, alone)  # noqa: S102
    assert alone["f"]() == whole["f"]()  # type: ignore[operator]


def straight_program(rng: random.Random) -> list[str]:
    """Assignments, mutations and functions over a few lists, and a last function `f`."""
    names = ["a", "b", "c", "d"]
    lines = [f"{name} = [{rng.randrange(9)}]" for name in names]
    for number in range(rng.randrange(4, 14)):
        one, two = rng.choice(names), rng.choice(names)
        lines.append(
            rng.choice(
                [
                    f"{one} = {two} + [{number}]",
                    f"{one}.append({number})",
                    f"{one}[0] = sum({two}) % 97",
                    f"{one} += [{number}]",
                    f"for i in range(2): {one}.append(i)",
                    f"if len({two}) % 2:\n    {one} = list({two})",
                    f"def g{number}(): return sum({one}) % 97",
                ]
            )
        )
    calls = [line.split("(")[0][4:] for line in lines if line.startswith("def")]
    body = " + ".join([f"sum({rng.choice(names)})", *(f"{call}()" for call in calls[:2])])
    return [*lines, f"def f(): return {body}"]
