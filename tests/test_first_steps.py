"""The README's first steps, from a clone on, as a newcomer types them.

The clone is one of this checkout as it is now (without git, a copy). One thing is not done as on a new machine: `make` finds a `.venv` whose
libraries are those that run the tests, so that nothing is downloaded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders import ROOT
from pages import FENCE, bash, program, section

NOT_OURS = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", ".coverage*", "dist", "build", "*.egg-info")
COMMIT = "git init -q && git add -A && git commit -q -m 'A checkout'"
IDENTITY = {"GIT_CONFIG_GLOBAL": os.devnull} | {
    f"GIT_{role}_{field}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")
}
ENTERED = "cd grader\n"


def first_steps() -> tuple[str, str]:
    """The commands before and after the clone is entered."""
    ((_language, text),) = FENCE.findall(section(ROOT / "README.md", "First steps"))
    cloning, _entered, rest = text.partition(ENTERED)
    return cloning, rest


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder to work in, beside a repository that holds this checkout."""
    shutil.copytree(ROOT, tmp_path / "upstream", ignore=shutil.ignore_patterns(*NOT_OURS))
    (tmp_path / "desk").mkdir()
    (tmp_path / "bin").mkdir()
    if shutil.which("git") is None:
        program(tmp_path / "bin", "git", ["sh", "-c", 'cp -R "$1" "$2"'])  # called as: git clone FROM TO
    else:
        subprocess.run(["sh", "-c", COMMIT], cwd=tmp_path / "upstream", env=os.environ | IDENTITY, check=True)  # noqa: S607
    return tmp_path / "desk"


def set_up(clone: Path) -> None:
    """What `make` does before the first command: `.venv`, with the libraries that are here."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    (site,) = (clone / ".venv/lib").glob("python3*/site-packages")
    libraries = [path for path in sys.path if path.endswith("-packages")]
    (site / "libraries.pth").write_text("\n".join([str(clone), *libraries]), "utf-8")
    program(clone / ".venv/bin", "grader", [str(clone / ".venv/bin/python"), "-m", "grader"])
    (clone / ".venv/.ready").touch()


def newcomer(desk: Path) -> dict[str, str]:
    """An environment that knows nothing of the one that runs the tests."""
    ours = ("MAKEFLAGS", "MAKELEVEL", "PYTHONPATH", "VIRTUAL_ENV")
    path = f"{desk.parent / 'bin'}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if name not in ours}
    return plain | {"GRADER": str(desk.parent / "upstream"), "PATH": path}


def test_first_steps_can_be_carried_out(desk: Path) -> None:
    cloning, rest = first_steps()
    cloned = bash(cloning, desk, newcomer(desk))
    assert cloned.code == 0, cloned.lines
    set_up(desk / "grader")
    done = bash(f"{ENTERED}{rest}\npython -c 'import grader; print(grader.__file__)'", desk, newcomer(desk))
    assert (done.code, done.lines[-1:]) == (0, [str(desk / "grader/grader/__init__.py")]), done.lines
    _bundled, own = (line for line in done.lines if line.startswith("Total "))
    assert own == "Total 5 / 5"
    assert (desk / "autograder.zip").is_file()
