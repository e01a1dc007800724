"""IPython's own syntax in cells: nothing of it is ever run, and line numbers stay the student's."""

from __future__ import annotations

import ast
import re
import textwrap
import tokenize
import warnings
from typing import NamedTuple

CELL_MAGIC = re.compile(r"\A(?:[ \t]*(?:#[^\n]*)?\n)*%%(\w+|!)([^\n]*)")
PYTHON_CELLS = {"time", "timeit", "capture", "prun", "python", "python3", "pypy"}  # their body is Python
OTHER_CELLS = frozenset(  # it is not; of any other magic the body counts if it is Python
    [
        *("bash", "sh", "script", "html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "perl"),
        *("ruby", "cmd", "system", "sx", "!", "R", "julia", "sql"),
    ]
)
FILE_CELLS = {"writefile", "file"}
MAX_STACKED = 5  # cell magics on top of each other
MAX_LENGTH = 2**20  # of a longer cell nothing is translated
MAX_FOR_IPYTHON = 20_000  # it reads the cell anew for everything that it finds
MAY_CHANGE = re.compile(  # what is said to IPython; and where its idea of lines may be another one than Python's
    r"^[^\S\n]*(?:[%!?,;/]|>>>|\.\.\.)|=[\s\\]*[%!]|[\w*\]]\?+[^\S\n]*$|In \[|get_ipython"
    r"|\A\n*[^\S\n]|[\v\f\x1c-\x1e\x85\u2028\u2029]|\\$",
    re.MULTILINE,
)
TIMED_LINE = re.compile(r"^([ \t]*)%(?:time|timeit)\b(?:[ \t]+-\w+(?:[ \t]+\d+)?)*[ \t]+(?=\S)", re.MULTILINE)
MAGIC_LINE = re.compile(r"^([ \t]*)[%!](?!=)(?:.*\\\n)*.*$", re.MULTILINE)


class Translated(NamedTuple):
    """A cell as plain Python, or as a file that it writes."""

    text: str
    file_name: str = ""  # then `text` is that file's


def translate(cell: str) -> Translated:
    """The Python of a cell. What it would have run in a shell or as a magic becomes `pass`."""
    if len(cell) > MAX_LENGTH or not MAY_CHANGE.search(cell):
        return Translated(cell)
    is_python = True
    for _level in range(MAX_STACKED):
        if not (match := CELL_MAGIC.match(cell)):
            break
        name, rest = match.group(1), match.group(2).strip()
        cell = "\n" * match.group(0).count("\n") + cell[match.end() :]
        file_name = rest.split(" ")[-1].strip("'\"")
        if name in FILE_CELLS and file_name.endswith(".py"):
            return Translated(cell, file_name=file_name)
        if name in OTHER_CELLS | FILE_CELLS:
            return Translated("")
        is_python = is_python and name in PYTHON_CELLS
    text = _without_magics(cell)
    return Translated(text if is_python or parses(text) else "")


def parses(text: str) -> bool:
    """Whether `text` is Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's code
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _without_magics(cell: str) -> str:
    if parses(cell):
        return cell
    simple = MAGIC_LINE.sub(_as_pass, TIMED_LINE.sub(r"\1", cell))
    if cell.lstrip("\n")[:1].isspace():
        simple = textwrap.dedent(simple)
    if parses(simple) or len(cell) > MAX_FOR_IPYTHON:
        return simple
    ipython = _by_ipython(cell)
    return ipython if parses(ipython) else simple


def _as_pass(match: re.Match[str]) -> str:
    return f"{match.group(1)}pass" + "\n" * match.group().count("\n")


def _by_ipython(cell: str) -> str:
    from IPython.core.inputtransformer2 import (  # noqa: PLC0415 (slow to import, rarely needed)
        TransformerManager,
    )

    blank = len(cell) - len(cell.lstrip("\n"))  # the transformer drops leading empty lines
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about line ends that only Unicode knows
            text = TransformerManager().transform_cell(cell)  # type: ignore[no-untyped-call]
    except (SyntaxError, ValueError, RuntimeError, IndexError, tokenize.TokenError):
        return cell
    return "\n" * blank + re.sub(r"^([ \t]*)get_ipython\(\)\..*$", r"\1pass", str(text), flags=re.MULTILINE)
