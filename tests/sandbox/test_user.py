"""Who a child is, tried by a forked process."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from forks import in_a_fork, status

from grader.sandbox import kernel, user
from grader.sandbox.messages import Fork

PRIVATE = user.is_interpreter_private()
SETTINGS = Fork(uid=60_001, memory_bytes=2**30, cpu_seconds=10)
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")


def status_after_drop() -> dict[str, str]:
    user.drop_user(SETTINGS, keeps_reading=PRIVATE)
    return status()


@needs_root
@pytest.mark.parametrize(("field", "expected"), [("Uid", ["60001"] * 4), ("Gid", ["60001"] * 4), ("Groups", [])])
def test_drop_user_leaves_no_way_back(field: str, expected: list[str]) -> None:
    assert in_a_fork(status_after_drop)[field].split() == expected


@needs_root
def test_drop_user_keeps_at_most_the_right_to_read() -> None:
    allowed = user.KEPT_FOR_READING if PRIVATE else 0
    assert int(in_a_fork(status_after_drop)["CapEff"], 16) == allowed


@needs_root
def test_drop_user_cannot_write_where_root_can(tmp_path: Path) -> None:
    def action() -> str:
        user.drop_user(SETTINGS, keeps_reading=PRIVATE)
        (tmp_path / "x").write_text("x")
        return "written"

    assert in_a_fork(action) == "PermissionError"


def test_drop_user_says_why_it_is_not_active() -> None:
    settings = Fork(uid=None, memory_bytes=2**30, cpu_seconds=10)
    assert user.drop_user(settings, keeps_reading=PRIVATE) == "only root can change to another user"


@needs_root
def test_drop_user_twice_is_refused() -> None:
    def action() -> None:
        user.drop_user(SETTINGS, keeps_reading=PRIVATE)
        user.drop_user(Fork(uid=60_002, memory_bytes=0, cpu_seconds=1), keeps_reading=PRIVATE)

    assert in_a_fork(action) == "PermissionError"


def test_renounce_privileges_is_final() -> None:
    def action() -> dict[str, str]:
        user.renounce_privileges()
        return status()

    assert in_a_fork(action)["NoNewPrivs"] == "1"


@needs_root
def test_trim_template_keeps_what_a_template_needs() -> None:
    def action() -> int:
        user.trim_template()
        return kernel.capabilities()

    wanted = (1 << kernel.CAP_KILL) | (1 << kernel.CAP_SETGID) | (1 << kernel.CAP_SETUID)
    assert in_a_fork(action) & ~user.KEPT_FOR_READING == wanted


def test_is_open_to_all_follows_the_folders(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    path = tmp_path / "open" / "file"
    path.touch()
    tmp_path.chmod(stat.S_IRWXU)
    assert not user.is_open_to_all(path)
