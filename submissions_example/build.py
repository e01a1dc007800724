"""Build the example submissions from `source/` and the handout: `python submissions_example/build.py [FOLDER]`.

A `.cells` file is a notebook as text: `# %%` starts a code cell, `# %% [markdown]` a text cell. In the files of
`source/families/`, `# %% NAME` starts what stands in the place of the complete submission's definition of NAME. Building
twice gives the same bytes. With FOLDER the files are written there instead (the test compares them with the committed
ones).
"""

from __future__ import annotations

import ast
import io
import json
import runpy
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from grader.rubric.load import load_rubric

HERE = Path(__file__).parent
SOURCE = HERE / "source"
DATE = (2026, 1, 31, 23, 58, 0)  # of every entry, so that the archives never differ
MARKER = "# %%"
KINDS = {"": "code", "[markdown]": "markdown"}  # of cells, by what stands behind the mark


def main(root: Path) -> None:
    """Write every file below `root`."""
    for name, data in build().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def build() -> dict[str, bytes]:
    """The files by their path in the project."""
    handout = handed_out()
    complete = read_cells("complete.cells")
    examples = {
        "blank.zip": archive({"hw2.ipynb": handout, **starter()}),
        "complete.zip": archive({"hw2.ipynb": notebook(complete), **starter(), **solutions(), **logs()}),
        "pasted.zip": archive(
            {"hw2.ipynb": notebook([*complete, *(("code", text) for text in texts_of(solutions()))])}
        ),
        "code_only.zip": archive({"hw2.ipynb": handout, **solutions()}),
        "partial.zip": archive({"hw2.ipynb": notebook(read_cells("partial.cells"))}),
        "hostile.zip": archive({"hw2.ipynb": notebook(read_cells("hostile.cells"))}),
        "messy.zip": archive(messy_files(handout)),
        "empty.zip": archive({}),
        "no_notebook.zip": archive({"answers.pdf": b"%PDF-1.4\n", "notes.txt": b"see the PDF\n"}),
        "not_a_zip.zip": b"this is not a zip\n",
        "zeros.zip": archive({"hw2.ipynb": bytes(300 * 2**20)}),
        **{f"{path.stem}.zip": archive(family(path.stem)) for path in sorted((SOURCE / "families").glob("*.cells"))},
    }
    return {f"submissions_example/{name}": data for name, data in examples.items()}


def handed_out() -> bytes:
    """The notebook as students get it."""
    notebook = load_rubric(HERE.parent).notebook
    if notebook is None:
        raise ValueError("the rubric gives no notebook")
    return notebook


def starter() -> dict[str, bytes]:
    """The files of `deeplearning/` as handed out."""
    return _files(HERE.parent / "rubrics" / "handout")


def solutions() -> dict[str, bytes]:
    """Those of them that problem 5 asks to fill in, filled in."""
    return _files(SOURCE)


def logs() -> dict[str, bytes]:
    """The files of `submission_logs/`, made up: as the notebook of problem 5 would write them."""
    made = runpy.run_path(str(HERE.parent / "reference" / "optimizers.py"))["submission_logs"]()
    return {path: _log(content) for path, content in made.items()}


def _log(content: object) -> bytes:
    if not isinstance(content, dict) or not all(isinstance(value, np.ndarray) for value in content.values()):
        return json.dumps(content, indent=1).encode()
    arrays: dict[str, bytes] = {}
    for name, array in content.items():
        buffer = io.BytesIO()
        np.save(buffer, array)
        arrays[f"{name}.npy"] = buffer.getvalue()
    return archive(arrays)


