"""Where the contenders work: the assignment without or with torch, their cases, and each with its submissions."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from cases import Group, groups_of, store
from measure import run
from students import Submission, submission
from tools import Floor, Grader, GradescopeUtils, Nbgrader, Otter, Tool

from grader.api import Assignment, load_assignment

SOURCE = Path(__file__).resolve().parent / "assignment"
QUESTIONS = {"numpy": "1", "torch": "12"}
POINTS = {"numpy": 25.0, "torch": 28.0}
PEERS: tuple[type[Tool], ...] = (GradescopeUtils, Otter, Nbgrader)


class Counts(NamedTuple):
    """How many submissions each has."""

    grader: int = 102
    floor: int = 52
    peers: int = 4  # even


class Contenders(NamedTuple):
    """All of them, ready to run."""

    floor: Floor
    grader: Grader
    peers: tuple[Tool, ...]

    @property
    def every(self) -> tuple[Tool, ...]:
        """In the order of the table."""
        return (self.floor, self.grader, *self.peers)


def write_assignment(folder: Path, kind: str) -> Assignment:
    """The benchmark's assignment, without the question on torch for "numpy"; compiled."""
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    if kind == "numpy":
        path = folder / "rubrics/bench.yaml"
        path.write_text(path.read_text("utf-8").replace("[numpy.yaml, torch.yaml]", "[numpy.yaml]"), "utf-8")
        (folder / "rubrics/torch.yaml").unlink()
        (folder / "reference/with_torch.py").unlink()
    return load_assignment(folder)


def write_cases(folder: Path, kind: str) -> list[Group]:
    """Assignment and cases in this folder."""
    groups = groups_of(write_assignment(folder / "assignment", kind).plan, QUESTIONS[kind])
    store(groups, {}, folder / "cases.pickle")
    return groups


def contenders(folder: Path, kind: str, counts: Counts, peers: tuple[type[Tool], ...] = PEERS) -> Contenders:
    """Everything that one kind of assignment needs, in a new folder."""
    folder.mkdir(parents=True)
    groups = write_cases(folder, kind)
    sizes = {"floor": counts.floor, "grader": counts.grader}

    def of(tool: type[Tool]) -> list[Submission]:
        return [submission(index, kind) for index in range(sizes.get(tool.name, counts.peers))]

    return Contenders(
        Floor(folder / "floor", groups, of(Floor)),
        Grader(folder / "grader", groups, of(Grader)),
        tuple(tool(folder / tool.name, groups, of(tool)) for tool in peers),
    )


def check_scores(those: Contenders, kind: str) -> dict[str, tuple[float, float]]:
    """The points that each gives the right and the wrong submission. Raises ValueError when the right one has too few."""
    scores = {}
    for tool in those.every:
        for index in (0, 1):
            run(tool.cold(index))
        scores[tool.name] = (tool.score(0), tool.score(1))
        if scores[tool.name][0] != POINTS[kind]:
            raise ValueError(f"{tool.name} gives the right submission {scores[tool.name][0]} of {POINTS[kind]} points")
    return scores
