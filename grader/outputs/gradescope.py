"""results.json as Gradescope reads it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from grader.outputs.student import Moment, as_student
from grader.outputs.visible import plain, without_secrets
from grader.outputs.words import STATUS_WORDS, check_lines, graded_lines
from grader.outputs.written import (
    TITLE,
    awaiting_words,
    found_words,
    points_words,
)
from grader.report import CheckResult, PartResult, Report, Status, Visibility, WrittenResult

Json = dict[str, object]
MAX_OUTPUTS = 500_000  # characters of all tests together
MAX_INCIDENTS = 50
LEFT_OUT = "[left out: the report is too long]"


def render_gradescope(report: Report) -> str:
    """One test per check, and one per written answer, in the homework's order; plain text, never HTML."""
    parts = [part for question in report.questions for part in question.parts]
    tests = [test for part in parts for test in _tests(part, is_read=not report.fault)]
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


def _tests(part: PartResult, *, is_read: bool) -> Iterator[Json]:
    for number, check in enumerate(part.checks, 1):
        yield _test(check, part, number)
    if part.written:
        text = _for_students(part.written, is_read=is_read)
        yield _entry(part, len(part.checks) + 1, TITLE, text, Visibility.VISIBLE)


def _test(check: CheckResult, part: PartResult, number: int) -> Json:
    entry = _entry(part, number, check.name, _output(without_secrets(check), part), check.visibility)
    if check.status is Status.UNDECIDED:
        return entry
    status = "passed" if check.status is Status.PASSED else "failed"
    return entry | {"score": check.score, "max_score": check.points, "status": status}


def _entry(part: PartResult, number: int, name: str, output: str, visibility: Visibility) -> Json:
    """A test without a score: Gradescope shows its text, and neither a mark nor a zero."""
    return {
        "number": f"{part.label}.{number}",
        "name": plain(f"{part.label} {part.title}: {name}"),
        "name_format": "text",
        "visibility": visibility.value,
        "output": output,
        "output_format": "text",
    }


def _for_students(written: WrittenResult, *, is_read: bool) -> str:
    """Nothing of the checklist and the evidence: they are solution text.

    Not in an entry for staff either: a single hidden one would take the total out of the students' sight.
    """
    lines = [f"A person grades this: {points_words(written.points)}."]
    if is_read:
        found = found_words(written)
        lines.append(f"{found[:1].upper()}{found[1:]}." if written.writing is None else f"A text was found: {found}.")
    return plain("\n".join(lines))


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
    awaiting = f", and {awaiting_words(report.awaiting)}" if report.awaiting else ""
    seen = as_student(
        report, Moment.BEFORE_DUE
    )  # this text is shown at once: the total would tell the secret checks' points
    of = " of the checks that are shown at once" if seen.unshown else ""
    return plain("\n".join([f"{report.title}: {seen.score:g} of {seen.points:g} points{of}{awaiting}", *notes]))
