"""A root folder laid out as Gradescope's container, in which a packed zip is built and run."""

from __future__ import annotations

import io
import json
import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.gradescope.rehearsal import filter as calls
from grader.gradescope.rehearsal.cage import CAPABILITIES, Cage
from grader.gradescope.rehearsal.groups import Groups, Limits, groups
from grader.gradescope.rehearsal.machine import IMAGE_PYTHON, Interpreter, packages, shown
from grader.gradescope.rehearsal.watch import UNLIMITED, Usage, run

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"PATH": PATH, "HOME": "/root", "HOSTNAME": "autograder"}
USERS = "root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
USER_GROUPS = "root:x:0:\nnogroup:x:65534:\n"
EMPTY = ("etc", "home", "mnt", "opt", "root", "run", "srv", "var/tmp")
METADATA = {
    "id": 1,
    "created_at": "2026-01-31T12:00:00.000000-08:00",
    "assignment": {
        "due_date": "2026-02-01T12:00:00.000000-08:00",
        "group_size": None,
        "group_submission": False,
        "id": 2,
        "course_id": 3,
        "late_due_date": None,
        "release_date": "2026-01-01T12:00:00.000000-08:00",
        "title": "Rehearsal",
        "total_points": "100.0",
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.org", "id": 4, "name": "A student"}],
    "previous_submissions": [],
}


class Condition(NamedTuple):
    """Something that Gradescope's container has or forbids."""

    name: str
    is_in_force: bool
    remark: str = ""


class Rehearsed(NamedTuple):
    """One submission in the container."""

    usage: Usage
    results: str | None  # results.json; None when there is none


def require_root() -> None:
    """Raise UsageError, with the reason, where this process cannot make a container at all."""
    if sys.platform != "linux":
        raise UsageError(
            "a container like Gradescope's can only be made on Linux; docs/gradescope.md shows how with Docker"
        )
    if os.geteuid() != 0:
        raise UsageError(
            "a container like Gradescope's can only be made by root (sudo); docs/gradescope.md also shows Docker"
        )
    if calls.system_calls() is None:
        raise UsageError(f"the system calls of a {platform.machine()} are not known here, so none can be forbidden")


class Root:
    """The folder. Everything in it is made below `folder`, which must be empty; who made it removes it."""

    def __init__(self, folder: Path, python: Interpreter, *, has_groups: bool = True) -> None:
        """Lay it out. `has_groups` False: limit memory and time by watching, even where control groups can be made.

        Raises UsageError where the machine does not allow a container, with what it says.
        """
        require_root()
        self._has_groups = has_groups
        self.autograder = folder / "root" / "autograder"
        self._folder, self._root, self._python = folder, folder / "root", python
        for name in EMPTY:
            (self._root / name).mkdir(parents=True)
        for path in (folder, self._root, self._root / "root"):
            path.chmod(0o755)  # Python may lie in there
        (self._root / "etc/passwd").write_text(USERS, "ascii")
        (self._root / "etc/group").write_text(USER_GROUPS, "ascii")
        for name in ("source", "submission", "results"):
            (self.autograder / name).mkdir(parents=True)
        trial = self.execute(("/bin/true",), UNLIMITED)
        if trial.exit_code:
            raise UsageError(f"this machine does not allow a container like Gradescope's: {trial.output.strip()}")

    def build(self, packed: bytes) -> Usage:
        """Unpack the zip and run its setup.sh, as when Gradescope builds an image."""
        source = self.autograder / "source"
        with zipfile.ZipFile(io.BytesIO(packed)) as zipped:
            zipped.extractall(source)
        for name in ("setup.sh", "run_autograder"):
            (source / name).chmod(0o755)
        found = packages(self._python)
        settings = found.environment | {"GRADER_PYTHON": self._python.program}
        usage = self.execute(("/bin/bash", "/autograder/source/setup.sh"), UNLIMITED, settings, tuple(found.shown))
        shutil.copy(source / "run_autograder", self.autograder / "run_autograder")
        return usage

    def run(self, submission: Path, limits: Limits, metadata: dict[str, object] | None = None) -> Rehearsed:
        """Grade a submission: an upload's zip unpacked, a folder, or one file."""
        for name in ("submission", "results"):
            shutil.rmtree(self.autograder / name)
            (self.autograder / name).mkdir()
        hand_in(submission, self.autograder / "submission")
        (self.autograder / "submission_metadata.json").write_text(json.dumps(metadata or METADATA), "utf-8")
        usage = self.execute(("/autograder/run_autograder",), limits)
        results = self.autograder / "results" / "results.json"
        return Rehearsed(usage, results.read_text("utf-8", "replace") if results.is_file() else None)

    def execute(
        self,
        command: tuple[str, ...],
        limits: Limits,
        settings: dict[str, str] | None = None,
        more: tuple[str, ...] = (),
    ) -> Usage:
        """Run a program by its path. `settings` are further variables, `more` is what else of this machine is shown."""
        cage = Cage(
            root=str(self._root),
            shown=_without_nested([*shown(self._python), *more]),
            command=command,
            environment=ENVIRONMENT | (settings or {}),
            folder="/autograder",
        )
        if limits == UNLIMITED or not self._has_groups:
            return run(cage, limits, Groups(), self._folder / "log")
        with groups(limits) as made:
            return run(cage, limits, made, self._folder / "log")


def _without_nested(paths: list[str]) -> tuple[str, ...]:
    """What lies in another one of them is there already."""
    kept: list[str] = []
    for path in sorted(paths):
        if not any(Path(path).is_relative_to(other) for other in kept):
            kept.append(path)
    return tuple(kept)


def hand_in(submission: Path, folder: Path) -> None:
    """Put a submission where Gradescope puts it. A zip is unpacked, unless it is none or has nothing in it."""
    if submission.is_dir():
        shutil.copytree(submission, folder, dirs_exist_ok=True)
        return
    if zipfile.is_zipfile(submission):
        with zipfile.ZipFile(submission) as zipped:
            if zipped.namelist():
                zipped.extractall(folder)
                return
    shutil.copy(submission, folder)


def conditions(usage: Usage, limits: Limits, python: Interpreter) -> tuple[Condition, ...]:
    """What of Gradescope's container was there in this run, as it was found while it ran."""
    rights = usage.rights
    unseen = "" if rights else "it ended before this could be looked at"
    remark = "" if python.is_of_the_image else f"the image has {IMAGE_PYTHON}"
    return (
        Condition(
            "files and processes of its own", bool(rights and rights.has_own_files and rights.has_own_processes), unseen
        ),
        Condition("Docker's capabilities", bool(rights and rights.capabilities == CAPABILITIES), unseen),
        Condition("Docker's system calls, none newer than Linux 5.0", bool(rights and rights.is_filtered), unseen),
        Condition(f"{limits.memory_megabytes} MB", bool(usage.memory_limit), usage.memory_limit),
        Condition(f"{limits.processors:g} processors", bool(usage.processor_limit), usage.processor_limit),
        Condition(f"Python {python.version}", python.is_of_the_image, remark),
    )
