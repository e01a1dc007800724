"""What statements define, mutate, use and import."""

from __future__ import annotations

import ast

import pytest

from grader.submission.names import Context, Names

IMPORTS = "import numpy as np, torch, random, warnings, sys, heapq, bisect\nfrom numpy import random as npr\nfrom numpy.random import seed\n"


def names(source: str, before: str = IMPORTS) -> Names:
    nodes = ast.parse(before + source).body
    return Context(nodes).names_of(nodes[-1], ast.unparse(nodes[-1]))


@pytest.mark.parametrize(
    ("source", "defines"),
    [
        ("x = 1", {"x"}),
        ("a, (b, *c) = z", {"a", "b", "c"}),
        ("def f(): pass", {"f"}),
        ("class A: y = 1", {"A"}),
        ("import a.b", {"a"}),
        ("import a.b as c", {"c"}),
        ("from a import b as c", {"c"}),
        ("for i in z: t = i", {"i", "t"}),
        ("with open(z) as f: pass", {"f"}),
        ("if z:\n  u = 1\nelse:\n  v = 2", {"u", "v"}),
        ("(n := 3)", {"n"}),
        ("x += 1", {"x"}),
        ("x: int = 3", {"x"}),
        ("try:\n  import q\nexcept ImportError:\n  q = None", {"q"}),
        ("[k for k in z]", set()),
    ],
)
def test_names_of_finds_definitions(source: str, defines: set[str]) -> None:
    assert names(source).defines == defines


@pytest.mark.parametrize(
    ("source", "uses"),
    [
        ("def f(x): return x + K", {"K"}),
        ("def f(x=D): return x", {"D"}),
        ("@deco\ndef f(x): return x", {"deco"}),
        ("def f():\n  def g(): return K\n  return g", {"K"}),
        ("def f():\n  k = 1\n  def g(): return k\n  return g", set()),
        ("def f(z): return [K * i for i in z]", {"K"}),
        ("class A(B):\n  c = K\n  def m(self): return L", {"B", "K", "L"}),
        ("f = lambda x: K * x", {"K"}),
        ("x = K[0].attr", {"K"}),
        ("def f(x): return len(x)", set()),
        ("len = K", {"K"}),
        ("def f(x: Ann) -> Ret: pass", {"Ann", "Ret"}),
        ("x += 1", {"x"}),
        ("def f():\n  global G\n  G = 1\n  return H", {"H"}),
        ("print(f'{K}')", {"K"}),
    ],
)
def test_names_of_finds_uses(source: str, uses: set[str]) -> None:
    assert names(source).uses == uses


@pytest.mark.parametrize(
    ("source", "mutates"),
    [
        ("X[0] = 1", {"X"}),
        ("X[0][1].a = 1", {"X"}),
        ("Foo.method = f", {"Foo"}),
        ("X.attr += 1", {"X"}),
        ("del X[0]", {"X"}),
        ("(X[0], Y.a) = z", {"X", "Y"}),
        ("X.append(1)", {"X"}),
        ("for X[0] in z: pass", {"X"}),
        ("if z:\n  X.sort()", {"X"}),
        ("np.random.seed(0)", {"np"}),
        ("npr.seed(0)", {"npr"}),
        ("seed(0)", {"seed"}),
        ("torch.set_default_dtype(t)", {"torch"}),
        ("np.float = float", {"np"}),
        ("random.seed(1)", {"random"}),
        ("warnings.filterwarnings('ignore')", {"warnings"}),
        ("np.save('x', X)", set()),
        ("print(X)", set()),
        ("f(X)", set()),
        ("def f(): X.append(1)", set()),
        ("y = X.pop()", {"X"}),
        ("y = X.mean()", set()),
        ("np.fill_diagonal(M, 1)", {"M"}),
        ("np.copyto(M[0], 1)", {"M"}),
        ("np.add(a, b, out=M)", {"M"}),
        ("np.random.shuffle(X)", {"X"}),
        ("random.shuffle(X)", {"X"}),
        ("npr.shuffle(X)", {"X"}),
        ("setattr(A, 'b', 1)", {"A"}),
        ("heapq.heappush(h, 1)", {"h"}),
        ("y = bisect.insort(h, 1)", {"h"}),
        ("[L.append(i) for i in z]", {"L"}),
        ("[x.append(1) for x in z]", set()),
        ("x = w.add_(1)", {"w"}),
        ("torch.nn.init.zeros_(net.bias)", {"net"}),
        ("del x", set()),
    ],
)
def test_names_of_finds_mutations(source: str, mutates: set[str]) -> None:
    assert names(source).mutates == mutates


def test_names_of_a_call_that_assigns_globals() -> None:
    assert names("setup()", "def setup():\n  global W\n  W = 1\n").defines == {"W"}


def test_names_of_a_call_that_assigns_globals_through_others() -> None:
    before = "def main():\n  load()\ndef load():\n  global W\n  W = 1\ndef other(): pass\n"
    assert [set(names(call, before).defines) for call in ("main()", "other()")] == [{"W"}, set()]


def test_names_of_del_defines_nothing() -> None:
    assert names("del x").defines == set()


@pytest.mark.parametrize(
    ("before", "source", "uses"),
    [
        ("from numpy import sum, abs", "def f(x): return sum(abs(max(x)))", {"sum", "abs"}),
        ("def pow(a, b=2): return a**b", "def f(x): return pow(x)", {"pow"}),
        ("from numpy import *", "def f(x): return max(x, axis=1)", {"max"}),
        ("round = np.around", "def f(x): return round(x)", {"round"}),
        ("sum = 0", "def f(x): return sum(x)", set()),
        ("for id in z: pass", "def f(x): return id(x)", set()),
        ("input = [1]", "def f(x): return input[0]", {"input"}),
        ("class A:\n  def max(self): pass", "def f(x): return max(x)", set()),
    ],
)
def test_names_of_knows_the_builtins_that_a_document_replaces(before: str, source: str, uses: set[str]) -> None:
    assert names(source, before + "\n").uses == uses


@pytest.mark.parametrize(
    "source",
    [
        "y = " + "+".join(["1"] * 1000),
        "y = ''" + ".strip()" * 900,
        "def g(x):\n    if x == 0: return 0\n" + "".join(f"    elif x == {i}: return {i}\n" for i in range(1, 300)),
    ],
)
def test_names_of_survives_deep_trees(source: str) -> None:
    nodes = ast.parse(source).body
    assert Context(nodes).names_of(nodes[0], source).defines <= {"y", "g"}


@pytest.mark.parametrize(
    ("source", "imports", "has_star"),
    [
        ("import torch.nn as nn", {"torch"}, False),
        ("from torch.nn import *", {"torch"}, True),
        ("from . import x", set(), False),
        ("def f(): import torch", {"torch"}, False),
    ],
)
def test_names_of_finds_imports(source: str, imports: set[str], has_star: bool) -> None:  # noqa: FBT001
    found = names(source)
    assert (set(found.imports), found.has_star_import) == (imports, has_star)
