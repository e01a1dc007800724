"""What the handout says and gives: statements, given code and stubs of the YAML files, their files read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.rubric.faults import Fault, Spot
from grader.rubric.partial import ReadPart, ReadQuestion
from grader.rubric.records import PartRules, QuestionRules, Stub, Task
from grader.rubric.schema import AssignmentFile, PartFields, QuestionFile, StubFile


def with_tasks(rules: QuestionRules, read: ReadQuestion, folder: Path) -> tuple[QuestionRules, list[Fault]]:
    """The rules with their tasks, and what is wrong with the files that those name."""
    reader = _Reader(folder)
    parts = tuple(_with_task(part, own, reader) for part, own in zip(rules.parts, read.parts, strict=True))
    task = reader.task(read.spot, read.fields) if read.fields else Task()
    return replace(rules, task=task, parts=parts), reader.faults


def assignment_task(main: Spot, fields: AssignmentFile, folder: Path) -> tuple[Task, list[Fault]]:
    """What stands before the questions."""
    reader = _Reader(folder)
    return reader.task(main, fields), reader.faults


def _with_task(rules: PartRules, read: ReadPart, reader: _Reader) -> PartRules:
    task = reader.task(read.spot, read.fields)
    return replace(rules, task=replace(task, stubs=reader.stubs(read.spot.at("stubs"), read.fields.stubs)))


class _Reader:
    """Reads the files that the YAML names; collects the faults."""

    def __init__(self, folder: Path) -> None:
        self.faults: list[Fault] = []
        self._folder = folder / "rubrics"

    def task(self, spot: Spot, fields: AssignmentFile | QuestionFile | PartFields) -> Task:
        given = self.code(spot.at("given"), fields.given) if fields.given else ""
        return Task(spot=spot, statement=(fields.statement or "").strip("\n"), given=given)

    def stubs(self, spot: Spot, fields: Mapping[str, str | StubFile]) -> tuple[Stub, ...]:
        return tuple(self.stub(spot.at(name), name, field) for name, field in fields.items())

    def stub(self, spot: Spot, name: str, field: str | StubFile) -> Stub:
        if isinstance(field, str):
            return Stub(spot=spot, name=name, docstring=field.strip("\n"))
        return Stub(spot=spot, name=name, code=self.code(spot.at("file"), field.file))

    def code(self, spot: Spot, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8").strip("\n")
        except FileNotFoundError:
            self.faults.append(spot.fault(f"rubrics/{name} does not exist"))
        except (OSError, ValueError) as error:
            self.faults.append(spot.fault(f"rubrics/{name} cannot be read: {error}"))
        return ""
