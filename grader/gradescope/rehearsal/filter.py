"""The system calls that are refused in the container: Docker's default profile, on an old kernel."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from pathlib import Path

import msgspec

from grader.sandbox import kernel, seccomp

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2  # linux/prctl.h, linux/seccomp.h
ERRNO, ALLOW = 0x50000, 0x7FFF0000  # SECCOMP_RET_*
LOAD, EQUAL, AT_LEAST, HAS_BITS, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x06  # linux/bpf_common.h
NUMBER, FIRST_ARGUMENT = 0, 16  # offsets in struct seccomp_data
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* that clone(2) takes
# Gradescope's hosts were reported to run Linux 4.14. From Linux 5.1 on (pidfd_send_signal), new system calls have the
# same numbers on all processors: Landlock, clone3, openat2, pidfd_open and close_range are among them.
FIRST_NEW = 424
REFUSED = (  # what the profile leaves out for a container without further capabilities, of the older system calls
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module", "fanotify_init",
    "finit_module", "get_mempolicy", "init_module", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load",
    "keyctl", "lookup_dcookie", "mbind", "mount", "move_pages", "name_to_handle_at", "nfsservctl",
    "open_by_handle_at", "perf_event_open", "pivot_root", "quotactl", "reboot", "request_key", "set_mempolicy",
    "setns", "settimeofday", "swapoff", "swapon", "sysfs", "_sysctl", "syslog", "umount2", "unshare", "uselib",
    "userfaultfd", "ustat", "vhangup",
)  # fmt: skip

Instruction = tuple[int, int, int, int]  # struct sock_filter: code, jump if true, jump if false, constant


class _Table(msgspec.Struct):
    policy: dict[str, tuple[int, str, str]]  # number first


def system_calls() -> dict[str, int] | None:
    """The numbers of this processor's system calls by name; None where there is no table of them."""
    path = Path(seccomp.__file__).with_name(f"seccomp_{platform.machine()}.json")
    if not path.exists():
        return None
    table = msgspec.json.decode(path.read_bytes(), type=_Table)
    return {name: entry[0] for name, entry in table.policy.items()}


def program(numbers: dict[str, int]) -> bytes:
    """The filter for a processor with these system calls, 8 bytes an instruction."""
    code: list[Instruction] = [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, FIRST_NEW), _error(errno.ENOSYS)]
    for name in REFUSED:
        if name in numbers:
            code += [(EQUAL, 0, 1, numbers[name]), _error(errno.EPERM)]
    code += [(EQUAL, 0, 3, numbers["clone"]), (LOAD, 0, 0, FIRST_ARGUMENT)]
    code += [(HAS_BITS, 0, 1, NEW_NAMESPACES), _error(errno.EPERM), (ANSWER, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _error(number: int) -> Instruction:
    return (ANSWER, 0, 0, ERRNO | number)


def install(code: bytes) -> None:
    """Put the filter on this process for good; it needs CAP_SYS_ADMIN. Raises OSError when the kernel refuses."""
    buffer = ctypes.create_string_buffer(code, len(code))
    pointer = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, ctypes.addressof(buffer)))
    mode = ctypes.c_ulong(SECCOMP_MODE_FILTER)
    kernel.checked(kernel.LIBC.prctl(PR_SET_SECCOMP, mode, pointer, ctypes.c_ulong(0), ctypes.c_ulong(0)))
