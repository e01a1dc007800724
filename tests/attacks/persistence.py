"""Attacks that want to leave something behind: for the next child, the next submission, or after the grader has written."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import machine
from arena import RESULT, Arena
from attack import Attack
from native import native, program

WAIT = 0.12  # seconds that a process which was left behind has for its work


def outlive(arena: Arena, body: str) -> str:
    """Try the body; then write the results, as a grader does at its end, and see whether somebody changes them."""
    arena.sandbox.child("numpy").end()  # the template runs from here on
    honest = machine.descendants()
    with machine.adopting():
        achieved = arena.attack(program(body))
        results = Path(arena.facts.results)
        results.unlink(missing_ok=True)
        results.write_text(RESULT, "ascii")
        time.sleep(WAIT)
        later = "; ".join(arena.damage())
        left = machine.end_survivors(honest)
    survived = f"{len(left)} processes were left" if left else ""
    return "; ".join(filter(None, (achieved, later and f"after the grader: {later}", survived)))


_DAEMON = """
import threading
results, folder = facts["results"], facts["folder"]
def rewrite():
    for _ in range(16):
        time.sleep(0.01)
        try:
            if os.path.exists(results):
                os.chmod(results, 0o666) if os.access(results, os.W_OK) else os.unlink(results)
                with open(results, "w") as file:
                    file.write('{"score": 100.0}')
        except OSError:
            pass
def forked(fork):
    def way():
        if fork() == 0:
            try:
                os.setsid()
                if os.fork() == 0:
                    rewrite()
            finally:
                os._exit(0)
    return way
def spawned():
    script = f"sleep 0.02; rm -f {results}; echo 100 > {results}"
    os.posix_spawn("/bin/sh", ["sh", "-c", script], {}, setsid=True)
def watched(start, add):
    def way():
        fd = start()
        try:
            return add(fd)
        finally:
            os.close(fd)
    return way
def marked():
    import fcntl
    fcntl.fcntl(os.open(os.path.dirname(results), os.O_RDONLY), 1026, 2)
