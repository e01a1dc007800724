"""Every layout of course sites, as folders and as zips; what is none of them; what is damaged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from builders import notebook, zipped
from runs import hand_in

from grader.batch.gradescope_index import Person
from grader.batch.sources import Handed, Source, read_sources
from grader.errors import UsageError

CODE = notebook("x = 1")
INDEX = b"""\
submission_86175589:
  :submitters:
  - :name: Ada Lovelace
    :sid: 0012345
    :email: ada@example.edu
  :created_at: 2026-06-25 13:16:26.123456000 -06:00
  :score: 7.5
  :status: processed
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    score: 7.5
    tests:
    - name: 'Q1: x'
      :submitters: [not, people]
  :history:
  - :id: 1
    :submitters:
    - :name: Nobody
submission_86175590:
  :submitters:
  - :name: "Bob, of a group"
    :sid: ''
    :email: bob@example.edu
  - :name: Carol
    :sid: ~
    :email: carol@example.edu
  :score: 0.0
submission_86175591:
  :submitters:
  - {":name": Dan, ":sid": "4", ":email": dan@example.edu}
"""
GRADESCOPE = {
    "submission_metadata.yml": INDEX,
    "submission_86175589/hw2.ipynb": CODE,
    "submission_86175589/.DS_Store": b"x",
    "submission_86175590/src/optim.py": b"x = 1",
    "submission_86175592/hw2.ipynb": CODE,
}
PEOPLE = {
    "submission_86175589": (Person("Ada Lovelace", "ada@example.edu", "0012345"),),
    "submission_86175590": (Person("Bob, of a group", "bob@example.edu"), Person("Carol", "carol@example.edu")),
    "submission_86175591": (Person("Dan", "dan@example.edu", "4"),),
    "submission_86175592": (),
}
CANVAS = {
    "lovelaceada_12_345_hw2.ipynb": CODE,
    "lovelaceada_12_346_optim.py": b"x = 1",
    "kleebob_LATE_13_347_hw2-1.ipynb": CODE,
    "anon_a1B2c_348_my_hw_2_3.ipynb": CODE,
    "müllerjörg_14_text.html": b"<p>",
    "lee_15_349_hw2.ipynb": CODE,
    "lee_15_350_hw2.ipynb": CODE,
}
MOODLE = {
    "Ada Lovelace_12345_assignsubmission_file/hw2.ipynb": CODE,
    "Ada Lovelace_12345_assignsubmission_onlinetext/onlinetext.html": b"<p>",
    "Bob Klee_12346_assignsubmission_file_/src/optim.py": b"x = 1",
    "Participant_12347_assignsubmission_file/hw2.ipynb": CODE,
    "group a_99_assignsubmission_file_hw_2.ipynb": CODE,
}
NBGRADER = {
    "submitted/ada/hw/hw.ipynb": CODE,
    "submitted/ada/hw/timestamp.txt": b"2026",
    "submitted/bob/hw/src/optim.py": b"x = 1",
    "submitted/bob/hw1/hw1.ipynb": CODE,
    "submitted/carol/hw1/hw1.ipynb": CODE,
    "source/hw/hw.ipynb": CODE,
    "gradebook.db": b"x",
}


EXPECTED = {
    "gradescope": (
        GRADESCOPE,
        {
            "submission_86175589": ["hw2.ipynb"],
            "submission_86175590": ["src/optim.py"],
            "submission_86175591": [],
            "submission_86175592": ["hw2.ipynb"],
        },
    ),
    "canvas": (
        CANVAS,
        {
            "12": ["hw2.ipynb", "optim.py"],
            "13": ["hw2-1.ipynb"],
            "a1B2c": ["my_hw_2_3.ipynb"],
            "14": ["text.html"],
            "15": ["hw2-2.ipynb", "hw2.ipynb"],
        },
    ),
    "moodle": (
        MOODLE,
        {
            "12345": ["hw2.ipynb", "onlinetext.html"],
            "12346": ["src/optim.py"],
            "12347": ["hw2.ipynb"],
            "99": ["hw_2.ipynb"],
        },
    ),
    "nbgrader": (NBGRADER, {"ada": ["hw.ipynb", "timestamp.txt"], "bob": ["src/optim.py"]}),
}
PEOPLE_OF = {
    "gradescope": {place: people for place, people in PEOPLE.items() if people},
    "canvas": {
        "12": (Person("lovelaceada", sid="12"),),
        "13": (Person("kleebob", sid="13"),),
        "a1B2c": (Person("", sid="a1B2c"),),
        "14": (Person("müllerjörg", sid="14"),),
        "15": (Person("lee", sid="15"),),
    },
    "moodle": {
        "12345": (Person("Ada Lovelace", sid="12345"),),
        "12346": (Person("Bob Klee", sid="12346"),),
        "12347": (Person("Participant", sid="12347"),),
        "99": (Person("group a", sid="99"),),
    },
    "nbgrader": {"ada": (Person(sid="ada"),), "bob": (Person(sid="bob"),)},
}
Form = Callable[[Path, dict[str, bytes]], Path]


def read(path: Path, layout: str = "") -> Source:
    (source,) = read_sources([path], "hw", layout)
    return source


def key_of(handed: Handed) -> str:
    return handed.place.partition(": ")[2]


def named(source: Source) -> dict[str, list[str]]:
    return {key_of(one): sorted(member.name for member in one.members) for one in source.handed}


def as_folder(folder: Path, files: dict[str, bytes]) -> Path:
    return hand_in(folder / "download", files)


def as_zip(folder: Path, files: dict[str, bytes]) -> Path:
    (folder / "download.zip").write_bytes(zipped(files))
    return folder / "download.zip"


def as_wrapped_zip(folder: Path, files: dict[str, bytes]) -> Path:
    """With one folder round everything, and what a system adds."""
    junk = {"__MACOSX/top/._x": b"x"}
    return as_zip(folder, {f"top/{name}": data for name, data in files.items()} | junk)


def as_wrapped_folder(folder: Path, files: dict[str, bytes]) -> Path:
    return hand_in(folder / "download", {f"top/{name}": data for name, data in files.items()})


@pytest.mark.parametrize("form", [as_folder, as_zip, as_wrapped_zip, as_wrapped_folder])
@pytest.mark.parametrize("layout", EXPECTED)
def test_downloads_are_recognized(layout: str, form: Form, tmp_path: Path) -> None:
    files, expected = EXPECTED[layout]
    source = read(form(tmp_path, files))
    assert (source.layout, named(source)) == (layout, expected)


@pytest.mark.parametrize("layout", EXPECTED)
def test_downloads_say_whose_a_submission_is(layout: str, tmp_path: Path) -> None:
    source = read(as_folder(tmp_path, EXPECTED[layout][0]))
    assert {key_of(one): one.people for one in source.handed if one.people} == PEOPLE_OF[layout]


@pytest.mark.parametrize("layout", EXPECTED)
def test_downloads_are_read_from_a_zip(layout: str, tmp_path: Path) -> None:
    files, _expected = EXPECTED[layout]
    loaded = [member.load(100) for one in read(as_zip(tmp_path, files)).handed for member in one.members]
    assert all(data in files.values() and not reason for data, reason in loaded)


@pytest.mark.parametrize("layout", EXPECTED)
def test_a_layout_can_be_demanded(layout: str, tmp_path: Path) -> None:
    path = as_zip(tmp_path, EXPECTED[layout][0])
    assert read(path, layout).layout == layout


@pytest.mark.parametrize("layout", ["gradescope", "canvas", "moodle", "nbgrader"])
@pytest.mark.parametrize("form", [as_folder, as_zip])
def test_a_layout_that_does_not_fit_is_refused(layout: str, form: Form, tmp_path: Path) -> None:
    path = form(tmp_path, {"ada.ipynb": CODE, "bob/hw.ipynb": CODE})
    with pytest.raises(UsageError, match=f"is not laid out as {layout} does"):
        read(path, layout)


PLAIN = {"ada.ipynb": CODE, "bob.zip": zipped({"hw.ipynb": CODE}), "carol/src/optim.py": b"x = 1", "notes.pdf": b"%"}


def test_a_folder_holds_a_submission_in_every_file_and_folder(tmp_path: Path) -> None:
    folder = as_folder(tmp_path, PLAIN | {".git/config": b"x", "Thumbs/.DS_Store": b"x"})
    assert named(read(folder)) == {
        "Thumbs": [],
        "ada.ipynb": ["ada.ipynb"],
        "bob.zip": ["bob.zip"],
        "carol": ["src/optim.py"],
        "notes.pdf": ["notes.pdf"],
    }


@pytest.mark.parametrize("form", [as_zip, as_wrapped_zip])
def test_a_zip_of_zips_holds_submissions(form: Form, tmp_path: Path) -> None:
    path = form(tmp_path, {"ada.zip": zipped({"hw.ipynb": CODE}), "bob.zip": b"damaged", "list.csv": b"x"})
    source = read(path)
    assert (source.layout, sorted(named(source))) == ("folder", ["ada.zip", "bob.zip", "list.csv"])


@pytest.mark.parametrize("form", [as_zip, as_wrapped_zip])
def test_a_zip_of_folders_is_one_for_each_when_demanded(form: Form, tmp_path: Path) -> None:
    path = form(tmp_path, {"ada/hw.ipynb": CODE, "bob/hw.ipynb": CODE})
    assert sorted(named(read(path, "folder"))) == ["ada", "bob"]


@pytest.mark.parametrize(
    "files",
    [
        {"hw.ipynb": CODE, "src/optim.py": b"x = 1"},
        {"hw2/hw.ipynb": CODE, "hw2/old.zip": b"x"},
        {"hw.ipynb": CODE, "old.zip": b"x"},
        {"a_1_2_x.ipynb": CODE, "a_1_2_y.ipynb": CODE},
        {"submitted/hw.ipynb": CODE},
        {},
    ],
)
def test_a_zip_of_one_student_is_one_submission(files: dict[str, bytes], tmp_path: Path) -> None:
    source = read(as_zip(tmp_path, files))
    assert (source.layout, named(source)) == ("one submission", {"": ["download.zip"]})


@pytest.mark.parametrize("name", ["hw.ipynb", "hw.py", "hw.zip", "hw.pdf", "hw"])
def test_a_file_is_one_submission(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"no zip")
    assert named(read(tmp_path / name)) == {"": [name]}


def test_a_damaged_zip_is_one_submission(tmp_path: Path) -> None:
    data = zipped({"a.zip": b"x" * 100})
    (tmp_path / "hw.zip").write_bytes(data.replace(b"PK\x01\x02", b"PK\x09\x09"))
    assert read(tmp_path / "hw.zip").layout == "one submission"


@pytest.mark.parametrize(("zipname", "names"), [("a", {"a": CODE}), ("", {"../../x.zip": b"x", "b\\c.zip": b"y"})])
def test_names_in_a_zip_are_only_names(zipname: str, names: dict[str, bytes], tmp_path: Path) -> None:
    source = read(as_zip(tmp_path, names), "folder")
    assert len(source.handed) == (1 if zipname else 2)


@pytest.mark.parametrize(
    ("index", "words"),
    [
        (b"{", "is not YAML"),
        (b"\xff\xfe\xff", "is not YAML"),
        (b"submission_1: *nowhere", ""),
        (b"- a\n- b\n", ""),
        (b'submission_1:\n  :submitters:\n  - Ada\n  - [":name"]\n', ""),
        (b"submission_1:\n  :submitters: Ada\n", ""),
        (b"", ""),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nsubmission_1:\n  :submitters:\n  - :name: *b\n", ""),
    ],
)
def test_a_strange_index_loses_no_submission(index: bytes, words: str, tmp_path: Path) -> None:
    folder = as_folder(tmp_path, {"submission_metadata.yml": index, "submission_1/hw.ipynb": CODE})
    if words:
        with pytest.raises(UsageError, match=words):
            read(folder)
    else:
        assert named(read(folder))["submission_1"] == ["hw.ipynb"]


def test_one_of_several_assignments_of_nbgrader_must_be_this_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="of hw1, hw3, but not of 'hw'"):
        read(as_folder(tmp_path, {"submitted/ada/hw1/a.ipynb": CODE, "submitted/ada/hw3/a.ipynb": CODE}))


def test_the_only_assignment_of_nbgrader_counts_whatever_its_name(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "submitted", {"ada/ps1/a.ipynb": CODE, "README": b"x"})
    (folder / "bob" / "ps1").mkdir(parents=True)
    assert named(read(folder)) == {"ada": ["a.ipynb"], "bob": []}


def test_folders_that_are_like_those_of_nbgrader_are_no_submissions_of_its(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "submitted", {"ada/hw.ipynb": CODE, "ada/src/optim.py": b"x = 1"})
    assert read(folder).layout == "folder"


def test_names_that_are_not_utf_8_stay_apart(tmp_path: Path) -> None:
    folder = tmp_path / "download"
    for name in ("b\udcff", "b\udcfe"):
        hand_in(folder / name, {"hw.ipynb": CODE})
    assert named(read(folder)) == {"b\ufffd": ["hw.ipynb"], "b\ufffd-2": ["hw.ipynb"]}


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "download", {"ada/hw.ipynb": CODE})
    (folder / "bob").mkdir()
    (folder / "bob" / "hw.ipynb").symlink_to(folder / "ada" / "hw.ipynb")
    (folder / "carol").symlink_to(folder / "ada")
    loaded = {key_of(one): [member.load(100) for member in one.members] for one in read(folder).handed}
    assert loaded == {"ada": [(CODE, "")], "bob": [(b"", "is a link")], "carol": [(b"", "is a link")]}


@pytest.mark.usefixtures("ordinary_user")
def test_a_folder_that_cannot_be_listed_is_no_loss_in_silence() -> None:
    folder = hand_in(Path("download"), {"ada/hw.ipynb": CODE})
    (folder / "ada").chmod(0)
    with pytest.raises(UsageError, match=r"^download/ada cannot be listed: Permission denied$"):
        read(folder)


@pytest.mark.parametrize(
    ("data", "limit", "reason"),
    [(b"x" * 50, 10, "is larger than 0 MB"), (b"\0" * 2**21, 2**22, "unpacks to more than 800 times its size")],
)
def test_a_member_of_a_zip_that_is_too_large_says_so(data: bytes, limit: int, reason: str, tmp_path: Path) -> None:
    (one,) = read(as_zip(tmp_path, {"a.zip": data})).handed
    assert one.members[0].load(limit) == (b"", reason)


@pytest.mark.parametrize(("old", "new"), [(b"\x50\x4b\x03\x04", b"PK\x03\x05"), (b"x" * 40, b"y" * 40)])
def test_a_damaged_member_of_a_zip_says_so(old: bytes, new: bytes, tmp_path: Path) -> None:
    path = tmp_path / "download.zip"
    path.write_bytes(zipped({"a.zip": b"x" * 40}, method=0).replace(old, new, 1))
    (one,) = read(path).handed
    assert one.members[0].load(100)[1].startswith("is damaged (")
