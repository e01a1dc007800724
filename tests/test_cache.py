"""Files in the cache: where they lie, and which of them are believed."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.cache import _head, _is_ours, load, store

KEY, BODY = "a-key", b"first line\nsecond line\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "kind" / "file"


@pytest.mark.parametrize("body", [BODY, b"", b"\n", b"\x00\xff"])
def test_load_gives_what_was_stored(path: Path, body: bytes) -> None:
    store(path, KEY, body)
    assert load(path, KEY) == body


def test_store_replaces_what_was_there(path: Path) -> None:
    store(path, KEY, b"old and longer")
    store(path, KEY, BODY)
    assert load(path, KEY) == BODY


def test_store_leaves_one_private_file_in_a_private_folder(path: Path) -> None:
    store(path, KEY, BODY)
    modes = [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)]
    assert ([place.name for place in path.parent.iterdir()], modes) == (["file"], [0o600, 0o700])


def test_store_does_not_write_through_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    (tmp_path / "other").write_bytes(b"untouched")
    path.symlink_to(tmp_path / "other")
    store(path, KEY, BODY)
    assert (load(path, KEY), (tmp_path / "other").read_bytes()) == (BODY, b"untouched")


def test_store_passes_over_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store(tmp_path / "file" / "below", KEY, BODY)
    assert load(tmp_path / "file" / "below", KEY) is None


def test_store_that_fails_leaves_no_part(path: Path) -> None:
    path.mkdir(parents=True)  # where the file would go
    (path / "x").touch()
    store(path, KEY, BODY)
    assert [place.name for place in path.parent.iterdir()] == ["file"]


def _link(path: Path) -> None:
    path.symlink_to(path.rename(path.with_suffix(".moved")))


def _become_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _become_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    "spoil",
    [
        Path.unlink,
        _link,
        _become_folder,
        _become_pipe,
        _flip,
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes(path.read_bytes() + b"x"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(BODY),
        lambda path: path.write_bytes(_head("another-key", BODY) + b"\n" + BODY),
        lambda path: path.chmod(0o620),
        lambda path: path.chmod(0o602),
    ],
    ids=[
        "gone",
        "link",
        "folder",
        "pipe",
        "bit flipped",
        "shorter",
        "longer",
        "empty",
        "no head",
        "another key",
        "group writes",
        "others write",
    ],
)
def test_load_does_not_believe(path: Path, spoil: Callable[[Path], object]) -> None:
    store(path, KEY, BODY)
    spoil(path)
    assert load(path, KEY) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")
def test_load_does_not_believe_somebody_else(path: Path) -> None:
    store(path, KEY, BODY)
    os.chown(path, 12_345, -1)
    assert load(path, KEY) is None


def test_load_with_another_key_finds_nothing(path: Path) -> None:
    store(path, KEY, BODY)
    assert load(path, "another-key") is None


@pytest.mark.parametrize(
    ("mode", "uid", "expected"),
    [
        (stat.S_IFREG | 0o600, os.getuid(), True),
        (stat.S_IFREG | 0o644, os.getuid(), True),
        (stat.S_IFREG | 0o600, os.getuid() + 1, False),
        (stat.S_IFREG | 0o620, os.getuid(), False),
        (stat.S_IFREG | 0o602, os.getuid(), False),
        (stat.S_IFIFO | 0o600, os.getuid(), False),
    ],
)
def test_is_ours(mode: int, uid: int, expected: bool) -> None:  # noqa: FBT001 (a table)
    assert _is_ours(os.stat_result((mode, 0, 0, 1, uid, 0, 0, 0, 0, 0))) is expected
