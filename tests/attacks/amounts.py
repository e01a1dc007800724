"""Attacks that take too much: processes, threads, memory, descriptors, disk, signals, processor time."""

from __future__ import annotations

import textwrap
from functools import partial

from attack import Attack
from watching import as_function, exhaustion, harm

FORK = """
import ctypes, os, platform, signal, struct, subprocess
libc = ctypes.CDLL(None)
clone, fork = {"x86_64": (56, 57), "aarch64": (220, -1)}[platform.machine()]
arguments = struct.pack("11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, 0, 0, 0)
word = ctypes.c_long
ways = {
    "os.fork": os.fork,
    "fork": libc.fork,
    "clone(2)": lambda: libc.syscall(word(clone), word(signal.SIGCHLD), *(word(0),) * 4),
    "fork(2)": lambda: libc.syscall(word(fork)),
    "clone3(2)": lambda: libc.syscall(word(435), arguments, word(len(arguments))),
    "posix_spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
    "subprocess": lambda: subprocess.Popen(["/bin/true"]).pid,
    "system": lambda: 1 - libc.system(b"true") or -1,
    "forkpty": lambda: os.forkpty()[0],
    "fork(2) of x32": lambda: libc.syscall(word(0x40000000 | 57)),  # last: it may be the end
}
worked = []
for name, way in ways.items():
    try:
        pid = way()
        if pid == 0: os._exit(0)
        if pid > 0:
            worked.append(name)
            os.waitpid(-1, 0)
    except Exception: pass
return "succeeded: processes by " + ", ".join(worked) if worked else "no process"
"""
DAEMON = """
import ctypes, os, time
for fork in (os.fork, ctypes.CDLL(None).fork):
    try: pid = fork()
    except OSError: continue
    if pid == 0:
        os.setsid()
        if fork() == 0: time.sleep(3)
        os._exit(0)
    if pid > 0: return "left a process behind"
return "could not"
"""
GATE_OF_32_BITS = """
import ctypes, mmap, os
page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
page.write(b"\\xb8\\x02\\x00\\x00\\x00\\xcd\\x80\\xc3")  # mov eax, 2 (fork); int 0x80; ret
start = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
pid = start()
if pid == 0: os._exit(0)
if pid > 0: os.waitpid(pid, 0)
return "succeeded: forked as a program of 32 bits" if pid > 0 else str(pid)
"""
THREADS = """
import _thread, threading
threading.stack_size(32768)
gate = _thread.allocate_lock(); gate.acquire()
for _ in range(2100):
    try: _thread.start_new_thread(gate.acquire, ())
    except Exception: break
return "started"
"""
KEEP = "import builtins; kept = builtins.kept = []\n"
MEMORY = {  # each takes 160 MB, if it can
    "fill-bytearrays": "for _ in range(10): kept.append(bytearray(b'x') * 2**24)",
    "fill-arrays": "import numpy as np\nfor _ in range(10): kept.append(np.ones(2**21))",
    "make-many-small-objects": "for i in range(160_000): kept.append(bytes(1000))",
    "fill-shared-mappings": """
        import mmap
        for _ in range(10):
            kept.append(mmap.mmap(-1, 2**24)); kept[-1].write(bytes(2**24))
        """,
    "fill-mappings-without-reserve": """
        import ctypes, mmap
        libc = ctypes.CDLL(None); libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, *(ctypes.c_int,) * 3, ctypes.c_long)
        for flags in (0x4000, 0x4000 | 0x0100):  # MAP_NORESERVE, and MAP_GROWSDOWN
            for _ in range(5):
                address = libc.mmap(None, 2**24, 3, 0x22 | flags, -1, 0)
                if address not in (None, 2**64 - 1): ctypes.memset(address, 1, 2**24)
        """,
    "move-the-break": """
        import ctypes
        libc = ctypes.CDLL(None); libc.sbrk.restype = ctypes.c_void_p; libc.sbrk.argtypes = (ctypes.c_long,)
        for _ in range(10):
            start = libc.sbrk(2**24)
            if start not in (None, 2**64 - 1): ctypes.memset(start, 1, 2**24)
        """,
    "raise-the-limit-of-memory": """
        import ctypes, os, resource, struct
        unlimited, none = resource.RLIM_INFINITY, ctypes.c_long(0)
        most = struct.pack("qq", -1, -1)
        for number, pid in ((302, 0), (302, os.getpid()), (261, 0), (261, os.getpid())):  # prlimit64(2)
            ctypes.CDLL(None).syscall(ctypes.c_long(number), ctypes.c_long(pid), ctypes.c_long(9), most, none)
        try: resource.setrlimit(resource.RLIMIT_AS, (unlimited, unlimited))
        except (OSError, ValueError): pass
        for _ in range(10): kept.append(bytearray(b'x') * 2**24)
        """,
}
OUTSIDE = """
import contextlib, ctypes, os
libc, names = ctypes.CDLL(None), []
libc.shmat.restype = ctypes.c_void_p
taken = {}
with contextlib.suppress(Exception):  # segments that nobody has attached are in no address space
    segments = []
    for _ in range(10):
        segment = libc.shmget(0, ctypes.c_size_t(2**24), 0o1600)
        address = libc.shmat(segment, None, 0)
        if segment < 0 or address in (None, 2**64 - 1): break
        ctypes.memset(address, 1, 2**24)
        libc.shmdt(ctypes.c_void_p(address))
        segments.append(segment)
        taken["System V"] = len(segments) * 16
    for segment in segments: libc.shmctl(segment, 0, None)
with contextlib.suppress(Exception):
    files = []
    for number in range(160):
        files.append(os.memfd_create("x"))
        os.write(files[-1], bytes(2**20)); taken["memfd"] = number + 1
with contextlib.suppress(Exception):
    for number in range(100):
        names.append(f"/dev/shm/attack-{os.getpid()}-{number}")
        with open(names[-1], "wb") as file: file.write(bytes(2**20))
        taken["/dev/shm"] = number + 1
for name in names:
    with contextlib.suppress(OSError): os.unlink(name)
return f"succeeded: {taken} MB" if sum(taken.values()) > 64 else str(taken)
"""
DESCRIPTORS = """
import contextlib, ctypes, os, resource, struct
for most in (65536, 4096, 256):
    with contextlib.suppress(OSError, ValueError): resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for pid in (0, os.getpid()):
        ctypes.CDLL(None).syscall(302, pid, 7, struct.pack("QQ", most, most), None)
kept = []
with contextlib.suppress(OSError):
    while len(kept) < 300: kept += os.pipe()
with contextlib.suppress(OSError):
    while len(kept) < 300: kept.append(os.dup(0))
with contextlib.suppress(OSError): kept.append(os.dup2(0, 200))
return f"succeeded: {len(kept)} descriptors" if len(kept) > 64 or 200 in kept else "too few"
"""
DISK = """
import ctypes, os
libc, made = ctypes.CDLL(None), []
results = os.path.dirname(facts["results"])
for folder in (facts["folder"], results, "/tmp", "/var/tmp", "/dev/shm", "/run", "/", "."):
    path = f"{folder}/attack-{os.getpid()}"
    ways = (
        lambda: os.truncate(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), 2**33),
        lambda: os.pwrite(os.open(path + "b", os.O_CREAT | os.O_WRONLY), b"x", 2**30),
        lambda: [open(f"{path}-{number}", "w").close() for number in range(3)],
        lambda: os.close(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)),
        lambda: os.mkdir(path + "d"),
        lambda: os.symlink("x", path + "s"),
        lambda: os.mkfifo(path + "p"),
        lambda: libc.creat(f"{path}c".encode(), 0o600),
        lambda: libc.mknod(f"{path}n".encode(), 0o100600, 0),
        lambda: os.link("/etc/hostname", path + "l"),
        lambda: os.posix_fallocate(os.open(path + "f", os.O_CREAT | os.O_RDWR), 0, 2**20),
    )
    for way in ways:
        try: way()
        except Exception: continue
    try: names = sorted(os.listdir(folder))
    except OSError: names = []
    for name in names:
        if name.startswith(f"attack-{os.getpid()}"):
            made.append(f"{folder}/{name}")
            (os.rmdir if name.endswith("d") else os.unlink)(made[-1])
return f"succeeded: {made}" if made else "no file"
"""
SIGNALS = """
import ctypes, os, signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN])
sigqueue = ctypes.CDLL(None).sigqueue
queued = sum(sigqueue(os.getpid(), signal.SIGRTMIN, None) == 0 for _ in range(2000))
if queued > 512: return f"succeeded: {queued} signals wait"
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1e-6, 1e-6)
while True: os.kill(os.getpid(), signal.SIGUSR1)
"""
SPARED = """
import ctypes, os
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: its files in /proc become its own
names = [f"/proc/{pid}/{name}" for pid in ("self", os.getpid(), "thread-self") for name in ("oom_score_adj", "oom_adj")]
for name, wanted in [(name, "-1000") for name in names] + [(name, "0") for name in names]:
    try:
        with open(name, "w") as file: file.write(wanted)
    except OSError: pass
try:
    with open(f"/proc/{facts['grader']}/oom_score_adj", "w") as file: file.write("1000")
except OSError: pass
return "tried"
"""
HIDDEN_TIME = """
import hashlib, signal, threading, time
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
data = bytes(2**20)
def burn():
    while time.process_time() < 2.4: hashlib.sha256(data).digest()
for _ in range(2): threading.Thread(target=burn, daemon=True).start()
while time.process_time() < 2.4: time.sleep(0.02)
return "succeeded: 2.4 s of processor time"
"""
LIMIT_OF_MEMORY = "limits (RLIMIT_AS; it cannot be raised)"