threading.Thread(target=rewrite, daemon=True).start()
return tried({
    "start a process": forked(os.fork),
    "start a process by number": forked(lambda: syscall("clone", 17, 0, 0, 0, 0)),
    "start another program": spawned,
    "survive the template": lambda: syscall("prctl", 1, 0, 0, 0, 0),
    "survive the template, more bits": lambda: syscall("prctl", 1 | 1 << 32, 0, 0, 0, 0),
    "watch": watched(lambda: syscall("inotify_init1", 0), lambda fd: syscall("inotify_add_watch", fd, results.encode(), 2)),
    "watch all": watched(
        lambda: syscall("fanotify_init", 0x200, 0), lambda fd: syscall("fanotify_mark", fd, 1, 2, -100, results.encode())
    ),
    "watch the folder": marked,
})
"""
ATTACKS: tuple[Attack, ...] = (
    Attack(
        (4, 5, 71, 72),
        "rewrite-the-results-after-the-grader",
        "seccomp: fork, exec, inotify, PR_SET_PDEATHSIG; the child is killed before results are written",
        partial(outlive, body=_DAEMON),
    ),
    native(
        (70,),
        "leave-files",
        "Landlock; no-open; another user; namespaces",
        """
        import tempfile
        folder = facts["folder"]
        def without_a_name(place):
            return lambda: os.close(os.open(place, os.O_TMPFILE | os.O_WRONLY, 0o600)) is None
        def removed(place):
            def way():
                name = f"{place}/grader-attack-{os.getpid()}"
                os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                os.unlink(name)
            return way
        def a_folder():
            os.mkdir(folder + "/made")
            os.rmdir(folder + "/made")
        def named_memory():
            fd, name = tempfile.mkstemp(dir=folder)
            os.close(fd)
        name = folder.encode() + b"/left"
        places = ("/tmp", "/var/tmp", "/dev/shm", folder)
        ways = {f"nameless in {place}": without_a_name(place) for place in (*places, "/run", "/", ".")}
        ways |= {f"file in {place}": removed(place) for place in places}
        return tried(ways | {
            "creat": lambda: os.close(syscall("creat", name + b"1", 0o600)) is None,
            "openat": lambda: os.close(syscall("openat", -100, name + b"2", 0o101, 0o600)) is None,
            "openat, more bits": lambda: os.close(syscall("openat", -100, name + b"3", 0o101 | 1 << 33, 0o600)) is None,
            "openat2": lambda: os.close(syscall("openat2", -100, name + b"4", struct.pack("QQQ", 0o101, 0o600, 0), 24)) is None,
            "make a folder": a_folder,
            "temporary file": named_memory,
            "symbolic link": lambda: os.symlink("/nowhere", folder + "/link"),
            "link": lambda: os.link(facts["results"], folder + "/hard"),
            "pipe": lambda: os.mkfifo(folder + "/pipe"),
            "node": lambda: os.mknod(folder + "/node"),
        })
        """,
    ),
    native(
        (73,),
        "leave-objects-of-the-kernel",
        "seccomp; Landlock; namespaces",
        """
        import socket
        name = b"/attack-%d" % os.getpid()
        def segment():
            checked(LIBC.shmctl(checked(LIBC.shmget(os.getpid(), 4096, 0o1600)), 0, None))
        def by_number():
            syscall("shmctl", syscall("shmget", os.getpid(), 4096, 0o1600), 0, 0)
        def semaphores():
            checked(LIBC.semctl(checked(LIBC.semget(os.getpid(), 1, 0o1600)), 0, 0))
        def messages():
            checked(LIBC.msgctl(checked(LIBC.msgget(os.getpid(), 0o1600)), 0, None))
        def queue():
            os.close(syscall("mq_open", name[1:], 0o102, 0o600, None))
            syscall("mq_unlink", name[1:])
        def semaphore():
            LIBC.sem_open.restype = ctypes.c_void_p
            got = LIBC.sem_open(name, 0o100, 0o600, 0)
            LIBC.sem_unlink(name)
            return bool(got)
        def shared():
            from multiprocessing.shared_memory import SharedMemory
            memory = SharedMemory(create=True, size=100)
            memory.close()
            memory.unlink()
        def bound(address, kind=socket.SOCK_STREAM):
            def way():
                with socket.socket(socket.AF_UNIX, kind) as listener:
                    listener.bind(address)
            return way
        return tried({
            "segment": segment, "segment by number": by_number, "semaphores": semaphores, "messages": messages,
            "queue": queue, "named semaphore": semaphore, "shared memory": shared,
            "abstract socket": bound(chr(0) + "attack"), "abstract datagrams": bound(chr(0) + "x", socket.SOCK_DGRAM),
            "socket": bound(facts["folder"] + "/bound"), "pipe": lambda: os.mkfifo(facts["folder"] + "/fifo"),
            "key": lambda: syscall("add_key", b"user", b"x", b"y", 1, -2),
        })
        """,
    ),
    native(
        (75,),
        "poison-caches",
        "Landlock; no-open; another user; namespaces",
        """
        import numpy as np
        def may_write(folder):  # a file without a name: nothing is left where it works
            return lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)) is None
        def may_change(path):
            return lambda: os.close(os.open(path, os.O_WRONLY)) is None
        source = np.__file__
        compiled = os.path.join(os.path.dirname(source), "__pycache__", "__init__.cpython-%d%d.pyc" % sys.version_info[:2])
        folders = {os.path.dirname(source), os.path.dirname(compiled), os.path.dirname(os.__file__), sys.prefix}
        folders |= {os.path.dirname(sys.modules["grader.sandbox.child"].__file__), os.path.expanduser("~"), facts["folder"]}
        ways = {f"in {folder}": may_write(folder) for folder in folders}
        ways |= {f"change {path}": may_change(path) for path in (source, compiled, os.__file__, sys.executable)}
        def cached():
            import py_compile
            sys.dont_write_bytecode, sys.pycache_prefix = False, facts["folder"]
            py_compile.compile(os.__file__, cfile=facts["folder"] + "/os.pyc", doraise=True)
        return tried(ways | {"compile": cached})
        """,
    ),
)
