"""Where atheris starts: whole, right inputs of every kind."""

from __future__ import annotations

import json
import random
import zipfile

import msgspec
import numpy as np
from builders import ROOT, notebook, zipped
from fuzz.source_inputs import FRAGMENTS

from grader.codec import freeze
from grader.records import Crashed, OutOfMemory, Place, Raised, Returned, TimedOut
from grader.sandbox.messages import Answer, Failed, Forked, Ready, Reaped, Reply

MAX_FRAGMENT = 200
MAX_EXAMPLE = 4_000
THINGS = (
    *(None, True, 57, -1, 2**63, 3.0, 0.5 + 0.25j, "large", "(0, 0.25)", [1, "x"], (0.0, 0.25), (0.0, 0.25, "open")),
    *({"a": [1.0]}, {1, 2}, np.eye(2), np.zeros((0, 3)), np.array([True]), np.array([0.5 + 0.25j, 0.5 - 0.25j])),
    *(
        np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
        np.arange(6, dtype="i2").reshape(3, 2),
        (0.5, np.array([1.0, 2.0])),
        object(),
    ),
)
OLD = {
    "nbformat": 3,
    "nbformat_minor": 0,
    "metadata": {"name": ""},
    "worksheets": [
        {"cells": [{"cell_type": "code", "input": "def f(x): return x", "language": "python", "outputs": []}]}
    ],
}


def frames() -> tuple[bytes, ...]:
    """Bodies of replies and of the template's answers."""
    places = (Place(label="cell 1", line=2, source="return 1"),)
    answers: tuple[Answer, ...] = (
        *(Returned(value=freeze(thing), mutated=(0,), stdout="text") for thing in THINGS),
        Raised(kind="ZeroDivisionError", message="division by zero", places=places),
        *(
            TimedOut(seconds=2.0),
            OutOfMemory(places=places),
            Crashed(reason="a crash"),
            Failed(traceback="x"),
            Ready(layers=()),
        ),
    )
    replies = (msgspec.msgpack.encode(Reply(nonce=b"n" * 16, answer=answer)) for answer in answers)
    return (*replies, msgspec.msgpack.encode(Forked(pid=3)), msgspec.msgpack.encode(Reaped(code=-9)))


def archives() -> tuple[bytes, ...]:
    """Zips by three methods, and those of the examples."""
    files = {"hw.ipynb": notebook("def f(x): return x"), "a/b.py": b"def g(): return 1\n", "data.csv": b"1,2"}
    methods = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
    examples = [path.read_bytes() for path in sorted((ROOT / "submissions_example").glob("*.zip"))]
    return (*(zipped(files, method) for method in methods), *(data for data in examples if len(data) < MAX_EXAMPLE))


def notebooks() -> tuple[bytes, ...]:
    """Notebooks of formats 4, 3, 2 and 99, and Python files."""
    text = json.dumps(OLD)
    old = (text, text.replace('"nbformat": 3', '"nbformat": 2'), text.replace('"nbformat": 3', '"nbformat": 99'))
    new = (
        notebook("%%time\ndef f(x):\n    return x", ["g = f\n", "!ls"]),
        notebook("def f(x): return x").decode().encode("utf-16"),
    )
    return (*new, *(one.encode() for one in old), b"# coding: latin-1\ndef f(): return '\xe9'\n")


def sources() -> tuple[bytes, ...]:
    """The fragments of source."""
    return tuple(one.encode("utf-8", "replace") for one in FRAGMENTS if len(one) < MAX_FRAGMENT)


def choices() -> tuple[bytes, ...]:
    """Noise, long enough for what a strategy draws from it."""
    source = random.Random(0)  # noqa: S311 (not a secret)
    return tuple(source.randbytes(length) for length in (200, 500, 1000, 2000, 4000) for _repeat in range(20))
