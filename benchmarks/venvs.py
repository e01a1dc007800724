"""The environments of the peers: one each, below the user's cache folder, with the versions of benchmarks/peers/*.txt."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PINS = Path(__file__).resolve().parent / "peers"
PEERS = ("otter", "nbgrader", "gradescope-utils")


def cache() -> Path:
    """The folder that all of this may fill (several gigabytes: every environment has torch)."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "grader-benchmarks")


def bin_of(peer: str) -> Path:
    """The folder of the peer's commands; its environment is made when it is not there, or its pins have changed."""
    pins = PINS / f"{peer}.txt"
    folder = cache() / f"{peer}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}-py{sys.version_info.minor}"
    if not (folder / "ready").exists():
        print(f"making the environment of {peer}, which may take minutes", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(pins)], check=True)  # noqa: S603 (our own pins)
        (folder / "ready").touch()
    return folder / "bin"
