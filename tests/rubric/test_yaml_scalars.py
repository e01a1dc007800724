from __future__ import annotations

import math

import pytest

from grader.rubric.yaml_scalars import read_plain, read_tagged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("nULL", "nULL"),
        ("true", True),
        ("FALSE", False),
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1e-6", 1e-6),
        ("1.0e-6", 1e-6),
        ("-2.", -2.0),
        (".5", 0.5),
        ("+12", 12),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1F", "-0x1F"),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-01-01", "2026-01-01"),
        ("1.2.3", "1.2.3"),
        ("-.inf", -math.inf),
        (".Inf", math.inf),
        ("inf", "inf"),
        ("1/3", "1/3"),
    ],
)
def test_read_plain_follows_the_core_schema(text: str, value: object) -> None:
    assert (type(read_plain(text)), read_plain(text)) == (type(value), value)


def test_read_plain_nan() -> None:
    value = read_plain(".nan")
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e999", "1e999 is too large for a number; write .inf for infinity"),
        ("1" * 401, "a number of 401 digits is too long"),
    ],
)
def test_read_plain_number_that_does_not_fit(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_plain(text)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [("str", "3", "3"), ("float", "3", 3.0), ("int", "3", 3), ("null", "", None), ("bool", "true", True)],
)
def test_read_tagged_core_tag(kind: str, text: str, value: object) -> None:
    read = read_tagged(f"tag:yaml.org,2002:{kind}", text)
    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(("kind", "text"), [("int", "3.5"), ("bool", "no"), ("float", "true"), ("seq", "a")])
def test_read_tagged_text_of_another_kind(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not of the kind !!{kind}"):
        read_tagged(f"tag:yaml.org,2002:{kind}", text)
