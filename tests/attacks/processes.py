"""Attacks on other processes, and on what the kernel keeps about this one: memory, descriptors, signals, priorities.

The others are the grader and the template, which are ours. What is read of them is counted and never shown, and every
signal is 0: with layers left out, these attacks succeed.
"""

from __future__ import annotations

from attack import Attack
from native import native

OTHERS = """
others = {"grader": facts["grader"], "template": os.getppid()}
def on_each(ways):
    # each way on each of the other processes
    def on(way, pid):
        return lambda: way(pid)
    return tried({f"{what} of the {whose}": on(way, pid) for what, way in ways.items() for whose, pid in others.items()})
"""


def on_others(numbers: tuple[int, ...], name: str, stopped_by: str, body: str) -> Attack:
    """As native, for a body that ends in `on_each` of ways to treat a process id."""
    indented = "\n".join(line.removeprefix("        ") for line in body.splitlines())
    return native(numbers, name, stopped_by, f"{OTHERS}\n{indented}")


ATTACKS: tuple[Attack, ...] = (
    native(
        (27,),
        "look-into-its-own-process",
        "Landlock; no-open; not dumpable",
        """
        def listed(name):
            return lambda: len(os.listdir(f"/proc/self/{name}"))
        def text(name):
            return lambda: len(open(f"/proc/self/{name}", "rb").read(60))
        ways = {name: text(name) for name in ("maps", "environ", "cmdline", "mountinfo", "auxv", "io", "limits", "stack")}
        ways |= {f"{name}/": listed(name) for name in ("fd", "fdinfo", "map_files", "task", "ns", "net", "root", "cwd")}
        ways["memory"] = lambda: os.close(os.open("/proc/self/mem", os.O_RDWR)) is None
        ways["marks for the kernel"] = lambda: os.close(os.open("/proc/self/oom_score_adj", os.O_RDWR)) is None
        ways["network"] = text("net/tcp")
        return tried(ways)
        """,
    ),
    on_others(
        (28,),
        "look-into-other-processes",
        "Landlock; no-open; another user; not dumpable; namespaces",
        """
        def text(name):
            return lambda pid: len(open(f"/proc/{pid}/{name}", "rb").read(60)) or False
        def target(name):
            return lambda pid: os.readlink(f"/proc/{pid}/{name}")
        def size(name):
            return lambda pid: os.stat(f"/proc/{pid}/{name}").st_size
        def memory(pid):
            address = int(open(f"/proc/{pid}/maps").readline().split("-")[0], 16)
            with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
                file.seek(address)
                return len(file.read(16))
        ways = {name: text(name) for name in ("environ", "cmdline", "maps", "status", "auxv", "stack", "fd/0", "fd/3")}
        ways |= {f"{name} ->": target(name) for name in ("cwd", "root", "exe", "fd/0", "fd/3", "fd/5", "ns/net")}
        ways |= {f"{name}, size": size(name) for name in ("fd/0", "fd/3", "cwd/.", "root/etc/passwd")}
        ways |= {"memory": memory, "fd/": lambda pid: len(os.listdir(f"/proc/{pid}/fd")), "cwd/": lambda pid: len(os.listdir(f"/proc/{pid}/cwd"))}
        return on_each(ways)
        """,
    ),
    on_others(
        (29, 30),
        "read-the-memory-of-other-processes",
        "seccomp; Landlock; another user; not dumpable; namespaces",
        """
        here = ctypes.create_string_buffer(16)
        def vectors(there):
            return (ctypes.c_ulong * 2)(ctypes.addressof(here), 16), (ctypes.c_ulong * 2)(there, 16)
        def transferred(call, pid):
            local, remote = vectors(0)
            try:
                return syscall(call, pid, local, 1, remote, 1, 0)
            except OSError as error:  # who may not is told so before the address is looked at
                return error.errno == 14
        def seized(pid):
            syscall("ptrace", 0x4206, pid, 0, 0)  # does not stop it
            try:
                syscall("ptrace", 17, pid, 0, 0)
            except OSError:
                pass
        def descriptor(pid):
            fd = syscall("pidfd_open", pid, 0)
            os.close(syscall("pidfd_getfd", fd, 0, 0))
        return on_each({
            "read": lambda pid: transferred("process_vm_readv", pid),
            "write": lambda pid: transferred("process_vm_writev", pid),
            "trace": seized,
            "descriptor": descriptor,
            "same files": lambda pid: syscall("kcmp", os.getpid(), pid, 2, 0, 0),
            "namespaces": lambda pid: syscall("setns", syscall("pidfd_open", pid, 0), 0x20000),
        })
        """,
    ),
    native(
        (31,),
        "use-inherited-descriptors",
        "descriptors",
        """
        import select, stat
        def kind(fd):
            return f"{os.fstat(fd).st_mode:o}"
        def is_free(fd):
            return lambda: kind(fd)
        ways = {f"descriptor {fd}": is_free(fd) for fd in range(5, 1024)}
        def printable(fd):  # anything but the null device
            return lambda: os.fstat(fd).st_rdev != os.makedev(1, 3) and kind(fd)
        ways |= {f"standard {fd}": printable(fd) for fd in range(3)}
        ways |= {"requests are writable": lambda: os.write(3, b""), "replies are readable": lambda: os.read(4, 0) is None}
        ways |= {f"{fd} is a {kind}": lambda fd=fd: not stat.S_ISFIFO(os.fstat(fd).st_mode) for fd, kind in ((3, "file"), (4, "file"))}
        return tried(ways)
        """,
    ),
    on_others(
        (76,),
        "signal-other-processes",
        "seccomp; Landlock (scope); another user; namespaces",
        """
        near = [pid for pid in range(os.getpid() - 3, os.getpid() + 4) if pid not in (os.getpid(), os.getppid())]
        others.update({f"neighbour {pid}": pid for pid in near if pid > 1})
        others.update({"everybody": -1, "group of the template": -os.getpgid(os.getppid())})
        nothing = ctypes.create_string_buffer(struct.pack("iii", 0, 0, -1).ljust(128, bytes(1)))
        beyond = os.getpid() << 32
        return on_each({
            "kill": lambda pid: os.kill(pid, 0),
            "kill by number": lambda pid: syscall("kill", pid, 0),
            "kill, more bits": lambda pid: syscall("kill", beyond | pid & 0xFFFFFFFF, 0),
            "tkill": lambda pid: syscall("tkill", pid, 0),
            "tgkill": lambda pid: syscall("tgkill", pid, pid, 0),
            "queue": lambda pid: syscall("rt_sigqueueinfo", pid, 0, nothing),
            "queue to a thread": lambda pid: syscall("rt_tgsigqueueinfo", pid, pid, 0, nothing),
            "descriptor": lambda pid: syscall("pidfd_send_signal", syscall("pidfd_open", pid, 0), 0, 0, 0),
        })
        """,
    ),
    on_others(
        (76,),
        "signal-through-a-pipe",
        "seccomp: F_SETOWN, F_SETSIG, FIOASYNC and their like",
        """
        import fcntl
        def owned(command, high=0):  # SIGIO to whoever owns the pipe, when the grader reads or writes it
            def own(pid):
                argument = struct.pack("ii", 1, pid) if command == 15 else pid
                syscall("fcntl", 4, command | high, argument)
                try:
                    return fcntl.fcntl(4, 9) == pid  # F_GETOWN
                finally:
                    syscall("fcntl", 4, 8, 0)
            return own
        def by_ioctl(command):
            return lambda pid: syscall("ioctl", 4, command, struct.pack("i", pid)) == 0 and by_ioctl(command)(0)
        return on_each({
            "F_SETOWN": owned(8),
            "F_SETOWN_EX": owned(15),
            "F_SETOWN, more bits": owned(8, 1 << 32),
            "FIOSETOWN": lambda pid: syscall("ioctl", 4, 0x8901, struct.pack("i", pid)) == 0,
            "lease": lambda pid: fcntl.fcntl(os.open(os.__file__, os.O_RDONLY), 1024, fcntl.F_RDLCK) == 0,
        })
        """,
    ),
    on_others(
        (77,),
        "change-priorities-and-limits",
        "seccomp; another user; namespaces",
        """
        import resource
        # Each sets what is there already: having been allowed to is what counts.
        def same_limits(pid):
            old = ctypes.create_string_buffer(16)
            syscall("prlimit64", pid, 7, None, old)
            syscall("prlimit64", pid, 7, old, None)
        def same_processors(pid):
            mask = ctypes.create_string_buffer(128)
            syscall("sched_setaffinity", pid, syscall("sched_getaffinity", pid, 128, mask), mask)
        def same_niceness(pid):
            os.setpriority(os.PRIO_PROCESS, pid, os.getpriority(os.PRIO_PROCESS, pid))
        def raised(kind):
            soft, hard = resource.getrlimit(kind)
            return hard == resource.RLIM_INFINITY or resource.setrlimit(kind, (hard + 1, hard + 1)) is None
        own = tried({
            "higher priority": lambda: os.nice(-1),
            "real time": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None,
            "more memory": lambda: raised(resource.RLIMIT_AS),
            "more time": lambda: raised(resource.RLIMIT_CPU),
            "more files": lambda: raised(resource.RLIMIT_NOFILE),
            "a group of its own": lambda: os.setpgid(0, os.getppid()),
        })
        return own or on_each({
            "limits": same_limits,
            "processors": same_processors,
            "niceness": same_niceness,
            "scheduler": lambda pid: os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0)),
            "disk priority": lambda pid: syscall("ioprio_set", 1, pid, syscall("ioprio_get", 1, pid)),
            "pages": lambda pid: syscall("migrate_pages", pid, 64, struct.pack("Q", 1), struct.pack("Q", 1)),
        })
        """,
    ),
)
