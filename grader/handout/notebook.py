"""The notebook as students get it: statements, what is graded, given code, stubs, and cells to write in."""

from __future__ import annotations

from collections.abc import Iterator

from grader.handout.cells import Cell, cell_id, notebook_bytes
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
    yield from _given("given", task)
    for question in questions:
        yield Cell(cell_id(question.label), _joined(question_header(question), question.task.statement))
        yield from _given(cell_id(question.label, "given"), question.task)
        for part in question.parts:
            yield from _part(question, part, signatures)


def _how_graded(name: str, questions: tuple[QuestionRules, ...]) -> str:
    labels = [f"{question.label}{part.label}" for question in questions for part in question.parts if part.checks]
    label = labels[0] if labels else "1a"
    return HOW_GRADED.format(checks=f"{name}.checks", notebook=f"{name}.ipynb", label=label).strip("\n")


def _part(question: QuestionRules, part: PartRules, signatures: Signatures) -> Iterator[Cell]:
    names = question.label, part.label
    text = _joined(part_header(question, part), part.task.statement, graded_text(question, part))
    yield Cell(cell_id(*names), text)
    yield from _given(cell_id(*names, "given"), part.task)
    for number, code in enumerate(stub_cells(part.task.stubs, signatures), 1):
        yield Cell(cell_id(*names, "code", str(number)), code, is_code=True)
    if answers := answer_lines(part.checks):
        yield Cell(cell_id(*names, "formula"), answers, is_code=True)
    if part.written:
        yield Cell(cell_id(*names, "answer"), answer_cell_text(question, part), tags=(f"answer-{''.join(names)}",))


def _given(name: str, task: Task) -> Iterator[Cell]:
    if task.given:
        yield Cell(name, task.given, is_code=True)


def _joined(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)
