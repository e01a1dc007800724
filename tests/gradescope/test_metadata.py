"""submission_metadata.json, as documented and as it comes."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradescope.metadata import Earlier, Metadata, read_metadata


def utc(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=timezone.utc)


FULL = {
    "id": 123456,
    "created_at": "2026-03-05T01:00:00.000000+00:00",
    "assignment": {
        "due_date": "2026-03-04T00:00:00+00:00",
        "late_due_date": "2026-03-06T00:00:00+00:00",
        "total_points": "96.0",
    },
    "users": [{"email": "a@b.c", "name": "A"}],
    "previous_submissions": [
        {"submission_time": "2026-03-03T00:00:00Z", "score": "50.5", "autograder_error": False},
        {"submission_time": "2026-03-02T02:00:00+02:00", "score": 40, "autograder_error": "true"},
    ],
}


def read(root: object) -> Metadata:
    return read_metadata(json.dumps(root).encode())


def test_read_metadata_of_the_documented_form() -> None:
    assert read(FULL) == Metadata(
        created=utc(5, 1),
        due=utc(4),
        earlier=(
            Earlier(created=utc(2), score=40.0, failed=True),
            Earlier(created=utc(3), score=50.5),
        ),
    )


@pytest.mark.parametrize(
    ("users", "due"),
    [
        ([{"assignment": {"due_date": "2026-03-07T00:00:00+00:00"}}], utc(7)),
        ([{"assignment": {"due_date": "2026-03-03T00:00:00+00:00"}}, {}], utc(4)),
        ([{"assignment": {"due_date": None}}, {"assignment": {"due_date": "2026-03-09T00:00:00Z"}}], utc(9)),
        ("nobody", utc(4)),
    ],
)
def test_read_metadata_takes_the_latest_due_date_of_a_group(users: object, due: datetime) -> None:
    assert read(FULL | {"users": users}).due == due


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05T01:00:00Z",
        "2026-03-05 01:00:00 -0000",
        "2026-03-04T17:00:00-0800",
        "2026-03-04T17:00:00.00-08:00",
        "2026-03-05T01:00:00.0000001+00",
    ],
)
def test_read_metadata_reads_every_form_of_a_time(text: str) -> None:
    assert read({"created_at": text.replace(" -", "-")}).created == utc(5, 1)


def test_read_metadata_keeps_fractions_of_seconds() -> None:
    created = read({"created_at": "2026-03-05T01:00:00.5+00:00"}).created
    assert created == utc(5, 1) + timedelta(seconds=0.5)


@pytest.mark.parametrize(
    "root",
    [
        None,
        [],
        {},
        {"assignment": None, "users": None, "previous_submissions": None},
        {"assignment": [], "created_at": 7, "previous_submissions": [1, None, []]},
        {"created_at": "yesterday", "assignment": {"due_date": "2026-03-04", "total_points": "many"}},
        {"created_at": "0001-01-01T00:00:00+00:00", "assignment": {"due_date": "9999-12-31T23:59:59-12:00"}},
        {"created_at": "2026-03-04T00:00:00", "assignment": {"total_points": True}},
    ],
)
def test_read_metadata_leaves_out_what_cannot_be_read(root: object) -> None:
    assert read(root) == Metadata()


@pytest.mark.parametrize("score", ["NaN", "inf", "1e999", "x", None, [], True])
def test_read_metadata_has_no_scores_that_are_no_numbers(score: object) -> None:
    assert read({"previous_submissions": [{"score": score}]}).earlier == (Earlier(),)


@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.text(max_size=5) | st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*FULL, "score"]), inner, max_size=4)
            ),
        ).map(lambda thing: json.dumps(thing).encode()),
    )
)
def test_read_metadata_never_raises(data: bytes) -> None:
    assert isinstance(read_metadata(data), Metadata)
