"""The shipped system call filters, interpreted for both machines and compared with tables that are written here."""

from __future__ import annotations

import errno
import struct
from functools import cache
from pathlib import Path

import bpf
import pytest

from grader.sandbox import seccomp

MACHINES, MODES = ("x86_64", "aarch64"), ("files", "no_open")
ARCHITECTURES = {
    "x86_64": 0xC000003E,
    "aarch64": 0xC00000B7,
    "i386": 0x40000003,
    "arm": 0x40000028,
    "riscv64": 0xC00000F3,
}
PID = 4242
GARBAGE = 0xDEADBEEF_00000000  # in the half of an argument that the kernel does not read

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, EACCES, ENOTTY, ENOSYS = (0x50000 | number for number in (errno.EPERM, errno.EACCES, errno.ENOTTY, errno.ENOSYS))

ALWAYS_ABSENT = "clone3 openat2"
ALWAYS_EPERM = """
_sysctl accept accept4 acct add_key adjtimex bind bpf capset chroot clock_adjtime clock_settime connect create_module
delete_module execve execveat fanotify_init fanotify_mark finit_module fork fsconfig fsmount fsopen fspick
get_robust_list getpeername getsockname getsockopt init_module inotify_add_watch inotify_init inotify_init1
inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit io_uring_enter io_uring_register
io_uring_setup ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl listen lookup_dcookie memfd_create
memfd_secret migrate_pages modify_ldt mount mount_setattr move_mount move_pages mq_getsetattr mq_notify mq_open
mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd name_to_handle_at nfsservctl open_by_handle_at
open_tree perf_event_open pidfd_getfd pidfd_open pidfd_send_signal pivot_root process_madvise process_mrelease
process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot recvfrom recvmmsg recvmsg remap_file_pages
request_key sched_setaffinity sched_setattr sched_setparam sched_setscheduler seccomp semctl semget semop semtimedop
sendmmsg sendmsg sendto setdomainname setfsgid setfsuid setgid setgroups sethostname setns setpgid setpriority setregid
setresgid setresuid setreuid setrlimit setsid setsockopt settimeofday setuid shmat shmctl shmdt shmget shutdown socket
socketpair splice swapoff swapon sync syncfs sysfs syslog tee tkill umount2 unshare uselib userfaultfd ustat vfork
vhangup vmsplice flock
"""
ALWAYS_EACCES = """
chdir chmod chown creat fallocate fchdir fchmod fchmodat fchown fchownat fremovexattr fsetxattr ftruncate futimesat lchown
fgetxattr flistxattr getxattr lgetxattr link linkat listxattr llistxattr lremovexattr lsetxattr mkdir mkdirat mknod mknodat removexattr rename renameat renameat2 rmdir setxattr
symlink symlinkat truncate unlink unlinkat utime utimensat utimes
"""
ALWAYS_ALLOWED = """
access afs_syscall alarm arch_prctl brk capget clock_getres clock_gettime clock_nanosleep close close_range
copy_file_range dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait
epoll_wait_old eventfd eventfd2 exit exit_group faccessat faccessat2 fadvise64 fdatasync
fstat fstatfs fsync futex futex_waitv get_kernel_syms get_mempolicy get_thread_area getcpu getcwd getdents getdents64
getegid geteuid getgid getgroups getitimer getpgid getpgrp getpid getpmsg getppid getpriority getrandom getresgid
getresuid getrlimit getrusage getsid gettid gettimeofday getuid ioprio_get landlock_add_rule
landlock_create_ruleset landlock_restrict_self lseek lstat madvise mbind membarrier
mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock munlockall munmap nanosleep newfstatat pause pipe pipe2
pkey_alloc pkey_free pkey_mprotect poll ppoll pread64 preadv preadv2 pselect6 putpmsg pwrite64 pwritev pwritev2
query_module read readahead readlink readlinkat readv restart_syscall rseq rt_sigaction rt_sigpending rt_sigprocmask
rt_sigreturn rt_sigsuspend rt_sigtimedwait sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr
sched_getparam sched_getscheduler sched_rr_get_interval sched_yield security select sendfile set_mempolicy
set_robust_list set_thread_area set_tid_address setitimer sigaltstack signalfd signalfd4 stat statfs statx
sync_file_range sysinfo time timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
timerfd_gettime timerfd_settime times tuxcall umask uname vserver wait4 waitid write writev
"""
BY_NAME = {
    name: action
    for names, action in (
        (ALWAYS_ABSENT, ENOSYS),
        (ALWAYS_EPERM, EPERM),
        (ALWAYS_EACCES, EACCES),
        (ALWAYS_ALLOWED, ALLOW),
    )
    for name in names.split()
}
OF_ONESELF = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
BY_ARGUMENT = {"clone", "fcntl", "ioctl", "open", "openat", "personality", "prctl", "prlimit64", *OF_ONESELF}

