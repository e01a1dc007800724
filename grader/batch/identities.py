"""Who handed in what: the only file of a run that names anybody."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.batch.sources import Handed
from grader.errors import UsageError
from grader.files import write_atomically
from grader.naming import label

NAME = "identities.csv"
HEADER = ["id", "place", "name", "email", "sid"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate

Line = list[str]


def update_identities(folder: Path, handed: Iterable[Handed], gone: Iterable[str] = ()) -> None:
    """Add these submissions to the file in `folder`, and take out those with the ids `gone`; what it says of others stays.

    A group has a line for each of its members. Raises UsageError when the file is not one of ours any more.
    """
    lines = by_id(folder)
    for identity in gone:
        lines.pop(identity, None)
    for one in handed:
        lines[one.id] = [*_lines(one)]
    write_identities(folder, lines)


def write_identities(folder: Path, lines: dict[str, list[Line]]) -> None:
    """The file, in the order of ids."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for identity in sorted(lines):
        writer.writerows(lines[identity])
    write_atomically(folder / NAME, text.getvalue())


def by_id(folder: Path) -> dict[str, list[Line]]:
    """The lines of the file in `folder`, without the header; none where there is no file."""
    path = folder / NAME
    if not path.exists():
        return {}
    try:
        header, *lines = [line for line in csv.reader(io.StringIO(path.read_text("utf-8-sig"))) if line] or [[]]
    except (OSError, UnicodeDecodeError, csv.Error):
        header, lines = [], []
    if header != HEADER:
        raise UsageError(f"{label(path)} is not as grader wrote it: rename it, and it is written anew")
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line[0], []).append(line)
    return found


def _lines(handed: Handed) -> Iterator[Line]:
    for person in handed.people or ((),):
        fields = [*person, *[""] * 3][:3]
        yield [handed.id, *map(_plain, (handed.place, *fields))]


def _plain(text: str) -> str:
    """What no spreadsheet takes for a formula; on one line."""
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(FORMULA) else flat
