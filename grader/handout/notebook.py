"""The notebook as students get it: statements, what is graded, given code, stubs, and cells to write in."""

from __future__ import annotations

from collections.abc import Iterator

from grader.handout.cells import SEPARATOR, Cell, cell_id, code_cells, notebook_bytes
from grader.handout.stubs import Signatures, answer_lines, signatures_of, stub_cells
from grader.handout.wording import HOW_GRADED, answer_cell_text, graded_text, part_header, question_header
from grader.rubric.records import PartRules, QuestionRules, Task


def handout_notebook(name: str, title: str, task: Task, questions: tuple[QuestionRules, ...]) -> bytes:
    """The notebook of an assignment called `name` ("hw2")."""
    return notebook_bytes(_cells(name, title, task, questions))


def _cells(name: str, title: str, task: Task, questions: tuple[QuestionRules, ...]) -> Iterator[Cell]:
    signatures = signatures_of(questions)
    yield Cell("assignment", _joined(f"# {title}", task.statement))
    yield Cell("how-it-is-graded", _how_graded(name, questions))
    yield from code_cells("given", task.given)
    for question in questions:
        yield Cell(cell_id(question.label), _joined(question_header(question), question.task.statement))
        yield from code_cells(cell_id(question.label, "given"), question.task.given)
        for part in question.parts:
            yield from _part(question, part, signatures)


def _how_graded(name: str, questions: tuple[QuestionRules, ...]) -> str:
    labels = [f"{question.label}{part.label}" for question in questions for part in question.parts if part.checks]
    label = labels[0] if labels else "1a"
    return HOW_GRADED.format(checks=f"{name}.checks", notebook=f"{name}.ipynb", label=label).strip("\n")


def _part(question: QuestionRules, part: PartRules, signatures: Signatures) -> Iterator[Cell]:
    name = cell_id(question.label, part.label)
    yield Cell(name, _joined(part_header(question, part), part.task.statement, graded_text(question, part)))
    yield from code_cells(f"{name}-given", part.task.given)
    yield from code_cells(f"{name}-code", f"\n{SEPARATOR}\n".join(stub_cells(part.task.stubs, signatures)))
    yield from code_cells(f"{name}-formula", answer_lines(part.checks))
    if part.written:
        tag = f"answer-{question.label}{part.label}"
        yield Cell(f"{name}-answer", answer_cell_text(question, part), tags=(tag,))


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
