"""The files of a handout, and writing them to a folder."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from grader.errors import RubricError, UsageError
from grader.files import clear_faults, write_atomically
from grader.handout.complete import handout_faults
from grader.handout.public import PUBLIC_SECRET, public_checks
from grader.public_checks import SUFFIX, encode_checks
from grader.rubric.compile import plan_of
from grader.rubric.faults import report
from grader.rubric.load import load_rubric


class HandoutFile(NamedTuple):
    """A file by its path in the handout's folder ("deeplearning/optim.py")."""

    path: str
    data: bytes


def handout_files(folder: Path) -> tuple[HandoutFile, ...]:
    """The notebook, the starter's files and the public checks of an assignment folder.

    Raises:
        RubricError: the rubric or the reference has faults, or the handout would lack something.
    """
    rubric = load_rubric(folder, PUBLIC_SECRET)
    if faults := handout_faults(rubric):
        raise RubricError(report(faults))
    name = rubric.assignment
    starter = (HandoutFile(module.path, module.source.encode("utf-8")) for module in rubric.handout.starter)
    checks = encode_checks(public_checks(plan_of(rubric)))
    return (HandoutFile(f"{name}.ipynb", rubric.notebook or b""), *starter, HandoutFile(f"{name}{SUFFIX}", checks))


def write_files(files: tuple[HandoutFile, ...], folder: Path, *, replaces: bool) -> None:
    """Write them below `folder`, which is made. Raises UsageError when a file there has other content."""
    if not replaces and (different := [file.path for file in files if _differs(folder / file.path, file.data)]):
        names = ", ".join(different)
        raise UsageError(f"{folder} has other files of these names: {names}. --force replaces them.")
    for file in files:
        path = folder / file.path
        with clear_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, file.data)


def _differs(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() != data
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # a folder, or not readable: not ours
        return True
