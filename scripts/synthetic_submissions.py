"""Makes submissions of every kind out of a right one, as many as one likes and the same ones for the same seed.

`python scripts/synthetic_submissions.py COUNT FOLDER|ZIP [--right FILE] [--seed 1] [--hostile 1] [--torch 10]`. They are
right, wrong, partial, blank, broken, hostile or the same as another; the name of each says which. FOLDER must be new; ZIP
becomes a zip of notebooks and zips, as a course site makes it. `--torch`: how many percent have kept the cells after
the heading of problem 5, where the homework needs torch.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import random
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
DATE = (2026, 1, 31, 12, 0, 0)  # of every entry: the same bytes in every run
HEAVY = "## Problem 5"  # where cells begin that need torch
SHARES = {"right": 30, "wrong": 25, "partial": 15, "blank": 10, "broken": 9, "duplicate": 10}  # percent, about
HOSTILE = (
    "while True: pass",
    "import os; os._exit(0)",
    "import os; os.kill(os.getppid(), 9)",
    "import os; return [os.fork() for _ in range(50)]",
    "return b'x' * 10**12",
    "return [0] * 10**8",
    "print('x' * 10**7)",
    "raise SystemExit(0)",
    "return open('/etc/shadow').read()",
    "import socket; return socket.create_connection(('198.51.100.1', 80))",
    "import sys; sys.setrecursionlimit(10**9); f = lambda: f(); return f()",
    "import ctypes; ctypes.string_at(0)",
    "import subprocess; return subprocess.run(['sh', '-c', 'kill -9 -1'])",
    "import gc; [setattr(o, 'score', 9) for o in gc.get_objects() if hasattr(o, 'score')]",
    "return type('Array', (), {'__array__': lambda self: 1 / 0, '__eq__': lambda self, other: True})()",
    "import sys; sys.modules.clear()",
)


class Made(NamedTuple):
    """A submission: a name for its file, and its bytes."""

    name: str
    kind: str
    data: bytes


class Right(NamedTuple):
    """A right submission: its cells as (kind, text), and the other files beside the notebook."""

    cells: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, bytes], ...]

    def light(self) -> Right:
        """Without what needs torch."""
        heads = [text.startswith(HEAVY) for _kind, text in self.cells]
        return Right(self.cells[: heads.index(True)], ()) if True in heads else self


def read_right(path: Path) -> Right:
    """A notebook, or a zip with one in it."""
    if path.suffix != ".zip":
        return Right(_cells(path.read_bytes()), ())
    with zipfile.ZipFile(path) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    (notebook,) = (name for name in files if name.endswith(".ipynb"))
    return Right(_cells(files.pop(notebook)), tuple(files.items()))


def _cells(notebook: bytes) -> tuple[tuple[str, str], ...]:
    return tuple((cell["cell_type"], "".join(cell["source"])) for cell in json.loads(notebook)["cells"])


def synthetic(count: int, right: Right, seed: int = 1, hostile: float = 1, torch: float = 10) -> Iterator[Made]:
    """So many submissions; `hostile` and `torch` in percent."""
    for number in range(count):
        dice = random.Random(f"{seed}/{number}")  # noqa: S311 (no secret)
        kind = _kind(dice, hostile)
        twin = number
        while kind == "duplicate":
            twin = dice.randrange(twin) if twin else 0
            dice = random.Random(f"{seed}/{twin}")  # noqa: S311 (no secret)
            kind = _kind(dice, hostile) if twin else "right"
        base = right if dice.random() * 100 < torch else right.light()
        suffix, data = MAKERS[kind](_numbered(base, twin), dice)
        about = [
            f"{number:06}",
            kind,
            *(["light"] if base != right else []),
            *([f"as-{twin:06}"] if twin != number else []),
        ]
        yield Made("-".join(about) + suffix, kind, data)


def _kind(dice: random.Random, hostile: float) -> str:
    if dice.random() * 100 < hostile:
        return "hostile"
    return dice.choices([*SHARES], [*SHARES.values()])[0]


def _numbered(right: Right, number: int) -> Right:
    return right._replace(cells=(*right.cells, ("code", f"# submission {number}")))


def _file(right: Right, dice: random.Random) -> tuple[str, bytes]:
    """As a notebook or, with other files or by chance, as a zip."""
    cells = [{"cell_type": kind, "metadata": {}, "source": text} for kind, text in right.cells]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    if not right.files and dice.random() < 0.5:  # noqa: PLR2004
        return ".ipynb", notebook
    return ".zip", zipped({"hw.ipynb": notebook, **dict(right.files)})


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _changed(right: Right, change: Callable[[str], str]) -> Right:
    """With a change of the cells that define functions."""
    cells = tuple((kind, change(text) if kind == "code" and "def " in text else text) for kind, text in right.cells)
    return right._replace(cells=cells)


def _wrong(right: Right, dice: random.Random) -> tuple[str, bytes]:
    return _file(_changed(right, lambda text: _mutated(text, dice) if dice.random() < 0.3 else text), dice)  # noqa: PLR2004


def _mutated(text: str, dice: random.Random) -> str:
    """With another operator or number somewhere."""
    tree = ast.parse(text)
    nodes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.BinOp) or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))
    ]
    if not nodes:
        return text
    node = dice.choice(nodes)
    if isinstance(node, ast.BinOp):
        node.op = dice.choice([ast.Add(), ast.Sub(), ast.Mult(), ast.Div(), ast.Pow()])
    elif isinstance(node.value, int | float):
        node.value = node.value + 1
    return ast.unparse(tree)


def _partial(right: Right, dice: random.Random) -> tuple[str, bytes]:
    return _file(right._replace(cells=tuple(cell for cell in right.cells if dice.random() < 0.5)), dice)  # noqa: PLR2004


def _blank(right: Right, dice: random.Random) -> tuple[str, bytes]:
    return _file(_changed(right, lambda text: _with_bodies(text, lambda _name: "...")), dice)


def _with_bodies(text: str, body: Callable[[str], str]) -> str:
    """With other bodies of the functions at the top level; "" leaves one as it is."""
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and (source := body(node.name)):
            (inner,) = ast.parse(f"def f():\n    {source}").body
            node.body = inner.body if isinstance(inner, ast.FunctionDef) else node.body
    return ast.unparse(tree)


def _hostile(right: Right, dice: random.Random) -> tuple[str, bytes]:
    snippet, share = dice.choice(HOSTILE), dice.choice([0.1, 0.5])
    return _file(
        _changed(right, lambda text: _with_bodies(text, lambda _name: snippet if dice.random() < share else "")), dice
    )


def _broken(right: Right, dice: random.Random) -> tuple[str, bytes]:
    suffix, data = _file(right, dice)
    number = f"# {right.cells[-1][1]}".encode()
    return dice.choice(
        [
            (suffix, data[: dice.randrange(len(data))]),
            (".zip", b"PK\x03\x04" + number),
            (".zip", zipped({"notes.txt": number})),
            (".zip", zipped({"../../hw.ipynb": number, "/etc/passwd.py": number})),
            (".ipynb", number),
            (".ipynb", b""),
            (".ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["def f(:"]}], "nbformat": 4}).encode()),
            (".pdf", b"%PDF-1.7" + number),
            (".py", b"\xff\xfe\x00" + number),
            (".py", b"def broken(\n" + number),
        ]
    )


MAKERS: dict[str, Callable[[Right, random.Random], tuple[str, bytes]]] = {
    "right": _file,
    "wrong": _wrong,
    "partial": _partial,
    "blank": _blank,
    "broken": _broken,
    "hostile": _hostile,
}


def write(made: Iterator[Made], target: Path) -> int:
    """Into a new folder, or into a zip; how many."""
    count = 0
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as archive:
            for count, one in enumerate(made, 1):  # noqa: B007 (the count is the result)
                archive.writestr(zipfile.ZipInfo(one.name, DATE), one.data)
        return count
    target.mkdir(parents=True)
    for count, one in enumerate(made, 1):  # noqa: B007
        (target / one.name).write_bytes(one.data)
    return count


def main(arguments: list[str] | None = None) -> int:
    """Write them."""
    parser = argparse.ArgumentParser(description="Make synthetic submissions out of a right one.")
    parser.add_argument("count", type=int)
    parser.add_argument("target", type=Path, help="a new folder, or a .zip")
    parser.add_argument("--right", type=Path, default=ROOT / "submissions_example" / "complete.zip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", type=float, default=1, help="percent")
    parser.add_argument("--torch", type=float, default=10, help="percent")
    options = parser.parse_args(arguments)
    made = synthetic(options.count, read_right(options.right), options.seed, options.hostile, options.torch)
    print(f"{write(made, options.target)} submissions in {options.target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
