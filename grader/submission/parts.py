"""The nodes of a statement that matter to its names, found in one pass over its tree, without recursion."""

from __future__ import annotations

import ast
from collections import defaultdict
from typing import Any, TypeVar

from grader.submission.expressions import FIELDS, children

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Binding = ast.Assign | ast.AnnAssign | ast.AugAssign | ast.For | ast.Delete
Node = TypeVar("Node", bound=ast.AST)
Found = list[tuple[Node, int]]  # each with what it is inside of; level by level, as ast.walk orders them

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What a node may be inside of, as bits. Decorators, defaults and annotations count as inside.
FUNCTION, CLASS, COMPREHENSION = 1, 2, 4
BODY = 8  # beside FUNCTION: in the body of the function that the statement defines, and in no other function
SCOPES: dict[type[ast.AST], int] = {
    **dict.fromkeys((*FUNCTIONS, ast.Lambda), FUNCTION),
    **dict.fromkeys(COMPREHENSIONS, COMPREHENSION),
    ast.ClassDef: CLASS,
}
GROUPS: dict[type[ast.AST], str] = {
    **dict.fromkeys((ast.Import, ast.ImportFrom), "imports"),
    **dict.fromkeys(FUNCTIONS, "functions"),
    **dict.fromkeys(COMPREHENSIONS, "comprehensions"),
    **dict.fromkeys((ast.Assign, ast.AnnAssign, ast.AugAssign, ast.For, ast.Delete), "bindings"),
    ast.Call: "calls",
    ast.ClassDef: "classes",
    ast.Expr: "lines",
    ast.Global: "globals",
    ast.Name: "names",
    ast.NamedExpr: "walruses",
}


class Parts:
    """What a top-level statement holds, itself included."""

    def __init__(self, statement: ast.stmt) -> None:
        found = _found_in(statement)
        self.imports: Found[ast.Import | ast.ImportFrom] = found["imports"]
        self.functions: Found[Function] = found["functions"]
        self.classes: Found[ast.ClassDef] = found["classes"]
        self.comprehensions: Found[Comprehension] = found["comprehensions"]
        self.bindings: Found[Binding] = found["bindings"]
        self.walruses: Found[ast.NamedExpr] = found["walruses"]
        self.names: Found[ast.Name] = found["names"]
        self.globals: Found[ast.Global] = found["globals"]
        self.calls: Found[ast.Call] = found["calls"]
        self.lines: Found[ast.Expr] = found["lines"]  # expressions that are statements

    def defining(self) -> list[ast.AST]:
        """What defines names where the statement runs: nothing that is inside of a function or class."""
        groups: tuple[Found[Any], ...] = (self.functions, self.classes, self.imports, self.bindings, self.walruses)
        return [node for found in groups for node in outside(found, FUNCTION | CLASS)]


def outside(found: Found[Node], scopes: int = FUNCTION) -> list[Node]:
    """Those that are inside of none of these scopes."""
    return [node for node, inside in found if not inside & scopes]


def in_body(found: Found[Node]) -> list[Node]:
    """Those in the body of the function that the statement defines."""
    return [node for node, inside in found if inside & BODY]


def _found_in(statement: ast.stmt) -> dict[str, Any]:
    """By group. Every node of a submission passes here, so the loop is written for speed."""
    found: dict[str, Found[Any]] = defaultdict(list)
    pending: Found[ast.AST] = [(statement, 0)]
    for pair in pending:  # which grows meanwhile
        node, inside = pair
        kind = node.__class__
        if kind in GROUPS:
            found[GROUPS[kind]].append(pair)
        if kind in SCOPES:
            pending += _opened(node, inside, statement)
            continue
        for name in FIELDS[kind]:
            value = getattr(node, name)
            for child in value if value.__class__ is list else (value,):
                if isinstance(child, ast.AST):
                    pending.append((child, inside))
    return found


def _opened(scope: ast.AST, inside: int, statement: ast.stmt) -> Found[ast.AST]:
    """What a scope holds, which is itself inside of something."""
    within = inside | SCOPES[type(scope)]
    if within & FUNCTION and scope is statement:
        return [(child, within | BODY if isinstance(child, ast.stmt) else within) for child in children(scope)]
    if SCOPES[type(scope)] == FUNCTION:
        within &= ~BODY
    return [(child, within) for child in children(scope)]
