"""Field types of the input specs: nested numbers, shapes, ranges."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    Strict,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from grader.rubric.fields import Finite, Model

MAX_ELEMENTS = 1_000_000
SIDE_SCHEMA: dict[str, Any] = {"type": "integer", "minimum": 0}
SHAPE_SCHEMA: dict[str, Any] = {
    "anyOf": [SIDE_SCHEMA, {"type": "array", "items": SIDE_SCHEMA}],
    "description": "the array's shape: [8, 3], or 8 for a vector",
}
NUMBERS_SCHEMA: dict[str, Any] = {
    "type": "array",
    "items": {"anyOf": [{"type": "number"}, {"type": "array"}]},
    "description": "numbers, nested for a matrix",
}


def _check_numbers(rows: list[Any]) -> list[Any]:
    """Nested lists of numbers whose rows have equal lengths."""
    return _check_rows(rows, int | float, "a list here is an array of numbers, not of {item}")


def _check_entries(rows: list[Any]) -> list[Any]:
    """Nested lists of numbers or of true and false whose rows have equal lengths."""
    return _check_rows(rows, int | float | bool, "an array holds numbers, not {item}")


def _check_rows(rows: list[Any], kinds: Any, message: str) -> list[Any]:
    for row in rows:
        is_stray_bool = isinstance(row, bool) and kinds == int | float
        if is_stray_bool or not isinstance(row, kinds | list):
            raise PydanticCustomError("numbers", message + "; for a Python list write list: […]", {"item": repr(row)})
    if len({_shape(_check_rows(row, kinds, message)) if isinstance(row, list) else () for row in rows}) > 1:
        raise PydanticCustomError("ragged", "the rows have different lengths; for a Python list write list: […]")
    return rows


def _shape(rows: list[Any]) -> tuple[int, ...]:
    first = rows[0] if rows else None
    return (len(rows), *(_shape(first) if isinstance(first, list) else ()))


def _check_plain(items: list[Any]) -> list[Any]:
    for item in items:
        if isinstance(item, dict):
            raise PydanticCustomError("nested", "inside a nested list write plain values, or list: […] again")
        if isinstance(item, list):
            _check_plain(item)
    return items


def _to_sides(raw: object) -> object:
    return [raw] if isinstance(raw, int) and not isinstance(raw, bool) else raw


def _check_sides(sides: tuple[int, ...]) -> tuple[int, ...]:
    if math.prod(sides) > MAX_ELEMENTS:
        raise PydanticCustomError("too_large", "more than {limit} elements", {"limit": MAX_ELEMENTS})
    return sides


Numbers = Annotated[list[Any], AfterValidator(_check_numbers), WithJsonSchema(NUMBERS_SCHEMA)]
Entries = Annotated[list[Any], AfterValidator(_check_entries), WithJsonSchema({"type": "array"})]
PlainItems = Annotated[list[Any], AfterValidator(_check_plain), WithJsonSchema({"type": "array"})]
Side = Annotated[int, Field(ge=0, le=MAX_ELEMENTS)]
Shape = Annotated[
    tuple[Side, ...],
    Strict(False),
    AfterValidator(_check_sides),
    BeforeValidator(_to_sides),
    WithJsonSchema(SHAPE_SCHEMA),
]


class Gauss(Model):
    """Independent normal numbers."""

    shape: Shape = Field(default=(), description="the array's shape; a single number when left out")
    scale: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(default=1.0, description="standard deviation")
    mean: Finite = Field(default=0.0, description="expected value")


class Range(Model):
    """Between `low` and `high`; short form: [low, high]."""

    shape: Shape = Field(default=(), description="the array's shape; a single number when left out")
    low: Finite = Field(description="least value")
    high: Finite = Field(description="greatest value")

    @model_validator(mode="before")
    @classmethod
    def _read_pair(cls, raw: object) -> object:
        if not isinstance(raw, list):
            return raw
        if len(raw) != 2:  # noqa: PLR2004 (a pair)
            raise PydanticCustomError("pair", "must be [low, high]")
        return {"low": raw[0], "high": raw[1]}

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler.resolve_ref_schema(handler(core))
        pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
        long = dict(schema)
        schema.clear()
        schema.update({"anyOf": [pair, long], "description": cls.__doc__})
        return schema

    @model_validator(mode="after")
    def _check_order(self) -> Range:
        if not self.low < self.high:
            raise PydanticCustomError("order", "low must be less than high")
        return self


class PositiveRange(Range):
    """Between `low` and `high`, both above zero; short form: [low, high]."""

    low: Annotated[float, Field(gt=0, allow_inf_nan=False)] = Field(description="least value")


class IntegerRange(Range):
    """Whole numbers from `low` to `high`, both included; short form: [low, high]."""

    low: int = Field(description="least value", ge=-(2**53), le=2**53)
    high: int = Field(description="greatest value", ge=-(2**53), le=2**53)
