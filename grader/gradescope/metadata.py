"""submission_metadata.json: everything in it is optional, and numbers may be texts."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d)(?::?(\d\d))?"
)  # Python 3.10 reads fewer
FIRST_YEAR, LAST_YEAR = 1970, 9000  # of times that one can calculate with


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A submission of the same students before this one."""

    created: datetime | None = None
    score: float | None = None
    failed: bool = False  # the autograder did, not the student


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What Gradescope says about a submission; no names and no addresses. Times have a zone."""

    created: datetime | None = None
    due: datetime | None = None  # with the students' extensions; of a group the latest
    earlier: tuple[Earlier, ...] = ()  # in the order of their times


def read_metadata(data: bytes) -> Metadata:
    """The metadata in this file. What cannot be read is left out; nothing in the bytes makes this raise."""
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return Metadata()
    assignments = [_mapping(_get(root, "assignment")), *_of_users(root)]
    found = [*_earlier(_get(root, "previous_submissions"))]
    return Metadata(
        created=_time(_get(root, "created_at")),
        due=_latest(assignments, "due_date"),
        earlier=tuple(
            sorted(found, key=lambda one: (one.created is not None, one.created and one.created.timestamp()))
        ),
    )


def _of_users(root: object) -> list[Mapping[str, Any]]:
    """The assignment as each student of the group has it: with extensions."""
    users = _get(root, "users")
    return [_mapping(_get(user, "assignment")) for user in users] if isinstance(users, list) else []


def _earlier(listed: object) -> Iterator[Earlier]:
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield Earlier(
                created=_time(one.get("submission_time")),
                score=_number(one.get("score")),
                failed=one.get("autograder_error") in (True, "true"),
            )


def _latest(assignments: list[Mapping[str, Any]], name: str) -> datetime | None:
    times = [time for each in assignments if (time := _time(each.get(name)))]
    return max(times) if times else None


def _get(thing: object, name: str) -> object:
    return _mapping(thing).get(name)


def _mapping(thing: object) -> Mapping[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _time(text: object) -> datetime | None:
    """Of an ISO 8601 time with a zone; one without is of no use, for whose midnight would it be?"""
    match = TIME.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        return None
    day, clock, fraction, zone, minutes = match.groups(default="")
    offset = "+00:00" if zone == "Z" else f"{zone}:{minutes or '00'}"
    try:
        time = datetime.fromisoformat(f"{day}T{clock}.{fraction[:6]:0<6}{offset}")
    except ValueError:
        return None
    return time if FIRST_YEAR <= time.year <= LAST_YEAR else None


def _number(thing: object) -> float | None:
    if isinstance(thing, bool) or not isinstance(thing, int | float | str):
        return None
    try:
        number = float(thing)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
