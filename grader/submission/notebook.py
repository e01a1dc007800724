"""Notebook bytes to code cells. Version 4 is read with json; older and newer ones go through nbformat."""

from __future__ import annotations

import json
import warnings
from typing import Any, NamedTuple

MAX_CELLS = 5_000


class Cells(NamedTuple):
    """The code cells' texts in order, or why there are none."""

    sources: tuple[str, ...]
    fault: str = ""
    note: str = ""


def read_cells(data: bytes) -> Cells:
    """The code cells of a notebook of any format. Never raises for what the bytes hold."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Cells((), fault=f"it is not a notebook: its JSON cannot be read ({_short(error)})")
    if not isinstance(notebook, dict):
        return Cells((), fault="it is not a notebook: its JSON is not an object")
    if notebook.get("nbformat") == 4 or (isinstance(notebook.get("cells"), list) and "nbformat" not in notebook):  # noqa: PLR2004
        return _cells_of(notebook)
    return _upgraded(data.decode(json.detect_encoding(data), "replace"))


def _upgraded(text: str) -> Cells:
    import nbformat  # noqa: PLC0415 (a tenth of a second, and only old notebooks need it)

    converters_raise = (  # the converters trust the notebook to be what it says
        *(ValueError, LookupError, AttributeError, TypeError, NameError),
        *(AssertionError, ArithmeticError, RecursionError, MemoryError),
    )
    try:
        with warnings.catch_warnings():  # about missing cell ids and the like
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, *converters_raise) as error:
        return Cells((), fault=f"its notebook format cannot be read ({_short(error)}): save it again with Jupyter")
    return _cells_of(notebook)


def _cells_of(notebook: dict[str, Any]) -> Cells:
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return Cells((), fault="it is not a notebook: it has no list of cells")
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    note = f"it has {len(code)} code cells: only the first {MAX_CELLS} were read" if len(code) > MAX_CELLS else ""
    return Cells(tuple(_source(cell.get("source")) for cell in code[:MAX_CELLS]), note=note)


def _source(source: object) -> str:
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    text = source if isinstance(source, str) else ""
    return plain_text(text)


def plain_text(text: str) -> str:
    """`text` with Unix newlines, without NUL characters and lone surrogates (which nothing could write out again)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:120]