ATTACKS: tuple[Attack, ...] = (
    exhaustion((86,), "start-processes", "seccomp; limits (RLIMIT_NPROC)", FORK, seconds=1.0),
    exhaustion((86,), "leave-a-process-behind", "seccomp", DAEMON, seconds=1.0),
    exhaustion((86,), "fork-by-the-gate-of-32-bits", "seccomp (kills foreign architectures)", GATE_OF_32_BITS),
    exhaustion((87,), "start-threads", "limits (RLIMIT_NPROC)", THREADS, seconds=1.0),
    *(
        exhaustion((88,), name, LIMIT_OF_MEMORY, KEEP + textwrap.dedent(body), seconds=1.0)
        for name, body in MEMORY.items()
    ),
    exhaustion(
        (89,),
        "touch-zeros-later",
        LIMIT_OF_MEMORY,
        KEEP + "import numpy as np\nkept.append(np.zeros(20 * 2**20))\nkept[0][::512] = 1",
    ),
    exhaustion(
        (88,), "take-memory-outside-the-address-space", "seccomp, Landlock, limits (RLIMIT_FSIZE)", OUTSIDE, seconds=1.0
    ),
    exhaustion((90,), "open-many-descriptors", "limits (RLIMIT_NOFILE; it cannot be raised)", DESCRIPTORS),
    exhaustion((91,), "fill-the-disk", "Landlock, seccomp (files), limits (RLIMIT_FSIZE)", DISK, seconds=1.0),
    exhaustion((95,), "send-itself-signals", "limits (RLIMIT_SIGPENDING), the grader's deadline", SIGNALS),
    exhaustion((96,), "be-spared-when-memory-runs-out", "oom_score_adj 1000, Landlock, seccomp", SPARED),
    Attack(
        (98,),
        "hide-processor-time-in-threads",
        "limits (RLIMIT_CPU), the grader's deadline",
        partial(harm, source=as_function(HIDDEN_TIME), seconds=3.0, total_seconds=0.0),
    ),
)
