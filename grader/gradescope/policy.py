"""A course's rules: points off for late work, how often one may submit, and scores that do not fall on a regrade."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from grader.compare.wording import plural
from grader.gradescope.metadata import Earlier, Metadata

Part = Annotated[float, msgspec.Meta(ge=0, le=1)]  # of the score
Count = Annotated[int, msgspec.Meta(ge=1)]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What late work costs: `per_day` of the score for every day that has begun, after `grace_minutes`."""

    per_day: Annotated[Part, msgspec.Meta(description="part of the score that a day costs: 0.1")]
    grace_minutes: Annotated[float, msgspec.Meta(ge=0, description="that cost nothing")] = 0.0
    most: Annotated[Part, msgspec.Meta(description="that is ever taken off")] = 1.0


class SubmissionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many submissions are graded; further ones keep the score of the last one."""

    per_hour: Annotated[Count | None, msgspec.Meta(description="in the hour before a submission")] = None
    in_total: Annotated[Count | None, msgspec.Meta(description="for the whole assignment")] = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the leaderboard, whose numbers are points that students see at once; most come first."""

    name: Annotated[str, msgspec.Meta(min_length=1, description="what stands above it: Momentum")]
    of: Annotated[str, msgspec.Meta(description='a question or a part: "2", "2(g)"; everything when left out')] = ""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What a course has decided; by default late work costs nothing, and everything is graded."""

    late: Annotated[Late | None, msgspec.Meta(description="what late work costs")] = None
    submissions: Annotated[SubmissionLimits | None, msgspec.Meta(description="how many are graded")] = None
    may_fall: Annotated[bool, msgspec.Meta(description="whether grading a submission again may lower its score")] = (
        False
    )
    leaderboard: Annotated[tuple[Standing, ...], msgspec.Meta(description="its columns; none when left out")] = ()
    timeout_minutes: Annotated[
        float, msgspec.Meta(ge=2, le=40, description="after which Gradescope stops a container, as set there")
    ] = 10.0


class Penalty(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken off, as a part of the score, and why."""

    part: float = 0.0
    days: int = 0


def penalty(late: Late | None, metadata: Metadata) -> Penalty:
    """What lateness costs. Times of the metadata count, never the clock: a rerun gives the same."""
    if late is None or metadata.created is None or metadata.due is None:
        return Penalty()
    delay = metadata.created - metadata.due - timedelta(minutes=late.grace_minutes)
    if delay <= timedelta():
        return Penalty()
    days = math.ceil(delay / DAY)
    return Penalty(part=min(late.most, round(days * late.per_day, 9)), days=days)


def refusal(limits: SubmissionLimits | None, metadata: Metadata) -> str:
    """Why this submission is not graded; an empty text when it is.

    What the autograder failed on does not count, nor does this very submission when it is graded again. Those that were
    refused count: nothing in the metadata tells them from the others.
    """
    if limits is None or metadata.created is None:
        return ""
    counted = [one for one in _until(metadata) if not one.failed and one.created != metadata.created]
    if limits.in_total is not None and len(counted) >= limits.in_total:
        return f"At most {plural(limits.in_total, 'submission')} can be graded, and there were {len(counted)} before this one."
    recent = [one for one in counted if one.created and metadata.created - HOUR < one.created]
    if limits.per_hour is not None and len(recent) >= limits.per_hour:
        most = plural(limits.per_hour, "submission")
        return f"At most {most} an hour can be graded. {_when(recent, limits.per_hour, metadata.created)}"
    return ""


def known_score(metadata: Metadata) -> float | None:
    """The score that the students have: of this submission when it is graded again, else of the last one before it."""
    scores = [one.score for one in _until(metadata) if not one.failed and one.score is not None]
    return scores[-1] if scores else None


def _until(metadata: Metadata) -> list[Earlier]:
    """The submissions up to this one: when an old one is graded again, there may be later ones too."""
    now = metadata.created
    return [one for one in metadata.earlier if now is None or one.created is None or one.created <= now]


def floor(rules: Rules, metadata: Metadata) -> float:
    """What a regrade may not fall below: the best score that this very submission has had."""
    own = [one.score for one in metadata.earlier if one.score is not None and one.created == metadata.created]
    return max(own, default=0.0) if not rules.may_fall and metadata.created is not None else 0.0


def _when(recent: list[Earlier], per_hour: int, now: datetime) -> str:
    """From when on one may submit again."""
    times = sorted(one.created for one in recent if one.created)
    wait = times[-per_hour] + HOUR - now
    minutes = max(1, math.ceil(wait / timedelta(minutes=1)))
    return f"Submit again in {plural(minutes, 'minute')}."
