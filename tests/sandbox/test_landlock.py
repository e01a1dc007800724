"""Landlock, tried by a forked process, and what children may read."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from forks import in_a_fork

from grader.sandbox import kernel, landlock

needs_landlock = pytest.mark.skipif(not landlock.is_there(), reason="this kernel has no Landlock")


def restricted(paths: list[Path], action: Callable[[], object]) -> object:
    """What `action` gives in a process that may only read `paths`."""

    def confined() -> object:
        ruleset = landlock.make_ruleset(paths)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        landlock.restrict_self(ruleset)
        return action()

    return in_a_fork(confined)


@needs_landlock
def test_ruleset_allows_to_read_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert restricted([tmp_path], (tmp_path / "a").read_text) == "x"


@needs_landlock
def test_ruleset_allows_a_single_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert restricted([tmp_path / "a"], (tmp_path / "a").read_text) == "x"


@needs_landlock
@pytest.mark.parametrize(
    "action",
    [
        lambda path: (path / "a").read_text(),
        lambda path: list(path.iterdir()),
        lambda path: (path / "new").write_text("x"),
        lambda path: (path / "a").unlink(),
        lambda path: (path / "a").rename(path / "b"),
        lambda path: (path / "d").mkdir(),
        lambda path: os.truncate(path / "a", 0),
        lambda path: os.mkfifo(path / "f"),
        lambda path: (path / "s").symlink_to("a"),
    ],
)
def test_ruleset_refuses_the_rest(tmp_path: Path, action: Callable[[Path], object]) -> None:
    (tmp_path / "a").write_text("x")
    assert restricted([], lambda: action(tmp_path)) == "PermissionError"


@needs_landlock
def test_ruleset_refuses_to_write_what_it_lets_read(tmp_path: Path) -> None:
    assert restricted([tmp_path], lambda: (tmp_path / "a").write_text("x")) == "PermissionError"


@needs_landlock
def test_ruleset_refuses_tcp() -> None:
    if landlock.abi_version() < 4:
        pytest.skip("this kernel's Landlock knows no TCP ports")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        assert restricted([], lambda: client.connect(server.getsockname())) == "PermissionError"


@needs_landlock
def test_ruleset_ignores_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert restricted([tmp_path / "none"], lambda: "fine") == "fine"


@pytest.mark.parametrize(
    ("private", "expected"),
    [
        ([], ["."]),
        (["later/x"], ["lib", "other"]),  # it may come into being
        (["lib/course"], ["lib/numpy", "other"]),
        (["lib/course/rubrics"], ["lib/course/code.py", "lib/numpy", "other"]),
        (["lib"], ["other"]),
        (["."], []),
        ([".."], ["."]),  # Python inside of a private folder must stay readable
    ],
)
def test_without_leaves_out_what_is_private(tmp_path: Path, private: list[str], expected: list[str]) -> None:
    root = tmp_path / "root"
    for name in ("lib/course/rubrics/q1.yaml", "lib/course/code.py", "lib/numpy/x.py", "other/y.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    found = landlock.without(root, [(root / name).resolve() for name in private])
    assert sorted(str(path.relative_to(root)) for path in found) == expected


def test_readable_paths_cover_the_standard_library_and_not_this_package() -> None:
    package = Path(landlock.__file__).parents[1]
    paths = landlock.readable_paths([package])
    assert any(Path(os.__file__).is_relative_to(path) for path in paths)
    assert not any(path.is_relative_to(package) or package.is_relative_to(path) for path in paths)


def test_without_follows_no_link_back_to_what_is_private(tmp_path: Path) -> None:
    (tmp_path / "python3.11" / "course").mkdir(parents=True)
    (tmp_path / "python3.11" / "numpy").mkdir()
    (tmp_path / "python3.1").symlink_to("python3.11")
    found = landlock.without(tmp_path, [tmp_path / "python3.11" / "course"])
    assert sorted(str(path.relative_to(tmp_path)) for path in found) == ["python3.11/numpy"]


def test_without_skips_a_folder_that_cannot_be_listed(tmp_path: Path) -> None:
    assert list(landlock.without(tmp_path / "none", [tmp_path / "none" / "x"])) == []
