"""What results depend on besides submission and plan: this package, Python, and the libraries that answers use."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
LIBRARIES = ("numpy", "scipy", "torch", "mpmath", "ipython", "nbformat")


@cache
def environment() -> tuple[str, ...]:
    """Names and versions, for a person to read: ("grader 0.1.0+3f2c…", "Python 3.11.7", "numpy 2.4.0", …)."""
    versions = [f"{name} {version}" for name in LIBRARIES if (version := _version(name))]
    return (f"grader {_source_hash()[:12]}", f"Python {platform.python_version()} {platform.machine()}", *versions)


def environment_hash() -> str:
    """Changes with everything that `environment` names."""
    return hashlib.sha256("\n".join(environment()).encode()).hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _source_hash() -> str:
    """Of this package's code, the bundled homework apart: that is in the plan."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE)
        if name.parts[0] != "homework":
            digest.update(f"{name.as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
