"""Pins what the Gradescope container installs: `python scripts/lock_requirements.py [PYTHON]`.

Writes grader/gradescope/requirements.txt, and torch-requirements.txt with what torch needs on top, with versions for the
system Python of the default image (3.10), as that interpreter's own pip resolves them, and the hashes of these versions' wheels
for it and the later Pythons that other images have. torch itself is in neither: it comes as a CPU build from where `grader
pack` is told.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parents[1] / "grader" / "gradescope"
# mpmath as the sympy that torch needs wants it: else installing torch would replace the pinned one
WANTED = ("ipython>=8.12", "mpmath>=1.3,<1.4", "msgspec>=0.19", "nbformat>=5.9", "numpy>=1.26", "rich>=13.7")
TORCH_NEEDS = ("filelock", "fsspec>=0.8.5", "jinja2", "networkx>=2.5.1", "setuptools>=77.0.3", "sympy>=1.13.3")
HEAD = "# Written by scripts/lock_requirements.py for Python {versions} on Linux, x86-64."
LATER = ("3.11", "3.12", "3.13")  # they take the same versions; a line has a hash for each different wheel


def main(python: str) -> int:
    """Resolve and write."""
    version = subprocess.run(  # noqa: S603 (the interpreter that was named)
        [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], check=True, capture_output=True, text=True
    ).stdout.strip()
    head = HEAD.format(versions=", ".join([version, *LATER]))
    own = locked(python, *WANTED)
    ours = {line.split("==")[0] for line in own}
    whole = locked(python, *(line.split(" ")[0] for line in own), *TORCH_NEEDS)
    write("requirements.txt", head, own)
    write("torch-requirements.txt", head, [line for line in whole if line.split("==")[0] not in ours])
    return 0


def locked(python: str, *wanted: str) -> list[str]:
    """A line for each release that these need."""
    found = pins(resolve(python, *wanted))
    names = [f"{pin.name}=={pin.version}" for pin in found]
    others = [pins(resolve(python, *names, "--no-deps", "--python-version", later)) for later in LATER]
    return [_line(same) for same in zip(found, *others, strict=True)]


def write(name: str, head: str, lines: list[str]) -> None:
    """A file of requirements in the package."""
    (FOLDER / name).write_text("\n".join([head, *lines, ""]), "utf-8")


class Pin(NamedTuple):
    """A release and the hash of its wheel for one Python."""

    name: str
    version: str
    digest: str


def resolve(python: str, *words: str) -> list[dict[str, Any]]:
    """What pip would install, with where it comes from."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report, tempfile.TemporaryDirectory() as target:
        command = [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--only-binary", ":all:", "--target", target, "--report", report.name]  # the last need each other
        subprocess.run([*command, *words], check=True)  # noqa: S603
        found: list[dict[str, Any]] = json.loads(Path(report.name).read_bytes())["install"]
    return found


def pins(found: list[dict[str, Any]]) -> list[Pin]:
    """The releases by their names."""
    items = [(one["metadata"], one["download_info"]["archive_info"]["hashes"]["sha256"]) for one in found]
    return sorted(
        (Pin(data["name"], data["version"], digest) for data, digest in items), key=lambda pin: pin.name.lower()
    )


def _line(same: tuple[Pin, ...]) -> str:
    digests = dict.fromkeys(pin.digest for pin in same)
    return " ".join([f"{same[0].name}=={same[0].version}", *(f"--hash=sha256:{digest}" for digest in digests)])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["python3.10"]))
