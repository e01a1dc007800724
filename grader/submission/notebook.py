"""Notebook bytes to cells. Version 4 is read with json; older and newer ones go through nbformat."""

from __future__ import annotations

import contextlib
import json
import logging
import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

MAX_CELLS = 5_000
TEXT_KINDS = frozenset({"markdown", "raw"})


class TextCell(NamedTuple):
    """A cell that is not code: Markdown, or raw text."""

    after: int  # how many code cells stand before it
    text: str
    tags: tuple[str, ...] = ()


class Cells(NamedTuple):
    """The code cells' texts in order, and the text cells; or why there are none."""

    sources: tuple[str, ...]
    texts: tuple[TextCell, ...] = ()
    fault: str = ""
    note: str = ""


def read_cells(data: bytes, *, with_texts: bool = False) -> Cells:
    """The cells of a notebook of any format; text cells only where they are wanted. Never raises for what it holds."""
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError) as error:
        return Cells((), fault=f"it is not a notebook: its JSON cannot be read ({_short(error)})")
    if not isinstance(notebook, dict):
        return Cells((), fault="it is not a notebook: its JSON is not an object")
    if notebook.get("nbformat") == 4 or (isinstance(notebook.get("cells"), list) and "nbformat" not in notebook):  # noqa: PLR2004
        return _cells_of(notebook, with_texts=with_texts)
    return _upgraded(data.decode(json.detect_encoding(data), "replace"), with_texts=with_texts)


def _upgraded(text: str, *, with_texts: bool) -> Cells:
    import nbformat  # noqa: PLC0415 (a tenth of a second, and only old notebooks need it)

    converters_raise = (  # the converters trust the notebook to be what it says
        *(ValueError, LookupError, AttributeError, TypeError, NameError),
        *(AssertionError, ArithmeticError, RecursionError, MemoryError),
    )
    try:
        with warnings.catch_warnings(), _without_log():  # about missing cell ids and the like
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    except (nbformat.ValidationError, *converters_raise) as error:
        return Cells((), fault=f"its notebook format cannot be read ({_short(error)}): save it again with Jupyter")
    return _cells_of(notebook, with_texts=with_texts)


@contextlib.contextmanager
def _without_log() -> Iterator[None]:
    """Nbformat logs what is wrong with a notebook, whole outputs and all: nobody reads it, and it may be no Unicode."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _cells_of(notebook: dict[str, Any], *, with_texts: bool) -> Cells:
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        return Cells((), fault="it is not a notebook: it has no list of cells")
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    note = f"it has {len(code)} code cells: only the first {MAX_CELLS} were read" if len(code) > MAX_CELLS else ""
    sources = tuple(_source(cell.get("source")) for cell in code[:MAX_CELLS])
    texts = tuple(islice(_texts(cells), MAX_CELLS)) if with_texts else ()
    return Cells(sources, texts, note=note)


def _texts(cells: list[object]) -> Iterator[TextCell]:
    after = 0
    for cell in cells:
        if not isinstance(cell, dict):
            continue
        kind = cell.get("cell_type")
        after += kind == "code"
        if isinstance(kind, str) and kind in TEXT_KINDS:
            yield TextCell(after, _source(cell.get("source")), _tags(cell.get("metadata")))


def _tags(metadata: object) -> tuple[str, ...]:
    tags = metadata.get("tags") if isinstance(metadata, dict) else None
    return tuple(plain_text(tag) for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()


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
