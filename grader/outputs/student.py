"""A report as the student who handed in sees it, at a moment of the homework's life."""

from __future__ import annotations

from enum import Enum

import msgspec

from grader.report import CheckResult, PartResult, QuestionResult, Report, Status, Visibility, WrittenResult
from grader.scoring import awaiting, possible, total


class Moment(str, Enum):
    """When a student looks; each shows what the one before it shows, and more."""

    BEFORE_DUE = "before-due"
    AFTER_DUE = "after-due"
    PUBLISHED = "published"


SHOWN_FROM = {
    Visibility.VISIBLE: (Moment.BEFORE_DUE, Moment.AFTER_DUE, Moment.PUBLISHED),
    Visibility.AFTER_DUE_DATE: (Moment.AFTER_DUE, Moment.PUBLISHED),
    Visibility.AFTER_PUBLISHED: (Moment.PUBLISHED,),
    Visibility.HIDDEN: (),
}


def as_student(report: Report, moment: Moment) -> Report:
    """What Gradescope shows: checks whose time has come, their points, and nothing that is written for staff.

    `unshown` counts the checks that are left out; while there is one, Gradescope shows no total.
    """
    questions = [_question(question, moment) for question in report.questions]
    checks = [check for question in report.questions for part in question.parts for check in part.checks]
    return msgspec.structs.replace(
        report,
        questions=tuple(question for question in questions if question.parts),
        score=total(questions),
        points=possible(questions),
        awaiting=awaiting(questions),
        unshown=sum(not _is_shown(check, moment) for check in checks),
        layers=(),
        weaknesses=(),
        incidents=(),
    )


def _is_shown(check: CheckResult, moment: Moment) -> bool:
    return moment in SHOWN_FROM[check.visibility]


def _question(question: QuestionResult, moment: Moment) -> QuestionResult:
    parts = [_part(part, moment) for part in question.parts]
    parts = [part for part in parts if part.checks or part.written]
    return msgspec.structs.replace(
        question, parts=tuple(parts), score=total(parts), points=possible(parts), awaiting=awaiting(parts)
    )


def _part(part: PartResult, moment: Moment) -> PartResult:
    checks = [check for check in part.checks if _is_shown(check, moment)]
    decided = [check for check in checks if check.status is not Status.UNDECIDED]
    open_points = sum(check.points for check in checks if check.status is Status.UNDECIDED)
    return msgspec.structs.replace(
        part,
        checks=tuple(checks),
        score=total(checks),
        points=possible(decided),
        written=_written(part.written),
        awaiting=round(open_points + (part.written.points if part.written else 0.0), 6),
    )


def _written(written: WrittenResult | None) -> WrittenResult | None:
    """That a text was found, and where; the checklist and the evidence are solution text."""
    if written is None:
        return None
    writing = written.writing and msgspec.structs.replace(written.writing, text="")
    return msgspec.structs.replace(written, checklist=(), evidence=(), writing=writing)
