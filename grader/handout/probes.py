"""The part of a file of probes that one probe needs: the others may be about what is hidden."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def needed_source(source: str, name: str) -> str:
    """The top-level statements that the function `name` needs, without comments, as code that does the same."""
    statements = [node for node in ast.parse(source).body if not _is_text(node)]
    kept: set[int] = set()
    wanted = {name}
    while found := {index for index, node in enumerate(statements) if wanted & {*_defined(node)}} - kept:
        kept |= found
        wanted |= {used for index in found for used in _used(statements[index])}
    future = {index for index, node in enumerate(statements) if _is_future(node)}
    return "\n\n\n".join(ast.unparse(statements[index]) for index in sorted(kept | future)) + "\n"


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _defined(node: ast.stmt) -> Iterator[str]:
    """Names that exist after the statement; of a statement that only does something, those that it does it with."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield (alias.asname or alias.name).partition(".")[0]
    else:
        yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))


def _used(node: ast.stmt) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
