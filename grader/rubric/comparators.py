"""Models of the comparators' options, derived from their records: fields, types, limits and descriptions."""

from __future__ import annotations

import typing
from typing import Annotated, Any, Literal

import msgspec
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from grader.compare import REGISTRY, Comparator
from grader.rubric.derived import model_of
from grader.rubric.fields import Model


class Options(Model):
    """Base of `compare: {name: options}`: one key, the comparator's name."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @model_validator(mode="after")
    def _check_one(self) -> Options:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one_comparator", "must name one comparator")
        return self


MODELS = {name: model_of(comparator, "Options") for name, comparator in REGISTRY.items()}
_FIELDS: dict[str, Any] = {name: (model | None, Field(default=None)) for name, model in MODELS.items()}
_ByOptions = create_model(
    "ComparatorWithOptions",
    __base__=Options,
    __doc__="A comparator with its options: {close: {rtol: 1.0e-6}}.",
    **_FIELDS,
)


def _tag(raw: object) -> str | None:
    """See specs: the brackets tell a union member in an error's path from a field."""
    return "<options>" if isinstance(raw, dict) else "<name>" if isinstance(raw, str) else None


def _by_name(raw: object) -> object:
    """`compare: exact` means its defaults; a comparator that needs options says which are missing."""
    if isinstance(raw, str) and raw in MODELS:
        MODELS[raw].model_validate({})
    return raw


def _to_comparator(read: str | Options) -> Comparator:
    """The comparator's record; what its record refuses is a ValueError."""
    name = read if isinstance(read, str) else next(iter(read.model_fields_set))
    options = MODELS[name]() if isinstance(read, str) else getattr(read, name) or MODELS[name]()
    return msgspec.convert(options.model_dump(), REGISTRY[name])


if typing.TYPE_CHECKING:
    Compare = Comparator
else:
    Compare = Annotated[
        Annotated[Literal[tuple(REGISTRY)], BeforeValidator(_by_name), Tag("<name>")]
        | Annotated[_ByOptions, Tag("<options>")],
        Discriminator(
            _tag,
            custom_error_type="comparator",
            custom_error_message="must be a comparator's name or a mapping of one name to its options",
        ),
        AfterValidator(_to_comparator),
    ]