PTHREAD_CREATE = 0x3D0F00  # VM FS FILES SIGHAND THREAD SYSVSEM SETTLS PARENT_SETTID CHILD_CLEARTID
CLONE = [
    (PTHREAD_CREATE, ALLOW),
    (0x10000, ALLOW),
    (17, EPERM),  # fork: SIGCHLD
    (0x1200011, EPERM),  # fork of glibc: CHILD_CLEARTID CHILD_SETTID SIGCHLD
    (0x4111, EPERM),  # vfork: VFORK VM SIGCHLD
    (0, EPERM),
    *((PTHREAD_CREATE & ~0x10000 | bit, EPERM) for bit in (0, 17)),
    *((PTHREAD_CREATE | new, EPERM) for new in (0x80, 0x20000, 0x2000000, 0x4000000, 0x8000000)),
    *((PTHREAD_CREATE | new, EPERM) for new in (0x10000000, 0x20000000, 0x40000000, 0x7E020000)),
    (0x10000000, EPERM),
]
PRCTL_REFUSED = (1, 4, 8, 22, 28, 35, 47, 0x59616D61)
FCNTL_REFUSED = (8, 10, 15, 1024, 1026)
IOCTL_REFUSED = (0x5412, 0x541C, 0x5423, 0x5452, 0x8901, 0x8902)
IOCTL_ALLOWED = (0x5401, 0x540F, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)
# PR_SET_NAME, PR_GET_NAME, PR_GET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_TIMERSLACK, PR_SET_VMA, none, none
PRCTL = [(o, EPERM) for o in PRCTL_REFUSED] + [(o, ALLOW) for o in (15, 16, 3, 38, 29, 0x53564D41, 0, 0xFFFFFFFF)]
# F_DUPFD, GETFD, SETFD, GETFL, SETFL, GETLK, SETLK, SETLKW, GETOWN, DUPFD_CLOEXEC, SETPIPE_SZ, ADD_SEALS
FCNTL = [(c, EPERM) for c in FCNTL_REFUSED] + [(c, ALLOW) for c in (0, 1, 2, 3, 4, 5, 6, 7, 9, 1030, 1031, 1033)]
# FS_IOC_SETFLAGS, FS_IOC_ENABLE_VERITY, FS_IOC_FSSETXATTR, BTRFS_IOC_SUBVOL_CREATE, SIOCGIFCONF, none
IOCTL_UNKNOWN = (0x40086602, 0x40806685, 0x401C5820, 0x5000940E, 0x8912, 0)
IOCTL = [
    *((command, EPERM) for command in IOCTL_REFUSED),
    *((command, ALLOW) for command in IOCTL_ALLOWED),
    *((command, ENOTTY) for command in IOCTL_UNKNOWN),
]
# O_WRONLY, O_RDWR, both, O_CREAT, O_TRUNC, O_APPEND, O_CREAT|O_EXCL|O_WRONLY, and __O_TMPFILE alone
WRITING = (1, 2, 3, 0o100, 0o1000, 0o2000, 0o301, 0o20000000)
# O_RDONLY, O_CLOEXEC, O_NONBLOCK, O_NOCTTY, O_EXCL, O_PATH
READING = (0, 0o2000000, 0o4000, 0o400, 0o200, 0o10000000)
OF_THE_MACHINE = {  # O_DIRECTORY, O_NOFOLLOW, O_LARGEFILE, O_DIRECTORY|O_CLOEXEC (opendir); O_TMPFILE|O_RDWR
    "x86_64": ((0o200000, 0o400000, 0o100000, 0o2200000), (0o20200002,)),
    "aarch64": ((0o40000, 0o100000, 0o400000, 0o2040000), (0o20040002,)),
}


def loaded(machine: str, mode: seccomp.Mode) -> seccomp.Filter:
    found = seccomp.load(machine, mode)
    assert found is not None
    return found


@cache
def program_for(machine: str, mode: seccomp.Mode, pid: int = PID) -> bytes:
    """The program as a process with this pid installs it."""
    program = bytearray(loaded(machine, mode).instructions)
    for offset in loaded(machine, mode).pid_offsets:
        struct.pack_into("<I", program, offset, pid)
    return bytes(program)


