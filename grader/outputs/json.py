"""The whole report as JSON, for programs."""

from __future__ import annotations

import msgspec

from grader.outputs.visible import without_secrets
from grader.records import Report


def render_json(report: Report) -> str:
    """Every field of the Report; hidden checks without what could give them away."""
    questions = tuple(
        msgspec.structs.replace(
            question,
            parts=tuple(
                msgspec.structs.replace(part, checks=tuple(without_secrets(check) for check in part.checks))
                for part in question.parts
            ),
        )
        for question in report.questions
    )
    shown = msgspec.structs.replace(report, questions=questions)
    return msgspec.json.format(msgspec.json.encode(shown), indent=1).decode("utf-8")
