"""Models of the comparators' options, derived from their records: fields, types, limits and descriptions."""

from __future__ import annotations

import types
import typing
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Strict,
    Tag,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from grader.compare import REGISTRY, Comparator
from grader.rubric.fields import Model

LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")


class Options(Model):
    """Base of `compare: {name: options}`: one key, the comparator's name."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    @model_validator(mode="after")
    def _check_one(self) -> Options:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one_comparator", "must name one comparator")
        return self


def _to_field(annotation: Any) -> Any:
    """A type of a msgspec record as pydantic reads it: its Meta as Field, its tuples from lists."""
    if get_origin(annotation) is Annotated:
        inner, *metas = get_args(annotation)
        fields = [_field_of(meta) for meta in metas if isinstance(meta, msgspec.Meta)]
        return Annotated[(_to_field(inner), *fields)]
    if get_origin(annotation) is tuple:
        items = [_to_field(item) for item in get_args(annotation)]
        return Annotated[(types.GenericAlias(tuple, (*items,)), Strict(False))]
    if get_origin(annotation) is dict:
        return types.GenericAlias(dict, tuple(_to_field(item) for item in get_args(annotation)))
    if get_origin(annotation) is dict:
        return types.GenericAlias(dict, tuple(_to_field(item) for item in get_args(annotation)))
    return annotation


def _field_of(meta: msgspec.Meta) -> Any:
    limits = {name: getattr(meta, name) for name in LIMITS if getattr(meta, name) is not None}
    return Field(description=meta.description, **limits)


def _options_model(comparator: type[Comparator]) -> type[Model]:
    hints = typing.get_type_hints(comparator, include_extras=True)
    fields: dict[str, Any] = {}
    for info in msgspec.structs.fields(comparator):
        default: Any = ... if info.required else info.default
        if info.default_factory is not msgspec.NODEFAULT:
            default = Field(default_factory=info.default_factory)
        fields[info.name] = (_to_field(hints[info.name]), default)
    doc = (comparator.__doc__ or "").split("\n\n")[0]
    return create_model(f"{comparator.__name__}Options", __base__=Model, __doc__=doc, **fields)


MODELS = {name: _options_model(comparator) for name, comparator in REGISTRY.items()}
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
