"""What a student sees of a report, and when."""

from __future__ import annotations

import io

import msgspec
import pytest
from sample_reports import PLACE, RIGHT, WRONG, report

from grader.outputs.formats import FORMATS, render
from grader.outputs.student import Moment, as_student
from grader.outputs.text import render_text
from grader.records import Writing
from grader.report import CheckResult, PartResult, Report, Status, Visibility, WrittenResult

BY_VISIBILITY = {kind: msgspec.structs.replace(RIGHT, name=kind.value, visibility=kind) for kind in Visibility}
STAFF_ONLY = "says that the largest one counts"
WRITTEN = WrittenResult(
    points=3,
    checklist=(STAFF_ONLY,),
    evidence=(msgspec.structs.replace(WRONG, name=STAFF_ONLY, visibility=Visibility.HIDDEN),),
    writing=Writing(part="1(a)", places=(PLACE,), words=2, text="It does."),
)


def names(seen: Report) -> list[str]:
    return [check.name for question in seen.questions for part in question.parts for check in part.checks]


def with_part(the_report: Report, **changes: object) -> Report:
    part: PartResult = msgspec.structs.replace(the_report.questions[0].parts[0], **changes)
    question = msgspec.structs.replace(the_report.questions[0], parts=(part,))
    return msgspec.structs.replace(the_report, questions=(question,))


@pytest.mark.parametrize(
    ("moment", "shown", "score", "unshown"),
    [
        (Moment.BEFORE_DUE, ["visible"], 1.5, 3),
        (Moment.AFTER_DUE, ["visible", "after_due_date"], 3, 2),
        (Moment.PUBLISHED, ["visible", "after_due_date", "after_published"], 4.5, 1),
    ],
)
def test_as_student_shows_what_the_moment_allows(moment: Moment, shown: list[str], score: float, unshown: int) -> None:
    seen = as_student(report(*BY_VISIBILITY.values()), moment)
    assert (names(seen), seen.score, seen.points, seen.unshown) == (shown, score, score, unshown)


def test_as_student_without_secret_checks_keeps_the_total() -> None:
    seen = as_student(report(RIGHT, WRONG), Moment.BEFORE_DUE)
    assert (seen.score, seen.points, seen.unshown) == (1.5, 3.5, 0)


def test_as_student_leaves_out_parts_of_which_nothing_is_shown() -> None:
    assert as_student(report(BY_VISIBILITY[Visibility.HIDDEN]), Moment.PUBLISHED).questions == ()


def test_as_student_counts_no_points_that_a_person_decides() -> None:
    undecided: CheckResult = msgspec.structs.replace(RIGHT, status=Status.UNDECIDED, score=0)
    seen = as_student(with_part(report(RIGHT, undecided), written=WRITTEN), Moment.BEFORE_DUE)
    assert (seen.points, seen.awaiting) == (1.5, 4.5)


@pytest.mark.parametrize("style", ["text", *FORMATS])
def test_as_student_shows_nothing_for_staff(style: str) -> None:
    staff = msgspec.structs.replace(
        with_part(report(*BY_VISIBILITY.values()), written=WRITTEN),
        incidents=("forged",),
        weaknesses=("reads files",),
    )
    seen = as_student(staff, Moment.PUBLISHED)
    stream = io.StringIO()
    render_text(seen, stream)
    text = stream.getvalue() if style == "text" else render(seen, style)
    secrets = [STAFF_ONLY, "forged", "reads files", '"hidden"', "hidden ", "It does."]
    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(
    ("checks", "words"),
    [
        ([RIGHT, BY_VISIBILITY[Visibility.HIDDEN]], "1 check is not shown at this time."),
        ([RIGHT, *[BY_VISIBILITY[Visibility.HIDDEN]] * 2], "2 checks are not shown at this time."),
        ([RIGHT], "Total 1.5 / 1.5"),
    ],
)
def test_render_text_says_whether_that_is_all(checks: list[CheckResult], words: str) -> None:
    stream = io.StringIO()
    render_text(as_student(report(*checks), Moment.BEFORE_DUE), stream)
    assert words in stream.getvalue()
