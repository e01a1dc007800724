"""Landlock: the kernel's rules about which files a process may touch (landlock(7), Linux 5.13 and later).

A ruleset is made once, in the template; each child then restricts itself by it. What is not allowed is refused: here
everything but reading Python, its libraries and a few devices.
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.sandbox.kernel import system_call

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every architecture
VERSION = 1  # the flag of CREATE_RULESET that asks for the version
PATH_BENEATH = 1
READ_FILE, READ_DIR = 1 << 2, 1 << 3
# version -> how many of the rights on files, on TCP ports, and of the scopes (signals, abstract sockets) it knows
RIGHTS = {1: (13, 0, 0), 2: (14, 0, 0), 3: (15, 0, 0), 4: (15, 2, 0), 5: (16, 2, 0), 6: (16, 2, 2)}

LIBRARY_FOLDERS = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
PROCESSORS = ("/proc/cpuinfo", "/sys/devices/system/cpu")  # torch chooses its routines, and so its roundings, by them
SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")


def abi_version() -> int:
    """The version of Landlock that the kernel speaks. Raises OSError where it has none, or it is switched off."""
    return system_call(CREATE_RULESET, None, 0, VERSION)


def is_there() -> bool:
    """Whether the kernel has Landlock."""
    try:
        return abi_version() > 0
    except OSError:
        return False


def make_ruleset(paths: Iterable[Path]) -> int:
    """A descriptor of rules that allow to read these files and folders, and nothing else.

    Raises:
        OSError: the kernel has no Landlock.
    """
    files, ports, scopes = RIGHTS[min(abi_version(), max(RIGHTS))]
    counts = [count for count in (files, ports, scopes) if count]  # an older kernel knows a shorter structure
    handled = struct.pack(f"={len(counts)}Q", *((1 << count) - 1 for count in counts))
    ruleset = system_call(CREATE_RULESET, ctypes.create_string_buffer(handled, len(handled)), len(handled), 0)
    for path in paths:
        _allow(ruleset, path)
    return ruleset


def restrict_self(ruleset: int) -> None:
    """Put the rules on this thread, for good. Needs no_new_privs."""
    system_call(RESTRICT_SELF, ruleset, 0)


def _allow(ruleset: int, path: Path) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP, errno.ENAMETOOLONG):
            return  # what is not there needs no rule
        raise
    try:
        rights = READ_FILE | READ_DIR if stat.S_ISDIR(os.fstat(fd).st_mode) else READ_FILE
        rule = struct.pack("=Qi", rights, fd)
        system_call(ADD_RULE, ruleset, PATH_BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
    finally:
        os.close(fd)


def readable_paths(private: Iterable[Path]) -> list[Path]:
    """What a child may read: Python, its libraries, a few devices, and of these nothing that is `private`."""
    standard = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), f"{sys.base_prefix}/lib")
    folders = {*sys.path, *standard, *LIBRARY_FOLDERS, *DEVICES, *PROCESSORS, *SYSTEM}
    secrets = [path.resolve() for path in private]
    roots = {Path(folder).resolve() for folder in folders if folder}
    return sorted({path for root in roots for path in without(root, secrets)})


def without(root: Path, private: list[Path]) -> Iterator[Path]:
    """`root`, or when something private lies in it, what else is there."""
    inside = [path for path in private if path == root or root in path.parents]
    if not inside:
        yield root
    elif root not in inside:
        for entry in _entries(root):
            yield from without(entry, inside)


def _entries(folder: Path) -> list[Path]:
    """What is in a folder, but for links: what they lead to is in the list by itself, or must not be reached by them."""
    try:
        return [entry for entry in folder.iterdir() if not entry.is_symlink()]
    except OSError:  # what we cannot list, a child need not read
        return []
