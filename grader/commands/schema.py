"""`grader schema`: the JSON Schema of the rubric's YAML files, for editors; `--check`: are these files valid."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

from grader.assignment import check_folder
from grader.errors import RubricError, UsageError

KINDS = ("rubric", "assignment")
RUBRICS = "rubrics"


def print_schema(kind: str) -> int:
    """Print the schema of question files ("rubric") or of the assignment file. Raises UsageError for another kind."""
    if kind not in KINDS:
        raise UsageError(f"there is no schema {kind!r}; choose one of {', '.join(KINDS)}")
    from grader.rubric.draft7 import json_schema  # noqa: PLC0415 (pydantic is slow to import)

    sys.stdout.write(json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n")
    return 0


def check_rubrics(paths: tuple[Path, ...]) -> int:
    """Say that the rubrics around these paths are valid: assignment folders, or files below their `rubrics/`.

    Nothing of the author's Python is run, so this is quick and finds less than `grader run` does.

    Raises:
        UsageError: a path belongs to no assignment.
        RubricError: there are faults; it has those of all files.
    """
    from grader.rubric.load import visible_faults  # noqa: PLC0415 (pydantic is slow to import)

    folders = sorted({_assignment_of(path) for path in paths})
    faults = [f"{os.path.relpath(folder)}/{fault}" for folder in folders for fault in visible_faults(folder)]
    if faults:
        raise RubricError(tuple(fault.removeprefix("./") for fault in faults))
    sys.stdout.write("".join(f"{os.path.relpath(folder)}: the files of the rubric are valid\n" for folder in folders))
    return 0


def _assignment_of(path: Path) -> Path:
    """The assignment folder that a folder is, or that a file or a folder belongs to."""
    place = Path(os.path.normpath(path.absolute()))  # links stay: the names count, not where the files are
    if _is_folder(path) and place.name != RUBRICS:
        check_folder(path)
        return place
    inner = next((one for one in (place, *place.parents) if one.name == RUBRICS), None)
    if inner is None:
        raise UsageError(f"{path} is no file of a rubric: it is not in a folder rubrics/ of an assignment")
    return inner.parent


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file or folder") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be opened: {error.strerror}") from None
