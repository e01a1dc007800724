"""A course's rules: points off for late work, how often one may submit, and scores that do not fall on a regrade."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Annotated

import msgspec

from grader.gradescope.metadata import Earlier, Metadata

Part = Annotated[float, msgspec.Meta(ge=0, le=1)]
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """What late work costs: `per_day` of the score for every day that has begun, after `grace_minutes`."""

    per_day: Part
    grace_minutes: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    most: Part = 1.0  # that is ever taken off
    extra_days: tuple[tuple[str, float], ...] = ()


class SubmissionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many submissions are graded; further ones keep the score of the last one."""

    per_hour: Annotated[int, msgspec.Meta(ge=1)] | None = None
    in_total: Annotated[int, msgspec.Meta(ge=1)] | None = None


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
    """Why this submission is not graded; an empty text when it is. What the autograder failed on does not count."""
    if limits is None or metadata.created is None:
        return ""
    counted = [one for one in metadata.earlier if not one.failed]
    if limits.in_total is not None and len(counted) >= limits.in_total:
        return f"At most {limits.in_total} submissions are graded, and there were {len(counted)} before this one."
    recent = [one for one in counted if one.created and metadata.created - HOUR < one.created <= metadata.created]
    if limits.per_hour is not None and len(recent) >= limits.per_hour:
        return f"At most {limits.per_hour} submissions an hour are graded. {_when(recent, limits.per_hour, metadata.created)}"
    return ""


def _when(recent: list[Earlier], per_hour: int, now: datetime) -> str:
    """From when on one may submit again."""
    times = sorted(one.created for one in recent if one.created)
    wait = times[-per_hour] + HOUR - now
    minutes = max(1, math.ceil(wait / timedelta(minutes=1)))
    return f"Submit again in {minutes} minute{'' if minutes == 1 else 's'}."
