"""The zip that an instructor uploads to Gradescope: the plan, this package, and what installs it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader import __version__
from grader.errors import UsageError
from grader.gradescope.container import PLAN
from grader.gradescope.wheel import NAME, Member, wheel_members
from grader.plan import Plan, encode_plan, needs_torch

HERE = Path(__file__).parent
DATE = (1980, 1, 1, 0, 0, 0)  # of every entry: the same content gives the same bytes
PROGRAMS = ("setup.sh", "run_autograder")
TORCH = "torch==2.13.0\n"
HOW = "docs/gradescope.md says how to fill it with pip download"


class Wheels(NamedTuple):
    """Where the image gets what it installs."""

    torch_index: str = ""  # an index of CPU builds
    house: Path | None = None  # a folder of wheels that are put into the zip


def pack(plan: Plan, wheels: Wheels) -> bytes:
    """The zip. The same plan, package and wheels give the same bytes.

    Raises UsageError when the plan needs torch and nothing says where it comes from.
    """
    members = [*_members(plan, wheels)]
    manifest = {member.name: hashlib.sha256(member.data).hexdigest() for member in members}
    text = json.dumps({"assignment": plan.assignment, "grader": __version__, "sha256": manifest}, indent=1)
    return archive([*members, Member("manifest.json", f"{text}\n".encode())])


def archive(members: list[Member]) -> bytes:
    """A zip of these files, in order; programs can be executed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for member in members:
            entry = zipfile.ZipInfo(member.name, DATE)
            entry.create_system = 3  # Unix, whatever machine packs
            entry.external_attr = (0o755 if member.name in PROGRAMS else 0o644) << 16
            zipped.writestr(entry, member.data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _members(plan: Plan, wheels: Wheels) -> Iterator[Member]:
    yield Member("setup.sh", (HERE / "setup.sh").read_bytes())
    yield Member("run_autograder", (HERE / "run_autograder.sh").read_bytes())
    yield Member(PLAN, encode_plan(plan))
    yield Member("requirements.txt", (HERE / "requirements.txt").read_bytes())
    yield Member(NAME, archive(wheel_members()))
    if needs_torch(plan):
        yield Member("torch-requirements.txt", (HERE / "torch-requirements.txt").read_bytes())
        yield Member("torch.txt", TORCH.encode())
        yield from _torch_index(wheels)
    if wheels.house is not None:
        yield from _wheelhouse(wheels.house)


def _torch_index(wheels: Wheels) -> Iterator[Member]:
    if wheels.house is not None:
        if wheels.torch_index:
            raise UsageError("--torch-index is not used with --wheelhouse, which holds all wheels: give one of them")
        return
    if not wheels.torch_index:
        raise UsageError(
            "this assignment needs torch. Say where its CPU build comes from: --torch-index URL (PyTorch's page on how to "
            "install it names the index), or --wheelhouse DIR with all wheels"
        )
    yield Member("torch-index.txt", f"{wheels.torch_index}\n".encode())


def _wheelhouse(folder: Path) -> Iterator[Member]:
    if not folder.is_dir():
        raise UsageError(f"--wheelhouse {folder}: there is no such folder ({HOW})")
    found = sorted(folder.glob("*.whl"))
    if not found:
        raise UsageError(f"--wheelhouse {folder}: there are no wheels in it ({HOW})")
    for path in found:
        yield Member(f"wheelhouse/{path.name}", path.read_bytes())
