"""Reading a question file as far as it can be read, so that one fault does not hide the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from grader.rubric.faults import Fault, Spot, Step
from grader.rubric.messages import is_consequence, real_path, to_faults
from grader.rubric.schema import CheckFields, PartFields, QuestionFile

PART_STEPS = 2  # ("parts", 0)
CHECK_STEPS = 4  # ("parts", 0, "checks", 0)
# Fields of a check that can be replaced by something neutral, so that a fault in one of them hides no other fault.
NEUTRAL: dict[str, Any] = {"compare": "exact", "visibility": "visible", "keeps_inputs": False, "name": "?", "points": 0}
Paths = frozenset[tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class ReadPart:
    """A part without faults of its own. A check that has some is repaired or left out (`is_whole`: points still add up)."""

    spot: Spot
    fields: PartFields
    checks: tuple[tuple[Spot, CheckFields], ...]
    evidence: tuple[tuple[Spot, CheckFields], ...]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class ReadQuestion:
    """A question file; `fields` is None when too little of it can be read to go on."""

    spot: Spot
    fields: QuestionFile | None
    parts: tuple[ReadPart, ...]
    faults: tuple[Fault, ...]


def read_question(spot: Spot) -> ReadQuestion:
    """Validate a question file; `spot` is its root."""
    data = spot.root.data
    try:
        return _with_places(spot, QuestionFile.model_validate(data), frozenset(), ())
    except ValidationError as error:
        faults = tuple(to_faults(error, spot, "rubric"))
        broken = frozenset(real_path(one, data) for one in error.errors() if not is_consequence(one))
    try:
        fields = QuestionFile.model_validate(_without(data, broken))
    except ValidationError:  # a fault outside of the parts
        return ReadQuestion(spot, None, (), faults)
    return _with_places(spot, fields, broken, faults)


def _without(data: Any, broken: Paths) -> Any:
    """The data without the parts and checks that have faults."""
    if not isinstance(data, dict) or not isinstance(data.get("parts"), list):
        return data
    parts = [_kept_part(data["parts"][index], index, broken) for index in _kept_parts(data, broken)]
    return {**data, "parts": parts}


def _kept_parts(data: Any, broken: Paths) -> list[int]:
    """The parts that have no fault outside of their checks, and at least one check left if they had any."""
    own = {path[1] for path in broken if len(path) >= PART_STEPS and not _is_in_check(path)}
    indexes = [index for index in range(len(data["parts"])) if index not in own]
    return [index for index in indexes if _keeps_work(data["parts"][index], index, broken)]


def _keeps_work(part: Any, index: int, broken: Paths) -> bool:
    return not part.get("checks") or bool(_kept_checks(part, index, broken))


def _kept_part(part: Any, index: int, broken: Paths) -> Any:
    checks = [
        _repaired(part["checks"][check], _broken_fields(index, check, broken))
        for check in _kept_checks(part, index, broken)
    ]
    return {**part, "checks": checks}


def _repaired(check: Any, fields: frozenset[Step]) -> Any:
    return {**check, **{field: value for field, value in NEUTRAL.items() if field in fields}} if fields else check


def _broken_fields(part: int, check: int, broken: Paths) -> frozenset[Step]:
    """The fields of a check that have faults; -1 stands for the check itself."""
    inside = (path for path in broken if _is_in_check(path) and (path[1], path[3]) == (part, check))
    return frozenset(path[CHECK_STEPS] if len(path) > CHECK_STEPS else -1 for path in inside)


def _kept_checks(part: Any, index: int, broken: Paths) -> list[int]:
    """The checks without faults, and those whose faults are all in fields that can be replaced."""
    indexes = range(len(part.get("checks") or ()))
    return [check for check in indexes if _broken_fields(index, check, broken) <= NEUTRAL.keys()]


def _is_in_check(path: tuple[Step, ...]) -> bool:
    return len(path) >= CHECK_STEPS and path[0] == "parts" and path[2] == "checks"


def _with_places(spot: Spot, fields: QuestionFile, broken: Paths, faults: tuple[Fault, ...]) -> ReadQuestion:
    data: Any = spot.root.data
    parts = []
    for index, part in zip(_kept_parts(data, broken), fields.parts, strict=True):
        place = spot.at("parts", index)
        kept = _kept_checks(data["parts"][index], index, broken)
        checks = tuple((place.at("checks", check), one) for check, one in zip(kept, part.checks, strict=True))
        evidence = tuple((place.at("evidence", number), one) for number, one in enumerate(part.evidence))
        is_whole = len(kept) == len(data["parts"][index].get("checks") or ())
        has_points = not any("points" in _broken_fields(index, check, broken) for check in kept)
        parts.append(ReadPart(place, part, checks, evidence, is_whole=is_whole and has_points))
    return ReadQuestion(spot, fields, tuple(parts), faults)
