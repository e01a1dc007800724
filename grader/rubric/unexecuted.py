"""The names of an author's Python file without running it: a stand-in for every function, with its docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator

ANY_NAME = "*"  # a star import may bring any name
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class StandIn:
    """A value that only running the file would tell: it may well be a function."""

    def __init__(self, doc: str | None) -> None:
        self.__doc__ = doc

    def __call__(self) -> None:
        """Stand-ins are looked up, never called."""
        raise NotImplementedError


def names_of(text: str, name: str) -> dict[str, object]:
    """The file's names at top level. `name` is the file's own. Raises SyntaxError."""
    return dict(_names(ast.parse(text, name).body))


def _names(nodes: list[ast.stmt]) -> Iterator[tuple[str, object]]:
    for node in nodes:
        if isinstance(node, FUNCTIONS):
            yield node.name, StandIn(ast.get_docstring(node))
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant):
            yield from ((one, node.value.value) for one in _bound(node))
        else:
            yield from ((one, StandIn("unknown")) for one in _bound(node))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds, in blocks below it too."""
    for node in ast.walk(statement):
        if isinstance(node, FUNCTIONS):
            yield node.name
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
