"""`grader handout -o FOLDER`: write what students get."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.assignment import check_folder
from grader.handout.files import handout_files, write_files


def handout(assignment: Path, output: Path, *, replaces: bool) -> int:
    """Write the notebook, the starter and the public checks to `output`, and say what was written."""
    check_folder(assignment)
    files = handout_files(assignment)
    write_files(files, output, replaces=replaces)
    sys.stdout.write("".join(f"{output / file.path}\n" for file in files))
    return 0
