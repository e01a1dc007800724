"""Cells to the bytes of a notebook of format 4.5: the same cells give the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

NOT_OF_AN_ID = re.compile(r"[^A-Za-z0-9_-]+")
MAX_ID = 64
SEPARATOR = "# %%"  # a line that begins so starts a cell, as in many editors
NEW_CELL = re.compile(rf"^{SEPARATOR}[^\n]*\n", re.MULTILINE)


class Cell(NamedTuple):
    """A cell of the notebook. `id` is its own in the notebook; tags are for programs, a reader does not see them."""

    id: str
    text: str
    is_code: bool = False
    tags: tuple[str, ...] = ()


def notebook_bytes(cells: Iterable[Cell]) -> bytes:
    """The notebook with these cells, none of which was run."""
    content = {
        "cells": [_cell(cell) for cell in cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def cell_id(*names: str) -> str:
    """An id made of these names: of letters, digits, `-` and `_` only, as the format demands."""
    return NOT_OF_AN_ID.sub("-", "-".join(names))[:MAX_ID]


def code_cells(prefix: str, code: str) -> Iterator[Cell]:
    """The code as cells; none of an empty text."""
    texts = [text.strip("\n") for text in NEW_CELL.split(code)]
    for number, text in enumerate((text for text in texts if text), 1):
        yield Cell(cell_id(prefix, str(number)), text, is_code=True)


def _cell(cell: Cell) -> dict[str, object]:
    written: dict[str, object] = {
        "cell_type": "code" if cell.is_code else "markdown",
        "id": cell.id,
        "metadata": {"tags": list(cell.tags)} if cell.tags else {},
        "source": cell.text.splitlines(keepends=True),
    }
    return written | ({"execution_count": None, "outputs": []} if cell.is_code else {})
