"""A small assignment to start from: the files of `first_assignment/`, and the schemas that they name."""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from grader.errors import UsageError
from grader.files import clear_faults

HERE = Path(__file__).parent / "first_assignment"
ASSIGNMENT = "rubrics/assignment.yaml"
NAME = "hw1"  # of the assignment in these files
SECRET = "put-random-text-here"  # the same  # noqa: S105
OWN_FOLDERS = ("rubrics", "reference")  # with anything in them, the place is an assignment already


class NewFile(NamedTuple):
    """A file by its path in the assignment's folder ("rubrics/q1.yaml")."""

    path: str
    data: bytes


def new_files(folder: Path) -> tuple[NewFile, ...]:
    """The files for an assignment in `folder`: it is called like the folder and has a secret of its own."""
    from grader.rubric.draft7 import json_schema  # noqa: PLC0415 (pydantic is slow to import)

    paths = sorted(path for path in HERE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    files = [NewFile(path.relative_to(HERE).as_posix(), path.read_bytes()) for path in paths]
    for kind in ("rubric", "assignment"):
        text = json.dumps(json_schema(kind), indent=2, ensure_ascii=False) + "\n"
        files.append(NewFile(f"rubrics/{kind}.schema.json", text.encode()))
    name = Path(os.path.normpath(folder.absolute())).name
    return tuple(_own(file, name) for file in sorted(files))


def _own(file: NewFile, name: str) -> NewFile:
    if file.path != ASSIGNMENT:
        return file
    text = file.data.decode().replace(SECRET, secrets.token_hex(16))
    if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):  # what may be an assignment's name
        text = text.replace(f"assignment: {NAME}", f'assignment: "{name}"')
    return file._replace(data=text.encode())


def write_new(files: tuple[NewFile, ...], folder: Path) -> None:
    """Write them below `folder`, which is made. All of them or none; nothing that exists is touched.

    Raises UsageError when one of these files exists, when an assignment is there, or when the folder cannot be written.
    """
    _check_free(files, folder)
    with ExitStack() as undo:
        for file in files:
            path = folder / file.path
            with clear_faults(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as opened:  # not even when it has appeared just now
                    undo.callback(path.unlink, missing_ok=True)
                    opened.write(file.data)
        undo.pop_all()


def _check_free(files: tuple[NewFile, ...], folder: Path) -> None:
    with clear_faults(folder):
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is a file: name the folder to write to")
        folder.mkdir(parents=True, exist_ok=True)
        full = [f"{name}/" for name in OWN_FOLDERS if (folder / name).is_dir() and any((folder / name).iterdir())]
        existing = [file.path for file in files if os.path.lexists(folder / file.path)]
    if found := [*full, *(path for path in existing if not path.startswith((*full,)))]:
        names = ", ".join(found)
        raise UsageError(f"{folder} already has {names}. grader init overwrites nothing: name another folder.")
