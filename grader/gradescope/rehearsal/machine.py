"""What of this machine the container shows: the system's folders, a Python, and where its pip finds packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

IMAGE_PYTHON = "3.10"  # the system Python of Ubuntu 22.04
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = (
    "alternatives", "ca-certificates", "ca-certificates.conf", "gai.conf", "host.conf", "hosts", "ld.so.cache",
    "localtime", "mime.types", "nsswitch.conf", "os-release", "pki", "protocols", "resolv.conf", "services", "ssl",
    "timezone",
)  # fmt: skip
NETWORK = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
VERSION = "'.'.join(map(str, sys.version_info[:3]))"
ASK = f"import os, sys, ensurepip, venv; print(os.path.realpath(sys.executable), sys.base_prefix, {VERSION}, sep='\\n')"
ANSWERS = 3  # lines
SETTING = re.compile(r"^(?:global|install|:env:)\.([a-z-]+)='(.*)'$")
PLACE = re.compile(r"(?:file://)?(/[^\s'\"]+)")
ASK_SECONDS = 60.0


class Interpreter(NamedTuple):
    """A Python that can make virtual environments."""

    program: str
    prefix: str  # where its library is
    version: str  # "3.10.13"

    @property
    def is_of_the_image(self) -> bool:
        """Whether it is the minor version that the default image has."""
        return self.version.startswith(f"{IMAGE_PYTHON}.")


def interpreter() -> Interpreter:
    """What GRADER_PYTHON names, else a Python of the image's version where there is one, else the one that runs this."""
    named = os.environ.get("GRADER_PYTHON")
    found = filter(None, map(ask, [named] if named else _candidates()))
    return next(found, None) or running()


def running() -> Interpreter:
    """The Python that runs this."""
    asked = ask(os.path.realpath(sys.executable))
    return asked or Interpreter(sys.executable, sys.base_prefix, sys.version.split()[0])


def _candidates() -> Iterator[str]:
    name = f"python{IMAGE_PYTHON}"
    if (path := shutil.which(name)) is not None:
        yield path
    home = Path.home()
    for folder, pattern in (
        (Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions", f"{IMAGE_PYTHON}.*"),
        (home / ".local/share/uv/python", f"cpython-{IMAGE_PYTHON}.*"),
    ):
        yield from (str(found / "bin" / name) for found in sorted(folder.glob(pattern), reverse=True))


def ask(program: str) -> Interpreter | None:
    """The interpreter behind this name; None when it cannot be started or makes no virtual environments."""
    try:
        done = subprocess.run([program, "-c", ASK], capture_output=True, text=True, timeout=ASK_SECONDS, check=True)  # noqa: S603 (that is what it is for)
    except (OSError, subprocess.SubprocessError):
        return None
    lines = done.stdout.splitlines()
    return Interpreter(*lines) if len(lines) == ANSWERS else None


def shown(python: Interpreter) -> list[str]:
    """Files and folders of this machine that the container can read."""
    settings = (f"/etc/{name}" for name in SETTINGS)
    return [path for path in (*SYSTEM, *settings, python.prefix) if os.path.lexists(path)]


class Packages(NamedTuple):
    """Where this machine's pip finds packages."""

    environment: dict[str, str]  # that says so
    shown: list[str]  # what it names on the disk


def packages(python: Interpreter) -> Packages:
    """The settings of pip, as environment variables, with what else a download needs."""
    listed = subprocess.run(  # noqa: S603 (the interpreter that was found)
        [python.program, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings = (match for line in listed.splitlines() if (match := SETTING.match(line)))
    environment = {f"PIP_{match[1].upper().replace('-', '_')}": match[2] for match in settings}
    environment |= {
        name: value for name, value in os.environ.items() if name.upper() in NETWORK or name.startswith("PIP_")
    }
    places = [Path(place) for value in environment.values() for place in PLACE.findall(value)]
    return Packages(environment, [str(_whole(place)) for place in places if place.exists()])


def _whole(place: Path) -> Path:
    """The files of an index on the disk lie beside it."""
    return place.parent if place.name == "simple" else place
