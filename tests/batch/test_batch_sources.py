"""Submissions as they are handed to the grader: ids, names that tell nothing, hashes."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from builders import notebook, zipped
from runs import SIX, hand_in

from grader.batch.sources import Handed, check_sources, nameless, read_sources, submission_hash
from grader.errors import SubmissionError, UsageError
from grader.plan import Plan
from grader.records import Bundle, File
from grader.submission.collect import Member


def handed(path: Path) -> list[Handed]:
    return [one for source in read_sources([path], "hw") for one in source.handed]


def renamed(plan: Plan, *names: str) -> list[str]:
    members = [Member(name, lambda _limit: (b"", "")) for name in names]
    return [member.name for member in nameless(members, plan)]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ada_lovelace.ipynb"], ["submission.ipynb"]),
        (["Ada.IPYNB"], ["submission.ipynb"]),
        (["ada/hw.ipynb"], ["submission.ipynb"]),
        (["ada_lovelace.zip"], ["submission.zip"]),
        (["ada.py"], ["submission.py"]),
        (["ada.py", "log.npz"], ["submission.py", "log.npz"]),
        (["rules.py"], ["rules.py"]),  # the starter has one of this name, which others import
        (["ada.ipynb", "helper.py"], ["ada.ipynb", "helper.py"]),
        (["ada.ipynb", "old.zip"], ["submission.ipynb", "old.zip"]),
        (["ada-1.zip", "ada-2.zip"], ["ada-1.zip", "ada-2.zip"]),
        (["ada.pdf"], ["ada.pdf"]),
    ],
)
def test_nameless_hides_the_name_of_an_only_file(names: list[str], expected: list[str], plan: Plan) -> None:
    assert renamed(plan, *names) == expected


def test_nameless_keeps_the_name_that_the_rubric_asks_for(plan: Plan) -> None:
    assert renamed(msgspec.structs.replace(plan, files=("answers*.py",)), "answers.py") == ["answers.py"]


def test_bundle_of_an_only_zip_tells_no_name(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "ada.zip").write_bytes(zipped({"hw.ipynb": SIX}))
    (one,) = handed(tmp_path / "ada.zip")
    bundle = one.bundle(plan)
    assert (bundle.name, bundle.is_archive, [file.name for file in bundle.files]) == (
        "submission",
        True,
        ["submission.zip"],
    )


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"hw.pdf": b"%", "README": b"x"}, r"^only \.pdf, a file without an ending was handed in; hand in a \.zip"),
        ({}, r"^nothing was handed in; hand in a \.zip"),
        ({"x.zip": b"0" * (100 * 2**20 + 1)}, r"^submission\.zip is 101 MB"),
    ],
)
def test_bundle_refuses_what_cannot_be_graded(files: dict[str, bytes], words: str, plan: Plan, tmp_path: Path) -> None:
    hand_in(tmp_path / "course" / "ada", files)
    (one,) = handed(tmp_path / "course")
    with pytest.raises(SubmissionError, match=words):
        one.bundle(plan)


def test_ids_do_not_depend_on_where_a_source_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("a", "b"):
        hand_in(tmp_path / place / "hw", {"ada.ipynb": SIX})
    monkeypatch.chdir(tmp_path / "b" / "hw")
    paths = [tmp_path / "a" / "hw", Path("../hw"), Path()]
    assert len({one.id for path in paths for one in handed(path)}) == 1


def test_ids_are_different_for_every_submission(tmp_path: Path) -> None:
    hand_in(tmp_path / "hw", {f"{number}.ipynb": SIX for number in range(100)})
    assert len({one.id for one in handed(tmp_path / "hw")}) == 100


def test_ids_tell_no_name(tmp_path: Path) -> None:
    hand_in(tmp_path / "hw", {"ada.ipynb": SIX})
    (one,) = handed(tmp_path / "hw")
    assert (len(one.id), one.id.isalnum(), one.place) == (12, True, "hw: ada.ipynb")


@pytest.mark.parametrize(
    "changed",
    [
        {"files": (File(name="a.py", data=b"2"),)},
        {"files": (File(name="b.py", data=b"1"),)},
        {"files": (File(name="a.py", data=b"1"), File(name="c.py", data=b""))},
        {"is_archive": True},
        {"notes": ("b.py is a link: it was skipped",)},
    ],
)
def test_submission_hash_tells_what_is_graded_apart(changed: dict[str, object]) -> None:
    bundle = Bundle(name="1", files=(File(name="a.py", data=b"1"),))
    assert submission_hash(msgspec.structs.replace(bundle, **changed)) != submission_hash(bundle)


def test_submission_hash_is_the_same_for_the_same_files() -> None:
    first, second = File(name="a.py", data=b"1"), File(name="b.py", data=b"2")
    bundles = [Bundle(name="1", files=(first, second)), Bundle(name="2", files=(second, first))]
    assert len(set(map(submission_hash, bundles))) == 1


@pytest.mark.parametrize(("parts", "moved"), [(("ab", "c"), ("a", "bc")), (("a", "b\n1 c 1\nd"), ("a", "b"))])
def test_submission_hash_knows_where_a_file_ends(parts: tuple[str, str], moved: tuple[str, str]) -> None:
    bundles = [Bundle(name="1", files=(File(name=name, data=data.encode()),)) for name, data in (parts, moved)]
    assert len(set(map(submission_hash, bundles))) == 2


def test_check_sources_refuses_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        check_sources([tmp_path, tmp_path / "missing"])


def test_check_sources_refuses_two_of_one_name(tmp_path: Path) -> None:
    for place in ("a", "b"):
        (tmp_path / place / "hw").mkdir(parents=True)
    with pytest.raises(UsageError, match="two sources are called hw: rename one"):
        check_sources([tmp_path / "a" / "hw", tmp_path / "b" / "hw"])


def test_a_pipe_is_no_submission(plan: Plan, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "hw.zip")
    (one,) = handed(tmp_path / "hw.zip")
    with pytest.raises(SubmissionError, match="is not an ordinary file"):
        one.bundle(plan)


def test_a_file_that_cannot_be_read_is_noted(plan: Plan, tmp_path: Path) -> None:
    hand_in(tmp_path / "hw" / "ada", {"a.ipynb": notebook("x = 1")})
    (tmp_path / "hw" / "ada" / "b.py").symlink_to("/etc/passwd")
    (one,) = handed(tmp_path / "hw")
    assert one.bundle(plan).notes == ("b.py is a link: it was skipped",)
