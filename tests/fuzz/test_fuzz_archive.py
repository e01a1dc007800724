"""Zips that are damaged, odd, or bombs."""

from __future__ import annotations

import tracemalloc
import zipfile

import pytest
from builders import zipped
from fuzz.archive_inputs import ZIP_PIECES, archives
from fuzz.inputs import FIXED, rubble
from fuzz.properties import PATTERNS, holds_for_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.records import File
from grader.submission.archive import MAX_MEMBER_BYTES, MAX_TOTAL_BYTES, open_archive

MEGABYTE = 2**20


@settings(FIXED, max_examples=300)
@given(st.binary(max_size=300) | rubble(ZIP_PIECES))
def test_archive_holds_for_noise(data: bytes) -> None:
    holds_for_archive(data)


@settings(FIXED, max_examples=300)
@given(archives)
def test_archive_holds_for_damaged_and_odd_zips(data: bytes) -> None:
    holds_for_archive(data)


def repeated(data: bytes, entries: int) -> bytes:
    """A zip of one member whose directory lists it so many times: the quoted form of an overlapping bomb."""
    whole = zipped({"a.py": data})
    start, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    directory = whole[start:end] * entries
    tail = bytearray(whole[end:])
    tail[8:12] = entries.to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    return whole[:start] + directory + bytes(tail)


def with_size(data: bytes, size: int) -> bytes:
    """The same zip, whose directory lies about the size of the last member."""
    start = data.rindex(b"PK\x01\x02") + 24
    return data[:start] + size.to_bytes(4, "little") + data[start + 4 :]


ZEROS = bytes(60 * MEGABYTE)
LINES = bytes(range(256)) * (MAX_MEMBER_BYTES // 256)  # compresses less than a bomb does
BOMBS = {
    "one of zeros": zipped({"a.py": ZEROS}),
    "one in bzip2": zipped({"a.py": ZEROS}, zipfile.ZIP_BZIP2),
    "one in lzma": zipped({"a.py": ZEROS}, zipfile.ZIP_LZMA),
    "many below the ratio": zipped({f"{index}.py": LINES for index in range(8)}),
    "many small of zeros": zipped({f"{index}.py": bytes(MEGABYTE) for index in range(300)}),
    "a small size announced": with_size(zipped({"a.py": ZEROS}), 10),
    "a large size announced": with_size(zipped({"a.py": b"x"}), 2**32 - 2),
    "one entry listed 5000 times": repeated(bytes(MEGABYTE), 5000),
    "a zip inside": zipped({"a.zip": zipped({"a.py": ZEROS})}),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_archive_takes_no_more_memory_than_the_caps_allow(bomb: bytes) -> None:
    tracemalloc.start()
    try:
        open_archive(File(name="hw.zip", data=bomb), PATTERNS)
        _left, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MAX_TOTAL_BYTES + 3 * MAX_MEMBER_BYTES


def test_archive_keeps_nothing_of_what_it_opened() -> None:
    tracemalloc.start()
    try:
        for bomb in BOMBS.values():
            open_archive(File(name="hw.zip", data=bomb), PATTERNS)
        left, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < MEGABYTE
