"""Whether this machine confines student code well enough, decided by what happens in a real child."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader import __version__
from grader.cache import load, store
from grader.errors import IsolationError, SandboxError
from grader.places import Places, cache_folder
from grader.records import LayerState, Property, Trial
from grader.sandbox.client import Sandbox
from grader.sandbox.messages import SelfTest, SelfTested
from grader.sandbox.namespaces import PROGRAM

TEST_SECONDS = 10.0
STATUS = Path("/proc/self/status")
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
REMEDIES = {
    Property.CONFIDENTIALITY: "Use Linux 5.13 or later with Landlock switched on, or run as root so that each child "
    "can be a user of its own, and make the folders of the course private (chmod 700).",
    Property.INTEGRITY: "Use Linux 5.13 or later with Landlock switched on, or run as root so that each child can be a "
    "user of its own, and keep folders that everybody may write to out of the way.",
    Property.NETWORK: "Let the container use seccomp (Docker: no `--security-opt seccomp` that forbids it), or grade in "
    "a container without a network (`--network none`).",
    Property.PROCESSES: "Let the container use seccomp, on Linux and an x86-64 or aarch64 processor.",
    Property.RESOURCES: "Use Linux, where a process's address space can be limited.",
    Property.LIBRARIES: "Put Python and its libraries where every user can read them (not under /root, say).",
}


class Isolation(msgspec.Struct, frozen=True, kw_only=True):
    """The layers of a child, and what it tried in vain or not."""

    layers: tuple[LayerState, ...]
    trials: tuple[Trial, ...]

    def failures(self) -> tuple[Trial, ...]:
        """The trials that went as they should not."""
        return tuple(trial for trial in self.trials if not trial.is_as_it_should)


def measure(sandbox: Sandbox, places: Places) -> Isolation:
    """Run the self-test in a child of the sandbox.

    Raises:
        SandboxError: no child, or none that answers.
    """
    child = sandbox.reader()
    answer = child.ask(_request(places), TEST_SECONDS)
    if child.is_reader and not child.is_alive:  # it may have ended with its template, which could not start
        return measure(sandbox, places)
    if not child.is_reader:
        child.end()
    if not isinstance(answer, SelfTested):
        raise SandboxError(f"the self-test of the isolation did not end: {answer}")
    return Isolation(layers=sandbox.layers, trials=answer.trials)


def _request(places: Places) -> SelfTest:
    """Real paths: behind namespaces a link may be missing where its target is not."""
    files = (sample for path in places.private if (sample := _sample(path)) is not None)
    folders = (path for path in places.writable if path.is_dir())
    return SelfTest(
        files=tuple(os.fsencode(path.resolve()) for path in files),
        folders=tuple(os.fsencode(path.resolve()) for path in folders),
        processes=(os.getpid(),),
    )


def _sample(path: Path) -> Path | None:
    """A file that is there: the path itself, or one in the folder."""
    try:
        return path if path.is_file() else next((entry for entry in path.rglob("*") if entry.is_file()), None)
    except OSError:
        return None


def require(isolation: Isolation) -> None:
    """Raise IsolationError, with what is missing and how to get it, when student code could do too much."""
    failures = isolation.failures()
    if failures:
        raise IsolationError("\n".join(_complaint(failures)))


def _complaint(failures: tuple[Trial, ...]) -> Iterator[str]:
    yield "this machine does not confine student code well enough, so nothing was run."
    for kind in dict.fromkeys(trial.property for trial in failures):
        actions = [trial.action for trial in failures if trial.property is kind]
        can = "could not" if kind is Property.LIBRARIES else "could"
        yield f"  {kind.value}: it {can} {', '.join(actions)}"
        yield f"    {REMEDIES[kind]}"
    yield "`grader doctor` shows every layer. --allow-weak-isolation grades anyway: only for code that you trust."


def measure_once(sandbox: Sandbox, places: Places, folder: Path | None = None) -> Isolation:
    """As `measure`, but once for this host, start, user, Python, version and places: for batches with many workers.

    `folder` None: the user's cache folder.
    """
    root = folder or cache_folder()
    key = _key(places)
    path = root and root / "isolation" / key
    known = _decoded(load(path, key)) if path else None
    if known is not None:
        return known
    isolation = measure(sandbox, places)
    if path:
        store(path, key, msgspec.json.encode(isolation))
    return isolation


def _decoded(body: bytes | None) -> Isolation | None:
    try:
        return None if body is None else msgspec.json.decode(body, type=Isolation)
    except msgspec.MsgspecError:
        return None


def _key(places: Places) -> str:
    """Everything that the verdict may depend on, as far as this process can see it."""
    boot = BOOT_ID.read_text("ascii") if BOOT_ID.exists() else ""
    status = STATUS.read_text("ascii").splitlines() if STATUS.exists() else []
    rights = [line for line in status if line.startswith(("Cap", "Seccomp", "NoNewPrivs", "Uid"))]
    modes = [
        (path, path.stat().st_mode, path.stat().st_uid) for path in (*places.private, *places.writable) if path.exists()
    ]
    parts = (__version__, platform.node(), platform.release(), boot, sys.executable, shutil.which(PROGRAM))
    return hashlib.sha256(repr((parts, rights, modes)).encode("utf-8", "surrogateescape")).hexdigest()
