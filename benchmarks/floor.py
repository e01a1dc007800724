"""The floor: what grading costs at least. It runs the cells, calls the functions, compares, and adds up.

`python floor.py CASES FOLDER...`: CASES is a pickle of our own (see cases.store), a folder holds the notebooks of one
submission. Nothing is isolated, no deadline is kept, and nobody learns what was wrong. Prints one JSON object: the points
of every submission, how many calls agreed, and the processor time of each in milliseconds. What a submission prints is lost.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import sys
import time
from typing import Any

import numpy as np

RTOL = 1e-4


def main(cases: str, *folders: str) -> None:
    """Grade every folder."""
    with open(cases, "rb") as file:  # noqa: PTH123 (pathlib takes longer to import than some floors take)
        checks = pickle.load(file)  # noqa: S301 (our own)
    graded, spent = [], []
    for folder in folders:
        start = time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            graded.append(grade(checks, folder))
        spent.append(round(1e3 * (time.process_time() - start), 3))
    print(json.dumps({"scores": [one[0] for one in graded], "agreed": [one[1] for one in graded], "cpu_ms": spent}))


def grade(checks: list[Any], folder: str) -> tuple[float, int]:
    """The points, and how many calls gave what they should."""
    sys.path.insert(0, folder)
    notebooks = sorted(name for name in os.listdir(folder) if name.endswith(".ipynb"))  # noqa: PTH208
    spaces = {name: namespace(f"{folder}/{name}") for name in notebooks}
    results = [(points, run(check, spaces)) for points, *check in checks]
    sys.path.remove(folder)
    return sum(points for points, right in results if all(right)), sum(sum(right) for _points, right in results)


def namespace(notebook: str) -> dict[str, Any]:
    """What the cells define."""
    with open(notebook, encoding="utf-8") as file:  # noqa: PTH123
        cells = json.load(file)["cells"]
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)  # noqa: S102
    return names


def run(check: list[Any], spaces: dict[str, Any]) -> list[bool]:
    """Whether each call of a check gives what it should."""
    document, name, probe, output, calls = check
    space = spaces.get(document) or next(iter(spaces.values()))
    function = space.get(name)
    if probe:
        author: dict[str, Any] = {}
        exec(probe[0], author)  # noqa: S102 (the rubric's)
        function = lambda *arguments: author[probe[1]](space, *arguments)  # noqa: E731
    return [agrees(function, call, output, space) for call in calls]


def agrees(function: Any, call: tuple[Any, ...], output: int | None, space: dict[str, Any]) -> bool:
    """Whether one call does. What raises does not."""
    arguments, values, expected = call
    space.update(values)
    try:
        result = function(*arguments)
        return same(result if output is None else result[output], expected)
    except Exception:  # noqa: BLE001 (whatever a student's function raises)
        return False


def same(result: Any, expected: Any) -> bool:
    """Equal numbers up to rounding, or equal things."""
    if isinstance(expected, tuple):
        return len(result) == len(expected) and all(map(same, result, expected))
    if isinstance(expected, str):
        return bool(result == expected)
    return bool(np.allclose(result, expected, rtol=RTOL))


if __name__ == "__main__":
    main(*sys.argv[1:])
