"""Attacks that want to read a file whose path they know."""

from __future__ import annotations

import platform

from attack import Attack, code
from native import native

UNTESTED: dict[int, str] = {
    145: "Neither Landlock nor seccomp restricts stat(2): where a child sees the file system at all, that a file exists "
    "and how large it is shows, its content never. Folders with mode 0700 hide that too, where children are users of "
    "their own, and so do namespaces. tests/attacks/test_stat.py states what shows where",
}
GUARDS = "Landlock; no-open; namespaces"
_BY_32_BIT_CALLS = """
import mmap
# mov eax, edi; mov ebx, esi; mov ecx, edx; mov edx, (old) ecx; int 0x80
code = bytes.fromhex("53 89f8 89f3 4189c8 89d1 4489c2 cd80 5b c3".replace(" ", ""))
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(code)
call = ctypes.CFUNCTYPE(ctypes.c_int, *(ctypes.c_long,) * 4)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
low = mmap.mmap(-1, 4096, flags=0x22 | 0x40)  # MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT
low.write(facts["secret"].encode() + bytes(1))
address = ctypes.addressof(ctypes.c_char.from_buffer(low))
return tried({"open": lambda: read(call(5, address, 0, 0)), "openat": lambda: read(call(295, -100, address, 0))})
"""
FOR_X86 = (
    native(
        (21,),
        "open-the-reference-by-32-bit-calls",
        "seccomp: foreign architectures are killed; Landlock; namespaces",
        _BY_32_BIT_CALLS,
    ),
    native(
        (21,),
        "open-the-reference-by-x32-calls",
        "seccomp: foreign architectures are killed; Landlock; namespaces",
        """
        x32 = 0x40000000
        return tried({
            "open": lambda: read(syscall(x32 | 2, facts["secret"].encode(), 0)),
            "openat": lambda: read(syscall(x32 | 257, -100, facts["secret"].encode(), 0)),
        })
        """,
    ),
)
ATTACKS: tuple[Attack, ...] = (
    native(
        (21,),
        "open-the-reference",
        GUARDS,
        """
        import codecs, io, linecache, mmap, pathlib, threading, tokenize
        import numpy as np
        from importlib.machinery import SourceFileLoader
        secret = facts["secret"]
        def mapped():
            with open(secret, "rb") as file:
                return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:].decode()
        def in_a_thread():
            got = []
            thread = threading.Thread(target=lambda: refused(lambda: open(secret).read(), got, "thread"))
            thread.start()
            thread.join()
            return got[0]
        def by_name(path):
            return lambda: open(path).read()
        def linked():
            name = facts["folder"] + "/link"
            os.link(secret, name)
            try:
                return open(name).read()
            finally:
                os.unlink(name)
        return tried({
            "open": by_name(secret),
            "descriptor": lambda: read(os.open(secret, os.O_RDONLY | os.O_NOFOLLOW | os.O_NOATIME)),
            "read and write": lambda: read(os.open(secret, os.O_RDWR)),
            "FileIO": lambda: io.FileIO(secret).readall().decode(),
            "pathlib": lambda: pathlib.Path(secret).read_bytes().decode(),
            "codecs": lambda: codecs.open(secret).read(),
            "tokenize": lambda: tokenize.open(secret).read(),
            "loader": lambda: SourceFileLoader("q1", secret).get_data(secret).decode(),
            "linecache": lambda: linecache.getlines(secret)[0],
            "numpy": lambda: np.fromfile(secret, np.uint8).tobytes().decode(),
            "memmap": lambda: bytes(np.memmap(secret, np.uint8, "r")).decode(),
            "text to numpy": lambda: str(np.genfromtxt(secret, str)),
            "mmap": mapped,
            "in a thread": in_a_thread,
            "from the root": by_name("/proc/self/root" + secret),
            "from the folder": by_name("/proc/self/cwd" + secret),
            "from the root of a thread": by_name("/proc/thread-self/root" + secret),
            "from the root of the parent": by_name(f"/proc/{os.getppid()}/root" + secret),
            "from the root of the grader": by_name(f"/proc/{facts['grader']}/root" + secret),
            "relative": by_name(os.path.relpath(secret, "/")),
            "through a library": by_name(os.path.dirname(os.__file__) + "/../" * 12 + secret),
            "hard link": linked,
        })
        """,
    ),
    native(
        (21, 27),
        "open-the-reference-by-system-calls",
        GUARDS + "; seccomp: openat2, open_by_handle_at, open_tree",
        """
        secret = facts["secret"].encode()
        how = struct.pack("QQQ", 0, 0, 0)
        here, beyond = -100, 1 << 32  # AT_FDCWD; a bit that the kernel does not read
        def reopened():
            fd = os.open(secret, os.O_PATH)
            return read(os.open(f"/proc/self/fd/{fd}", os.O_RDONLY))
        def handled():
            handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
            mount = ctypes.c_int()
            syscall("name_to_handle_at", here, secret, handle, ctypes.byref(mount), 0)
            return read(syscall("open_by_handle_at", here, handle, 0))
        def copied():
            tree = syscall("open_tree", here, os.path.dirname(secret), 1)  # OPEN_TREE_CLONE
            return read(syscall("openat", tree, os.path.basename(secret), 0))
        def by_library():
            LIBC.fopen.restype = ctypes.c_void_p
            file = ctypes.c_void_p(LIBC.fopen(secret, b"r"))
            return read(LIBC.fileno(file)) if file else False
        return tried({
            "open": lambda: read(syscall("open", secret, 0)),
            "openat": lambda: read(syscall("openat", here, secret, 0)),
            "openat2": lambda: read(syscall("openat2", here, secret, how, len(how))),
            "openat, more bits": lambda: read(syscall("openat", here, secret, beyond)),
            "reopen": reopened,
            "by its handle": handled,
            "from a copy of the mount": copied,
            "C library": by_library,
        })
        """,
    ),
    native(
        (21,),
        "open-the-reference-by-io-uring",
        "seccomp; namespaces",
        """
        import mmap
        secret = ctypes.create_string_buffer(facts["secret"].encode())
        parameters = ctypes.create_string_buffer(120)
        ring = syscall("io_uring_setup", 4, parameters)
        tail, _mask, _entries, _flags, _dropped, array = struct.unpack_from("6I", parameters, 44)
        completed = struct.unpack_from("I", parameters, 80 + 20)[0]  # cq_off.cqes
        queue = mmap.mmap(ring, 4096, offset=0)
        entries = mmap.mmap(ring, 4096, offset=0x10000000)
        answers = mmap.mmap(ring, 4096, offset=0x8000000)
        def submit(operation, fd, offset, address, length, flags):
            entries[0:64] = struct.pack("BBHiQQIIQ24x", operation, 0, 0, fd, offset, address, length, flags, 1)
            position = struct.unpack_from("I", queue, tail)[0]
            queue[array:array + 16] = bytes(16)
            queue[tail:tail + 4] = struct.pack("I", position + 1)
            syscall("io_uring_enter", ring, 1, 1, 1, None, 0)
            return struct.unpack_from("Qi", answers, completed + 16 * position)[1]
        file = submit(18, -100, 0, ctypes.addressof(secret), 0, 0)  # IORING_OP_OPENAT
        text = ctypes.create_string_buffer(100)
        submit(22, file, 0, ctypes.addressof(text), 99, 0)  # IORING_OP_READ
        return text.value.decode()
        """,
    ),
    native(
        (21,),
        "read-the-reference-by-another-program",
        "seccomp: fork, exec, memfd_create; Landlock; namespaces",
        """
        import subprocess
        secret = facts["secret"]
        def forked(fork):
            def start(fd):
                if (pid := fork()) == 0:
                    os.dup2(fd, 1)
                    os.execv("/bin/cat", ["cat", secret])
                os.waitpid(pid, 0)
            return lambda: collect(start)
        def in_memory(fd):
            script = syscall("memfd_create", b"script", 0)
            os.write(script, b"#!/bin/cat " + secret.encode())
            if (pid := os.fork()) == 0:
                os.dup2(fd, 1)
                syscall("execveat", script, b"", (ctypes.c_char_p * 2)(b"x", None), (ctypes.c_char_p * 1)(None), 0x1000)
                os._exit(1)
            os.waitpid(pid, 0)
        def spawned(fd):
            actions = [(os.POSIX_SPAWN_DUP2, fd, 1)]
            os.waitpid(os.posix_spawn("/bin/cat", ["cat", secret], {}, file_actions=actions), 0)
        return tried({
            "fork and exec": forked(os.fork),
            "clone": forked(lambda: syscall("clone", 17, 0, 0, 0, 0)),
            "subprocess": lambda: subprocess.check_output(["/bin/cat", secret], stderr=subprocess.DEVNULL).decode(),
            "shell": lambda: collect(lambda fd: LIBC.system(f"cat {secret} >&{fd}".encode())),
            "spawn": lambda: collect(spawned),
            "a program in memory": lambda: collect(in_memory),
        })
        """,
    ),
    *(FOR_X86 if platform.machine() == "x86_64" else ()),
    code(
        (21, 40),
        "open-a-private-file",
        "Landlock or no-open; a user of its own; namespaces",
        """
        with open(facts["private"]) as file:
            return file.read()
        """,
    ),
)
