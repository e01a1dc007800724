"""The bundled homework: questions 1 to 4 of a notebook ("numpy"), or all questions with code of a zip ("torch")."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from cases import groups_of, store
from students import as_notebook, cell
from tools import Floor, Grader

from grader.api import load_assignment
from grader.plan import Plan, without_evidence
from grader.reading import read_in_child
from grader.records import Candidate, Reading
from grader.sandbox.client import Sandbox
from grader.submission.collect import collect

COMPLETE = Path(__file__).resolve().parents[1] / "submissions_example/complete.zip"
QUESTIONS = {"numpy": "1234", "torch": "123456"}
SUFFIXES = {"numpy": ".ipynb", "torch": ".zip"}
LATER = "import torch"  # the first code cell with it begins question 6, of which nothing is left then


def handed_in(index: int, kind: str) -> bytes:
    """complete.zip, or its notebook up to question 5; with one more comment, so that no two are alike."""
    with zipfile.ZipFile(COMPLETE) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    notebook = json.loads(files["hw2.ipynb"])
    if kind == "numpy":
        notebook["cells"] = _before_torch(notebook["cells"])
    notebook["cells"].append(cell("code", f"# student {index}"))
    files["hw2.ipynb"] = json.dumps(notebook).encode()
    return files["hw2.ipynb"] if kind == "numpy" else _zipped(files)


def _before_torch(cells: list[Any]) -> list[Any]:
    is_later = [one["cell_type"] == "code" and LATER in "".join(one["source"]) for one in cells]
    return cells[: is_later.index(True)]


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class HomeworkGrader(Grader):
    """`grader run` and `grader batch`, without what stands only beside written answers."""

    options = ("--no-evidence",)

    def __init__(self, folder: Path, kind: str, count: int) -> None:
        self._kind = kind
        self._count = count
        super().__init__(folder, (), ())

    def prepare(self) -> None:
        """A notebook or a zip per submission."""
        (self.folder / "all").mkdir()
        self.files = [self.folder / f"all/s{index:04}{SUFFIXES[self._kind]}" for index in range(self._count)]
        for index, path in enumerate(self.files):
            path.write_bytes(handed_in(index, self._kind))


class HomeworkFloor(Floor):
    """The statements that are run to grade, already found: a notebook per document, and the modules that they import."""

    def __init__(self, folder: Path, kind: str, count: int) -> None:
        self._kind = kind
        self._count = count
        plan = without_evidence(load_assignment().plan)
        super().__init__(folder, groups_of(plan, QUESTIONS[kind]), ())

    def prepare(self) -> None:
        """The same folder, as often as there are submissions."""
        path = self.write(f"handed{SUFFIXES[self._kind]}", "")
        path.write_bytes(handed_in(0, self._kind))
        reading = _read(path, without_evidence(load_assignment().plan))
        chosen = _chosen(reading, {group.function for group in self.groups})
        for index, document in enumerate(reading.documents):
            slices = {number for one in chosen.values() if one.document == index for number in one.slice}
            texts = [document.statements[number].text for number in sorted(slices)]
            self.write(f"answers/{_notebook(index)}", as_notebook([cell("code", text) for text in texts]))
        for module in reading.modules:
            self.write(f"answers/{module.path}", module.source)
        documents = {name: _notebook(one.document) for name, one in chosen.items()}
        store(self.groups, documents, self.folder.parent / "cases.pickle")
        self.names = ["answers"] * self._count

    def score(self, index: int) -> float:
        """The share of the calls that gave what they should: the comparators of the homework are not the floor's."""
        agreed = json.loads(self.call(*self.command(1, index)))["agreed"][0]
        return float(agreed / sum(len(group.calls) for group in self.groups))


def _notebook(index: int) -> str:
    return f"document{index}.ipynb"


def _read(path: Path, plan: Plan) -> Reading:
    with closing(Sandbox(plan.limits)) as sandbox:
        return read_in_child(collect(path, plan.logs), plan, sandbox)


def _chosen(reading: Reading, wanted: set[str]) -> dict[str, Candidate]:
    """The last definition of each function that is filled in."""
    filled = (one for one in reading.candidates if not (one.is_placeholder or one.fault))
    return {one.name: one for one in filled if one.name in wanted}
