"""Namespaces round the template, by bubblewrap: its own view of files, network, processes and shared memory.

A second wall where the machine allows it (most containers do not): behind it, what is not Python or one of its
libraries is not there at all. Nothing here is slow to import (pathlib is): see early.py.
"""

from __future__ import annotations

import os
import sys

from grader.paths import PACKAGE

TYPE_CHECKING = False  # as in typing
if TYPE_CHECKING:
    from collections.abc import Iterable

    from grader.records import LayerState

    StrPath = str | os.PathLike[str]

PROGRAM = "bwrap"
NAME, PROTECTS = "namespaces", "a second wall round all of it"
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu")
UNSHARED = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
LEFT_OUT = "left out on request"


class Jail:
    """The words before the template's command; none, with the reason, where there are no namespaces to be had."""

    def __init__(self, command: tuple[str, ...], remark: str = "") -> None:
        self.command = command
        self.remark = remark

    def state(self) -> LayerState:
        """What a report says of this layer."""
        from grader.records import LayerState  # noqa: PLC0415 (later)

        return LayerState(name=NAME, protects=PROTECTS, is_active=bool(self.command), remark=self.remark)


def jail(import_path: Iterable[str], private: Iterable[StrPath], omitted: frozenset[str] = frozenset()) -> Jail:
    """How to start a template behind namespaces, without what is private. Only starting it tells whether that works."""
    if NAME in omitted:
        return Jail((), LEFT_OUT)
    program = _found(PROGRAM)
    if not program:
        return Jail((), f"{PROGRAM} is not installed")
    mounts = _mounts(_visible(import_path), private)
    return Jail((program, *_options(), *mounts, "--"))


def _found(program: str) -> str:
    """Where it is installed; "" if nowhere. As shutil.which, which takes longer to import than all of this module."""
    places = (f"{folder}/{program}" for folder in os.get_exec_path() if folder.startswith("/"))
    return next((place for place in places if os.path.isfile(place) and os.access(place, os.X_OK)), "")


def refused(last_words: str) -> Jail:
    """What to do instead when bubblewrap has ended with these words."""
    return Jail((), last_words.rpartition(f"{PROGRAM}: ")[2].partition(". ")[0])


def _options() -> list[str]:
    """The namespaces; a template of root stays root in them, with the rights to give its children users."""
    rights = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_READ_SEARCH", "CAP_SETPCAP")
    who = [word for right in rights for word in ("--cap-add", right)] if os.geteuid() == 0 else ["--unshare-user"]
    return [*UNSHARED, *who, "--proc", "/proc", "--dev", "/dev"]


def _visible(import_path: Iterable[str]) -> list[str]:
    """Python, its libraries, this package: what a template needs to start."""
    own = os.path.dirname(PACKAGE)
    places = [entry for entry in import_path if os.path.realpath(entry) != own]
    return [*SYSTEM, sys.prefix, sys.base_prefix, *places, PACKAGE]


def _mounts(visible: list[str], private: Iterable[StrPath]) -> list[str]:
    words = []
    for path in sorted({_plain(path) for path in visible if os.path.exists(path)}):  # a folder before what lies in it
        words += ["--ro-bind", path, path]
    for place in _covered(visible, private):
        words += ["--tmpfs", place, "--remount-ro", place] if os.path.isdir(place) else ["--ro-bind", os.devnull, place]
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/"]


def _covered(visible: list[str], private: Iterable[StrPath]) -> list[str]:
    """Every place where something private would be seen: /lib may be a link to /usr/lib, and shown as both."""
    secrets = {os.path.realpath(path) for path in private if os.path.exists(path)}
    roots = {_plain(root): os.path.realpath(root) for root in visible}
    places = {
        _plain(root.rstrip("/") + secret.removeprefix(real.rstrip("/")))
        for root, real in roots.items()
        for secret in secrets
        if _lies_in(secret, real)
    }
    return sorted(place for place in places if not any(_lies_in(place, other) for other in places - {place}))


def _plain(folder: str) -> str:
    return folder.rstrip("/") or "/"


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
