"""The machines that grader is used on, made on this one: each is entered by a process of its own, for good.

root                everything that this machine has
docker              root with the capabilities and the system calls that Docker leaves a container
docker-no-landlock  the same on a kernel without Landlock
user                an ordinary user on a machine where ordinary users have no namespaces
user-no-landlock    the same on a kernel without Landlock
user-namespaces     an ordinary user who has them
bare                an ordinary user where neither Landlock nor seccomp is to be had
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.sandbox import kernel, seccomp
from grader.sandbox.user import is_open_to_all

ORDINARY_USER = 12_345
DOCKER_CAPABILITIES = 0xA80425FB  # of a container that is started without options
PR_CAPBSET_DROP, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 24, 22, 2
MNT_DETACH = 2
CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 0x1000, 0x4000, 0x40000
NEW_NAMESPACES = 0x7E020000  # every CLONE_NEW* that clone(2) takes
ERRNO, ALLOW, EPERM, ENOSYS = 0x50000, 0x7FFF0000, 1, 38
LANDLOCK = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")
DOCKER_REFUSES = (  # what its default profile leaves out, for a container without further capabilities
    "acct", "add_key", "bpf", "clock_adjtime", "clock_settime", "create_module", "delete_module", "fanotify_init",
    "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "get_mempolicy", "init_module", "io_uring_enter",
    "io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
    "lookup_dcookie", "mbind", "mount", "mount_setattr", "move_mount", "move_pages", "name_to_handle_at", "nfsservctl",
    "open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "quotactl", "quotactl_fd",
    "reboot", "request_key", "set_mempolicy", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "_sysctl",
    "syslog", "umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup",
)  # fmt: skip
NAMES = ("root", "docker", "docker-no-landlock", "user", "user-no-landlock", "user-namespaces")


def enter(name: str) -> None:
    """Make this process, and what it starts, live in that environment. Those but "user" need root; "user" uses it."""
    is_root = os.geteuid() == 0
    if name != "root" and is_root:
        _show_interpreter()
    has_namespaces = name in {"root", "user-namespaces"}
    refused = {
        **(dict.fromkeys(DOCKER_REFUSES, EPERM) | {"clone3": ENOSYS} if name.startswith("docker") else {}),
        **(dict.fromkeys(LANDLOCK, ENOSYS) if name.endswith("no-landlock") or name == "bare" else {}),
        **({} if has_namespaces else {"unshare": EPERM}),
        **({"seccomp": ENOSYS} if name == "bare" else {}),
    }
    if not has_namespaces:
        _refuse(refused, forbids_namespaces=not has_namespaces, forbids_filters=name == "bare")
    if name.startswith("docker"):
        _limit_capabilities(DOCKER_CAPABILITIES)
    if name.startswith(("user", "bare")) and is_root:
        os.setgroups([])
        os.setresgid(*(ORDINARY_USER,) * 3)
        os.setresuid(*(ORDINARY_USER,) * 3)
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # a process that was never root is


def _limit_capabilities(kept: int) -> None:
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text("ascii"))
    for capability in range(last + 1):
        if not kept >> capability & 1:
            kernel.prctl(PR_CAPBSET_DROP, capability)
    kernel.keep_capabilities(*(number for number in range(last + 1) if kept >> number & 1))


def _refuse(refused: dict[str, int], *, forbids_namespaces: bool, forbids_filters: bool) -> None:
    """Install a filter of system calls of our own: (name -> error number)."""
    numbers = _numbers()
    code = [(0x20, 0, 0, 0)]  # load the number of the system call
    for name, error in refused.items():
        if name in numbers:
            code += [(0x15, 0, 1, numbers[name]), (0x06, 0, 0, ERRNO | error)]
    if forbids_filters:  # prctl(PR_SET_SECCOMP, …)
        code += [
            (0x15, 0, 4, numbers["prctl"]),
            (0x20, 0, 0, 16),
            (0x15, 0, 1, PR_SET_SECCOMP),
            (0x06, 0, 0, ERRNO | 22),
        ]
        code += [(0x20, 0, 0, 0)]
    if forbids_namespaces:
        code += [
            (0x15, 0, 3, numbers["clone"]),
            (0x20, 0, 0, 16),
            (0x45, 0, 1, NEW_NAMESPACES),
            (0x06, 0, 0, ERRNO | EPERM),
        ]
    code += [(0x06, 0, 0, ALLOW)]
    program = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
    buffer = ctypes.create_string_buffer(program, len(program))
    pointer = ctypes.create_string_buffer(struct.pack("@HP", len(code), ctypes.addressof(buffer)))
    if os.geteuid() != 0:
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
    kernel.checked(kernel.LIBC.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), pointer, 0, 0))


class _Policy(msgspec.Struct):
    policy: dict[str, tuple[int, str, str]]


def _numbers() -> dict[str, int]:
    """The numbers of the system calls here."""
    path = Path(seccomp.__file__).with_name(f"seccomp_{platform.machine()}.json")
    return {name: entry[0] for name, entry in msgspec.json.decode(path.read_bytes(), type=_Policy).policy.items()}


def _show_interpreter() -> None:
    """Let other users reach Python and this checkout where they lie in a private folder: by mounts that only we see."""
    wanted = {Path(path).resolve() for path in (sys.prefix, sys.base_prefix, Path(__file__).parents[2])}
    hidden = {path: next(_closed(path)) for path in wanted if not is_open_to_all(path)}
    kernel.checked(kernel.LIBC.unshare(CLONE_NEWNS))
    _mount(None, Path("/"), MS_REC | MS_PRIVATE)
    stash = Path(tempfile.mkdtemp(prefix="stash-"))
    for number, path in enumerate(hidden):
        (stash / str(number)).mkdir()
        _mount(path, stash / str(number), MS_BIND | MS_REC)
    for folder in set(hidden.values()):
        kernel.checked(kernel.LIBC.mount(b"none", os.fsencode(folder), b"tmpfs", ctypes.c_ulong(0), b"mode=755"))
    for number, path in enumerate(hidden):
        path.mkdir(parents=True)
        _mount(stash / str(number), path, MS_BIND | MS_REC)
        kernel.checked(kernel.LIBC.umount2(os.fsencode(stash / str(number)), MNT_DETACH))
        (stash / str(number)).rmdir()
    stash.rmdir()


def _closed(path: Path) -> Iterator[Path]:
    yield from (part for part in reversed(path.parents) if not part.stat().st_mode & 0o001)


def _mount(source: Path | None, target: Path, flags: int) -> None:
    origin = os.fsencode(source) if source else b"none"
    kernel.checked(kernel.LIBC.mount(origin, os.fsencode(target), None, ctypes.c_ulong(flags), None))
