"""results.json as Gradescope reads it."""

from __future__ import annotations

import json

from grader.outputs.visible import plain, without_secrets
from grader.outputs.words import STATUS_WORDS, check_lines, graded_lines
from grader.report import CheckResult, PartResult, Report, Status, Visibility

Json = dict[str, object]
MAX_OUTPUTS = 500_000  # characters of all tests together
MAX_INCIDENTS = 50
LEFT_OUT = "[left out: the report is too long]"


def render_gradescope(report: Report) -> str:
    """One test per check, in the homework's order; texts are plain text, never HTML."""
    checks = [
        (check, part, number)
        for question in report.questions
        for part in question.parts
        for number, check in enumerate(part.checks, 1)
    ]
    tests = [_test(*one) for one in checks]
    for is_shown in (True, False):  # apart: what is still secret must not push out what is shown
        _cap([test for test in tests if (test["visibility"] == Visibility.VISIBLE.value) is is_shown])
    results: Json = {
        "score": report.score,
        "output": _summary(report),
        "output_format": "text",
        "test_name_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
        "extra_data": {
            "assignment": report.assignment,
            "grader_version": report.version,
            "layers": [layer.name for layer in report.layers if layer.is_active],
            "weaknesses": [plain(weakness) for weakness in report.weaknesses],
            "incidents": [plain(incident) for incident in report.incidents[:MAX_INCIDENTS]],
        },
    }
    return json.dumps(results, indent=1, allow_nan=False, ensure_ascii=True)


def _cap(tests: list[Json]) -> None:
    """Leave outputs out, once those before have `MAX_OUTPUTS` characters together."""
    left = MAX_OUTPUTS
    for test in tests:
        length = len(str(test["output"]))
        if length > left:
            test["output"] = LEFT_OUT
        left -= min(left, length)


def _test(check: CheckResult, part: PartResult, number: int) -> Json:
    return {
        "number": f"{part.label}.{number}",
        "name": plain(f"{part.label} {part.title}: {check.name}"),
        "name_format": "text",
        "score": check.score,
        "max_score": check.points,
        "status": "passed" if check.status is Status.PASSED else "failed",
        "visibility": check.visibility.value,
        "output": _output(without_secrets(check), part),
        "output_format": "text",
    }


def _output(check: CheckResult, part: PartResult) -> str:
    word = STATUS_WORDS[check.status]
    head = word[:1].upper() + word[1:]
    lines = [f"{label}: {text}" if label else text for label, text in check_lines(check)]
    graded = [
        f"graded: {line}" for line in graded_lines(part) if check.graded and line.startswith(f"{check.function} ")
    ]
    return plain("\n".join([head, *lines, *graded]))


def _summary(report: Report) -> str:
    if report.fault:
        return plain(f"This submission cannot be graded: {report.fault}")
    notes = [f"Note: {note}" for note in report.notes]
    return plain("\n".join([f"{report.title}: {report.score:g} of {report.points:g} points", *notes]))
