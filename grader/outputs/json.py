"""The whole report as JSON, for programs."""

from __future__ import annotations

import msgspec

from grader.outputs.visible import CONTROL, without_secrets
from grader.report import Report


def render_json(report: Report) -> str:
    """Every field of the Report; hidden checks without what could give them away.

    What could steer the terminal that it is printed to is there as an escape.
    """
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
    text = msgspec.json.format(msgspec.json.encode(shown), indent=1).decode("utf-8")
    return CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
