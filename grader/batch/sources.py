"""What `grader batch` is given on its command line, as submissions with ids that tell nothing about a student."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.batch.layouts import LAYOUTS, Entry, Person, entries_of
from grader.batch.trees import FolderTree, Tree, ZipTree
from grader.errors import UsageError
from grader.naming import label
from grader.records import Bundle, File
from grader.submission.archive import is_wanted
from grader.submission.collect import SUFFIXES, Member, bundle_members, load_file

ID_LENGTH = 12
FOLDER = "folder"
LAYOUT_NAMES = tuple(layout.name for layout in LAYOUTS)


class Handed(NamedTuple):
    """A submission where it lies. `id` is a hash of its place: the same in every run, and no name."""

    id: str
    place: str  # "export.zip: submission_17", for staff
    people: tuple[Person, ...]
    members: tuple[Member, ...]

    def bundle(self, files: tuple[str, ...], logs: tuple[str, ...]) -> Bundle:
        """Its files, read now. `files` and `logs` are the plan's patterns. Raises SubmissionError when it is too much."""
        bundle = bundle_members(self.id, self.members, logs)
        return msgspec.structs.replace(bundle, files=tuple(nameless(bundle, files)))


def nameless(bundle: Bundle, patterns: tuple[str, ...]) -> Iterator[File]:
    """The files; one that came alone is called "submission", for its name is the student's, or says nothing."""
    for file in bundle.files:
        name = f"submission{Path(file.name).suffix.lower()}"
        is_alone = len(bundle.files) == 1 and not name.endswith(".py")  # which others could import by its name
        keeps = not is_alone or is_wanted(file.name, patterns) != is_wanted(name, patterns)
        yield file if keeps else File(name=name, data=file.data)


def submission_hash(bundle: Bundle) -> str:
    """Of everything that is graded: two with the same get the same report."""
    digest = hashlib.sha256(repr((bundle.is_archive, bundle.notes)).encode())
    for file in sorted(bundle.files, key=lambda file: file.name):
        digest.update(f"\n{len(file.name)} {file.name} {len(file.data)}\n".encode("utf-8", "replace"))
        digest.update(file.data)
    return digest.hexdigest()


def handed_in(sources: Sequence[Path], assignment: str, layout: str = "") -> Iterator[Handed]:
    """Every submission of all sources, in order.

    Raises:
        UsageError: a source is not there, or `layout` (a name of `LAYOUT_NAMES`) does not fit it.
    """
    for source in sources:
        for entry in _entries(source, assignment, layout):
            place = f"{label(source)}: {entry.key}" if entry.key else label(source)
            digest = hashlib.sha256(place.encode("utf-8", "replace")).hexdigest()
            yield Handed(digest[:ID_LENGTH], place, entry.people, entry.members)


def _entries(source: Path, assignment: str, layout: str) -> list[Entry]:
    if not source.exists():
        raise UsageError(f"{label(source)}: there is no such file or folder")
    if source.is_dir():
        return _laid_out(FolderTree(source), source, assignment, layout)
    if source.suffix.lower() == ".zip" and zipfile.is_zipfile(source):
        tree = ZipTree(source)
        found = entries_of(tree, assignment, layout) if layout else _download(tree, assignment)
        return found[1] if found else _wrong_layout(source, layout) if layout else [_single(source)]
    return [_single(source)]


def _laid_out(tree: Tree, source: Path, assignment: str, layout: str) -> list[Entry]:
    found = entries_of(tree, assignment, layout)
    return found[1] if found else _wrong_layout(source, layout)


def _wrong_layout(source: Path, layout: str) -> list[Entry]:
    raise UsageError(f"{label(source)} is not laid out as {layout} does; leave --layout out to have it found")


def _download(tree: Tree, assignment: str) -> tuple[str, list[Entry]] | None:
    """A zip as a course site makes it, or a zip of zips; None for one that a student made."""
    found = entries_of(tree, assignment)
    if found is None or found[0] != FOLDER:
        return found
    tops = [member.name.lower() for member in tree.members() if "/" not in member.name]
    is_collection = any(name.endswith(".zip") for name in tops) and not any(name.endswith(SUFFIXES) for name in tops)
    return found if is_collection else None


def _single(source: Path) -> Entry:
    return Entry("", (), (Member(label(source.name), partial(load_file, source)),))
