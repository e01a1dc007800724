"""Text to top-level statements. Where a cell does not parse, its blocks are tried one by one."""

from __future__ import annotations

import ast
import itertools
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from grader.submission.python2 import rewrite_prints

MAX_TEXT = 5 * 2**20
MAX_PARSED = 2**20  # of a longer text each statement is parsed by itself: the whole tree would fill the memory
OPENERS, CLOSERS = "([{", ")]}"
CONTINUES = re.compile(r"(?:else|elif|except|finally)\b|[)\]}]|#")
STARTS_AFRESH = re.compile(r"(?:def|class|async|import|from|@)\b|@")
QUOTES = re.compile(r"'''|\"\"\"")
PARSE_ERRORS = (SyntaxError, ValueError, RecursionError, MemoryError)


class Block(NamedTuple):
    """A top-level statement, or (node None) a stretch of text that is not Python."""

    line: int  # 1-based, of the text's first line
    text: str
    node: ast.stmt | None
    fault: str = ""
    fault_line: int = 0
    has_print_statement: bool = False


def split_statements(text: str) -> Iterator[Block]:
    """The statements of a cell or file, in order. Text that does not parse costs only its own block."""
    if len(text) > MAX_TEXT:
        yield Block(1, text[:200], None, fault=f"it is longer than {MAX_TEXT} characters", fault_line=1)
        return
    tree = _parse(text)
    if isinstance(tree, ast.Module):
        yield from _statements(tree, text, 0)
        return
    for line, block in _top_level_blocks(text):
        yield from _recover(block, line)


def split_imports(block: Block) -> Iterator[Block]:
    """An import of several names as one import each: a library that is missing costs only itself."""
    node = block.node
    if not isinstance(node, ast.Import | ast.ImportFrom) or len(node.names) == 1:
        yield block
        return
    start = "" if isinstance(node, ast.Import) else f"from {'.' * node.level}{node.module or ''} "
    for alias in node.names:
        single: ast.stmt = (
            ast.Import([alias]) if isinstance(node, ast.Import) else ast.ImportFrom(node.module, [alias], node.level)
        )
        name = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        yield Block(block.line, f"{start}import {name}", ast.copy_location(single, node))


def _recover(block: str, line: int) -> Iterator[Block]:
    tree = _parse(block)
    if isinstance(tree, ast.Module):
        yield from _statements(tree, block, line - 1)
        return
    rewritten = rewrite_prints(block) if isinstance(tree, SyntaxError) else block
    python3 = _parse(rewritten) if rewritten != block else tree
    if isinstance(python3, ast.Module):
        for statement in _statements(python3, rewritten, line - 1):
            yield statement._replace(has_print_statement=True)
        return
    yield Block(
        line, block[:MAX_PARSED], None, fault=_reason(tree), fault_line=line + (getattr(tree, "lineno", None) or 1) - 1
    )


def _parse(text: str) -> ast.Module | BaseException:
    if len(text) > MAX_PARSED:
        return ValueError(f"it is longer than {MAX_PARSED} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes in the student's strings
            return ast.parse(text)
    except PARSE_ERRORS as error:
        return error


def _reason(error: ast.Module | BaseException) -> str:
    if isinstance(error, SyntaxError):
        return error.msg
    return "it is nested too deeply" if isinstance(error, RecursionError | MemoryError) else str(error)


def _statements(tree: ast.Module, text: str, offset: int) -> Iterator[Block]:
    lines = text.split("\n")
    for node, following in itertools.zip_longest(tree.body, tree.body[1:]):
        start = min([node.lineno, *(item.lineno for item in getattr(node, "decorator_list", []))])
        end = node.end_lineno or node.lineno
        shares_line = node.col_offset > 0 or (following is not None and following.lineno == end)
        source = _segment(lines[node.lineno - 1 : end], node) if shares_line else "\n".join(lines[start - 1 : end])
        yield Block(start + offset, source, node)


def _segment(lines: list[str], node: ast.stmt) -> str:
    """The statement alone; its columns count bytes."""
    rows = [line.encode() for line in lines]
    rows[-1] = rows[-1][: node.end_col_offset]
    rows[0] = rows[0][node.col_offset :]
    return b"\n".join(rows).decode()


def _top_level_blocks(text: str) -> Iterator[tuple[int, str]]:
    """(first line, text) of the stretches that start at the left margin, decorators and `else:` with their statement."""
    lines = text.split("\n")
    start, state = 0, _Nesting()
    for number, line in enumerate(lines):
        if number > start and _begins(line, lines[number - 1], state):
            yield start + 1, "\n".join(lines[start:number])
            start, state = number, _Nesting()
        state.feed(line)
    yield start + 1, "\n".join(lines[start:])


def _begins(line: str, previous: str, state: _Nesting) -> bool:
    if not line or line[0].isspace() or CONTINUES.match(line) or previous.startswith("@"):
        return False
    return not state.is_open() or bool(STARTS_AFRESH.match(line) and not state.quote)


class _Nesting:
    """Whether a line of broken text lies inside brackets or a triple-quoted string, as far as one can tell."""

    def __init__(self) -> None:
        self.depth = 0
        self.quote = ""

    def is_open(self) -> bool:
        return self.depth > 0 or bool(self.quote)

    def feed(self, line: str) -> None:
        start = 0
        for match in QUOTES.finditer(line):
            if not self.quote:
                self._count(line[start : match.start()])
            self.quote = "" if self.quote == match.group() else self.quote or match.group()
            start = match.end()
        if not self.quote:
            self._count(line[start:])

    def _count(self, text: str) -> None:
        text = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|#.*", "", text)
        opened = sum(text.count(char) for char in OPENERS) - sum(text.count(char) for char in CLOSERS)
        self.depth = max(0, self.depth + opened)
