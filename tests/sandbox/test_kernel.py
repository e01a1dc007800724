"""System calls through the C library, in forked processes where they cannot be undone."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from collections.abc import Callable

import pytest
from forks import in_a_fork, status

from grader.sandbox import kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has these system calls")
GETRANDOM = {"x86_64": 318, "aarch64": 278}.get(platform.machine())
NO_SYSTEM_CALL, NO_OPTION = 0x7FFF, 0x7FFF
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to keep")


@pytest.mark.skipif(GETRANDOM is None, reason="the number of getrandom(2) is not known for this processor")
def test_system_call_passes_numbers_and_buffers() -> None:
    buffer = ctypes.create_string_buffer(16)
    assert (kernel.system_call(GETRANDOM or 0, buffer, 16, 0), buffer.raw != bytes(16)) == (16, True)


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda: kernel.system_call(NO_SYSTEM_CALL), errno.ENOSYS),
        (lambda: kernel.prctl(NO_OPTION, 0), errno.EINVAL),
        (lambda: kernel.prctl(kernel.PR_SET_PDEATHSIG, 10_000), errno.EINVAL),
        (lambda: kernel.checked(kernel.LIBC.close(-1)), errno.EBADF),
    ],
)
def test_a_refused_call_raises_the_system_s_reason(call: Callable[[], object], number: int) -> None:
    with pytest.raises(OSError, match=os.strerror(number)) as caught:
        call()
    assert caught.value.errno == number


@pytest.mark.parametrize("result", [0, 7, -2])
def test_checked_passes_other_results_on(result: int) -> None:
    assert kernel.checked(result) == result


def test_prctl_changes_this_process() -> None:
    def action() -> str:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        return status()["NoNewPrivs"]

    assert in_a_fork(action) == "1"


def test_capabilities_are_the_effective_ones() -> None:
    assert in_a_fork(lambda: [kernel.capabilities(), int(status()["CapEff"], 16)]) == [kernel.capabilities()] * 2


def sets_after_keeping(*kept: int) -> list[int]:
    """The effective, permitted and inheritable capabilities of a process that keeps only these."""

    def action() -> list[int]:
        kernel.keep_capabilities(*kept)
        return [int(status()[name], 16) for name in ("CapEff", "CapPrm", "CapInh")]

    return in_a_fork(action)  # type: ignore[no-any-return]


def test_keep_capabilities_without_any_drops_all() -> None:
    assert sets_after_keeping() == [0, 0, 0]


@needs_root
@pytest.mark.parametrize("kept", [(kernel.CAP_KILL,), (kernel.CAP_SETUID, kernel.CAP_SETGID)])
def test_keep_capabilities_keeps_the_named_ones(kept: tuple[int, ...]) -> None:
    mask = sum(1 << capability for capability in kept)
    assert sets_after_keeping(*kept) == [mask, mask, 0]


def test_keep_capabilities_gives_none_back() -> None:
    def action() -> None:
        kernel.keep_capabilities()
        kernel.keep_capabilities(kernel.CAP_KILL)

    assert in_a_fork(action) == "PermissionError"
