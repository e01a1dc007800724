"""Zips as students and attackers make them."""

from __future__ import annotations

import fnmatch
import io
import struct
import zipfile
from typing import Any

import pytest
from builders import notebook, zipped
from hypothesis import given
from hypothesis import strategies as st

from grader.records import File
from grader.submission import archive as archive_module
from grader.submission.archive import Opened, fits, is_junk, is_wanted, open_archive

PATTERNS = ("*.ipynb", "*.py")
NOTEBOOK = notebook("x = 1")


def opened(data: bytes) -> Opened:
    return open_archive(File(name="hw.zip", data=data), PATTERNS)


def with_entry(name: str, **fields: Any) -> bytes:
    """A zip with a good notebook and one odd entry."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("hw.ipynb", NOTEBOOK)
        entry = zipfile.ZipInfo("odd.py")
        entry.filename = name
        for field, value in fields.items():
            setattr(entry, field, value)
        archive.writestr(entry, b"x = 2")
    return buffer.getvalue()


def encrypted() -> bytes:
    """The same with the encryption flag set in both headers of the second entry."""
    data = bytearray(zipped({"hw.ipynb": NOTEBOOK, "odd.py": b"x = 2"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.rindex(signature)
        data[start + offset] |= 1
    return bytes(data)


def test_open_archive_reads_notebooks_and_modules() -> None:
    result = opened(zipped({"a/hw.ipynb": NOTEBOOK, "a/helper.py": b"y = 1", "a/data.csv": b"1,2"}))
    assert [file.name for file in result.files] == ["a/hw.ipynb", "a/helper.py"]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("../odd.py", "../odd.py was skipped: its name points outside the zip"),
        ("a/../../odd.py", "a/../../odd.py was skipped: its name points outside the zip"),
        ("/etc/odd.py", "/etc/odd.py was skipped: its name is not a plain path inside the zip"),
        ("C:/odd.py", "C:/odd.py was skipped: its name is not a plain path inside the zip"),
        ("..\\odd.py", "../odd.py was skipped: its name points outside the zip"),
        ("C:\\odd.py", "C:/odd.py was skipped: its name is not a plain path inside the zip"),
        ("\\\\server\\odd.py", "//server/odd.py was skipped: its name is not a plain path inside the zip"),
    ],
)
def test_open_archive_skips_names_that_are_no_plain_path(name: str, note: str) -> None:
    result = opened(with_entry(name))
    assert ([file.name for file in result.files], result.notes) == (["hw.ipynb"], (note,))


def test_open_archive_reads_a_backslash_as_a_slash() -> None:
    assert opened(with_entry("a\\odd.py")).files[1] == File(name="a/odd.py", data=b"x = 2")


def test_open_archive_skips_names_that_would_fill_the_report() -> None:
    result = opened(with_entry("x" * 2_000 + ".py"))
    assert result.notes == ("x" * 100 + " was skipped: its name has more than 1000 characters",)


def test_open_archive_says_little_of_long_damage() -> None:
    data = zipped({"x" * 900 + ".py": b"x = 22222"}, zipfile.ZIP_STORED).replace(b"x = 22222", b"x = 33333")
    assert len(opened(data).notes[0]) < 300


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_open_archive_skips_methods_that_unpack_without_a_limit(method: int) -> None:
    note = opened(zipped({"hw.ipynb": NOTEBOOK}, method)).notes[0]
    assert note.startswith("hw.ipynb was skipped: it is compressed by an unusual method")


def test_open_archive_skips_damaged_members() -> None:
    data = bytearray(zipped({"hw.ipynb": NOTEBOOK * 50}))
    start = data.index(b"hw.ipynb") + len(b"hw.ipynb") + 12
    data[start : start + 18] = bytes(byte ^ 0xFF for byte in data[start : start + 18])
    assert opened(bytes(data)).notes[0].startswith("hw.ipynb was skipped: it is damaged")


def test_open_archive_skips_links() -> None:
    result = opened(with_entry("link.py", external_attr=0o120777 << 16))
    assert result.notes == ("link.py was skipped: it is a link, not a file",)


def test_open_archive_skips_encrypted_entries() -> None:
    assert opened(encrypted()).notes == ("odd.py was skipped: it is encrypted",)


def test_open_archive_skips_unknown_compression() -> None:
    data = bytearray(zipped({"hw.ipynb": NOTEBOOK, "odd.py": b"x = 2"}))
    data[data.rindex(b"PK\x01\x02") + 10] = 99
    assert opened(bytes(data)).notes[0].startswith("odd.py was skipped: it is compressed by an unusual method")


def test_open_archive_skips_a_wrong_checksum() -> None:
    data = zipped({"hw.ipynb": NOTEBOOK, "odd.py": b"x = 22222"}, zipfile.ZIP_STORED).replace(
        b"x = 22222", b"x = 33333"
    )
    assert opened(data).notes == ("odd.py was skipped: it is damaged (Bad CRC-32 for file 'odd.py')",)


def test_open_archive_takes_the_last_of_two_with_one_name() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.py", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.py", b"second")
    result = opened(buffer.getvalue())
    assert result.files == (File(name="a.py", data=b"second"),)
    assert result.notes == ("a.py is in the zip twice: the last one counts",)


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/._hw.ipynb",
        "a/.ipynb_checkpoints/hw-checkpoint.ipynb",
        ".DS_Store",
        "a/__pycache__/x.py",
        "._hw.ipynb",
    ],
)
def test_open_archive_ignores_what_systems_leave_behind(name: str) -> None:
    assert opened(zipped({"hw.ipynb": NOTEBOOK, name: NOTEBOOK})).files == (File(name="hw.ipynb", data=NOTEBOOK),)


def test_open_archive_names_a_zip_inside() -> None:
    inner = zipped({"hw.ipynb": NOTEBOOK})
    assert opened(zipped({"hw.zip": inner})).notes == ("hw.zip is a zip inside the zip: it was not opened",)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "hw.zip cannot be opened. It is empty: zip your notebook again and hand that in."),
        (zipped({}), "hw.zip is an empty zip: put the notebook into it and hand it in again."),
        (zipped({"folder/": b""}), "hw.zip is an empty zip: put the notebook into it and hand it in again."),
    ],
)
def test_open_archive_says_what_to_do_with_nothing(data: bytes, fault: str) -> None:
    assert opened(data).fault == fault


@pytest.mark.parametrize("data", [b"hello", b"PK\x03\x04", zipped({"a.py": b"x"})[:-10], bytes(1000)])
def test_open_archive_says_that_it_is_no_zip(data: bytes) -> None:
    assert opened(data).fault.startswith("hw.zip cannot be opened. It is not a zip")


def test_open_archive_refuses_a_bomb() -> None:
    result = opened(zipped({"hw.ipynb": bytes(5 * 2**20)}))
    assert result.notes == ("hw.ipynb was skipped: it unpacks to more than 800 times its size",)


def test_open_archive_refuses_a_large_member() -> None:
    data = zipped({"hw.ipynb": bytes(21 * 2**20)}, zipfile.ZIP_STORED)
    assert opened(data).notes == ("hw.ipynb was skipped: it is larger than 20 MB",)


def test_open_archive_counts_all_members_together() -> None:
    result = opened(zipped({f"{i}.py": bytes(19 * 2**20) for i in range(6)}, zipfile.ZIP_STORED))
    assert result.notes == ("5.py was skipped: the zip holds more than 100 MB of notebooks and code",)


def test_open_archive_does_not_believe_the_size_it_is_told() -> None:
    data = bytearray(zipped({"hw.ipynb": bytes(3 * 2**20)}))
    start = data.rindex(b"PK\x01\x02")
    data[start + 24 : start + 28] = struct.pack("<I", 10)
    assert opened(bytes(data)).files == ()


def test_open_archive_refuses_very_many_entries() -> None:
    data = zipped({f"{i}.txt": b"" for i in range(archive_module.MAX_ENTRIES + 1)})
    assert opened(data).fault == "hw.zip holds 10001 entries; the limit is 10000. Leave out data sets."


def test_open_archive_refuses_overlapping_entries() -> None:
    data = bytearray(zipped({"a.py": b"x" * 100, "b.py": b"y" * 100}, zipfile.ZIP_STORED))
    start = data.rindex(b"PK\x01\x02")
    data[start + 42 : start + 46] = struct.pack("<I", 10)
    assert opened(bytes(data)).fault == "hw.zip is damaged: its entries overlap. Zip your files again."


@given(st.data())
def test_open_archive_never_raises(data: st.DataObject) -> None:
    raw = bytearray(zipped({"hw.ipynb": NOTEBOOK, "b.py": b"y = 1" * 20}))
    for _change in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(opened(bytes(raw[: data.draw(st.integers(0, len(raw)))])), Opened)


@pytest.mark.parametrize(
    ("name", "expected"), [("a/b.ipynb", True), ("b.py", True), ("b.txt", False), ("HW.IPYNB", True)]
)
def test_is_wanted_matches_the_last_part(name: str, expected: bool) -> None:  # noqa: FBT001
    assert is_wanted(name, PATTERNS) is expected


def test_is_wanted_matches_the_whole_path() -> None:
    assert is_wanted("deeplearning/optim.py", ("deeplearning/*.py",))


def test_is_junk_leaves_ordinary_names() -> None:
    assert not is_junk("homework/hw2.ipynb")


def test_open_archive_has_room_for_code_whatever_the_other_files_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_TOTAL_BYTES", 1_000)
    files = {"logs/a.npz": bytes(900), "logs/b.npz": bytes(900), "hw.ipynb": NOTEBOOK, "a.py": b"x = 2"}
    found = open_archive(File(name="hw.zip", data=zipped(files)), ("*.ipynb", "logs/*.npz"))
    assert [file.name for file in found.files] == ["hw.ipynb", "a.py", "logs/a.npz"]
    assert [note.partition(":")[0] for note in found.notes] == ["logs/b.npz was skipped"]


@pytest.mark.parametrize(
    "pattern", ["*.py", "*/a*b*.npz", "a.py", "a*", "*", "ab*ba", "*a*a*", "[ab].py", "?.py", "a**b", ""]
)
@pytest.mark.parametrize(
    "name", ["a.py", "b/a.py", "x/aab.npz", "x/ab/b.npz", "aba", "abba", "a", "aa", "ab", "", "a\nb"]
)
def test_fits_is_what_fnmatch_says(name: str, pattern: str) -> None:
    assert fits(name, pattern) is fnmatch.fnmatchcase(name, pattern)
