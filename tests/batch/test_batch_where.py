"""`--where`: conditions, and what is none."""

from __future__ import annotations

import pytest

from grader.batch.ledger import Kind, Known
from grader.batch.where import parse_condition
from grader.errors import UsageError

GOOD = Known(Kind.GRADED, timed_out=False, score=7.5)
BAD = Known(Kind.INFRA, timed_out=False, score=None)


@pytest.mark.parametrize(
    ("text", "known", "holds"),
    [
        ("score<10", GOOD, True),
        ("score < 7.5", GOOD, False),
        ("score<=7.5", GOOD, True),
        ("score>=8", GOOD, False),
        ("score>7", GOOD, True),
        ("score=7.5", GOOD, True),
        ("score!=7.5", GOOD, False),
        ("score<10", BAD, False),
        ("score!=3", BAD, False),
        ("score<10", None, False),
        ("status=infra", BAD, True),
        ("status=infra", GOOD, False),
        ("status!=infra", GOOD, True),
        ("status=new", None, True),
        ("status!=new", None, False),
        ("status~grad", GOOD, True),
        ("id=abc123", GOOD, True),
        ("id=abc", GOOD, False),
        ("id~bc1", None, True),
        ("place~ADA", GOOD, True),
        ("place~bob", GOOD, False),
        ("place=hw: Ada=Lovelace", GOOD, True),
        (" place ~ ada ", GOOD, True),
    ],
)
def test_condition_holds(text: str, known: Known | None, holds: bool) -> None:  # noqa: FBT001
    assert parse_condition(text).holds("abc123", "hw: Ada=Lovelace", known) is holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write FIELD=VALUE"),
        ("score", "write FIELD=VALUE"),
        ("name=ada", "with one of id, place, status, score"),
        ("score~7", "compared with a number"),
        ("score<many", "compared with a number"),
        ("score<nan", "compared with a number"),
        ("score<", "compared with a number"),
        ("id<7", "compare id with =, != or ~"),
        ("status>=infra", "compare status with"),
        ("status=broken", "graded, not_gradable, infra, new"),
    ],
)
def test_what_is_no_condition_is_explained(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse_condition(text)
