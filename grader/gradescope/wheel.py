"""This package as a wheel, without the bundled homework: nothing of a reference leaves the instructor's machine."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader import __version__

PACKAGE = Path(__file__).parents[1]
ANSWERS = ("homework", "first_assignment")  # the bundled reference and rubrics, where installed; those of `grader init`
SUFFIXES = (".py", ".json", ".txt", ".typed", ".sh")
NAME = f"grader-{__version__}-py3-none-any.whl"
INFO = f"grader-{__version__}.dist-info"
NEEDED = ("ipython>=8.12", "mpmath>=1.3", "msgspec>=0.19", "nbformat>=5.9", "numpy>=1.26", "rich>=13.7")
METADATA = f"Metadata-Version: 2.1\nName: grader\nVersion: {__version__}\nRequires-Python: >=3.10\n" + "".join(
    f"Requires-Dist: {one}\n" for one in NEEDED
)
WHEEL = "Wheel-Version: 1.0\nGenerator: grader\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


class Member(NamedTuple):
    """A file of an archive."""

    name: str
    data: bytes


def wheel_members() -> list[Member]:
    """The files of the wheel, in order."""
    members = [*_package(), Member(f"{INFO}/METADATA", METADATA.encode()), Member(f"{INFO}/WHEEL", WHEEL.encode())]
    record = f"{INFO}/RECORD"
    lines = [*(_recorded(member) for member in members), f"{record},,"]
    return [*members, Member(record, "\n".join([*lines, ""]).encode())]


def _package() -> Iterator[Member]:
    for path in sorted(PACKAGE.rglob("*")):
        relative = path.relative_to(PACKAGE)
        is_ours = relative.parts[0] not in ANSWERS and "__pycache__" not in relative.parts
        if is_ours and path.suffix in SUFFIXES and path.is_file():
            yield Member(f"grader/{relative.as_posix()}", path.read_bytes())


def _recorded(member: Member) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(member.data).digest()).rstrip(b"=").decode()
    return f"{member.name},sha256={digest},{len(member.data)}"
