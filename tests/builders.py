"""Submissions, plans and small records for the tests: real bytes, made in memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

from grader.codec import freeze
from grader.compare import Comparator
from grader.compare.close import Close
from grader.plan import Case, Check, Part, Plan, Question
from grader.records import Bundle, File, Limits
from grader.report import Visibility
from grader.targets import FunctionTarget

ROOT = Path(__file__).resolve().parent.parent
DATE = (2026, 1, 31, 12, 0, 0)  # of every entry: the same bytes in every run


def notebook(*cells: str | list[str], nbformat: int = 4) -> bytes:
    """A notebook of code cells without any metadata."""
    code = [{"cell_type": "code", "source": cell} for cell in cells]
    return json.dumps({"cells": code, "nbformat": nbformat}).encode()


def mixed_notebook(*cells: tuple[str, str], tags: dict[int, list[str]] | None = None) -> bytes:
    """A notebook of (kind, text) cells: "code", "markdown", "raw"; `tags` by the cell's index."""
    plain = [
        {"cell_type": kind, "source": text, "metadata": {"tags": (tags or {}).get(index, [])}}
        for index, (kind, text) in enumerate(cells)
    ]
    return json.dumps({"cells": plain, "nbformat": 4}).encode()


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), data, method)
    return buffer.getvalue()


def bundle(*cells: str) -> Bundle:
    """One notebook, `hw.ipynb`."""
    return Bundle(name="hw.ipynb", files=(File(name="hw.ipynb", data=notebook(*cells)),))


def zip_bundle(data: bytes, name: str = "hw.zip") -> Bundle:
    """An archive."""
    return Bundle(name=name, files=(File(name=name, data=data),), is_archive=True)


def check(
    function: str,
    cases: Sequence[tuple[tuple[object, ...], object]],
    *,
    compare: Comparator | None = None,
    points: float = 1,
    visibility: Visibility = Visibility.VISIBLE,
) -> Check:
    """A check of `function`; a case is (arguments, expected)."""
    comparator = compare or Close()
    return Check(
        name=f"{function} is right",
        points=points,
        target=FunctionTarget(name=function, parameters=("x",)),
        compare=comparator,
        visibility=visibility,
        cases=tuple(
            Case(
                arguments=tuple(freeze(argument) for argument in arguments),
                expected=(freeze(comparator.expect(expected)),),
                shown=", ".join(map(repr, arguments)),
            )
            for arguments, expected in cases
        ),
    )


def plan(*checks: Check, limits: Limits | None = None) -> Plan:
    """A plan of one question with a part for every check."""
    parts = tuple(Part(label="abcdefgh"[i], title=item.target.name, checks=(item,)) for i, item in enumerate(checks))
    questions = (Question(label="1", title="Squares", parts=parts),)
    return Plan(assignment="test", title="A test", questions=questions, limits=limits or Limits(call_seconds=2))


SQUARE = check("square", [((2.0,), 4.0), ((3.0,), 9.0)])
