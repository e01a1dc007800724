from __future__ import annotations

from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter, ValidationError

from grader.compare import REGISTRY, Comparator
from grader.compare.choice import Choice
from grader.compare.close import Close
from grader.compare.exact import Exact
from grader.compare.interval import Interval
from grader.rubric.comparators import MODELS, Compare

COMPARE: TypeAdapter[Any] = TypeAdapter(Compare)


@pytest.mark.parametrize(
    ("written", "comparator"),
    [
        ("exact", Exact()),
        ({"exact": {}}, Exact()),
        ({"exact": None}, Exact()),
        ("close", Close()),
        ({"close": {"rtol": 1e-6}}, Close(rtol=1e-6)),
        ({"close": {"rtol": 0}}, Close(rtol=0.0)),
        ({"interval": {"ends": "open"}}, Interval(ends="open")),
        ({"choice": {"options": ["a", "b"]}}, Choice(options=("a", "b"))),
        ({"choice": {"options": ["a", "b"], "aliases": {"c": "a"}}}, Choice(options=("a", "b"), aliases={"c": "a"})),
    ],
)
def test_compare_gives_the_record(written: object, comparator: Comparator) -> None:
    assert COMPARE.validate_python(written) == comparator


@pytest.mark.parametrize(
    "written",
    [
        "clse",
        "choice",
        3,
        None,
        ["close"],
        {},
        {"close": {}, "exact": {}},
        {"clse": {}},
        {"choice": None},
        {"close": {"rtol": -1}},
        {"close": {"rtol": 0.2}},
        {"close": {"rtol": "1"}},
        {"close": {"rotl": 1e-6}},
        {"interval": {"ends": "opn"}},
        {"choice": {"options": ["a"]}},
    ],
)
def test_compare_refuses(written: object) -> None:
    with pytest.raises(ValidationError):
        COMPARE.validate_python(written)


@pytest.mark.parametrize("name", REGISTRY)
def test_options_model_has_the_fields_of_the_record(name: str) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(REGISTRY[name])}
    assert set(MODELS[name].model_fields) == fields


def test_options_model_has_the_limits_and_descriptions_of_the_record() -> None:
    rtol = MODELS["close"].model_json_schema()["properties"]["rtol"]
    assert rtol == {
        "default": 1e-4,
        "description": "allowed error relative to the expected norm",
        "maximum": 0.1,
        "minimum": 0,
        "title": "Rtol",
        "type": "number",
    }