def _files(folder: Path) -> dict[str, bytes]:
    paths = sorted((folder / "deeplearning").rglob("*.py"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def texts_of(files: dict[str, bytes]) -> list[str]:
    """The files as cells: somebody has pasted them into the notebook."""
    return [data.decode("utf-8") for data in files.values()]


def family(name: str) -> dict[str, bytes]:
    """The complete submission with what `source/families/NAME.cells` has in place of some definitions.

    Its cells without a name are added: behind the cell of the definition before them, at first in front.
    """
    news, added = family_parts(name)
    cells = added.pop("", [])
    for kind, text in read_cells("complete.cells"):
        cells.append((kind, replaced(text, news) if kind == "code" else text))
        for span in spans_of(text) if kind == "code" else ():
            cells += added.pop(span.name, [])
    files = {path: replaced(data.decode("utf-8"), news).encode("utf-8") for path, data in solutions().items()}
    if news or added:
        raise ValueError(f"{name}: the complete submission does not define {', '.join({**news, **added})}")
    return {"hw2.ipynb": notebook(cells), **starter(), **files, **logs()}


def family_parts(name: str) -> tuple[dict[str, str], dict[str, list[tuple[str, str]]]]:
    """The new text of every definition, and the cells to add by the definition that they follow ("": none)."""
    news: dict[str, str] = {}
    added: dict[str, list[tuple[str, str]]] = {}
    last = ""
    for mark, text in marked_texts(f"families/{name}.cells"):
        if mark in KINDS:
            added.setdefault(last, []).append((KINDS[mark], text))
        else:
            news[mark], last = text, mark
    return news, added


class Span(NamedTuple):
    """The lines of a definition, from `first` to before `end`."""

    name: str
    first: int
    end: int


def spans_of(text: str) -> list[Span]:
    """Every function, method (`Class.method`) and assigned name of Python source."""
    return list(_spans(ast.parse(text).body))


def _spans(body: list[ast.stmt], owner: str = "") -> Iterator[Span]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _spans(node.body, f"{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield Span(owner + node.name, node.lineno - 1, node.end_lineno or node.lineno)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield Span(owner + node.targets[0].id, node.lineno - 1, node.end_lineno or node.lineno)


def replaced(text: str, news: dict[str, str]) -> str:
    """Python source with other texts for the definitions that `news` names; they are taken out of `news`."""
    lines = text.splitlines()
    for span in reversed(spans_of(text)):
        if span.name in news:
            lines[span.first : span.end] = news.pop(span.name).splitlines()
    return "\n".join(lines) + "\n" * text.endswith("\n")


def messy_files(handout: bytes) -> dict[str, bytes]:
    """A submission as it comes out of somebody's drive."""
    return {
        "cs182hw2/hw2.ipynb": handout,  # the blank starter, still there
        "cs182hw2/Copy of hw2 (final).ipynb": notebook_without_metadata(read_cells("messy/final.cells")),
        "cs182hw2/question3.ipynb": notebook_of_format_3(read_cells("messy/question3.cells")),
        "cs182hw2/hw2_helpers.py": (SOURCE / "messy/hw2_helpers.py").read_bytes(),
        "cs182hw2/.ipynb_checkpoints/hw2-checkpoint.ipynb": notebook(read_cells("messy/old.cells")),
        "cs182hw2/submission_logs/w_stds_he.json": b"[0.0255, 0.2, 0.2]",
        "cs182hw2/submission_logs/best_fc_model.npz": b"PK\x05\x06" + bytes(18),
        "cs182hw2/.DS_Store": b"\x00\x00\x00\x01Bud1",
        "__MACOSX/cs182hw2/._hw2.ipynb": b"\x00\x05\x16\x07",
        "cs182hw2\\windows.py": b"print('a name with a backslash')\n",
        "../outside.py": b"print('a name that points outside')\n",
    }


def read_cells(name: str) -> list[tuple[str, str]]:
    """(kind, text) of every cell of a `.cells` file."""
    return [(KINDS[mark], text) for mark, text in marked_texts(name)]


def marked_texts(name: str) -> list[tuple[str, str]]:
    """(what stands behind the mark, text) of every cell of a `.cells` file."""
    cells: list[tuple[str, list[str]]] = []
    for line in (SOURCE / name).read_text("utf-8").splitlines():
        if line.startswith(MARKER):
            cells.append((line.removeprefix(MARKER).strip(), []))
        else:
            cells[-1][1].append(line)
    return [(mark, "\n".join(lines).strip("\n")) for mark, lines in cells]


def notebook(cells: list[tuple[str, str]]) -> bytes:
    """A notebook of format 4.5."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    content = {
        "cells": [_cell(kind, text, number) for number, (kind, text) in enumerate(cells)],
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return _json(content)


def _cell(kind: str, text: str, number: int) -> dict[str, object]:
    cell: dict[str, object] = {
        "cell_type": kind,
        "id": f"cell-{number:03}",
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def notebook_without_metadata(cells: list[tuple[str, str]]) -> bytes:
    """As some tools write it: no metadata, no ids, the source in one string."""
    return _json({"cells": [{"cell_type": kind, "source": text} for kind, text in cells], "nbformat": 4})


def notebook_of_format_3(cells: list[tuple[str, str]]) -> bytes:
    """The format of 2013: worksheets, and `input` instead of `source`."""
    old = [
        {"cell_type": "code", "input": text, "language": "python", "outputs": [], "collapsed": False, "metadata": {}}
        for _kind, text in cells
    ]
    content = {
        "metadata": {"name": ""},
        "nbformat": 3,
        "nbformat_minor": 0,
        "worksheets": [{"cells": old, "metadata": {}}],
    }
    return _json(content)


def _json(content: object) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def archive(files: dict[str, bytes]) -> bytes:
    """A zip whose bytes depend on nothing but the files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.filename = name  # as given, backslash or not
            zipped.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent)
