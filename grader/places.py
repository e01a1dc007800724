"""Where things lie on this machine: the bundled homework, the cache, what student code must not touch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from grader.paths import bundled_path, cache_path

PACKAGE = Path(__file__).parent


class Places(NamedTuple):
    """What lies on this machine that student code must not touch."""

    private: tuple[Path, ...]  # files and folders that it must not read
    writable: tuple[Path, ...]  # folders that it must not write to, though others may


def places_around(assignment: Path, submission: Path | None = None, output: Path | None = None) -> Places:
    """What is at stake when a submission is graded: rubric, reference, plans, submission, results."""
    private = (assignment / "rubrics", assignment / "reference", submission, output)
    return places_of(private, (output and output.parent,))


def places_of(private: Iterable[Path | None], writable: Iterable[Path | None]) -> Places:
    """These, the plans, and the folders that everybody may write to."""
    import tempfile  # noqa: PLC0415 (for the self-test only; see warm.py)

    open_to_all = (Path(tempfile.gettempdir()), Path("/dev/shm"), Path.cwd())  # noqa: S108 (tried)
    return Places(private_places(private), _absolute((*open_to_all, *writable)))


def private_places(private: Iterable[Path | None]) -> tuple[Path, ...]:
    """These and the plans."""
    return _absolute((*private, cache_folder()))


def _absolute(paths: Iterable[Path | None]) -> tuple[Path, ...]:
    return tuple(path.absolute() for path in paths if path is not None)


def bundled_folder() -> Path:
    """The homework that comes with grader: installed with the package, or beside it in a checkout."""
    return Path(bundled_path())


def cache_folder() -> Path | None:
    """Where files that can be made again are kept; None for a user without a home."""
    path = cache_path()
    return Path(path) if path else None
