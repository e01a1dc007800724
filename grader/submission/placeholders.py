"""Definitions that were never filled in."""

from __future__ import annotations

import ast
import copy
import hashlib
import re

from grader.submission.blocks import split_statements
from grader.submission.magics import translate
from grader.submission.notebook import read_cells

MARKERS = frozenset({"FIXME", "TODO", "YOUR_CODE_HERE", "YOUR_CODE", "___", "____"})
BROKEN_PLACEHOLDER = re.compile(
    r"(?:=|:|,|\(|\breturn)[ \t]*\?|\?[ \t]*[,)\n]|\bFIXME\b|=[ \t]*(?:#.*)?$|:[ \t]*,", re.MULTILINE
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_placeholder(node: ast.stmt, name: str, handout: dict[str, str]) -> bool:
    """Whether the definition of `name` is empty, marked as unfinished, or as the handout gave it."""
    if handout.get(name) == fingerprint(node):
        return True
    if isinstance(node, ast.Assign):
        return _is_nothing(node.value)
    if not isinstance(node, Function):
        return False
    if any(isinstance(part, ast.Name) and part.id in MARKERS for part in ast.walk(node)):
        return True
    body = [statement for statement in node.body if not _is_remark(statement)]
    empty = {target.id for statement in body for target in _set_to_nothing(statement)}
    return all(_does_nothing(statement, empty) for statement in body)


def is_broken_placeholder(text: str) -> bool:
    """Whether what does not parse is a gap of the handout (`lr = ?`)."""
    return BROKEN_PLACEHOLDER.search(text) is not None


def fingerprint(node: ast.stmt) -> str:
    """A hash of the definition without its docstrings, comments and layout."""
    node = copy.deepcopy(node)
    for part in ast.walk(node):
        if isinstance(part, Function | ast.ClassDef):
            part.body = [statement for statement in part.body if not _is_remark(statement)]
    return hashlib.sha256(ast.dump(node).encode("utf-8", "replace")).hexdigest()[:32]


def handout_fingerprints(notebook: bytes) -> tuple[tuple[str, str], ...]:
    """(name, fingerprint) of the functions in a handout's notebook. Raises ValueError when it cannot be read."""
    cells = read_cells(notebook)
    if cells.fault:
        raise ValueError(cells.fault)
    blocks = [block for source in cells.sources for block in split_statements(translate(source).text)]
    nodes = [block.node for block in blocks if isinstance(block.node, Function)]
    return tuple((node.name, fingerprint(node)) for node in nodes)


def _is_remark(statement: ast.stmt) -> bool:
    """A docstring, `...` or another constant on a line of its own, or `pass`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _does_nothing(statement: ast.stmt, empty: set[str]) -> bool:
    if isinstance(statement, ast.Raise):
        return "NotImplemented" in ast.dump(statement)
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_nothing(statement.value) or _names(statement.value) <= empty
    return bool(_set_to_nothing(statement))


def _set_to_nothing(statement: ast.stmt) -> list[ast.Name]:
    if isinstance(statement, ast.Assign) and _is_nothing(statement.value):
        return [target for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, ...)


def _names(value: ast.expr) -> set[str]:
    """The names of `a` or `a, b`; something that no set contains for any other expression."""
    items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return {item.id if isinstance(item, ast.Name) else "" for item in items}
