"""The one file that names anybody."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from grader.batch.gradescope_index import Person
from grader.batch.identities import NAME, by_id, update_identities, write_identities
from grader.batch.sources import Handed
from grader.errors import UsageError

ADA, BOB = Person("Ada", "ada@example.edu", "007"), Person("Bob, jr.", "", "8")


def handed(identity: str, *people: Person, place: str = "hw: 1") -> Handed:
    return Handed(identity, "course", place, people, ())


def table(folder: Path) -> list[list[str]]:
    with (folder / NAME).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_a_group_has_a_line_for_each(tmp_path: Path) -> None:
    update_identities(tmp_path, [handed("b", ADA, BOB), handed("a")])
    assert table(tmp_path) == [
        ["id", "place", "name", "email", "sid"],
        ["a", "hw: 1", "", "", ""],
        ["b", "hw: 1", "Ada", "ada@example.edu", "007"],
        ["b", "hw: 1", "Bob, jr.", "", "8"],
    ]


def test_update_keeps_others_and_takes_out_what_is_gone(tmp_path: Path) -> None:
    update_identities(tmp_path, [handed("a", ADA), handed("b", ADA), handed("c", ADA)])
    update_identities(tmp_path, [handed("b", BOB)], gone=["c", "x"])
    assert [(line[0], line[2]) for line in table(tmp_path)[1:]] == [("a", "Ada"), ("b", "Bob, jr.")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_nothing_is_a_formula_for_a_spreadsheet(start: str, tmp_path: Path) -> None:
    formula = f"{start}HYPERLINK(1)"
    update_identities(tmp_path, [handed("a", Person(formula, formula, formula), place=formula)])
    assert all(field.startswith("'") for field in table(tmp_path)[1][1:])


def test_a_name_is_on_one_line(tmp_path: Path) -> None:
    update_identities(tmp_path, [handed("a", Person("Ada\nbob,Bob,1", "", ""))])
    assert len(table(tmp_path)) == 2


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    lines = {"a": [["a", "'=x", "A, B", "", "\u00fc"]], "b": [["b", "", "", "", ""]]}
    write_identities(tmp_path, lines)
    assert by_id(tmp_path) == lines


def test_an_empty_file_of_identities_has_none(tmp_path: Path) -> None:
    write_identities(tmp_path, {})
    assert by_id(tmp_path) == {}


@pytest.mark.parametrize("text", [b"", b"name,id\n", b"\xff\xfe\n", b"id,place\n", b'"' + b"x" * 200_000])
def test_a_file_that_is_not_ours_is_refused(text: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(text)
    with pytest.raises(UsageError, match="is not as grader wrote it"):
        by_id(tmp_path)


def test_a_file_that_a_spreadsheet_has_saved_is_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes("\ufeffid,place,name,email,sid\r\na,hw,Ada,,\r\n\r\n".encode())
    assert by_id(tmp_path) == {"a": [["a", "hw", "Ada", "", ""]]}
