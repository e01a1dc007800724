"""GitHub Actions: annotations of a step, and its summary."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.files import clear_faults
from grader.outputs.checks import WAITS, Listed, list_checks
from grader.outputs.visible import one_line, plain
from grader.report import Report, Status

MAX_ANNOTATIONS = 9  # of ten that a step may have; the others would vanish without a word
MAX_SUMMARY_BYTES = 2**20 - 2**10  # a larger one is dropped as a whole
CUT = "\n\nThe summary is cut here: it is too long.\n"


def render_annotations(report: Report) -> str:
    """Workflow commands, one per line: an error for every failed check, then the total as a notice."""
    lost = [one for one in list_checks(report) if one.check.status not in (Status.PASSED, *WAITS)]
    lines = [_annotation(one) for one in lost[:MAX_ANNOTATIONS]]
    if report.fault:
        lines = [_command("error", "This submission cannot be graded", plain(report.fault))]
    elif len(lost) > MAX_ANNOTATIONS:
        lines[-1] = _command("error", "More", f"{len(lost) - MAX_ANNOTATIONS + 1} more checks fail: see the summary.")
    return "\n".join([*lines, _command("notice", "Score", _total(report))])


def render_problem(message: str) -> str:
    """The annotation for a fault of the harness, after which there is no report."""
    return _command("error", "The grader failed", plain(message))


def render_summary(report: Report) -> str:
    """Markdown for the step's summary: a table of the parts, then what is wrong."""
    lines = [f"## {_text(report.title)}", "", f"**{_total(report)}** for `{_text(report.submission)}`", ""]
    if report.fault:
        lines += [f"This submission cannot be graded: {_text(report.fault)}"]
    else:
        lines += ["| part | | points |", "|---|---|---:|"]
        parts = [part for question in report.questions for part in question.parts if part.checks]
        lines += [f"| {_text(part.label)} | {_text(part.title)} | {part.score:g} / {part.points:g} |" for part in parts]
        lines += [_details(one) for one in list_checks(report) if one.check.status not in (Status.PASSED, *WAITS)]
    return _cut("\n".join(lines) + "\n")


def render_batch(title: str, troubles: Sequence[tuple[str, str]], total: str) -> str:
    """The annotations of a run over many submissions: (id, why it is not graded) as errors, then the numbers."""
    lines = [_command("error", f"{identity} is not graded", plain(why)) for identity, why in troubles[:MAX_ANNOTATIONS]]
    if len(troubles) > MAX_ANNOTATIONS:
        lines[-1] = _command("error", "More", f"{len(troubles) - MAX_ANNOTATIONS + 1} more are not graded.")
    return "\n".join([*lines, _command("notice", title, plain(total))])


def render_batch_summary(title: str, total: str, rows: Iterable[Sequence[str]]) -> str:
    """Markdown for the step's summary: the numbers, and a table of (part, title, mean, points)."""
    lines = [f"## {_text(title)}", "", _text(total), "", "| part | | mean | of |", "|---|---|---:|---:|"]
    return _cut("\n".join([*lines, *(f"| {' | '.join(map(_text, row))} |" for row in rows)]) + "\n")


def add_step_summary(text: str) -> None:
    """Add Markdown to the step's summary, where GitHub has one. Raises UsageError when it cannot be written."""
    if place := os.environ.get("GITHUB_STEP_SUMMARY"):
        path = Path(place)
        with clear_faults(path), path.open("a", encoding="utf-8") as file:
            file.write(text)


def _total(report: Report) -> str:
    waits = f", and {report.awaiting:g} points await a person" if report.awaiting else ""
    return f"{report.score:g} of {report.points:g} points{waits}"


def _annotation(listed: Listed) -> str:
    place = next(iter(listed.check.places), None)
    where = {"file": place.label, "line": str(place.line)} if place and place.label.endswith(".py") else {}
    return _command("error", f"{listed.title} [{listed.word}]", listed.explanation or listed.word, **where)


def _command(kind: str, title: str, message: str, **properties: str) -> str:
    shown = ",".join(f"{name}={_property(value)}" for name, value in (*properties.items(), ("title", title)))
    return f"::{kind} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(one_line(text)).replace(":", "%3A").replace(",", "%2C")


def _details(listed: Listed) -> str:
    """Folded; the explanation is code, so that nothing in it is markup."""
    body = "\n".join(f"    {line}" for line in listed.explanation.splitlines())
    return f"\n<details><summary>{_text(listed.title)} [{listed.word}]</summary>\n\n{body}\n\n</details>"


def _text(text: str) -> str:
    """Without what Markdown or HTML would read as markup."""
    escaped = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    for mark in ("\\", "`", "*", "_", "[", "]", "|", "~"):
        escaped = escaped.replace(mark, f"&#{ord(mark)};")
    return escaped


def _cut(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) <= MAX_SUMMARY_BYTES:
        return text
    return data[: MAX_SUMMARY_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT
