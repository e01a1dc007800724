"""Pins what the Gradescope container installs: `python scripts/lock_requirements.py [PYTHON]`.

Writes grader/gradescope/requirements.txt with versions and hashes for the system Python of the default image (3.10), as
that interpreter's own pip resolves them. torch is not in it: it comes as a CPU build from where `grader pack` is told.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "grader" / "gradescope" / "requirements.txt"
WANTED = ("ipython>=8.12", "mpmath>=1.3", "msgspec>=0.19", "nbformat>=5.9", "numpy>=1.26", "rich>=13.7")
HEAD = "# Written by scripts/lock_requirements.py for Python {version} on Linux, x86-64.\n"


def main(python: str) -> int:
    """Resolve and write."""
    version = subprocess.run(  # noqa: S603 (the interpreter that was named)
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    PAGE.write_text(HEAD.format(version=version) + "\n".join(_lines(resolve(python))) + "\n", "utf-8")
    return 0


def resolve(python: str) -> list[dict[str, Any]]:
    """What pip would install, with where it comes from."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        subprocess.run([*command, "--report", report.name, *WANTED], check=True)  # noqa: S603
        found: list[dict[str, Any]] = json.loads(Path(report.name).read_bytes())["install"]
    return found


def _lines(found: list[dict[str, Any]]) -> Iterator[str]:
    for one in sorted(found, key=lambda one: str(one["metadata"]["name"]).lower()):
        name, version = one["metadata"]["name"], one["metadata"]["version"]
        digest = one["download_info"]["archive_info"]["hashes"]["sha256"]
        yield f"{name}=={version} --hash=sha256:{digest}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["python3.10"]))
