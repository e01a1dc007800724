"""Resource limits, set by a forked process."""

from __future__ import annotations

import mmap
import os
import resource
import threading

import pytest
from forks import in_a_fork

from grader.sandbox import limits
from grader.sandbox.messages import Fork

UNUSED = limits.Used(address_space=2**33, threads=0)
SETTINGS = Fork(uid=60_001, memory_bytes=2**30, cpu_seconds=10)


@pytest.mark.parametrize(
    ("kind", "limit"),
    [
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", 64),
        ("RLIMIT_FSIZE", 2**20),
        ("RLIMIT_CPU", 10),
        ("RLIMIT_NPROC", 64),
        ("RLIMIT_MEMLOCK", 0),
        ("RLIMIT_MSGQUEUE", 0),
        ("RLIMIT_SIGPENDING", 256),
    ],
)
def test_limit_resources_sets(kind: str, limit: int) -> None:
    def action() -> int:
        limits.limit_resources(SETTINGS, UNUSED)
        return resource.getrlimit(getattr(resource, kind))[0]

    assert in_a_fork(action) == limit


def test_limit_resources_allows_memory_on_top_of_what_is_mapped() -> None:
    def action() -> int:
        limits.limit_resources(SETTINGS, limits.Used(address_space=2**33, threads=0))
        return resource.getrlimit(resource.RLIMIT_AS)[0]

    assert in_a_fork(action) == 2**33 + 2**30


def test_address_space_grows_with_what_is_mapped() -> None:
    before = limits.address_space()
    with mmap.mmap(-1, 2**28):
        assert limits.address_space() - before == pytest.approx(2**28, rel=0.05)


def test_limit_resources_counts_the_threads_of_a_shared_user() -> None:
    def action() -> int:
        limits.limit_resources(Fork(uid=None, memory_bytes=2**30, cpu_seconds=10), limits.Used(2**33, threads=500))
        return resource.getrlimit(resource.RLIMIT_NPROC)[0]

    assert in_a_fork(action) == 1524


@pytest.mark.parametrize(("wanted", "expected"), [(30, [30, 30]), (50, [40, 40])])
def test_set_limit_stays_below_an_inherited_hard_limit(wanted: int, expected: list[int]) -> None:
    def action() -> tuple[int, int]:
        resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
        limits.set_limit(resource.RLIMIT_NOFILE, wanted, wanted)
        return resource.getrlimit(resource.RLIMIT_NOFILE)

    assert in_a_fork(action) == expected


def test_threads_of_user_sees_a_new_thread() -> None:
    def action() -> int:
        os.setresuid(12_399, 12_399, 12_399)  # whom nobody else is
        before = limits.threads_of_user()
        stop = threading.Event()
        for _thread in range(3):
            threading.Thread(target=stop.wait).start()
        after = limits.threads_of_user()
        stop.set()
        return after - before

    if os.geteuid() != 0:
        pytest.skip("only root can be a user without other threads")
    assert in_a_fork(action) == 3
