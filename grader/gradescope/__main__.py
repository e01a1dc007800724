"""`python -m grader.gradescope /autograder`: what `run_autograder` starts."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.gradescope.container import autograde

if __name__ == "__main__":
    sys.exit(autograde(Path(sys.argv[1])))
