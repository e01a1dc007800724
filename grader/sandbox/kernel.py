"""System calls that Python does not offer, through the C library. Each raises OSError when the kernel refuses."""

from __future__ import annotations

import ctypes
import errno
import os
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS = 1, 4, 8, 38  # linux/prctl.h
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h, with the two numbers below
CAP_KILL, CAP_SETGID, CAP_SETUID = 5, 6, 7
CAP_DAC_READ_SEARCH = 2

LIBC = ctypes.CDLL(None, use_errno=True)


def system_call(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a system call by its number, as syscall(2) does."""
    _on_linux()
    return checked(LIBC.syscall(ctypes.c_long(number), *(_word(argument) for argument in arguments)))


def prctl(option: int, value: int) -> None:
    """Change a property of this process, with one argument; see the man page of prctl."""
    _on_linux()
    checked(LIBC.prctl(option, ctypes.c_ulong(value), *(ctypes.c_ulong(0),) * 3))


def keep_capabilities(*kept: int) -> None:
    """Drop all other capabilities from the effective and permitted sets, and every inheritable one: capset(2)."""
    _on_linux()
    mask = sum(1 << capability for capability in kept)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(mask, mask, 0, 0, 0, 0)
    checked(LIBC.capset(header, data))


def capabilities() -> int:
    """The effective capabilities of this process, a bit for each: capget(2)."""
    _on_linux()
    header, data = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    checked(LIBC.capget(header, data))
    return int(data[0]) | int(data[3]) << 32


def _on_linux() -> None:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "only Linux has it")


def _word(argument: int | ctypes.Array[ctypes.c_char] | None) -> object:
    return ctypes.c_long(argument) if isinstance(argument, int) else argument


def checked(result: int) -> int:
    """`result`, or OSError with the reason when it says that the call failed."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(result)
