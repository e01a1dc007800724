"""Generate the system call filters of the confined child: `grader/sandbox/seccomp_<machine>.json`.

    python scripts/seccomp_tables.py           # write the files
    python scripts/seccomp_tables.py --check   # exit 1 where they differ from what would be written

The policy is here; run time reads only the files. The C library libseccomp (libseccomp.so.2) turns it into programs
of classic BPF. Its rule language can neither negate a masked comparison nor compare one argument twice in a rule, and a
call that fits no rule of its system call gets the default answer. So every condition is spelled as rules that cover all
values without overlap. Where the kernel reads only the low half of an argument, a rule that refuses looks at no more:
garbage in the high half must not get around it.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SANDBOX = Path(__file__).resolve().parent.parent / "grader" / "sandbox"
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*, linux/audit.h
MODES = ("files", "no_open")  # Landlock guards the paths; or nothing does, and no file can be opened at all
LAST_REVIEWED = 449  # system calls with a higher number are newer than this policy, and answered with ENOSYS
PID_MARKER = 0x70696421  # stands for the child's own pid, which is above the highest possible one (2**22)
BYTES_PER_LINE = 64

ALLOW, KILL_PROCESS, ERRNO = 0x7FFF0000, 0x80000000, 0x00050000  # SECCOMP_RET_*
NE, EQ, MASKED_EQ = 1, 4, 7  # enum scmp_compare
BAD_ARCHITECTURE, OPTIMIZE, BINARY_TREE = 2, 8, 2  # enum scmp_filter_attr
UNKNOWN = -1  # __NR_SCMP_ERROR
LOW_HALF = 0xFFFFFFFF

ABSENT = "clone3 openat2"  # their flags lie in memory, where a filter cannot look; C libraries fall back
REFUSED = """
socket socketpair connect bind listen accept accept4 sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg getsockname
getpeername getsockopt setsockopt shutdown
fork vfork execve execveat ptrace process_vm_readv process_vm_writev kcmp pidfd_open pidfd_getfd pidfd_send_signal
process_madvise process_mrelease tkill get_robust_list move_pages migrate_pages
setpriority sched_setaffinity sched_setscheduler sched_setparam sched_setattr ioprio_set setrlimit
setuid setgid setreuid setregid setresuid setresgid setfsuid setfsgid setgroups capset setpgid setsid
mount umount umount2 pivot_root chroot unshare setns open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr
bpf perf_event_open userfaultfd keyctl add_key request_key io_uring_setup io_uring_enter io_uring_register
io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents kexec_load kexec_file_load init_module finit_module
delete_module create_module reboot swapon swapoff syslog acct quotactl quotactl_fd nfsservctl lookup_dcookie iopl ioperm
modify_ldt vm86 vm86old _sysctl sysfs ustat uselib sethostname setdomainname settimeofday stime clock_settime
clock_adjtime adjtimex vhangup seccomp remap_file_pages vmsplice splice tee flock sync syncfs
fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch inotify_rm_watch name_to_handle_at
open_by_handle_at memfd_create memfd_secret
shmget shmat shmdt shmctl msgget msgsnd msgrcv msgctl semget semop semtimedop semctl ipc
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
"""  # EPERM
READ_ONLY = """
creat mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat mknod mknodat
chmod fchmod fchmodat chown lchown fchown fchownat truncate ftruncate fallocate utime utimes utimensat futimesat
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr chdir fchdir
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
"""  # EACCES

CLONE_THREAD = 0x10000
CLONE_NEW = 0x7E020080  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET, NEWTIME
# O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and __O_TMPFILE (O_TMPFILE without O_DIRECTORY): alike on both machines
OPEN_TO_WRITE = 0x400643
# PR_SET_: PDEATHSIG, DUMPABLE, KEEPCAPS, SECCOMP, SECUREBITS, MM, PTRACER; PR_CAP_AMBIENT
PRCTL_REFUSED = (1, 4, 8, 22, 28, 35, 47, 0x59616D61)
FCNTL_REFUSED = (
    8,
    10,
    15,
    1024,
    1026,
)  # F_SETOWN, SETSIG, SETOWN_EX, SETLEASE, NOTIFY: signals to others through a pipe
IOCTL_REFUSED = (
    0x5412,
    0x541C,
    0x5423,
    0x5452,
    0x8901,
    0x8902,
)  # TIOC: STI, LINUX, SETD; FIOASYNC, FIOSETOWN, SIOCSPGRP
# TCGETS, TIOCGPGRP, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, TCGETS2. No others: on a file that is open only for
# reading, some change its attributes (FS_IOC_SETFLAGS), freeze it (FS_IOC_ENABLE_VERITY) or make files (btrfs).
IOCTL_ALLOWED = (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
QUERY_PERSONALITY = 0xFFFFFFFF


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp: for MASKED_EQ `first` is the mask and `second` the value, else `first` is the value."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


class Rule(NamedTuple):
    """The action for calls that pass all comparisons."""

    action: int
    compares: tuple[Compare, ...] = ()


class Policy(NamedTuple):
    """What happens to one system call, in words and in rules."""

    words: str
    rules: tuple[Rule, ...]


def answer(number: int) -> int:
    """The action that makes a call fail with this errno."""
    return ERRNO | number


def name_of(action: int) -> str:
    """ALLOW, or the name of the errno."""
    return "ALLOW" if action == ALLOW else errno.errorcode[action & ~ERRNO]


def always(action: int) -> Policy:
    """The same action for every call."""
    return Policy(name_of(action), (Rule(action),))


def only_with(values: dict[int, int]) -> Policy:
    """Allow calls whose arguments (all 64 bits of them) have these values."""
    refused = [Rule(answer(errno.EPERM), (Compare(argument, NE, value, 0),)) for argument, value in values.items()]
    allowed = Rule(ALLOW, tuple(Compare(argument, EQ, value, 0) for argument, value in values.items()))
    wanted = " and ".join(f"argument {argument} is {value:#x}" for argument, value in values.items())
    return Policy(f"ALLOW when {wanted}, else EPERM", (allowed, *refused))


def by_bits(argument: int, forbidden: int, action: int, required: int = 0) -> Policy:
    """Allow calls whose argument has none of the forbidden bits and all of the required ones."""
    rules = [Rule(ALLOW, (Compare(argument, MASKED_EQ, forbidden | required, required),))]
    rules += [Rule(action, (Compare(argument, MASKED_EQ, bit, bit),)) for bit in bits_of(forbidden)]
    rules += [Rule(action, (Compare(argument, MASKED_EQ, bit, 0),)) for bit in bits_of(required)]
    wanted = f"any of {forbidden:#x}" + (f" or not all of {required:#x}" if required else "")
    return Policy(f"{name_of(action)} when argument {argument} has {wanted}, else ALLOW", tuple(rules))


def bits_of(mask: int) -> list[int]:
    """The single bits of a mask."""
    return [1 << place for place in range(mask.bit_length()) if mask >> place & 1]


def by_value(argument: int, actions: dict[int, tuple[int, ...]], otherwise: int) -> Policy:
    """Actions for the low half of an argument: each with its values, and one for all other values."""
    chosen = {value: action for action, values in actions.items() for value in values}
    rules = [Rule(action, (Compare(argument, MASKED_EQ, LOW_HALF, value),)) for value, action in chosen.items()]
    blocks = blocks_without(frozenset(chosen))
    rules += [Rule(otherwise, (Compare(argument, MASKED_EQ, mask, value),)) for mask, value in blocks]
    cases = [f"{name_of(action)} for {' '.join(map(hex, values))}" for action, values in actions.items()]
    words = f"by the low half of argument {argument}: {'; '.join(cases)}; else {name_of(otherwise)}"
    return Policy(words, tuple(rules))


def blocks_without(values: frozenset[int], start: int = 0, width: int = 32) -> Iterator[tuple[int, int]]:
    """Every 32-bit number except `values`, as few aligned blocks (mask, start), like the complement of IP addresses."""
    if not values:
        yield LOW_HALF >> width << width, start
    elif width:
        middle = start + (1 << width - 1)
        yield from blocks_without(frozenset(value for value in values if value < middle), start, width - 1)
        yield from blocks_without(frozenset(value for value in values if value >= middle), middle, width - 1)


def policies(mode: str) -> dict[str, Policy]:
    """What happens to the system calls that are not simply allowed, by name."""
    eperm, eacces, enotty = map(answer, (errno.EPERM, errno.EACCES, errno.ENOTTY))
    found = dict.fromkeys(ABSENT.split(), Policy("ENOSYS", ()))
    found |= dict.fromkeys(REFUSED.split(), always(eperm))
    found |= dict.fromkeys(READ_ONLY.split(), always(eacces))
    found |= dict.fromkeys(("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"), only_with({0: PID_MARKER}))
    may_read = mode == "files"
    return found | {
        "clone": by_bits(0, CLONE_NEW, eperm, required=CLONE_THREAD),
        "fcntl": by_value(1, {eperm: FCNTL_REFUSED}, otherwise=ALLOW),
        "ioctl": by_value(1, {ALLOW: IOCTL_ALLOWED, eperm: IOCTL_REFUSED}, otherwise=enotty),
        "open": by_bits(1, OPEN_TO_WRITE, eacces) if may_read else always(eacces),
        "openat": by_bits(2, OPEN_TO_WRITE, eacces) if may_read else always(eacces),
        "personality": only_with({0: QUERY_PERSONALITY}),
        "prctl": by_value(0, {eperm: PRCTL_REFUSED}, otherwise=ALLOW),
        "prlimit64": only_with({0: 0, 2: 0}),  # this process, and no new limit
    }


class Library:
    """The few functions of libseccomp that are needed."""

    def __init__(self) -> None:
        self.c = ctypes.CDLL("libseccomp.so.2")
        self.c.seccomp_init.restype = ctypes.c_void_p
        self.c.seccomp_version.restype = ctypes.POINTER(ctypes.c_uint * 3)
        self.c.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p

    def version(self) -> str:
        """Major, minor and micro version, with dots."""
        return ".".join(map(str, self.c.seccomp_version().contents))

    def numbers(self, architecture: int) -> dict[str, int]:
        """The reviewed system calls of an architecture, by name."""
        resolve = self.c.seccomp_syscall_resolve_num_arch
        names = {number: resolve(ctypes.c_uint32(architecture), number) for number in range(LAST_REVIEWED + 1)}
        return {name.decode(): number for number, name in names.items() if name}

    def number_here(self, name: str) -> int:
        """Of the machine that this runs on; below UNKNOWN for a system call of other machines only."""
        return int(self.c.seccomp_syscall_resolve_name(name.encode()))

    def compile(self, architecture: int, rules: list[tuple[str, Rule]]) -> bytes:
        """The program (8 bytes an instruction) for rules of system calls, given by name."""
        context = ctypes.c_void_p(self.c.seccomp_init(ctypes.c_uint32(answer(errno.ENOSYS))))
        self._select(context, architecture)
        for attribute, value in ((BAD_ARCHITECTURE, KILL_PROCESS), (OPTIMIZE, BINARY_TREE)):
            expect_success(self.c.seccomp_attr_set(context, attribute, ctypes.c_uint32(value)))
        for name, rule in rules:
            number = self.number_here(name)  # the library wants this, and translates it to the other architecture
            compares = (Compare * len(rule.compares))(*rule.compares)
            action = ctypes.c_uint32(rule.action)
            expect_success(self.c.seccomp_rule_add_array(context, action, number, len(compares), compares))
        return self._export(context)

    def _select(self, context: ctypes.c_void_p, architecture: int) -> None:
        native = self.c.seccomp_arch_native()
        if native & LOW_HALF != architecture:
            expect_success(self.c.seccomp_arch_add(context, ctypes.c_uint32(architecture)))
            expect_success(self.c.seccomp_arch_remove(context, ctypes.c_uint32(native)))

    def _export(self, context: ctypes.c_void_p) -> bytes:
        read, write = os.pipe()  # holds 64 KiB, and a program is smaller
        expect_success(self.c.seccomp_export_bpf(context, write))
        self.c.seccomp_release(context)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            return pipe.read()


def expect_success(code: int) -> None:
    """Raise OSError for a negative return code."""
    if code < 0:
        raise OSError(-code, os.strerror(-code))


def table(library: Library, machine: str) -> str:
    """The file for a machine: JSON with one system call on a line."""
    numbers = library.numbers(MACHINES[machine])
    by_mode = {mode: policies(mode) for mode in MODES}
    allowed = always(ALLOW)
    programs = {}
    for mode, known in by_mode.items():
        rules = [(name, rule) for name in numbers for rule in known.get(name, allowed).rules]
        programs[mode] = library.compile(MACHINES[machine], rules)
    words = {name: [known.get(name, allowed).words for known in by_mode.values()] for name in numbers}
    return "\n".join(
        (
            f'{{\n"machine": "{machine}",\n"audit_arch": {MACHINES[machine]},\n"libseccomp": "{library.version()}",',
            f'"seccomp_syscall": {numbers["seccomp"]},\n"pid_marker": {PID_MARKER},\n"programs": {{',
            ",\n".join(f'"{mode}": [\n{lines_of(program)}\n]' for mode, program in programs.items()),
            '},\n"policy": {',
            ",\n".join(f'"{name}": {json.dumps([number, *words[name]])}' for name, number in numbers.items()),
            "}\n}\n",
        )
    )


def lines_of(program: bytes) -> str:
    """A program in hexadecimal, a few instructions on a line."""
    starts = range(0, len(program), BYTES_PER_LINE)
    return ",\n".join(f'"{program[start : start + BYTES_PER_LINE].hex()}"' for start in starts)


def main() -> None:
    """Write the tables, or compare them with what is there."""
    parser = argparse.ArgumentParser(description="Generate the system call filters of the confined child.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file would change")
    parser.add_argument("--folder", type=Path, default=SANDBOX, help="where the files are")
    options = parser.parse_args()
    library = Library()
    if misspelt := [name for mode in MODES for name in policies(mode) if library.number_here(name) == UNKNOWN]:
        sys.exit(f"libseccomp {library.version()} knows no system call {', '.join(misspelt)}")
    wanted = {options.folder / f"seccomp_{machine}.json": table(library, machine) for machine in MACHINES}
    if options.check:
        stale = [path.name for path, text in wanted.items() if not path.exists() or path.read_text("ascii") != text]
        sys.exit(f"out of date: {', '.join(stale)}" if stale else 0)
    for path, text in wanted.items():
        path.write_text(text, "ascii")


if __name__ == "__main__":
    main()
