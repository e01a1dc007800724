"""Attacks by what the kernel keeps for processes beside files: keys, queues, shared memory, core dumps."""

from __future__ import annotations

import contextlib
import ctypes
import os
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

from arena import Arena
from attack import Attack
from native import native, program

from grader.sandbox import kernel

IPC_CREATE, IPC_REMOVE, SEGMENT = 0o1666, 0, 4096


def read_shared_memory(arena: Arena) -> str:
    """Others have left memory that everybody may read: the old and the newer kind."""
    with contextlib.ExitStack() as ending:
        shared = SharedMemory(create=True, size=SEGMENT)
        ending.callback(shared.unlink)
        ending.callback(shared.close)
        Path("/dev/shm", shared.name).chmod(0o666)  # noqa: S108 (a test's own)
        assert shared.buf is not None
        shared.buf[: len(arena.token)] = arena.token.encode()
        key = os.getpid()
        segment = kernel.checked(kernel.LIBC.shmget(key, SEGMENT, IPC_CREATE))
        ending.callback(kernel.LIBC.shmctl, segment, IPC_REMOVE, None)
        kernel.LIBC.shmat.restype = ctypes.c_void_p
        address = kernel.LIBC.shmat(segment, None, 0)
        ending.callback(kernel.LIBC.shmdt, ctypes.c_void_p(address))
        ctypes.memmove(address, arena.token.encode(), len(arena.token))
        return arena.attack(program(_READ_SHARED, KEY=key, NAME=shared.name))


_READ_SHARED = """
LIBC.shmat.restype = ctypes.c_void_p
def attached():
    segment = checked(LIBC.shmget(KEY, 0, 0))
    return ctypes.string_at(LIBC.shmat(segment, None, 0o10000), 16).decode()
def by_number():
    return ctypes.string_at(syscall("shmat", syscall("shmget", KEY, 0, 0), None, 0o10000), 16).decode()
def by_python():
    from multiprocessing.shared_memory import SharedMemory
    return bytes(SharedMemory(NAME).buf[:16]).decode()
def opened():
    LIBC.shm_open.restype = ctypes.c_int
    return read(checked(LIBC.shm_open(b"/" + NAME.encode(), 0, 0)))[:16]
return tried({
    "System V": attached,
    "System V by number": by_number,
    "POSIX": opened,
    "file": lambda: open("/dev/shm/" + NAME).read(16),
    "multiprocessing": by_python,
})
"""
ATTACKS: tuple[Attack, ...] = (
    native(
        (32,),
        "leave-a-core-dump",
        "limits; not dumpable; seccomp",
        """
        import resource
        def dump():
            if resource.getrlimit(resource.RLIMIT_CORE)[0] == 0:
                resource.setrlimit(resource.RLIMIT_CORE, (4096, resource.getrlimit(resource.RLIMIT_CORE)[1]))
            try:
                syscall("prctl", 4, 1, 0, 0, 0)
            except OSError:
                syscall("prctl", 4 | 1 << 32, 1, 0, 0, 0)
            return syscall("prctl", 3, 0, 0, 0, 0) == 1 and resource.getrlimit(resource.RLIMIT_CORE)
        return tried({"may dump": dump})
        """,
    ),
    native(
        (33,),
        "ask-the-kernel-for-more",
        "seccomp; limits",
        """
        def closed(fd):
            os.close(fd)
        events = struct.pack("IIQQQQQ", 1, 112, 1, 0, 0, 0, 0b1100001).ljust(112, bytes(1))  # software clock, this process
        array = struct.pack("IIII", 2, 4, 4, 1).ljust(72, bytes(1))
        root = struct.pack("IIQQ", 24, 0, 2**64 - 1, 0)
        return tried({
            "perf": lambda: closed(syscall("perf_event_open", events, 0, -1, -1, 0)),
            "bpf": lambda: closed(syscall("bpf", 0, array, len(array))),
            "userfaultfd": lambda: closed(syscall("userfaultfd", 1)),
            "key": lambda: syscall("add_key", b"user", b"x", b"y", 1, -2),
            "keyring": lambda: syscall("keyctl", 0, -3, 0, 0, 0),
            "memory file": lambda: closed(syscall("memfd_create", b"x", 0)),
            "secret memory": lambda: closed(syscall("memfd_secret", 0)),
            "ring": lambda: closed(syscall("io_uring_setup", 1, ctypes.create_string_buffer(120))),
            "log": lambda: syscall("syslog", 10, 0, 0) >= 0,
            "user namespace": lambda: syscall("unshare", 0x10000000),
            "host name": lambda: syscall("unshare", 0x4000000),
            "watch all files": lambda: closed(syscall("fanotify_init", 0x200, 0)),
            "watch a file": lambda: closed(syscall("inotify_init1", 0)),
            "mount": lambda: closed(syscall("fsopen", b"tmpfs", 0)),
            "processes": lambda: closed(syscall("pidfd_open", os.getpid(), 0)),
            "list of mounts": lambda: syscall(458, root, ctypes.create_string_buffer(64), 8, 0),
            "list of modules": lambda: syscall(461, ctypes.create_string_buffer(64), ctypes.byref(ctypes.c_uint(64)), 0),
            "mode of a file": lambda: syscall(452, -100, facts["folder"].encode(), 0o777, 0),
            "pages of a file": lambda: syscall(451, 0, ctypes.create_string_buffer(16), ctypes.create_string_buffer(64), 0),
        })
        """,
    ),
    Attack((34,), "read-shared-memory", "seccomp; Landlock; no-open; namespaces", read_shared_memory),
)
