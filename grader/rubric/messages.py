"""pydantic's errors in the words of someone who writes a rubric."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from grader.rubric.draft7 import json_schema
from grader.rubric.faults import Fault, Spot, Step, did_you_mean
from grader.rubric.specs import KEYS

MAX_SHOWN = 60
Context = Mapping[str, Any]

KINDS = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "list_type": "a list",
    "model_type": "a mapping",
    "string_type": "a text",
    "tuple_type": "a list",
}
LIMITS: dict[str, Callable[[Context], str]] = {
    "finite_number": lambda _context: "must be a finite number",
    "greater_than": lambda context: f"must be more than {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be at least {context['ge']:g}",
    "less_than": lambda context: f"must be less than {context['lt']:g}",
    "less_than_equal": lambda context: f"must be at most {context['le']:g}",
}


def to_faults(error: ValidationError, spot: Spot, kind: str) -> list[Fault]:
    """The faults of a file of this kind ("rubric" or "assignment"); `spot` is its root."""
    return [_to_fault(details, spot, kind) for details in error.errors() if not is_consequence(details)]


def real_path(details: ErrorDetails, data: object) -> tuple[Step, ...]:
    """Where the error is, in the words of the file; the last step may be a missing field."""
    return tuple(_real_steps(tuple(details["loc"]), data))


def is_consequence(details: ErrorDetails) -> bool:
    """Whether a list seems too short only because its items have faults of their own."""
    return details["type"] == "too_short" and len(details["input"]) >= details["ctx"]["min_length"]


def _to_fault(error: ErrorDetails, spot: Spot, kind: str) -> Fault:
    location = tuple(error["loc"])
    path = real_path(error, spot.root.data)
    if error["type"] == "missing":
        return spot.at(*path[:-1]).fault(f'"{path[-1]}" is missing')
    if error["type"] == "extra_forbidden":
        known = _known_fields(json_schema(kind), location[:-1])
        return spot.at(*path).fault(f"unknown field{did_you_mean(str(path[-1]), known)}")
    return spot.at(*path).fault(_message(error))


def _real_steps(location: tuple[Step, ...], data: Any) -> Iterator[Step]:
    """The location without the steps that pydantic adds for unions and keys; its last step may be a missing field."""
    for step in location:
        if isinstance(step, str) and (step.startswith("<") or step == "[key]"):
            continue
        yield step
        data = _child(data, step)


def _child(data: Any, step: Step) -> Any:
    if isinstance(data, dict):
        return data.get(str(step))
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


def _message(error: ErrorDetails) -> str:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind in KINDS:
        return f"must be {KINDS[kind]}, not {_shown(given)}{_quote_remark(kind, given)}"
    if kind in LIMITS:
        return f"{LIMITS[kind](context)}, not {_shown(given)}"
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        return f"must be one of {', '.join(choices)}, not {_shown(given)}{did_you_mean(str(given), choices)}"
    if kind == "input_kind":
        return f"{error['msg']}{_key_remark(given)}"
    return _other_message(kind, error["msg"], context)


def _other_message(kind: str, message: str, context: Context) -> str:
    if kind in ("too_short", "string_too_short"):
        return "must not be empty" if context["min_length"] == 1 else f"needs at least {context['min_length']} items"
    if kind == "too_long":
        return f"must have at most {context['max_length']} items"
    return message.removeprefix("Value error, ")


def _quote_remark(kind: str, given: object) -> str:
    return " (put it in quotes)" if kind == "string_type" and isinstance(given, int | float) else ""


def _key_remark(given: object) -> str:
    keys = given if isinstance(given, dict) else {}
    remarks = (did_you_mean(str(key), KEYS) for key in keys)
    return next((remark for remark in remarks if remark), "")


def _shown(given: object) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list):
        return "a list"
    if given is None or isinstance(given, bool):
        return {None: "null", True: "true", False: "false"}[given]
    text = repr(given)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _known_fields(schema: Mapping[str, Any], location: tuple[Step, ...]) -> set[str]:
    """The field names that the schema allows at a location."""
    nodes = list(_alternatives(schema, schema))
    for step in location:
        if isinstance(step, str) and step.startswith("<"):
            continue
        children = [child for node in nodes for child in _below(node, step)]
        nodes = [node for child in children for node in _alternatives(child, schema)]
    return {name for node in nodes for name in node.get("properties", {})}


def _alternatives(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The node itself and all that its references and unions lead to."""
    yield node
    for word in ("anyOf", "oneOf", "allOf"):
        for member in node.get(word, ()):
            yield from _alternatives(member, schema)
    if "$ref" in node:
        yield from _alternatives(schema["definitions"][node["$ref"].rpartition("/")[2]], schema)


def _below(node: Mapping[str, Any], step: Step) -> Iterator[Mapping[str, Any]]:
    if isinstance(step, int):
        items = node.get("items", {})
        yield from items if isinstance(items, list) else [items]
        return
    if step in node.get("properties", {}):
        yield node["properties"][step]
        return
    yield from node.get("patternProperties", {}).values()
    if isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]
