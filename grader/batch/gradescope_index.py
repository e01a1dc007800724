"""`submission_metadata.yml` of a Gradescope export, event by event: it is large, and only the names in it are of use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from grader.errors import UsageError

Path = tuple[str | int, ...]
SUBMITTERS = ":submitters"  # Ruby's symbols, as Gradescope writes them


class Person(NamedTuple):
    """Who handed in, as far as the source says."""

    name: str = ""
    email: str = ""
    sid: str = ""


def submitters(data: bytes, name: str) -> dict[str, tuple[Person, ...]]:
    """By submission, in the file's order: who handed it in. `name`: of the file, for what is wrong with it.

    Texts are as they are written: a student number keeps its zeros. Raises UsageError when it is not YAML.
    """
    import yaml  # noqa: PLC0415 (only for this layout)

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # several times as fast
    try:
        return _submitters(scalars(yaml.parse(data, Loader=loader)))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} is not YAML: {error}") from None


def _submitters(found: Iterable[tuple[Path, str]]) -> dict[str, tuple[Person, ...]]:
    fields: dict[str, dict[str | int, dict[str, str]]] = {}
    for path, text in found:
        people = fields.setdefault(str(path[0]), {}) if path else {}
        if len(path) == len(("submission", SUBMITTERS, "number", "field")) and path[1] == SUBMITTERS:
            people.setdefault(path[2], {})[str(path[3]).removeprefix(":")] = text
    return {key: tuple(map(_person, people.values())) for key, people in fields.items()}


def _person(fields: dict[str, str]) -> Person:
    given = (fields.get(field, "") for field in Person._fields)
    return Person(*("" if text in {"~", "null"} else text for text in given))


class _Level:
    """A mapping or a list that the reader is in, and where in it."""

    def __init__(self, *, is_mapping: bool) -> None:
        self._is_mapping = is_mapping
        self._is_key_next = is_mapping
        self.at: str | int = "" if is_mapping else -1

    def arrive(self, text: str) -> bool:
        """Go on to the next item; whether it is a value, and not the key of one."""
        if not self._is_mapping:
            self.at = int(self.at) + 1
            return True
        if self._is_key_next:
            self.at = text
        self._is_key_next = not self._is_key_next
        return self._is_key_next


def scalars(events: Iterable[Any]) -> Iterator[tuple[Path, str]]:
    """Every value that is a text, with the keys and numbers that lead to it; "" for what is empty or refers elsewhere."""
    levels: list[_Level] = []
    for event in events:
        kind = type(event).__name__
        if kind in {"MappingStartEvent", "SequenceStartEvent"}:
            if levels and levels[-1].arrive(""):
                yield tuple(level.at for level in levels), ""
            levels.append(_Level(is_mapping=kind == "MappingStartEvent"))
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            levels.pop()
        elif kind in {"ScalarEvent", "AliasEvent"}:
            text = getattr(event, "value", "")
            if levels and levels[-1].arrive(text):
                yield tuple(level.at for level in levels), text
