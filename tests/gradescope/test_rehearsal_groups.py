"""Control groups: where they are made, and what is written into them. The kernel's files are stood in for by plain ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.gradescope.rehearsal.groups import NONE, Group, Groups, Hierarchies, Limits, groups

MOUNT = "30 24 0:26 / {folder} rw,nosuid - {kind} {kind} rw,{controllers}\n"


def hierarchies(folder: Path, mounts: str, membership: str) -> Hierarchies:
    (folder / "mountinfo").write_text(mounts, "utf-8")
    (folder / "cgroup").write_text(membership, "utf-8")
    return Hierarchies(folder / "mountinfo", folder / "cgroup")


def texts(group: Group) -> dict[str, str]:
    """What was written; the files are removed, as the kernel does itself."""
    assert group.folder is not None
    found = {path.name: path.read_text("ascii") for path in group.folder.iterdir()}
    for name in found:
        (group.folder / name).unlink()
    return found


def test_version_2_limits_memory_and_time_in_one_group(tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu io memory", "ascii")
    here = hierarchies(tmp_path, MOUNT.format(folder=tmp_path, kind="cgroup2", controllers="nsdelegate"), "0::/mine\n")
    with groups(Limits(), here) as made:
        assert {(group.version, group.folder) for group in made} == {(2, made.memory.folder)}
        assert texts(made.memory) == {"memory.max": "805306368", "cpu.max": "50000 100000"}


def test_version_1_has_a_group_for_each(tmp_path: Path) -> None:
    for name in ("memory", "cpu,cpuacct"):
        (tmp_path / name / "mine").mkdir(parents=True)
    mounts = "".join(
        MOUNT.format(folder=tmp_path / name, kind="cgroup", controllers=name) for name in ("memory", "cpu,cpuacct")
    )
    with groups(Limits(), hierarchies(tmp_path, mounts, "3:cpu,cpuacct:/mine\n2:memory:/mine\n")) as made:
        assert {group.version for group in made} == {1}
        assert texts(made.memory) == {"memory.limit_in_bytes": "805306368"}
        assert texts(made.processor) == {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "50000"}


@pytest.mark.parametrize("delegated", ["", "memory", "pids io"])
def test_version_2_without_both_controllers_is_not_used(delegated: str, tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text(delegated, "ascii")
    here = hierarchies(tmp_path, MOUNT.format(folder=tmp_path, kind="cgroup2", controllers=""), "0::/\n")
    with groups(Limits(), here) as made:
        assert made == Groups()


def test_groups_are_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "cpuacct").mkdir()
    here = hierarchies(tmp_path, MOUNT.format(folder=tmp_path / "cpuacct", kind="cgroup", controllers="cpuacct"), "")
    with groups(Limits(), here) as made:
        assert made.doors() == (f"{made.accounting.folder}/cgroup.procs",)
    assert list((tmp_path / "cpuacct").iterdir()) == []


def test_group_reads_the_kernels_numbers(tmp_path: Path) -> None:
    (tmp_path / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1\n", "ascii")
    (tmp_path / "memory.events").write_text("low 0\noom 2\noom_kill 1\n", "ascii")
    (tmp_path / "cgroup.procs").write_text("12\n34\n", "ascii")
    made = Groups(*(Group(tmp_path, 2),) * 3)
    assert (made.seconds(), made.killed(), made.members()) == (1.5, 1, [12, 34])


def test_no_groups_say_nothing() -> None:
    made = Groups()
    assert (made.seconds(), made.killed(), made.members(), made.doors(), NONE.words()) == (None, 0, None, (), "")