def answer(machine: str, mode: seccomp.Mode, name: str, *arguments: int) -> int:
    return bpf.run(program_for(machine, mode), ARCHITECTURES[machine], bpf.numbers(machine)[name], arguments)


on_each_machine = pytest.mark.parametrize("machine", MACHINES)
in_each_mode = pytest.mark.parametrize("mode", MODES)


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        ("x86_64", {"read": 0, "open": 2, "clone": 56, "execve": 59, "kill": 62, "openat": 257, "clone3": 435}),
        ("aarch64", {"ioctl": 29, "openat": 56, "read": 63, "futex": 98, "kill": 129, "clone": 220, "execve": 221}),
    ],
)
def test_table_has_the_numbers_that_everybody_knows(machine: str, expected: dict[str, int]) -> None:
    assert {name: bpf.numbers(machine)[name] for name in expected} == expected


@pytest.mark.skipif(not Path("/usr/include/asm-generic/unistd.h").exists(), reason="no kernel headers here")
def test_table_has_the_numbers_of_the_kernel_headers() -> None:
    lines = Path("/usr/include/asm-generic/unistd.h").read_text("utf-8").splitlines()  # what aarch64 uses
    words = [line.split() for line in lines if line.startswith("#define __NR_")]
    known = {parts[1][5:]: int(parts[2]) for parts in words if len(parts) == 3 and parts[2].isdigit()}
    table = bpf.numbers("aarch64")
    assert {name: table[name] for name in table.keys() & known} == {name: known[name] for name in table.keys() & known}


@on_each_machine
def test_table_covers_every_call(machine: str) -> None:
    assert bpf.numbers(machine).keys() - BY_NAME.keys() - BY_ARGUMENT == set()


@pytest.mark.parametrize("name", sorted(BY_NAME.keys() | BY_ARGUMENT))
def test_every_name_is_of_some_machine(name: str) -> None:
    assert any(name in bpf.numbers(machine) for machine in MACHINES)


@on_each_machine
@in_each_mode
@pytest.mark.parametrize("arguments", [(), (PID,) * 6, (GARBAGE | 1,) * 6, (2**64 - 1,) * 6])
def test_filter_decides_by_name(machine: str, mode: seccomp.Mode, arguments: tuple[int, ...]) -> None:
    names = bpf.numbers(machine).keys() & BY_NAME.keys()
    found = {name: answer(machine, mode, name, *arguments) for name in names}
    assert found == {name: BY_NAME[name] for name in names}


@on_each_machine
@in_each_mode
@pytest.mark.parametrize("high", [0, GARBAGE, 0xFFFFFFFF_00000000])
@pytest.mark.parametrize(
    ("name", "place", "cases"), [("clone", 0, CLONE), ("prctl", 0, PRCTL), ("fcntl", 1, FCNTL), ("ioctl", 1, IOCTL)]
)
def test_filter_decides_by_the_low_half(
    machine: str, mode: seccomp.Mode, high: int, name: str, place: int, cases: list[tuple[int, int]]
) -> None:
    found = [(value, answer(machine, mode, name, *[7] * place, high | value)) for value, _action in cases]
    assert found == cases


@on_each_machine
@in_each_mode
@pytest.mark.parametrize(
    ("name", "place", "actions", "otherwise"),
    [
        ("prctl", 0, dict.fromkeys(PRCTL_REFUSED, EPERM), ALLOW),
        ("fcntl", 1, dict.fromkeys(FCNTL_REFUSED, EPERM), ALLOW),
        ("ioctl", 1, dict.fromkeys(IOCTL_REFUSED, EPERM) | dict.fromkeys(IOCTL_ALLOWED, ALLOW), ENOTTY),
    ],
)
def test_filter_decides_for_all_neighbours_of_a_value(
    machine: str, mode: seccomp.Mode, name: str, place: int, actions: dict[int, int], otherwise: int
) -> None:
    neighbours = {value ^ 1 << bit for value in actions for bit in range(32)}
    found = {value: answer(machine, mode, name, *[7] * place, value) for value in neighbours}
    assert found == {value: actions.get(value, otherwise) for value in neighbours}


