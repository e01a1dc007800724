"""Late work, limits, and scores that do not fall."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from grader.gradescope.metadata import Earlier, Metadata
from grader.gradescope.policy import Late, Penalty, Rules, SubmissionLimits, floor, known_score, penalty, refusal

DUE = datetime(2026, 3, 4, tzinfo=timezone.utc)
TENTH = Late(per_day=0.1)


def late_by(**delay: float) -> Metadata:
    return Metadata(created=DUE + timedelta(**delay), due=DUE)


@pytest.mark.parametrize(
    ("late", "metadata", "expected"),
    [
        (None, late_by(days=2), Penalty()),
        (TENTH, late_by(hours=-1), Penalty()),
        (TENTH, late_by(), Penalty()),
        (TENTH, late_by(seconds=1), Penalty(part=0.1, days=1)),
        (TENTH, late_by(days=1), Penalty(part=0.1, days=1)),
        (TENTH, late_by(days=1, seconds=1), Penalty(part=0.2, days=2)),
        (TENTH, late_by(days=30), Penalty(part=1.0, days=30)),
        (Late(per_day=0.1, most=0.5), late_by(days=30), Penalty(part=0.5, days=30)),
        (Late(per_day=0.1, grace_minutes=15), late_by(minutes=15), Penalty()),
        (Late(per_day=0.1, grace_minutes=15), late_by(minutes=16), Penalty(part=0.1, days=1)),
        (TENTH, Metadata(created=DUE), Penalty()),
        (TENTH, Metadata(due=DUE), Penalty()),
    ],
)
def test_penalty(late: Late | None, metadata: Metadata, expected: Penalty) -> None:
    assert penalty(late, metadata) == expected


def submitted(*minutes_before: float, failed: bool = False) -> Metadata:
    earlier = tuple(Earlier(created=DUE - timedelta(minutes=each), score=1.0, failed=failed) for each in minutes_before)
    return Metadata(created=DUE, earlier=tuple(sorted(earlier, key=lambda one: one.created or DUE)))


@pytest.mark.parametrize(
    ("limits", "metadata", "reason"),
    [
        (None, submitted(1, 2, 3), ""),
        (SubmissionLimits(), submitted(1, 2, 3), ""),
        (SubmissionLimits(in_total=3), submitted(100, 200), ""),
        (
            SubmissionLimits(in_total=3),
            submitted(100, 200, 300),
            "At most 3 submissions can be graded, and there were 3 before this one.",
        ),
        (SubmissionLimits(in_total=1), submitted(100, failed=True), ""),
        (SubmissionLimits(per_hour=2), submitted(10, 61), ""),
        (
            SubmissionLimits(per_hour=2),
            submitted(10, 40),
            "At most 2 submissions an hour can be graded. Submit again in 20 minutes.",
        ),
        (
            SubmissionLimits(per_hour=2),
            submitted(10, 40, 59.5),
            "At most 2 submissions an hour can be graded. Submit again in 20 minutes.",
        ),
        (
            SubmissionLimits(per_hour=1),
            submitted(59.5),
            "At most 1 submission an hour can be graded. Submit again in 1 minute.",
        ),
        (SubmissionLimits(per_hour=1), Metadata(earlier=submitted(5).earlier), ""),
        (SubmissionLimits(in_total=1, per_hour=1), submitted(-5, -70), ""),  # later ones: an old one is graded again
        (SubmissionLimits(in_total=1, per_hour=1), submitted(0), ""),  # itself: it is graded again
    ],
)
def test_refusal(limits: SubmissionLimits | None, metadata: Metadata, reason: str) -> None:
    assert refusal(limits, metadata) == reason


@pytest.mark.parametrize(
    ("earlier", "score"),
    [
        ((), None),
        ((Earlier(score=5.0), Earlier(score=3.0)), 3.0),
        ((Earlier(score=5.0), Earlier(score=3.0, failed=True)), 5.0),
        ((Earlier(score=5.0), Earlier()), 5.0),
    ],
)
def test_known_score_is_that_of_the_latest_graded_one(earlier: tuple[Earlier, ...], score: float | None) -> None:
    assert known_score(Metadata(earlier=earlier)) == score


@pytest.mark.parametrize(("minutes_before", "score"), [((20, 0, -10), 2.0), ((20, -10), 1.0), ((-10,), None)])
def test_known_score_of_an_old_submission_is_not_that_of_a_later_one(
    minutes_before: tuple[float, ...], score: float | None
) -> None:
    earlier = tuple(
        Earlier(created=DUE - timedelta(minutes=each), score=float(index))
        for index, each in enumerate(minutes_before, 1)
    )
    assert known_score(Metadata(created=DUE, earlier=earlier)) == score


@pytest.mark.parametrize(
    ("rules", "created", "least"),
    [(Rules(), DUE, 5.0), (Rules(may_fall=True), DUE, 0.0), (Rules(), DUE + timedelta(1), 0.0), (Rules(), None, 0.0)],
)
def test_floor_is_what_this_very_submission_has_had(rules: Rules, created: datetime | None, least: float) -> None:
    assert (
        floor(rules, Metadata(created=created, earlier=(Earlier(created=DUE, score=5.0), Earlier(score=9.0)))) == least
    )
