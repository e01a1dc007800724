"""Zips that are damaged, odd, or bombs."""

from __future__ import annotations

import functools
import tracemalloc
import zipfile
from collections.abc import Callable

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


ZEROS = bytes(40 * MEGABYTE)
MORE_ZEROS = bytes(100 * MEGABYTE)
LINES = bytes(range(256)) * (MAX_MEMBER_BYTES // 256)  # compresses less than a bomb does
BOMBS: dict[str, Callable[[], bytes]] = {
    "one of zeros": lambda: zipped({"a.py": ZEROS}),
    "one in bzip2": lambda: zipped({"a.py": MORE_ZEROS}, zipfile.ZIP_BZIP2),
    "one in lzma": lambda: zipped({"a.py": MORE_ZEROS}, zipfile.ZIP_LZMA),
    "many below the ratio": lambda: zipped({f"{index}.py": LINES for index in range(8)}),
    "many small of zeros": lambda: zipped({f"{index}.py": bytes(MEGABYTE) for index in range(300)}),
    "a small size announced": lambda: with_size(zipped({"a.py": ZEROS}), 10),
    "a large size announced": lambda: with_size(zipped({"a.py": b"x"}), 2**32 - 2),
    "one entry listed 5000 times": lambda: repeated(bytes(MEGABYTE), 5000),
    "a zip inside": lambda: zipped({"a.zip": zipped({"a.py": ZEROS})}),
}


@functools.cache
def made(name: str) -> bytes:
    """A bomb, made once."""
    return BOMBS[name]()


def traced(bombs: list[bytes]) -> tuple[int, int]:
    """Bytes that are left, and that were at most in use, when these were opened one after the other."""
    tracemalloc.start()
    try:
        for bomb in bombs:
            open_archive(File(name="hw.zip", data=bomb), PATTERNS)
        return tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", BOMBS)
def test_archive_takes_no_more_memory_than_the_caps_allow(name: str) -> None:
    _left, peak = traced([made(name)])
    assert peak < MAX_TOTAL_BYTES + 3 * MAX_MEMBER_BYTES


def test_archive_keeps_nothing_of_what_it_opened() -> None:
    left, _peak = traced([made(name) for name in BOMBS])
    assert left < MEGABYTE