@on_each_machine
@in_each_mode
@pytest.mark.parametrize(
    ("arguments", "action"),
    [
        ((PID, 0), ALLOW),
        ((PID, 9), ALLOW),
        ((PID, 2**64 - 1, GARBAGE), ALLOW),
        ((PID + 1, 0), EPERM),
        ((PID - 1, PID), EPERM),
        ((0, PID), EPERM),  # the whole process group
        ((2**64 - 1, 9), EPERM),  # everybody
        ((2**32 - 1, 9), EPERM),
        ((2**64 - PID, 9), EPERM),  # a group
        ((2**32 - PID, 9), EPERM),
        ((GARBAGE | PID + 1, PID), EPERM),
        ((GARBAGE | PID, 0), EPERM),  # the kernel reads the own pid, but no C library writes it like that
        ((PID << 32, 0), EPERM),
        ((0x70696421, 0), EPERM),  # the marker
    ],
)
@pytest.mark.parametrize("name", OF_ONESELF)
def test_filter_lets_a_process_signal_itself(
    machine: str, mode: seccomp.Mode, name: str, arguments: tuple[int, ...], action: int
) -> None:
    assert answer(machine, mode, name, *arguments) == action


@on_each_machine
@in_each_mode
@pytest.mark.parametrize(
    ("name", "arguments", "action"),
    [
        ("prlimit64", (0, 7, 0, 0x7FFF_0000_1000), ALLOW),
        ("prlimit64", (0, 7, 0x7FFF_0000_1000, 0), EPERM),
        ("prlimit64", (0, 7, 0x7FFF_0000_0000, 0), EPERM),
        ("prlimit64", (0, 7, 0x1000, 0), EPERM),
        ("prlimit64", (PID, 7, 0, 0), EPERM),
        ("prlimit64", (1, 7, 0x1000, 0), EPERM),
        ("prlimit64", (GARBAGE | 1, 7, 0, 0), EPERM),
        ("prlimit64", (GARBAGE, 7, 0, 0), EPERM),
        ("personality", (0xFFFFFFFF,), ALLOW),
        ("personality", (0,), EPERM),
        ("personality", (0x40000,), EPERM),  # ADDR_NO_RANDOMIZE
        ("personality", (0xFFFFFFFE,), EPERM),
        ("personality", (GARBAGE | 0x40000,), EPERM),
    ],
)
def test_filter_lets_a_process_ask(
    machine: str, mode: seccomp.Mode, name: str, arguments: tuple[int, ...], action: int
) -> None:
    assert answer(machine, mode, name, *arguments) == action


@on_each_machine
@pytest.mark.parametrize("high", [0, GARBAGE, 0xFFFFFFFF_00000000])
@pytest.mark.parametrize(("name", "place"), [("open", 1), ("openat", 2)])
@pytest.mark.parametrize(("mode", "when_reading"), [("files", ALLOW), ("no_open", EACCES)])
def test_filter_decides_how_a_file_is_opened(
    machine: str, high: int, name: str, place: int, mode: seccomp.Mode, when_reading: int
) -> None:
    if name not in bpf.numbers(machine):  # aarch64 has no open(2)
        return
    reading, writing = READING + OF_THE_MACHINE[machine][0], WRITING + OF_THE_MACHINE[machine][1]
    expected = dict.fromkeys(reading, when_reading) | {flags | 0o2000000: EACCES for flags in writing}
    found = {flags: answer(machine, mode, name, *[7] * place, high | flags) for flags in expected}
    assert found == expected


@on_each_machine
@in_each_mode
@pytest.mark.parametrize("number", [450, 463, 500, 1000, 10**6, 2**30 - 1, -1])
def test_filter_knows_no_other_number(machine: str, mode: seccomp.Mode, number: int) -> None:
    assert bpf.run(program_for(machine, mode), ARCHITECTURES[machine], number) == ENOSYS


@on_each_machine
@in_each_mode
def test_filter_knows_no_number_between_those_of_the_table(machine: str, mode: seccomp.Mode) -> None:
    gaps = set(range(600)) - set(bpf.numbers(machine).values())
    assert {bpf.run(program_for(machine, mode), ARCHITECTURES[machine], number) for number in gaps} == {ENOSYS}


@on_each_machine
@in_each_mode
@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("number", [0, 1, 39, 63, 172, 500])
def test_filter_kills_on_a_foreign_architecture(
    machine: str, mode: seccomp.Mode, architecture: str, number: int
) -> None:
    action = bpf.run(program_for(machine, mode), ARCHITECTURES[architecture], number)
    assert (action == KILL) == (architecture != machine)


@in_each_mode
@pytest.mark.parametrize("number", [0, 1, 39, 59, 257, 520, 0x3FFFFFFF])
def test_filter_kills_on_x32(mode: seccomp.Mode, number: int) -> None:
    x32 = number | 0x40000000
    assert bpf.run(program_for("x86_64", mode), ARCHITECTURES["x86_64"], x32) == KILL


def test_interpreter_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="unknown opcode 0x80"):
        bpf.run(struct.pack("<HBBI", 0x80, 0, 0, 0), ARCHITECTURES["x86_64"], 0)
