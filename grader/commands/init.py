"""`grader init DIR`: write a small assignment to start from."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from grader.new_assignment import new_files, write_new

NEXT = """\
This assignment grades already:
  grader run {right} -a {folder}
  grader run {wrong} -a {folder}
Make it yours: start with {first}, and see {readme}.
"""


def init(folder: Path) -> int:
    """Write the assignment, say what was written and what to do with it."""
    files = new_files(folder)
    write_new(files, folder)
    sys.stdout.write("".join(f"{folder / file.path}\n" for file in files))
    places = {"right": "submissions/right.ipynb", "wrong": "submissions/partly_wrong.ipynb"}
    places |= {"first": "rubrics/q1.yaml", "readme": "README.md"}
    shown = {name: shlex.quote(str(folder / path)) for name, path in places.items()}
    sys.stdout.write("\n" + NEXT.format(folder=shlex.quote(str(folder)), **shown))
    return 0
