"""How course sites lay out what they let one download: a table. Each layout gives entries, one per submission."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from grader.batch.gradescope_index import Person, submitters
from grader.batch.trees import Tree, grouped
from grader.errors import UsageError
from grader.submission.collect import SUFFIXES, Member, unused

GRADESCOPE_INDEX = "submission_metadata.yml"
MAX_INDEX_BYTES = 2**30
MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<sid>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<flat>[^/]*))?")
CANVAS = re.compile(
    r"(?:(?P<name>(?!anon_)\w+?)_)?(?:LATE_)?(?:anon_(?P<anon>[A-Za-z0-9]+)|(?P<user>\d+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>[^/]+)|(?P<kind>text|link)\.html)"
)
SUBMITTED = "submitted"  # nbgrader's folder


class Entry(NamedTuple):
    """One submission: what the source calls it, whose it is, its files (named as within it, each name once)."""

    key: str
    people: tuple[Person, ...]
    members: tuple[Member, ...]


class Layout(NamedTuple):
    """A way to lay out submissions. `read` gives None where the files are not laid out so."""

    name: str
    read: Callable[[Tree, str], list[Entry] | None]  # the files, and which of several assignments


class Found(NamedTuple):
    """The entries of a tree, and the name of the layout that they were found by."""

    layout: str
    entries: list[Entry]


def entries_of(tree: Tree, assignment: str, layout: str = "") -> Found | None:
    """What is in it by the first layout that fits; None where none does. `layout`: this one, and no other.

    `assignment`: which of several, where a layout holds several. Where everything is in one folder, that counts too.
    Raises UsageError when the layout cannot be used.
    """
    trees = (tree, *inside(tree))
    for one in LAYOUTS:
        for where in trees if layout in {"", one.name} else ():
            if (entries := one.read(where, assignment)) is not None:
                return Found(one.name, entries)
    return None


def inside(tree: Tree) -> list[Tree]:
    """What is in the only folder, if there is nothing else."""
    tops = tree.tops()
    return [tree.below(top) for top in tops if len(tops) == 1 and top in tree.folders]


def is_collection(tree: Tree) -> bool:
    """Whether it is zips that lie beside each other, and no code: then they are submissions."""
    names = [member.name.lower() for member in tree.members if "/" not in member.name]
    return any(name.endswith(".zip") for name in names) and not any(name.endswith(SUFFIXES) for name in names)


def zips_in(tree: Tree) -> list[Entry] | None:
    """The zips of a zip of zips, which may be in one folder; None for a zip of anything else."""
    return next((_plain(one, "") for one in (tree, *inside(tree)) if is_collection(one)), None)


def _entry(key: str, people: Iterable[Person], members: Iterable[Member]) -> Entry:
    named: dict[str, Member] = {}
    for member in members:
        name = unused(member.name, named)
        named[name] = member._replace(name=name)
    return Entry(key, tuple(people), tuple(named.values()))


def _gradescope(tree: Tree, _assignment: str) -> list[Entry] | None:
    """`submission_123/…` beside an index that says whose they are."""
    index = next((member for member in tree.members if member.name == GRADESCOPE_INDEX), None)
    if index is None:
        return None
    data, reason = index.load(MAX_INDEX_BYTES)
    if reason:
        raise UsageError(f"{index.name} {reason}")
    listed = submitters(data, index.name)
    tops = {name: members for name, members in tree.tops().items() if name != GRADESCOPE_INDEX}
    return [_entry(key, listed.get(key, ()), tops.get(key, ())) for key in sorted({*listed, *tops})]


def _nbgrader(tree: Tree, assignment: str) -> list[Entry] | None:
    """`submitted/<student>/<assignment>/…`."""
    below = tree if tree.name == SUBMITTED else tree.below(SUBMITTED)
    students = {name: grouped(members) for name, members in below.tops().items() if name in below.folders}
    folders = {folder for folder in below.folders if folder.count("/") == 1}
    if not folders or any(f"{sid}/{name}" not in folders for sid, tops in students.items() for name in tops):
        return None
    names = {folder.partition("/")[2] for folder in folders}
    if len(names) > 1 and assignment not in names:
        raise UsageError(
            f"{tree.name} looks like nbgrader's submissions, of {', '.join(sorted(names)[:10])}, but not of {assignment!r}. "
            "If it is something else, add --layout folder"
        )
    chosen = assignment if assignment in names else min(names)
    handed_in = [sid for sid in sorted(students) if f"{sid}/{chosen}" in folders]
    return [_entry(sid, [Person(sid=sid)], students[sid].get(chosen, ())) for sid in handed_in]


def _moodle(tree: Tree, _assignment: str) -> list[Entry] | None:
    """`<Full Name>_<id>_assignsubmission_file/…`, or all files at the top, each with such a prefix."""
    people: dict[str, Person] = {}
    files: dict[str, list[Member]] = {}
    for top, members in tree.tops().items():
        match = MOODLE.fullmatch(top)
        if match is None:
            return None
        sid = match["sid"]
        people.setdefault(sid, Person(name=match["name"].replace("_", " "), sid=sid))
        is_flat = top not in tree.folders
        files.setdefault(sid, []).extend(
            member._replace(name=match["flat"] or member.name) if is_flat else member for member in members
        )
    return [_entry(sid, [person], files[sid]) for sid, person in people.items()] or None


def _canvas(tree: Tree, _assignment: str) -> list[Entry] | None:
    """All files at the top: `<name>[_LATE]_<user>_<attachment>_<file>`. No two files have the same attachment number."""
    matches = [(member, CANVAS.fullmatch(member.name)) for member in tree.members]
    numbers = [match["attachment"] for _member, match in matches if match and match["attachment"]]
    people: dict[str, Person] = {}
    files: dict[str, list[Member]] = {}
    for member, match in matches:
        if match is None or len(set(numbers)) < len(numbers):
            return None
        sid = match["anon"] or match["user"]
        people.setdefault(sid, Person(name=match["name"] or "", sid=sid))
        files.setdefault(sid, []).append(member._replace(name=match["file"] or f"{match['kind']}.html"))
    return [_entry(sid, [person], files[sid]) for sid, person in people.items()] or None


def _plain(tree: Tree, _assignment: str) -> list[Entry]:
    """Every file and every folder at the top is a submission."""
    return [_entry(name, (), members) for name, members in sorted(tree.tops().items())]


def _folder(tree: Tree, assignment: str) -> list[Entry] | None:
    return _plain(tree, assignment)


LAYOUTS = (
    Layout("gradescope", _gradescope),
    Layout("nbgrader", _nbgrader),
    Layout("moodle", _moodle),
    Layout("canvas", _canvas),
    Layout("folder", _folder),
)
