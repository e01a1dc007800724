"""What students hand in: right and wrong answers to the benchmark's assignment, in any number of different submissions."""

from __future__ import annotations

import json
import random
from typing import NamedTuple

SHARE_OF_RIGHT_ANSWERS = 0.7
IMPORTS = {"numpy": "import numpy as np", "torch": "import numpy as np\nimport torch"}
KINDS = tuple(IMPORTS)  # of assignment: without and with the question on torch


class Answer(NamedTuple):
    """A function, with HERE where right and wrong ones differ."""

    name: str
    text: str
    right: str
    wrong: str

    def source(self, *, is_right: bool) -> str:
        """The function's definition."""
        return self.text.replace("HERE", self.right if is_right else self.wrong)


WITH_NUMPY = (
    Answer("standardize", "def standardize(X):\n    return (X - X.mean(0)) / X.std(0, ddof=HERE)\n", "0", "1"),
    Answer(
        "ridge",
        "def ridge(X, y, lam):\n    n = X.shape[1]\n    return np.linalg.solve(X.T @ X + HERE * np.eye(n), X.T @ y)\n",
        "lam",
        "2 * lam",
    ),
    Answer(
        "descend",
        "def descend(X, y, eta, steps):\n    w = np.zeros(X.shape[1])\n    path = [w]\n    for _ in range(steps):\n"
        "        w = w - eta * HERE * X.T @ (X @ w - y)\n        path.append(w)\n    return np.array(path)\n",
        "2",
        "1",
    ),
    Answer("softmax", "def softmax(z):\n    e = np.exp(z - HERE)\n    return e / e.sum()\n", "np.max(z)", "0"),
    Answer(
        "distances",
        "def distances(A, B):\n    D = np.zeros((len(A), len(B)))\n    for i, a in enumerate(A):\n"
        "        D[i] = HERE(((a - B) ** 2).sum(1))\n    return D\n",
        "np.sqrt",
        "np.abs",
    ),
)
WITH_TORCH = (
    Answer(
        "loss_gradient",
        "def loss_gradient(w, X, y):\n    w = torch.tensor(w, requires_grad=True)\n"
        "    r = torch.tensor(X) @ w - torch.tensor(y)\n    (r ** 2).HERE().backward()\n    return w.grad.numpy()\n",
        "mean",
        "sum",
    ),
)


class Submission(NamedTuple):
    """The code cells of one student: what is imported, and a function each."""

    name: str
    imports: str
    functions: tuple[tuple[str, str], ...]  # (name, definition)

    @property
    def code(self) -> str:
        """All of it, as a `.py` file."""
        return "\n\n".join((self.imports, *(text for _name, text in self.functions)))

    @property
    def notebook(self) -> str:
        """All of it, as a notebook with a heading before every function."""
        cells = [cell("code", self.imports)]
        for name, text in self.functions:
            cells += [cell("markdown", f"## {name}"), cell("code", text)]
        return as_notebook(cells)


def submission(index: int, kind: str) -> Submission:
    """Number 0 is right, number 1 is wrong throughout, the others are mixed; no two are alike."""
    answers = WITH_NUMPY + (WITH_TORCH if kind == "torch" else ())
    dice = random.Random(index)  # noqa: S311 (nobody must not guess it)
    fixed = {0: 1.0, 1: 0.0}.get(index, SHARE_OF_RIGHT_ANSWERS)
    functions = [(one.name, one.source(is_right=dice.random() < fixed)) for one in answers]
    return Submission(f"s{index:04}", f"{IMPORTS[kind]}\n# student {index}", tuple(functions))


def cell(kind: str, text: str, metadata: dict[str, object] | None = None) -> dict[str, object]:
    """A cell of a notebook."""
    own: dict[str, object] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": metadata or {}, "source": text, **own}


def as_notebook(cells: list[dict[str, object]]) -> str:
    """A notebook with these cells, in a format that every tool reads."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return json.dumps({"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4})
