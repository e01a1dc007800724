"""What `grader batch` is given on its command line, as submissions with ids that tell nothing about a student."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from grader.batch.gradescope_index import Person
from grader.batch.layouts import LAYOUTS, Entry, Found, entries_of, inside, zips_in
from grader.batch.trees import Tree, folder_tree, zip_tree
from grader.errors import SubmissionError, UsageError
from grader.naming import label, name_of
from grader.plan import Plan
from grader.records import Bundle
from grader.submission.archive import is_wanted
from grader.submission.collect import EXPECTED, SUFFIXES, Member, bundle_members, load_file

ID_LENGTH = 12
FOLDER = "folder"
SINGLE = "one submission"
NAMELESS = "submission"  # what reports call everybody's, for two that are alike share one
LAYOUT_NAMES = tuple(layout.name for layout in LAYOUTS)


class Handed(NamedTuple):
    """A submission where it lies. `id` is a hash of its place: the same in every run, and no name."""

    id: str
    source: str  # the source's id
    place: str  # "export: submission_17", for staff
    people: tuple[Person, ...]
    members: tuple[Member, ...]

    def bundle(self, plan: Plan) -> Bundle:
        """Its files, read now, as far as the plan looks at them.

        Raises SubmissionError when it is too much, or nothing that can be graded.
        """
        suffixes = {PurePosixPath(member.name).suffix.lower() for member in self.members}
        if suffixes.isdisjoint((*SUFFIXES, ".zip")):
            what = ", ".join(sorted(suffix or "a file without an ending" for suffix in suffixes)[:5])
            raise SubmissionError(f"{f'only {what} was' if what else 'nothing was'} handed in; {EXPECTED}")
        return bundle_members(NAMELESS, tuple(nameless(self.members, plan)), plan.logs)


class Source(NamedTuple):
    """A folder or a file that was given. It is known by its name, wherever it lies, in whatever folder one is."""

    id: str
    name: str
    layout: str
    handed: tuple[Handed, ...]


def nameless(members: Sequence[Member], plan: Plan) -> Iterator[Member]:
    """The files. The only notebook, Python file or zip is called "submission": its own name is often the student's."""
    codes = [member for member in members if member.name.lower().endswith(SUFFIXES)]
    counts = codes or [member for member in members if member.name.lower().endswith(".zip")]
    for member in members:
        name = f"{NAMELESS}{PurePosixPath(member.name).suffix.lower()}"
        is_named = member not in counts or len(counts) > 1 or _has_a_role(member.name, name, plan)
        yield member if is_named else Member(name, member.load)


def _has_a_role(old: str, new: str, plan: Plan) -> bool:
    """Whether the homework tells one file by its name: as one to look into, or to import."""
    given = {PurePosixPath(module.path).name for module in plan.handout.starter}
    return is_wanted(old, plan.files) != is_wanted(new, plan.files) or PurePosixPath(old).name in given


def submission_hash(bundle: Bundle) -> str:
    """Of everything that is graded: two with the same get the same report."""
    digest = hashlib.sha256(repr((bundle.is_archive, bundle.notes)).encode("utf-8", "replace"))
    for file in sorted(bundle.files, key=lambda file: file.name):
        digest.update(f"\n{len(file.name)} {file.name} {len(file.data)}\n".encode("utf-8", "replace"))
        digest.update(file.data)
    return digest.hexdigest()


def check_sources(paths: Sequence[Path]) -> None:
    """Raise UsageError when one is not there, or when two could not be told apart."""
    for path in paths:
        if not path.exists():
            raise UsageError(f"{label(path)}: there is no such file or folder")
    names = [_name(path) for path in paths]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"two sources are called {twice}: rename one, or give the folder that holds both")


def read_sources(paths: Iterable[Path], assignment: str, layout: str = "") -> Iterator[Source]:
    """The submissions of every source, in order. `assignment`: which of several in a source.

    Raises UsageError when a source cannot be listed, or `layout` (a name of `LAYOUT_NAMES`) does not fit it.
    """
    for path in paths:
        name = _name(path)
        found = _found(path, assignment, layout)
        handed = tuple(_handed(name, entry) for entry in found.entries)
        yield Source(_hash(name), name, found.layout, handed)


def _name(path: Path) -> str:
    return name_of(path)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:ID_LENGTH]


def _handed(name: str, entry: Entry) -> Handed:
    place = f"{name}: {entry.key}" if entry.key else name
    return Handed(_hash(place), _hash(name), place, entry.people, entry.members)


def _found(path: Path, assignment: str, layout: str) -> Found:
    if path.is_dir():
        return _laid_out(folder_tree(path), assignment, layout)
    is_zip = path.suffix.lower() == ".zip" and path.is_file() and zipfile.is_zipfile(path)  # opening a pipe would wait
    tree = zip_tree(path) if is_zip else None
    if tree is None or not layout:
        return (tree and _download(tree, assignment)) or Found(SINGLE, [_single(path)])
    return _laid_out(tree if layout != FOLDER else next(iter(inside(tree)), tree), assignment, layout)


def _laid_out(tree: Tree, assignment: str, layout: str) -> Found:
    found = entries_of(tree, assignment, layout)
    if found is None:
        raise UsageError(f"{tree.name} is not laid out as {layout} does; leave --layout out to have it found")
    return found


def _download(tree: Tree, assignment: str) -> Found | None:
    """A zip as a course site makes it, or a zip of zips; None for one that a student made."""
    found = entries_of(tree, assignment)
    if found is None or found.layout != FOLDER:
        return found
    zips = zips_in(tree)
    return Found(FOLDER, zips) if zips else None


def _single(path: Path) -> Entry:
    return Entry("", (), (Member(_name(path), partial(load_file, path)),))
