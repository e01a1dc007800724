"""Load the system call filter of the confined child. It is data: scripts/seccomp_tables.py has the policy and makes it."""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from pathlib import Path
from typing import Literal, NamedTuple, get_args

import msgspec

from grader.sandbox.kernel import LIBC

INSTRUCTION = struct.Struct("=HBBI")  # code, jump if true, jump if false, constant: struct sock_filter, linux/filter.h
PID = struct.Struct("=I")
CONSTANT_OFFSET = 4  # of the constant in an instruction
JUMP_IF_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K

# linux/seccomp.h and linux/prctl.h, as whole words: arguments of variadic functions
SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW = ctypes.c_ulong(1), ctypes.c_ulong(4)
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ZERO = 22, ctypes.c_ulong(2), ctypes.c_ulong(0)


class _Program(ctypes.Structure):
    """struct sock_fprog, linux/filter.h."""

    _fields_ = (("count", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


Mode = Literal["files", "no_open"]
MODES: tuple[Mode, ...] = get_args(Mode)


class Filter(NamedTuple):
    """A filter that is complete but for the pid of the process that installs it.

    All that ctypes needs is made beforehand: the first use of anything costs a freshly forked process page faults.
    """

    instructions: ctypes.Array[ctypes.c_char]  # `install` writes the pid into them
    pid_offsets: tuple[int, ...]  # where, in bytes
    program: _Program  # points at `instructions`
    seccomp_number: ctypes.c_long  # of the system call seccomp(2)


class Table(msgspec.Struct, frozen=True):
    """What is needed of a file `seccomp_<machine>.json`."""

    seccomp_syscall: int
    pid_marker: int
    programs: dict[str, tuple[str, ...]]  # by mode: instructions of 8 bytes, in hexadecimal


def load(machine: str, mode: Mode) -> Filter | None:
    """The filter for a machine (as uname(2) calls it); None where there is no table for it.

    Mode "files" lets files be opened for reading, and needs Landlock to say which. In mode "no_open" no file can be
    opened.
    """
    path = Path(__file__).with_name(f"seccomp_{machine}.json")
    if not path.exists():
        return None
    table = msgspec.json.decode(path.read_bytes(), type=Table)
    code = bytes.fromhex("".join(table.programs[mode]))
    instructions = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // INSTRUCTION.size, ctypes.addressof(instructions))
    return Filter(instructions, _pid_offsets(code, table.pid_marker), program, ctypes.c_long(table.seccomp_syscall))


def _pid_offsets(code: bytes, marker: int) -> tuple[int, ...]:
    return tuple(
        index * INSTRUCTION.size + CONSTANT_OFFSET
        for index, (operation, _true, _false, constant) in enumerate(INSTRUCTION.iter_unpack(code))
        if (operation, constant) == (JUMP_IF_EQUAL, marker)
    )


def install(filter: Filter, pid: int) -> str:  # noqa: A002 (the kernel's word for it)
    """Confine this process, whose pid is `pid`, for good: "" when that worked, or the reason why it did not.

    Without the capability CAP_SYS_ADMIN, no_new_privs must be set before.
    """
    if sys.platform != "linux":
        return "only Linux has it"
    for offset in filter.pid_offsets:
        PID.pack_into(filter.instructions, offset, pid)
    program = ctypes.byref(filter.program)
    if LIBC.syscall(filter.seccomp_number, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, program) == 0:
        return ""
    if LIBC.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, ZERO, ZERO) == 0:  # kernels before 4.17
        return ""
    return f"the kernel refuses the filter: {os.strerror(ctypes.get_errno())}"
