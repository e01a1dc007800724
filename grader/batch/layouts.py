"""How course sites lay out what they let one download: a table. Each layout gives entries, one per submission."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from grader.batch.trees import Tree
from grader.errors import UsageError
from grader.submission.collect import Member

GRADESCOPE_INDEX = "submission_metadata.yml"
MAX_INDEX_BYTES = 2**28
MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<sid>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<flat>[^/]*))?")
CANVAS = re.compile(
    r"(?:(?P<name>(?!anon_)\w+?)_)?(?:LATE_)?(?:anon_(?P<anon>[A-Za-z0-9]+)|(?P<user>\d+))_"
    r"(?:\d+_(?P<file>.+)|(?P<kind>text|link)\.html)"
)
SUBMITTED = "submitted"  # nbgrader's folder


class Person(NamedTuple):
    """Who handed in, as far as the source says."""

    name: str = ""
    email: str = ""
    sid: str = ""


class Entry(NamedTuple):
    """One submission: what the source calls it, whose it is, its files (named as within it)."""

    key: str
    people: tuple[Person, ...]
    members: tuple[Member, ...]


class Layout(NamedTuple):
    """A way to lay out submissions. `read` gives None where the files are not laid out so."""

    name: str
    read: Callable[[Tree, Sequence[Member], str], list[Entry] | None]


def entries_of(tree: Tree, assignment: str, layout: str = "") -> tuple[str, list[Entry]] | None:
    """The layout's name and the entries in it; None where no layout fits. `layout`: this one, and no other.

    `assignment`: which of several, where a layout holds several. Raises UsageError when the layout cannot be used.
    """
    members = tree.members()
    for one in LAYOUTS:
        if layout in ("", one.name) and (entries := one.read(tree, members, assignment)) is not None:
            return one.name, entries
    return None


def grouped(members: Iterable[Member]) -> dict[str, list[Member]]:
    """By the first step of their paths; a file at the top is alone."""
    groups: dict[str, list[Member]] = {}
    for member in members:
        first, _slash, rest = member.name.partition("/")
        groups.setdefault(first, []).append(Member(rest or first, member.load))
    return groups


def _below(members: Iterable[Member], top: str) -> list[Member]:
    return [Member(one.name[len(top) :], one.load) for one in members if one.name.startswith(top)]


def _gradescope(_tree: Tree, members: Sequence[Member], _assignment: str) -> list[Entry] | None:
    """`submission_123/…` beside an index that says whose they are."""
    index = next((one for one in members if re.fullmatch(rf"(?:[^/]+/)?{GRADESCOPE_INDEX}", one.name)), None)
    if index is None:
        return None
    listed = _index(index)
    groups = grouped(_below(members, index.name.removesuffix(GRADESCOPE_INDEX)))
    folders = {name: files for name, files in groups.items() if name.startswith("submission_") and name not in _FILES}
    keys = sorted({*listed, *folders})
    return [Entry(key, tuple(_submitters(listed.get(key))), tuple(folders.get(key, ()))) for key in keys]


_FILES = {GRADESCOPE_INDEX}


def _index(member: Member) -> dict[str, Any]:
    import yaml  # noqa: PLC0415 (only for this layout)

    data, reason = member.load(MAX_INDEX_BYTES)
    if reason:
        raise UsageError(f"{member.name} {reason}")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # seven times as fast
    try:
        read = yaml.load(data, Loader=loader)  # noqa: S506 (both are safe)
    except yaml.YAMLError as error:
        raise UsageError(f"{member.name} is not YAML: {error}") from None
    return {key: value for key, value in read.items() if isinstance(key, str)} if isinstance(read, dict) else {}


def _submitters(record: object) -> Iterator[Person]:
    listed = record.get(":submitters") if isinstance(record, dict) else None
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield Person(*(str(one.get(f":{field}") or "") for field in Person._fields))


def _nbgrader(tree: Tree, members: Sequence[Member], assignment: str) -> list[Entry] | None:
    """`submitted/<student>/<assignment>/…`."""
    inside = members if tree.name == SUBMITTED else _below(members, f"{SUBMITTED}/")
    steps = [member.name.split("/") for member in inside]
    if not steps or any(len(path) <= 2 for path in steps):  # noqa: PLR2004 (student, assignment, file)
        return None
    found = sorted({path[1] for path in steps})
    if len(found) > 1 and assignment not in found:
        raise UsageError(
            f"{tree.name} holds the assignments {', '.join(found)}, but not {assignment!r}: name its folders"
        )
    chosen = assignment if assignment in found else found[0]
    own = [Member(f"{p[0]}/{'/'.join(p[2:])}", m.load) for p, m in zip(steps, inside, strict=True) if p[1] == chosen]
    return [Entry(sid, (Person(sid=sid),), tuple(files)) for sid, files in grouped(own).items()]


def _moodle(_tree: Tree, members: Sequence[Member], _assignment: str) -> list[Entry] | None:
    """`<Full Name>_<id>_assignsubmission_file/…`, or all files at the top, each with such a prefix."""
    groups: dict[str, tuple[Person, list[Member]]] = {}
    for member in members:
        first, _slash, rest = member.name.partition("/")
        match = MOODLE.fullmatch(first)
        if match is None:
            return None
        person = Person(name=match["name"].replace("_", " "), sid=match["sid"])
        groups.setdefault(match["sid"], (person, []))[1].append(Member(rest or match["flat"] or first, member.load))
    return [Entry(sid, (person,), tuple(files)) for sid, (person, files) in groups.items()] or None


def _canvas(_tree: Tree, members: Sequence[Member], _assignment: str) -> list[Entry] | None:
    """All files at the top: `<name>[_LATE]_<user>_<attachment>_<file>`."""
    groups: dict[str, tuple[Person, list[Member]]] = {}
    for member in members:
        match = CANVAS.fullmatch(member.name)
        if match is None:
            return None
        sid = match["anon"] or match["user"]
        person = Person(name=match["name"] or "", sid=sid)
        groups.setdefault(sid, (person, []))[1].append(Member(match["file"] or f"{match['kind']}.html", member.load))
    return [Entry(sid, (person,), tuple(files)) for sid, (person, files) in groups.items()] or None


def _folder(tree: Tree, members: Sequence[Member], _assignment: str) -> list[Entry] | None:
    """Every file and every folder at the top is a submission."""
    groups: dict[str, list[Member]] = {name: [] for name in tree.folders()}
    groups |= grouped(members)
    return [Entry(name, (), tuple(groups[name])) for name in sorted(groups)]


LAYOUTS = (
    Layout("gradescope", _gradescope),
    Layout("nbgrader", _nbgrader),
    Layout("moodle", _moodle),
    Layout("canvas", _canvas),
    Layout("folder", _folder),
)
