"""The lines that the handout's notebook has where a written answer goes: they are no answer."""

from __future__ import annotations

import msgspec

from grader.plan import Part, Question, asked_part
from grader.records import AskedPart
from grader.submission.writings import prompt_of


def with_prompts(questions: tuple[Question, ...], notebook: bytes | None) -> tuple[Question, ...]:
    """The questions, whose written parts know their lines of the handout's notebook."""
    if notebook is None or all(part.written is None for question in questions for part in question.parts):
        return questions
    asked = tuple(asked_part(question, part) for question in questions for part in question.parts)
    return tuple(
        msgspec.structs.replace(
            question, parts=tuple(_with_prompt(question, part, notebook, asked) for part in question.parts)
        )
        for question in questions
    )


def _with_prompt(question: Question, part: Part, notebook: bytes, asked: tuple[AskedPart, ...]) -> Part:
    if part.written is None:
        return part
    prompt = prompt_of(notebook, asked_part(question, part), asked)
    return msgspec.structs.replace(part, written=msgspec.structs.replace(part.written, prompt=prompt))
