"""The nodes of a statement, and what they are inside of."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from grader.submission.parts import BODY, CLASS, COMPREHENSION, FUNCTION, Found, Parts, in_body, outside


def parts(source: str) -> Parts:
    return Parts(ast.parse(source).body[0])


@pytest.mark.parametrize(
    ("source", "inside"),
    [
        ("f(1)", 0),
        ("if x:\n    y = [0, f(1)]", 0),
        ("def g():\n    f(1)", FUNCTION | BODY),
        ("async def g():\n    f(1)", FUNCTION | BODY),
        ("def g():\n    class A:\n        f(1)", FUNCTION | BODY | CLASS),
        ("def g():\n    return [f(1) for x in z]", FUNCTION | BODY | COMPREHENSION),
        ("def g():\n    def h():\n        f(1)", FUNCTION),
        ("def g():\n    return lambda: f(1)", FUNCTION),
        ("def g(x=f(1)): pass", FUNCTION),
        ("@f(1)\ndef g(): pass", FUNCTION),
        ("if x:\n    def g():\n        f(1)", FUNCTION),
        ("class A:\n    def g(self):\n        f(1)", FUNCTION | CLASS),
        ("class A(f(1)): pass", CLASS),
        ("g = lambda: f(1)", FUNCTION),
        ("{f(1): x for x in z}", COMPREHENSION),
    ],
)
def test_parts_know_what_they_are_inside_of(source: str, inside: int) -> None:
    assert [found for _call, found in parts(source).calls] == [inside]


@pytest.mark.parametrize(
    "source",
    [
        "import a, b",
        "try:\n    import a\nexcept ImportError:\n    from b import c",
        "def f(x, *, y: int = [k for k in z if (n := k)]) -> g(1):\n    global W\n    W += f(x)\n    del x.a",
        "class A(B):\n    async def f(self):\n        for x in self: x: int = 3\n    g = lambda: f(3)[h()]",
        "with a as b, c(d) as e:\n    f(**{'k': g(*h(i))})",
        "match x:\n    case {'a': f, **g} if h(g): y = f'{k(f)!r:{m(1)}}'",
    ],
)
def test_parts_are_those_of_a_walk_in_its_order(source: str) -> None:
    statement = ast.parse(source).body[0]
    found = Parts(statement)
    groups: dict[tuple[type[ast.AST], ...], Found[Any]] = {
        (ast.Import, ast.ImportFrom): found.imports,
        (ast.FunctionDef, ast.AsyncFunctionDef): found.functions,
        (ast.ClassDef,): found.classes,
        (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp): found.comprehensions,
        (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.Delete): found.bindings,
        (ast.NamedExpr,): found.walruses,
        (ast.Name,): found.names,
        (ast.Global,): found.globals,
        (ast.Call,): found.calls,
        (ast.Expr,): found.lines,
    }
    walked = {kinds: [node for node in ast.walk(statement) if isinstance(node, kinds)] for kinds in groups}
    assert {kinds: [node for node, _inside in several] for kinds, several in groups.items()} == walked


def test_parts_survive_deep_trees() -> None:
    assert len(parts("y = " + "+".join(["f(x)"] * 2000)).calls) == 2000


def test_outside_and_in_body_choose_by_scope() -> None:
    found = parts("def f():\n    g()\n    def h():\n        k()")
    assert [call.func.id for call in in_body(found.calls) if isinstance(call.func, ast.Name)] == ["g"]
    assert outside(found.calls) == []
    assert [function.name for function in outside(found.functions)] == ["f"]


def test_defining_leaves_out_what_is_in_functions_and_classes() -> None:
    found = parts("if x:\n    def f(): y = 1\n    class A: z = 2\n    g = 3\n    import h")
    assert [type(node).__name__ for node in found.defining()] == ["FunctionDef", "ClassDef", "Import", "Assign"]
