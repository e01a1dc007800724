"""Control groups for memory and processor time, of version 1 or 2, where this process may make them."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PERIOD = 100_000  # microseconds, Docker's
PROCESSES = "cgroup.procs"
LEAVE_SECONDS = 2.0  # within which the kernel has cleared away ended processes


class Limits(NamedTuple):
    """What Gradescope's default container has."""

    memory_megabytes: int = 768
    processors: float = 0.5
    seconds: float = 600.0


class Group(NamedTuple):
    """A group that was made, or that there is none."""

    folder: Path | None
    version: int = 0

    def words(self) -> str:
        """How it is called in a report."""
        return f"cgroup v{self.version}" if self.folder else ""

    def number(self, file: str, key: str = "") -> int | None:
        """A number in one of its files: the whole content, or what stands behind the key. None where there is none."""
        if self.folder is None:
            return None
        try:
            words = (self.folder / file).read_text("ascii").split()
            return int(words[words.index(key) + 1] if key else words[0])
        except (OSError, ValueError):
            return None


NONE = Group(None)


class Groups(NamedTuple):
    """The groups of one run. In version 2 all are the same folder."""

    memory: Group = NONE
    processor: Group = NONE
    accounting: Group = NONE

    def doors(self) -> tuple[str, ...]:
        """The files into which a process writes itself to become a member."""
        return tuple(dict.fromkeys(str(group.folder / PROCESSES) for group in self if group.folder))

    def controls(self) -> tuple[tuple[str, str], ...]:
        """The folders, and what they are called below /sys/fs/cgroup; in version 2 it is that folder itself."""
        names = ("memory", "cpu", "cpuacct")
        found = [
            (str(group.folder), name if group.version == 1 else ".")
            for group, name in zip(self, names, strict=True)
            if group.folder
        ]
        return tuple(dict.fromkeys(found))

    def members(self) -> list[int] | None:
        """The processes that are in; None where no group says so."""
        for group in self:
            if group.folder:
                with contextlib.suppress(OSError):
                    return [int(line) for line in (group.folder / PROCESSES).read_text("ascii").split()]
        return None

    def seconds(self) -> float | None:
        """The processor time used by all that were ever in."""
        nanoseconds = self.accounting.number("cpuacct.usage")
        microseconds = self.processor.number("cpu.stat", "usage_usec")
        if nanoseconds is not None:
            return nanoseconds / 1e9
        return None if microseconds is None else microseconds / 1e6

    def killed(self) -> int:
        """How many processes the kernel ended because memory ran out."""
        return (
            self.memory.number("memory.oom_control", "oom_kill") or self.memory.number("memory.events", "oom_kill") or 0
        )


class Hierarchies(NamedTuple):
    """Where the kernel says which groups there are."""

    mounts: Path = Path("/proc/self/mountinfo")
    membership: Path = Path("/proc/self/cgroup")

    def parents(self, kind: str, controller: str) -> list[Path]:
        """Where a group could be made: in our own one, else in the uppermost."""
        found = []
        for line in self.mounts.read_text("utf-8").splitlines():
            place, _dash, system = line.partition(" - ")
            if system.split()[0] == kind and controller in {"", *system.split()[-1].split(",")}:
                found = [Path(place.split()[4])]
        memberships = (line.split(":", 2) for line in self.membership.read_text("utf-8").splitlines())
        own = [path for _number, names, path in memberships if controller in names.split(",")]
        return [mount / path.lstrip("/") for mount in found for path in (*own, "")]


HERE = Hierarchies()


@contextlib.contextmanager
def groups(limits: Limits, here: Hierarchies = HERE) -> Iterator[Groups]:
    """Groups with these limits, as far as they can be made; gone afterwards."""
    made = _version_2(limits, here) or _version_1(limits, here)
    try:
        yield made
    finally:
        for folder in {group.folder for group in made if group.folder}:
            _remove(folder)


def _version_1(limits: Limits, here: Hierarchies) -> Groups:
    amount = str(limits.memory_megabytes * 2**20)
    memory = {"memory.limit_in_bytes": amount, "memory.memsw.limit_in_bytes": amount}
    processor = {"cpu.cfs_period_us": str(PERIOD), "cpu.cfs_quota_us": str(round(PERIOD * limits.processors))}
    return Groups(
        *(
            Group(folder, 1) if (folder := _make(here.parents("cgroup", controller), settings)) else NONE
            for controller, settings in (("memory", memory), ("cpu", processor), ("cpuacct", {}))
        )
    )


def _version_2(limits: Limits, here: Hierarchies) -> Groups | None:
    usable = [parent for parent in here.parents("cgroup2", "") if _gives(parent)]
    quota = f"{round(PERIOD * limits.processors)} {PERIOD}"
    settings = {"memory.max": str(limits.memory_megabytes * 2**20), "cpu.max": quota, "memory.swap.max": "0"}
    folder = _make(usable, settings)
    return Groups(*(Group(folder, 2),) * 3) if folder else None


def _gives(parent: Path) -> bool:
    """Whether groups made in there can limit memory and processor time."""
    try:
        return {"memory", "cpu"} <= set((parent / "cgroup.subtree_control").read_text("ascii").split())
    except OSError:
        return False


def _make(candidates: list[Path], settings: dict[str, str]) -> Path | None:
    """A new group with these settings in the first place that allows it. Swap is limited where there is a file for it."""
    for parent in candidates:
        folder = parent / f"grader-{secrets.token_hex(4)}"
        try:
            folder.mkdir()
            for name, text in settings.items():
                if "sw" not in name or (folder / name).exists():
                    (folder / name).write_text(text, "ascii")
        except OSError:
            _remove(folder)
        else:
            return folder
    return None


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + LEAVE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        with contextlib.suppress(OSError):  # busy for a moment
            folder.rmdir()
            return
        time.sleep(0.02)
