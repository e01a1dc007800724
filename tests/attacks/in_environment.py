"""`python in_environment.py ENVIRONMENT ARGUMENT…`: the command line of grader in an environment."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

import environments

from grader.cli import main

if __name__ == "__main__":
    environments.enter(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
