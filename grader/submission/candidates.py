"""Where a document defines the names that the rubric wants."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from grader.records import Place, Statement
from grader.submission.blocks import Block
from grader.submission.expressions import dotted, is_data, walk
from grader.submission.names import WRAPPERS
from grader.submission.parts import CLASS, FUNCTION, Parts
from grader.submission.placeholders import is_broken_placeholder, is_placeholder

BROKEN_DEFINITION = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*=(?!=)", re.MULTILINE)
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SCOPES = (*DEFINITIONS, ast.Lambda)


class Sought(NamedTuple):
    """What is looked for."""

    names: frozenset[str]  # of functions and of data
    values: frozenset[str]  # of data
    handout: dict[str, str]  # fingerprints of functions as they were handed out


class Definition(NamedTuple):
    """A definition of a name in a statement."""

    name: str
    place: Place
    is_placeholder: bool
    fault: str
    is_def: bool = True  # a `def` or `class`, not another name for something
    is_made: bool = False  # the value of a call: `model = Sequential(…)`
    carries_on: bool = False  # made of its old value: `model = train(model)`, but not `square = vectorize(square)`
    module: str = ""  # that it is imported from under its own name: "deeplearning.optim"


def definitions(block: Block, statement: Statement, parts: Parts | None, wanted: Sought) -> Iterator[Definition]:
    """The functions, classes and renamed functions that a statement defines at the top level, and data of these names.

    `parts` are the statement's nodes; None where it does not parse. Of names that nobody wants little is told.
    """
    if block.node is None or parts is None:
        yield from _broken(block, statement)
        return
    for node, name in _defined(block.node, parts, wanted.values):
        is_wanted = name in wanted.names
        yield Definition(
            name,
            place=_place(block, statement, node),
            is_placeholder=is_wanted and is_placeholder(node, name, wanted.handout, block.text),
            fault="",
            is_def=isinstance(node, DEFINITIONS),
            is_made=isinstance(node, ast.Call),
            carries_on=is_wanted and _carries_on(node, name),
            module=_module_of(node, name),
        )


def inner_functions(
    block: Block, statement: Statement, parts: Parts | None, names: Collection[str]
) -> Iterator[tuple[str, Place]]:
    """The methods and nested functions of these names: nobody can call them by their name."""
    if parts is None:
        return
    for node, inside in parts.functions:
        if node.name in names and inside & (FUNCTION | CLASS):
            yield node.name, _place(block, statement, node)


def broken_names(text: str) -> frozenset[str]:
    """The names that a block which does not parse seems to define."""
    return frozenset(match.group(1) or match.group(2) for match in BROKEN_DEFINITION.finditer(text))


def _broken(block: Block, statement: Statement) -> Iterator[Definition]:
    source = block.text.split("\n")[block.fault_line - block.line : block.fault_line - block.line + 1]
    place = Place(label=statement.label, line=block.fault_line, source="".join(source).strip()[:200])
    is_gap = is_broken_placeholder(block.text)
    for match in BROKEN_DEFINITION.finditer(block.text):
        yield Definition(match.group(1) or match.group(2), place, is_gap, statement.fault)


Defining = ast.stmt | ast.expr | ast.alias


def _defined(statement: ast.stmt, parts: Parts, values: Collection[str]) -> Iterator[tuple[Defining, str]]:
    """The node that makes each name: a definition, an import, or the value that gets the name."""
    nodes = parts.defining()
    for node in nodes if len(nodes) <= 1 else walk(statement, stop=SCOPES):  # several: in the order of the text
        if isinstance(node, DEFINITIONS):
            yield node, node.name
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, alias.asname or alias.name) for alias in node.names if alias.name != "*")
        else:
            yield from ((value, name) for name, value in _bound(node) if name in values or not is_data(value, name))
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id in values:
                yield node.value, node.target.id


def _bound(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        pairs = [(node.target, node.value)]
    else:
        pairs = []
    yield from ((target.id, value) for target, value in pairs if isinstance(target, ast.Name))


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`a, b = f, g` as `a = f` and `b = g`; of `a, b = make()` each with the call."""
    if not isinstance(target, ast.Tuple | ast.List):
        yield target, value
    elif isinstance(value, ast.Tuple | ast.List):
        if len(value.elts) == len(target.elts) and not any(isinstance(item, ast.Starred) for item in value.elts):
            yield from zip(target.elts, value.elts, strict=True)
    elif isinstance(value, ast.Call):
        yield from ((item, value) for item in target.elts)


def _carries_on(node: Defining, name: str) -> bool:
    if not isinstance(node, ast.Call) or (dotted(node.func) or "").rsplit(".", 1)[-1] in WRAPPERS:
        return False
    return any(isinstance(part, ast.Name) and part.id == name for part in walk(node, stop=()))


def _module_of(node: ast.AST, name: str) -> str:
    if not isinstance(node, ast.ImportFrom) or node.module is None:
        return ""
    return node.module if any(alias.name == name and alias.asname in (None, name) for alias in node.names) else ""


def _place(block: Block, statement: Statement, node: Defining) -> Place:
    line = block.line + node.lineno - (_first_line(block.node) if block.node else 0)
    source = block.text.split("\n")[line - block.line : line - block.line + 1]
    return Place(label=statement.label, line=line, source="".join(source).strip()[:200])


def _first_line(node: ast.stmt) -> int:
    """The line of the statement's first character in its own tree, decorators included."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(item.lineno for item in decorators)])
