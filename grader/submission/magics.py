"""IPython's own syntax in cells: nothing of it is ever run, and line numbers stay the student's."""

from __future__ import annotations

import ast
import re
import tokenize
import warnings
from typing import NamedTuple

CELL_MAGIC = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*%%(\w+)([^\n]*)")
PYTHON_CELLS = {"time", "timeit", "capture", "prun", "python", "python3", "pypy"}  # their body is Python
FILE_CELLS = {"writefile", "file"}
TIMED_LINE = re.compile(r"^([ \t]*)%(?:time|timeit)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+(?=\S)", re.MULTILINE)
MAGIC_LINE = re.compile(r"^([ \t]*)[%!](?!=).*$", re.MULTILINE)


class Translated(NamedTuple):
    """A cell as plain Python, or as a file that it writes."""

    text: str
    file_name: str = ""  # then `text` is that file's


def translate(cell: str) -> Translated:
    """The Python of a cell. What it would have run in a shell or as a magic becomes `pass`."""
    if match := CELL_MAGIC.match(cell):
        return _cell_magic(cell, match)
    if parses(cell) or not re.search(r"^\s*[%!]|[%!?]", cell, re.MULTILINE):
        return Translated(cell)
    simple = MAGIC_LINE.sub(r"\1pass", TIMED_LINE.sub(r"\1", cell))
    if parses(simple):
        return Translated(simple)
    ipython = _by_ipython(cell)
    return Translated(ipython if parses(ipython) else simple)


def parses(text: str) -> bool:
    """Whether `text` is Python."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _cell_magic(cell: str, match: re.Match[str]) -> Translated:
    name, rest = match.group(1), match.group(2).strip()
    body = "\n" * match.group(0).count("\n") + cell[match.end() :]
    if name in PYTHON_CELLS:
        return Translated(translate(body).text)
    file_name = rest.split(" ")[-1].strip("'\"")
    if name in FILE_CELLS and file_name.endswith(".py"):
        return Translated(body, file_name=file_name)
    return Translated("")


def _by_ipython(cell: str) -> str:
    from IPython.core.inputtransformer2 import (  # noqa: PLC0415 (slow to import, rarely needed)
        TransformerManager,
    )

    blank = len(cell) - len(cell.lstrip("\n"))  # the transformer drops leading empty lines
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about line ends that only Unicode knows
            text = TransformerManager().transform_cell(cell)  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError, RecursionError, IndexError, tokenize.TokenError):
        return cell
    return "\n" * blank + re.sub(r"^([ \t]*)get_ipython\(\)\..*$", r"\1pass", str(text), flags=re.MULTILINE)
