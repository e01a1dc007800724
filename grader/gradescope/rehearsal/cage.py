"""The process that becomes the container: `python -m grader.gradescope.rehearsal.cage SPECIFICATION`.

It goes into namespaces of its own, builds the view of files, gives up what Docker takes from a container, and starts the
command. The specification is JSON, see Cage.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.gradescope.rehearsal import filter as calls
from grader.sandbox import kernel

CAPABILITIES = 0xA80425FB  # of a Docker container that is started without options
NEWNS, NEWUTS, NEWIPC, NEWPID = 0x20000, 0x4000000, 0x8000000, 0x20000000  # CLONE_*
RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 0x20, 0x1000, 0x4000, 0x40000  # MS_*
MNT_DETACH, PR_CAPBSET_DROP = 2, 24
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
SHARED_MEMORY = b"mode=1777,size=64m"  # Docker's /dev/shm
NO_CONTAINER = 125  # as Docker ends when it cannot start one
LAST_CAPABILITY = Path("/proc/sys/kernel/cap_last_cap")


class Cage(msgspec.Struct, frozen=True, kw_only=True):
    """What the container is made of, and what runs in it."""

    root: str  # the folder that becomes /
    shown: tuple[str, ...]  # files and folders of this machine that can be read in it, where they are here
    command: tuple[str, ...]
    environment: dict[str, str]
    folder: str  # where the command starts
    groups: tuple[str, ...] = ()  # cgroup.procs files to write the process id into
    controls: tuple[tuple[str, str], ...] = ()  # folders of control groups, and where in /sys/fs/cgroup they are seen


def main(specification: str) -> int:
    """Become the container. The command's exit code; 128 + the signal when one ended it; 125 when there is no container."""
    cage = msgspec.json.decode(specification, type=Cage)
    try:
        return _contain(cage)
    except OSError as error:
        sys.stderr.write(f"no container: {error}\n")
        return NO_CONTAINER


def _contain(cage: Cage) -> int:
    _die_with_parent()
    # read here: the container shows neither this package nor, perhaps, this Python
    numbers, last = calls.system_calls() or {}, int(LAST_CAPABILITY.read_text("ascii"))
    groups = [os.open(group, os.O_WRONLY) for group in cage.groups]  # where the container sees them no more
    kernel.checked(kernel.LIBC.unshare(NEWNS | NEWUTS | NEWIPC | NEWPID))
    first = os.fork()  # of the new namespace of processes: when it ends, all in there do
    if first:
        return _code(os.waitpid(first, 0)[1])
    _die_with_parent()
    _show(cage, numbers["pivot_root"])
    _give_up(calls.program(numbers), last)
    return _run(cage, groups)


def _die_with_parent() -> None:
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def _run(cage: Cage, groups: list[int]) -> int:
    """Start the command, and collect whatever ends meanwhile, as the first process of a system must."""
    main_process = os.fork()
    if not main_process:
        for group in groups:
            os.write(group, b"0")  # the process that writes
        os.chdir(cage.folder)
        os.execve(cage.command[0], cage.command, cage.environment)  # noqa: S606 (what the specification names)
    while True:
        pid, status = os.wait()
        if pid == main_process:
            return _code(status)


def _code(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _show(cage: Cage, pivot_root: int) -> None:
    root = Path(cage.root)
    _mount(None, Path("/"), REC | PRIVATE)
    _mount(root, root, BIND | REC)  # only a mount can become the root
    _mount(
        Path("tmpfs"), _folder(root / "tmp"), NOSUID | NODEV, kind="tmpfs", data=b"mode=1777"
    )  # what is shown may lie in it
    for path in cage.shown:
        _bind(Path(path), root)
    _mount(Path("proc"), _folder(root / "proc"), NOSUID | NODEV | NOEXEC, kind="proc")
    _read_only(root / "proc/sys", root / "proc/sys")
    _read_only(Path("/sys"), _folder(root / "sys"))
    _control_groups(cage.controls, root / "sys/fs/cgroup")
    _devices(_folder(root / "dev"))
    os.chdir(root)
    kernel.system_call(pivot_root, _text("."), _text("."))  # the old root lies on the new one for a moment
    kernel.checked(kernel.LIBC.umount2(b".", MNT_DETACH))
    os.chdir("/")


def _text(text: str) -> ctypes.Array[ctypes.c_char]:
    return ctypes.create_string_buffer(text.encode())


def _bind(source: Path, root: Path) -> None:
    target = root / source.relative_to("/")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_symlink() and source.is_dir():  # /lib is often a link to /usr/lib
        if not target.is_symlink():
            target.symlink_to(source.readlink())
        return
    if source.is_dir():
        _folder(target)
    else:
        target.touch()
    _read_only(source, target)


def _read_only(source: Path, target: Path) -> None:
    _mount(source, target, BIND)
    _mount(None, target, BIND | REMOUNT | RDONLY)


def _control_groups(controls: tuple[tuple[str, str], ...], place: Path) -> None:
    """Show the limits, as Docker does: they are read to fit the grading to them."""
    if place.is_dir():
        _mount(Path("tmpfs"), place, NOSUID | NODEV | NOEXEC, kind="tmpfs", data=b"mode=755,size=1m")
        for folder, name in controls:
            _read_only(Path(folder), _folder(place / name))


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path


def _devices(folder: Path) -> None:
    _mount(Path("tmpfs"), folder, NOSUID, kind="tmpfs", data=b"mode=755,size=1m")
    for name in DEVICES:
        if (source := Path("/dev", name)).exists():
            (folder / name).touch()
            _mount(source, folder / name, BIND)
    for name, target in _links():
        (folder / name).symlink_to(target)
    _mount(Path("shm"), _folder(folder / "shm"), NOSUID | NODEV | NOEXEC, kind="tmpfs", data=SHARED_MEMORY)


def _links() -> Iterator[tuple[str, str]]:
    yield "fd", "/proc/self/fd"
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        yield name, f"/proc/self/fd/{number}"


def _mount(source: Path | None, target: Path, flags: int, *, kind: str = "", data: bytes = b"") -> None:
    origin = os.fsencode(source) if source else b"none"
    result = kernel.LIBC.mount(origin, os.fsencode(target), kind.encode() or None, ctypes.c_ulong(flags), data or None)
    kernel.checked(result)


def _give_up(program: bytes, last: int) -> None:
    """Take the system calls and the rights away that a container does not have; `last` is the kernel's last right."""
    calls.install(program)
    for capability in range(last + 1):
        if not CAPABILITIES >> capability & 1:
            kernel.prctl(PR_CAPBSET_DROP, capability)
    kernel.keep_capabilities(*(number for number in range(last + 1) if CAPABILITIES >> number & 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
