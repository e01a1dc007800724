"""The container itself: what programs find in it, and what its limits do."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradescope.rehearsal.groups import Limits
from grader.gradescope.rehearsal.machine import running
from grader.gradescope.rehearsal.root import Root, hand_in
from grader.gradescope.rehearsal.watch import Usage

SHORT = Limits(memory_megabytes=200, processors=0.5, seconds=60)
SHELL = "/bin/sh"
GREEDY = "import time\nkept = []\nfor _ in range(80):\n    kept.append(b'x' * (10 * 2**20))\n    time.sleep(0.02)\n"
BUSY = "import time\nstart = time.monotonic()\nwhile time.monotonic() - start < 2:\n    pass\n"


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return container(tmp_path, has_groups=True)


def container(folder: Path, *, has_groups: bool) -> Root:
    try:
        return Root(folder, running(), has_groups=has_groups)
    except UsageError as error:
        pytest.skip(str(error))


def shell(root: Root, command: str, limits: Limits = SHORT) -> Usage:
    return root.execute((SHELL, "-c", command), limits)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("unshare --user true", "Operation not permitted"),
        ("unshare --mount true", "Operation not permitted"),
        ("mount -t tmpfs none /mnt", "permission denied"),
        ("umount /proc", "must be superuser"),
        ("nsenter --target 1 --mount true", "Operation not permitted"),
        ("touch /usr/written", "Read-only file system"),
        ("echo 1 > /proc/sys/vm/overcommit_memory", "Read-only file system"),
        ("hostname other", "you must be root"),
        (f"cat {Path(__file__)}", "No such file"),
        ("cat /etc/shadow", "No such file"),
    ],
)
def test_container_refuses(command: str, said: str, root: Root) -> None:
    done = shell(root, command)
    assert (done.exit_code != 0, said in done.output) == (True, True), done.output


@pytest.mark.parametrize(
    "command",
    [
        "touch /tmp/a /var/tmp/b /autograder/c",
        "test $(id -u) = 0 -a $(pwd) = /autograder",
        "echo x > /dev/null && head -c 4 /dev/urandom && test -d /dev/shm",
        "test -d submission -a -d results -a -d source",
        f"{running().program} -c 'import os; os.chown(\"results\", 12345, 12345); os.setresuid(12345, 12345, 12345)'",
        f"{running().program} -c 'import ssl, ctypes, venv'",
        'test -z "$(ls -A /tmp)"',
    ],
)
def test_container_allows(command: str, root: Root) -> None:
    done = shell(root, command)
    assert done.exit_code == 0, done.output


def test_container_sees_its_own_limits(root: Root) -> None:
    done = shell(root, "cd /sys/fs/cgroup && cat memory/memory.limit_in_bytes memory.max cpu/cpu.cfs_quota_us cpu.max")
    if done.memory_limit.startswith("cgroup") and done.processor_limit.startswith("cgroup"):
        numbers = [line.split()[0] for line in done.output.splitlines() if line[0].isdigit()]
        assert numbers == [str(200 * 2**20), "50000"]
    else:
        assert "No such file" in done.output


def test_nothing_that_runs_in_the_container_outlives_it(root: Root) -> None:
    shell(root, "sleep 98765 & exit 0")
    lines = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
    assert [line for line in lines if b"98765" in line] == []


@pytest.mark.parametrize("has_groups", [True, False])
def test_container_ends_what_takes_too_much_memory(has_groups: bool, tmp_path: Path) -> None:  # noqa: FBT001
    done = container(tmp_path, has_groups=has_groups).execute((running().program, "-c", GREEDY), SHORT)
    assert (done.exit_code != 0, done.is_out_of_memory) == (True, True)


@pytest.mark.parametrize("has_groups", [True, False])
def test_container_gives_half_a_processor(has_groups: bool, tmp_path: Path) -> None:  # noqa: FBT001
    done = container(tmp_path, has_groups=has_groups).execute((running().program, "-c", BUSY), SHORT)
    assert done.exit_code == 0, done.output
    assert done.processor_seconds < 0.7 * done.wall_seconds


def test_container_ends_what_takes_too_long(root: Root) -> None:
    done = shell(root, "sleep 1000", SHORT._replace(seconds=0.3))
    assert (done.is_out_of_time, done.exit_code != 0) == (True, True)


def test_exit_code_of_what_a_signal_ends(root: Root) -> None:
    assert shell(root, "kill -9 $$").exit_code == 137


def test_program_that_is_not_there(root: Root) -> None:
    assert "no container: " in root.execute(("/no/such/program",), SHORT).output


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("complete.zip", ["deeplearning", "hw2.ipynb", "submission_logs"]),
        ("empty.zip", ["empty.zip"]),
        ("not_a_zip.zip", ["not_a_zip.zip"]),
    ],
)
def test_hand_in_unpacks_what_can_be_unpacked(name: str, found: list[str], tmp_path: Path) -> None:
    hand_in(Path(__file__).parents[2] / "submissions_example" / name, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == found
