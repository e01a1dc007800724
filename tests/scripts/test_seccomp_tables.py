"""The shipped filters are what the script makes of its policy."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SHIPPED = ROOT / "grader" / "sandbox"
NAMES = ("seccomp_aarch64.json", "seccomp_x86_64.json")


def missing() -> str:
    """Why the files cannot be made here: other versions of the library order the instructions in other ways."""
    recorded = json.loads((SHIPPED / NAMES[0]).read_text("ascii"))["libseccomp"]
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        return "libseccomp is not installed"
    library.seccomp_version.restype = ctypes.POINTER(ctypes.c_uint * 3)
    version = ".".join(map(str, library.seccomp_version().contents))
    return "" if version == recorded else f"libseccomp {version} is installed, the files were made with {recorded}"


pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())


def script(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "seccomp_tables.py"), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_script_writes_what_is_shipped(tmp_path: Path) -> None:
    script("--folder", str(tmp_path))
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert written == {name: (SHIPPED / name).read_bytes() for name in NAMES}


def test_check_accepts_what_is_shipped() -> None:
    done = script("--check")
    assert (done.returncode, done.stderr) == (0, "")


def test_check_names_the_file_that_differs(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes((SHIPPED / name).read_bytes())
    changed = (tmp_path / NAMES[1]).read_text("ascii").replace('"read"', '"red"')
    (tmp_path / NAMES[1]).write_text(changed, "ascii")
    done = script("--check", "--folder", str(tmp_path))
    assert (done.returncode, done.stderr) == (1, "out of date: seccomp_x86_64.json\n")


def test_check_writes_nothing(tmp_path: Path) -> None:
    done = script("--check", "--folder", str(tmp_path))
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])
