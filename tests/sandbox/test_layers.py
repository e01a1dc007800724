"""The layers of isolation, put on by a forked process, and the decisions around them."""

from __future__ import annotations

import json
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.sandbox import layers
from grader.sandbox.messages import Fork

SETTINGS = Fork(uid=60_001 if os.geteuid() == 0 else None, memory_bytes=2**30, cpu_seconds=10)


def in_a_fork(action: Callable[[], object]) -> Any:
    """What `action` gives in a forked process, as JSON through a pipe."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, json.dumps(action()).encode())
        finally:
            os._exit(0)  # whatever is raised: this process must not go on with the tests
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        result = json.loads(pipe.read())
    os.waitpid(pid, 0)
    return result


def status_after(*applied: Callable[[Fork], str]) -> dict[str, str]:
    """/proc/self/status after putting on layers."""

    def action() -> dict[str, str]:
        for apply in applied:
            apply(SETTINGS)
        lines = Path("/proc/self/status").read_text("ascii").splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)

    result: dict[str, str] = in_a_fork(action)
    return result


@pytest.mark.parametrize(
    ("kind", "limit"),
    [("RLIMIT_CORE", 0), ("RLIMIT_NOFILE", 64), ("RLIMIT_FSIZE", 2**20), ("RLIMIT_CPU", 10)],
)
def test_limit_resources_sets(kind: str, limit: int) -> None:
    def action() -> int:
        layers.limit_resources(SETTINGS)
        return resource.getrlimit(getattr(resource, kind))[0]

    assert in_a_fork(action) == limit


@pytest.mark.parametrize(("wanted", "expected"), [(30, [30, 30]), (50, [40, 40])])
def test_set_limit_stays_below_an_inherited_hard_limit(wanted: int, expected: list[int]) -> None:
    def action() -> tuple[int, int]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        layers.set_limit(resource.RLIMIT_NOFILE, wanted, wanted)
        return resource.getrlimit(resource.RLIMIT_NOFILE)

    assert in_a_fork(action) == expected


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")
def test_drop_user_leaves_no_way_back() -> None:
    status = status_after(layers.drop_user)
    assert status["Uid"].split() == ["60001"] * 4
    assert status["Groups"].strip() == ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")
def test_drop_user_keeps_at_most_the_right_to_read() -> None:
    status = status_after(layers.drop_user)
    allowed = 1 << layers.CAP_DAC_READ_SEARCH if layers.is_interpreter_private() else 0
    assert int(status["CapEff"], 16) == allowed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")
def test_drop_user_cannot_write_where_root_can(tmp_path: Path) -> None:
    def action() -> str:
        layers.drop_user(SETTINGS)
        try:
            (tmp_path / "x").write_text("x")
        except PermissionError:
            return "refused"
        return "written"

    assert in_a_fork(action) == "refused"


def test_drop_user_says_why_it_is_not_active() -> None:
    settings = Fork(uid=None, memory_bytes=2**30, cpu_seconds=10)
    assert layers.drop_user(settings) == "only root can change to another user"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give its rights up")
def test_drop_user_reports_a_refusal() -> None:
    def action() -> list[str]:
        return [layers.drop_user(SETTINGS), layers.drop_user(Fork(uid=60_002, memory_bytes=0, cpu_seconds=1))]

    assert in_a_fork(action) == ["", "the system refuses to change the user: Operation not permitted"]


def test_renounce_privileges_is_final() -> None:
    assert status_after(layers.renounce_privileges)["NoNewPrivs"] == "1"


def test_apply_layers_reports_each() -> None:
    states = in_a_fork(lambda: [state.name for state in layers.apply_layers(SETTINGS) if state.is_active])
    assert states == [layer.name for layer in layers.LAYERS if layer.name != "user" or os.geteuid() == 0]


def test_take_descriptors_leaves_five() -> None:
    def action() -> list[int]:
        request, _other = os.pipe()
        _another, reply = os.pipe()
        keep = os.dup2(report, 5)  # the pipe back to the test
        layers.take_descriptors(request, reply)
        return [keep]

    read, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        action()
        names = sorted(int(path.name) for path in Path("/proc/self/fd").iterdir())
        os._exit(0 if names[:5] == [0, 1, 2, 3, 4] and len(names) == 6 else 1)  # and the one that lists them
    os.close(report)
    os.close(read)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_is_interpreter_private_follows_the_folders(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    path = tmp_path / "open" / "file"
    path.touch()
    tmp_path.chmod(stat.S_IRWXU)
    assert not layers._is_open_to_all(path)
