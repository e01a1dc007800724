"""Namespaces round the template, by bubblewrap: its own view of files, network, processes and shared memory.

A second wall where the machine allows it (most containers do not): behind it, what is not Python or one of its
libraries is not there at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

TYPE_CHECKING = False  # as in typing
if TYPE_CHECKING:  # nothing here is slow to import: see process.py
    from grader.records import LayerState

PROGRAM = "bwrap"
NAME, PROTECTS = "namespaces", "a second wall round all of it"
PACKAGE = Path(__file__).resolve().parents[1]
SYSTEM = ("/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/sys/devices/system/cpu")
UNSHARED = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
LEFT_OUT = "left out on request"


class Jail(NamedTuple):
    """The words before the template's command; none, with the reason, where there are no namespaces to be had."""

    command: tuple[str, ...]
    remark: str = ""

    def state(self) -> LayerState:
        """What a report says of this layer."""
        from grader.records import LayerState  # noqa: PLC0415 (as above)

        return LayerState(name=NAME, protects=PROTECTS, is_active=bool(self.command), remark=self.remark)


def jail(import_path: Iterable[str], private: Iterable[Path], omitted: frozenset[str] = frozenset()) -> Jail:
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
    return next((place for place in places if os.access(place, os.X_OK)), "")


def refused(last_words: str) -> Jail:
    """What to do instead when bubblewrap has ended with these words."""
    return Jail((), last_words.rpartition(f"{PROGRAM}: ")[2].partition(". ")[0])


def _options() -> list[str]:
    """The namespaces; a template of root stays root in them, with the rights to give its children users."""
    rights = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_DAC_READ_SEARCH", "CAP_SETPCAP")
    who = [word for right in rights for word in ("--cap-add", right)] if os.geteuid() == 0 else ["--unshare-user"]
    return [*UNSHARED, *who, "--proc", "/proc", "--dev", "/dev"]


def _visible(import_path: Iterable[str]) -> list[Path]:
    """Python, its libraries, this package: what a template needs to start."""
    own = PACKAGE.parent
    places = [Path(entry) for entry in import_path if Path(entry).resolve() != own]
    return [*map(Path, SYSTEM), Path(sys.prefix), Path(sys.base_prefix), *places, PACKAGE]


def _mounts(visible: list[Path], private: Iterable[Path]) -> list[str]:
    words = []
    for path in sorted({path for path in visible if _is_there(path)}):  # a folder before what lies in it
        words += ["--ro-bind", str(path), str(path)]
    for place in _covered(visible, filter(_is_there, private)):
        words += ["--tmpfs", place, "--remount-ro", place] if Path(place).is_dir() else ["--ro-bind", os.devnull, place]
    return [*words, "--remount-ro", "/dev", "--remount-ro", "/"]


def _covered(visible: list[Path], private: Iterable[Path]) -> list[str]:
    """Every place where something private would be seen: /lib may be a link to /usr/lib, and shown as both."""
    secrets = [path.resolve() for path in private]
    roots = [(root, root.resolve()) for root in visible]
    places = {
        root / secret.relative_to(real) for root, real in roots for secret in secrets if secret.is_relative_to(real)
    }
    return sorted(str(path) for path in places if places.isdisjoint(path.parents))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have
        return False
