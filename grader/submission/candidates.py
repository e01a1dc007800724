"""Where a document defines the names that the rubric wants."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.records import Place, Statement
from grader.submission.blocks import Block
from grader.submission.placeholders import is_broken_placeholder, is_placeholder

BROKEN_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
BRANCHES = (ast.If, ast.Try, ast.With)


class Definition(NamedTuple):
    """A definition of a name in a statement."""

    name: str
    place: Place
    is_placeholder: bool
    fault: str


def definitions(block: Block, statement: Statement, handout: dict[str, str]) -> Iterator[Definition]:
    """The functions, classes and renamed functions that a statement defines at the top level."""
    if block.node is None:
        yield from _broken(block, statement)
        return
    for node, name in _defined(block.node):
        line = block.line + node.lineno - _first_line(block.node)
        source = block.text.split("\n")[line - block.line : line - block.line + 1]
        place = Place(label=statement.label, line=line, source="".join(source).strip()[:200])
        yield Definition(name, place, is_placeholder(node, name, handout), "")


def broken_names(text: str) -> frozenset[str]:
    """The names that a block which does not parse seems to define."""
    return frozenset(match.group(1) or match.group(2) for match in BROKEN_DEFINITION.finditer(text))


def _broken(block: Block, statement: Statement) -> Iterator[Definition]:
    for match in BROKEN_DEFINITION.finditer(block.text):
        source = block.text.split("\n")[block.fault_line - block.line : block.fault_line - block.line + 1]
        place = Place(label=statement.label, line=block.fault_line, source="".join(source).strip()[:200])
        yield Definition(match.group(1) or match.group(2), place, is_broken_placeholder(block.text), statement.fault)


def _defined(node: ast.stmt) -> Iterator[tuple[ast.stmt, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node, node.name
    elif isinstance(node, ast.Assign):
        yield from ((node, target.id) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, BRANCHES):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from _defined(child)
            elif isinstance(child, ast.ExceptHandler):
                for statement in child.body:
                    yield from _defined(statement)


def _first_line(node: ast.stmt) -> int:
    """The line of the statement's first character in its own tree, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])
