"""Models of YAML fields, derived from the records that they become."""

from __future__ import annotations

import functools
import operator
import types
import typing
from typing import Annotated, Any, get_args, get_origin

import msgspec
from pydantic import Field, Strict, create_model

from grader.rubric.fields import Model

LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length")


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
    if get_origin(annotation) in (types.UnionType, typing.Union):
        return functools.reduce(operator.or_, map(_to_field, get_args(annotation)))
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return model_of(annotation)
    return annotation


def _field_of(meta: msgspec.Meta) -> Any:
    limits = {name: getattr(meta, name) for name in LIMITS if getattr(meta, name) is not None}
    return Field(description=meta.description, **limits)


def model_of(record: type[msgspec.Struct], ending: str = "Fields") -> type[Model]:
    """A pydantic model with the fields of a record: types, limits, defaults and descriptions, inner records too."""
    hints = typing.get_type_hints(record, include_extras=True)
    fields: dict[str, Any] = {}
    for info in msgspec.structs.fields(record):
        default: Any = ... if info.required else info.default
        if info.default_factory is not msgspec.NODEFAULT:
            default = Field(default_factory=info.default_factory)
        fields[info.name] = (_to_field(hints[info.name]), default)
    doc = (record.__doc__ or "").split("\n\n")[0]
    return create_model(f"{record.__name__}{ending}", __base__=Model, __doc__=doc, **fields)
