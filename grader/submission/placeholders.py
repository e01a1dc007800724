"""Definitions that were never filled in."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator

from grader.submission.blocks import split_statements
from grader.submission.expressions import walk
from grader.submission.literals import COMMENT_OR_TEXT
from grader.submission.magics import translate
from grader.submission.notebook import read_cells

MARKERS = frozenset({"FIXME", "TODO", "YOUR_CODE_HERE", "YOUR_CODE", "___", "____"})
MARKER = re.compile("|".join(sorted(MARKERS)))
NOT_CODE = re.compile(COMMENT_OR_TEXT, re.DOTALL)
BROKEN_PLACEHOLDER = re.compile(
    r"(?:=|:|,|\(|\breturn)[ \t]*\?|(?<![\w.)\]])\?[ \t]*(?:[,)\n]|\Z)|\bFIXME\b|=[ \t]*$", re.MULTILINE
)
BRACKET_OR_EMPTY_VALUE = re.compile(r"[\[\](){}]|:[ \t]*(?=[,}])")
Function = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
CONDITIONAL = (ast.If, ast.Try, ast.Match, *DEFINITIONS)
RUNS_ITS_BODY = (ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith)


def is_placeholder(node: ast.AST, name: str, handout: dict[str, str], text: str | None = None) -> bool:
    """Whether the definition of `name` (or its value) is empty, marked as unfinished, or as the handout gave it.

    `text` is its source, where that is known: what is not in it need not be looked for in the tree.
    """
    if isinstance(node, ast.Assign):
        node = node.value
    if isinstance(node, ast.expr):
        return (
            _is_nothing(node)
            or _is_empty_text(node)
            or any(isinstance(part, ast.Name) and part.id == "NotImplementedError" for part in walk(node, stop=()))
        )
    if not isinstance(node, Function | ast.ClassDef):
        return False
    is_unfinished = isinstance(node, Function) and (_is_empty(node) or _is_marked(node, text))
    return is_unfinished or (name in handout and _is_same(node, handout[name]))


def _is_same(node: ast.stmt, handed_out: str) -> bool:
    """Whether the fingerprints are equal; that of a long function is seldom needed to see that they are not."""
    return handed_out.startswith(_outline(node)) and handed_out == fingerprint(node)


def _is_marked(node: Function, text: str | None) -> bool:
    """Whether every call reads a marker such as FIXME, which is no variable of the function."""
    if text is not None and text.isascii() and MARKER.search(text) is None:
        return False
    markers = MARKERS.intersection(_needed_names(node.body))
    if not markers:
        return False
    bound = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load)}
    return not markers <= bound


def _is_empty(node: Function) -> bool:
    body = [statement for statement in node.body if not _is_remark(statement)]
    empty = {target.id for statement in body for target in _set_to_nothing(statement)}
    return all(_does_nothing(statement, empty) for statement in body)


def is_broken_placeholder(text: str) -> bool:
    """Whether what does not parse is a gap of the handout (`lr = ?`)."""
    code = NOT_CODE.sub(lambda match: "" if match.group().startswith("#") else "''", text)
    return BROKEN_PLACEHOLDER.search(code) is not None or _has_empty_value(code)


def fingerprint(node: ast.stmt) -> str:
    """A hash of the definition without its docstrings, comments and layout. It starts with one of its outline."""
    return _outline(node) + _hash(_spelled(node))[:24]


def _outline(node: ast.stmt) -> str:
    """A hash of the kinds of its statements, and of those of the functions in it."""
    pending, words = [node], list[str]()
    while pending:
        part = pending.pop()
        words.append(type(part).__name__)
        if isinstance(part, DEFINITIONS):
            pending += (item for item in part.body if not _is_remark(item))
    return _hash(words)[:8]


def _hash(words: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(words).encode("utf-8", "replace")).hexdigest()


def handout_fingerprints(notebook: bytes) -> tuple[tuple[str, str], ...]:
    """(name, fingerprint) of the functions in a handout's notebook. Raises ValueError when it cannot be read."""
    cells = read_cells(notebook)
    if cells.fault:
        raise ValueError(cells.fault)
    return tuple(found for source in cells.sources for found in fingerprints_of(source))


def fingerprints_of(source: str) -> tuple[tuple[str, str], ...]:
    """(name, fingerprint) of the functions and classes at the top level of a cell or a file."""
    nodes = [block.node for block in split_statements(translate(source).text)]
    return tuple((node.name, fingerprint(node)) for node in nodes if isinstance(node, Function | ast.ClassDef))


def _spelled(node: ast.AST) -> list[str]:
    """The tree as words, without recursion: each node and list is followed by what it holds and by an end."""
    words: list[str] = []
    pending: list[object] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.AST):
            words.append(type(part).__name__)
            pending.append(_END)
            pending += [getattr(part, name, None) for name in part._fields[::-1]]
            if isinstance(part, DEFINITIONS):
                pending[-1 - part._fields.index("body")] = [item for item in part.body if not _is_remark(item)]
        elif isinstance(part, list):
            words.append("[")
            pending.append(_END)
            pending += part[::-1]
        else:
            words.append("]" if part is _END else hex(part) if type(part) is int else repr(part))
    return words


_END = object()


def _needed_names(body: list[ast.stmt]) -> Iterator[str]:
    """The names that every call reads: none of those in a branch or behind the first `return`."""
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        if isinstance(statement, RUNS_ITS_BODY):
            pending += reversed(statement.body)
            heads: list[ast.AST] = [part for part in ast.iter_child_nodes(statement) if not isinstance(part, ast.stmt)]
        elif isinstance(statement, CONDITIONAL):
            heads = [statement.test] if isinstance(statement, ast.If) else []
        else:
            heads = [statement]
        yield from (part.id for head in heads for part in walk(head) if isinstance(part, ast.Name))
        if isinstance(statement, ast.Return | ast.Raise | ast.Break | ast.Continue):
            return


def _has_empty_value(code: str) -> bool:
    """`{'sgd': ,}`, but not the slice `X[:, 0]`."""
    opened: list[str] = []
    for match in BRACKET_OR_EMPTY_VALUE.finditer(code):
        if match.group() in "([{":
            opened.append(match.group())
        elif match.group() in ")]}":
            del opened[-1:]
        elif opened[-1:] == ["{"]:
            return True
    return False


def _is_remark(statement: ast.stmt) -> bool:
    """A docstring, `...` or another constant on a line of its own, or `pass`."""
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _does_nothing(statement: ast.stmt, empty: set[str]) -> bool:
    if isinstance(statement, ast.Raise):
        return any(isinstance(part, ast.Name) and "NotImplemented" in part.id for part in ast.walk(statement))
    if isinstance(statement, ast.Return):
        return statement.value is None or _is_nothing(statement.value) or _names(statement.value) <= empty
    return bool(_set_to_nothing(statement))


def _set_to_nothing(statement: ast.stmt) -> list[ast.Name]:
    if isinstance(statement, ast.Assign) and _is_nothing(statement.value):
        return [target for target in statement.targets if isinstance(target, ast.Name)]
    return []


def _is_nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value in (None, ...)


def _is_empty_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str) and not value.value.strip()


def _names(value: ast.expr) -> set[str]:
    """The names of `a` or `a, b`; something that no set contains for any other expression."""
    items = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return {item.id if isinstance(item, ast.Name) else "" for item in items}
