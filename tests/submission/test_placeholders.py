"""Definitions that were never filled in, and those that were."""

from __future__ import annotations

import ast

import pytest
from builders import notebook

from grader.submission.placeholders import (
    fingerprint,
    fingerprints_of,
    handout_fingerprints,
    is_broken_placeholder,
    is_placeholder,
)


def node(source: str) -> ast.stmt:
    return ast.parse(source).body[0]


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): pass",
        "def f(x): ...",
        'def f(x):\n    """doc"""',
        'def f(x):\n    """doc"""\n    raise NotImplementedError',
        "def f(x):\n    raise NotImplementedError()",
        "def f(x):\n    raise NotImplementedError('later')",
        "def f(x):\n    return None",
        "def f(x):\n    return",
        "def f(x):\n    return ...",
        "def f(x):\n    y = FIXME\n    return y",
        "def f(x):\n    return YOUR_CODE_HERE",
        "def f(x):\n    for t in x:\n        w = FIXME\n    return w",
        "def f(x):\n    if FIXME:\n        return 1\n    return 2",
        "def f(x):\n    with FIXME:\n        return 1",
        "def f(x):\n    lo = None  # TODO\n    hi = None\n    return lo, hi",
        "def f(x):\n    eta = ...\n    return eta",
        "f = None",
        "f = ...",
        "async def f(x): pass",
    ],
)
def test_is_placeholder_sees_an_empty_body(source: str) -> None:
    assert is_placeholder(node(source), "f", {})


@pytest.mark.parametrize(
    "source",
    [
        "def f(x): return x",
        "def f(x): return 0",
        "def f(x):\n    print(x)",
        "def f(x):\n    y = x + 1",
        "def f(x):\n    if x is None:\n        return None\n    return x",
        "def f(x):\n    raise ValueError",
        "def f(x):\n    y = None\n    return x",
        "def f(x):\n    return x\n    FIXME",
        "def f(x):\n    if x < 0:\n        return TODO\n    return x",
        "def f(x):\n    a, ___ = x\n    return a",
        "def f(x):\n    raise ValueError('NotImplemented')",
        "f = lambda x: x",
        "f = g",
        "class f: pass",
    ],
)
def test_is_placeholder_leaves_work_alone(source: str) -> None:
    assert not is_placeholder(node(source), "f", {})


def test_is_placeholder_compares_with_the_handout() -> None:
    handout = dict(handout_fingerprints(notebook("def f(x):\n    '''doc'''\n    s = x\n    # TODO\n    return s")))
    assert is_placeholder(node("def f(x):\n    s = x  # hm\n    return s"), "f", handout)
    assert not is_placeholder(node("def f(x):\n    s = x + 1\n    return s"), "f", handout)


@pytest.mark.parametrize("value", ["+".join(["x"] * 1000), "x" + ".y()" * 900, "0x" + "f" * 5000])
def test_is_placeholder_compares_deep_trees(value: str) -> None:
    source = f"def f(x):\n    return {value}"
    handout = {"f": fingerprint(node(source))}
    assert is_placeholder(node(source), "f", handout)
    assert not is_placeholder(node(source + " - 1"), "f", handout)


def test_fingerprint_tells_where_a_list_ends() -> None:
    assert fingerprint(node("def f(): g([a], b)")) != fingerprint(node("def f(): g([a, b])"))


def test_fingerprint_ignores_layout_only() -> None:
    same = fingerprint(node("def f(x):\n    'doc'\n    return  x+1"))
    assert same == fingerprint(node("def f(x): return x + 1"))
    assert same != fingerprint(node("def f(x): return x + 2"))


def test_handout_fingerprints_refuses_what_is_no_notebook() -> None:
    with pytest.raises(ValueError, match="not a notebook"):
        handout_fingerprints(b"nothing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("lr = ?", True),
        ("d = {'sgd': ?,}", True),
        ("d = {'sgd': ,}", True),
        ("u, s = ?", True),
        ("g(?)", True),
        ("return ?", True),
        ("x =", True),
        ("if a < b", False),
        ("def f(x)\n    return x", False),
        ("x = (1", False),
        ("return X[:, 0]**2)", False),
        ("d = {'a': X[:, 0], 'b': ,}", True),
        ("# is this right?\nreturn x)", False),
        ("s = 'why?'\nreturn x)", False),
        ("# FIXME\nreturn x)", False),
        ("f?\nreturn x)", False),
        ("x = FIXME)", True),
    ],
)
def test_is_broken_placeholder_knows_the_gaps_of_a_handout(text: str, expected: bool) -> None:  # noqa: FBT001
    assert is_broken_placeholder(text) is expected


def test_is_placeholder_takes_a_class_for_one_only_as_handed_out() -> None:
    given = "class Net:\n    def __init__(self):\n        'doc'\n        self.w = FIXME\n"
    handout = dict(fingerprints_of(given))
    assert is_placeholder(node(given.replace("'doc'", "# mine")), "Net", handout)
    assert not is_placeholder(node(given.replace("FIXME", "1")), "Net", handout)
    assert not is_placeholder(node("class Net:\n    pass\n"), "Net", handout)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("model = Sequential(NotImplementedError())", True),
        ("model = Sequential(Linear(1, 2), NotImplementedError)", True),
        ("model = Sequential(Linear(1, 2))", False),
        ("model = None", True),
    ],
)
def test_is_placeholder_sees_a_value_that_is_not_implemented(source: str, expected: bool) -> None:  # noqa: FBT001 (a table)
    assert is_placeholder(node(source), "model", {}) is expected


@pytest.mark.parametrize(
    "source", ["def f(x):\n    y = FIXME\n    return y", "def f(x):\n    y = ＦＩＸＭＥ\n    return y"]
)
def test_is_placeholder_finds_a_marker_when_the_text_is_known(source: str) -> None:
    assert is_placeholder(node(source), "f", {}, source)


def test_fingerprint_begins_with_that_of_the_outline() -> None:
    first, second, other = (
        fingerprint(node(f"class A:\n  def f(x): {line}")) for line in ("y = 1", "y = 2", "return 1")
    )
    assert first[:8] == second[:8] != other[:8]
    assert first != second
