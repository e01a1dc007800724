"""Finding an assignment's folder and its plan, which is compiled once per state of the files and then cached.

Nothing of pydantic, yaml, scipy or the reference is imported when the plan is in the cache.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grader.cache import load, store
from grader.errors import UsageError
from grader.later import import_now
from grader.places import PACKAGE, cache_folder

TYPE_CHECKING = False  # as in typing, whose import would cost every start
if TYPE_CHECKING:
    from grader.plan import Plan

COMPILERS = (
    "*.py",
    "compare/*.py",
    "formula/*.py",
    "gradescope/*.py",
    "handout/*.py",
    "rubric/*.py",
    "submission/*.py",
)  # of the package: what a plan depends on


def load_plan(folder: Path, cache: Path | None = None) -> Plan:
    """The plan of an assignment folder, from the cache when nothing has changed. `cache` None: the user's cache folder.

    Raises:
        UsageError: the folder is not an assignment.
        RubricError: the rubric or the reference has faults.
    """
    check_folder(folder)
    key = plan_key(folder)
    root = cache or cache_folder()
    path = root and root / "plans" / f"{key}.plan"
    plan = _read(path, key) if path else None
    if plan is None:
        import_now("numpy")
        from grader.plan import decode_plan, encode_plan  # noqa: PLC0415
        from grader.rubric.compile import compile_plan  # noqa: PLC0415 (only when the plan is not cached)

        body = encode_plan(compile_plan(folder))
        plan = decode_plan(body)  # the very plan that the cache will give: 0 and 0.0 are written differently
        if path:
            store(path, key, body)
    return plan


def check_folder(folder: Path) -> None:
    """Raise UsageError, with what an assignment folder needs, when this is not one."""
    try:
        for entry in (folder / "rubrics").iterdir():
            entry.stat()  # a folder can be open to list and closed to enter
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            f"{folder} is not an assignment folder: it has no rubrics/. An assignment folder needs rubrics/ (YAML files, "
            "one of them with the key `assignment`) and reference/ (a Python file of right answers for every question)."
        ) from None
    except OSError as error:
        raise UsageError(f"{folder} cannot be opened as an assignment folder: {error.strerror}") from None


def plan_key(folder: Path) -> str:
    """A hash of everything that the plan depends on: the assignment's files, the compiling code, NumPy's version."""
    digest = hashlib.sha256(_numpy_version())
    try:
        sources = list(_sources(folder))
    except OSError as error:
        raise UsageError(f"{folder} cannot be opened as an assignment folder: {error.strerror}") from None
    for name, path in sources:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UsageError(f"{name} of the assignment cannot be read: {error.strerror}") from None
        digest.update(f"\n{name}\n{len(data)}\n".encode("utf-8", "surrogateescape") + data)
    return digest.hexdigest()


def _numpy_version() -> bytes:
    """The file that says it: importing NumPy would take longer than all that needs it here."""
    spec = importlib.util.find_spec("numpy")
    with contextlib.suppress(OSError):
        if spec and spec.origin:
            return Path(spec.origin).with_name("version.py").read_bytes()
    return str(import_now("numpy").__version__).encode()


def _sources(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file that counts, by a name that does not depend on where the folders are; sorted."""
    own = [(f"grader/{path.relative_to(PACKAGE)}", path) for pattern in COMPILERS for path in PACKAGE.glob(pattern)]
    author = [
        (str(path.relative_to(folder)), path)
        for part in ("rubrics", "reference")
        for path in (folder / part).rglob("*")
        if _counts(path.relative_to(folder)) and path.is_file()
    ]
    yield from sorted(own)
    yield from sorted(author)


def _counts(path: Path) -> bool:
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _read(path: Path, key: str) -> Plan | None:
    from grader.plan import decode_plan  # noqa: PLC0415 (the same)

    body = load(path, key)
    try:
        return None if body is None else decode_plan(body)
    except msgspec.MsgspecError:
        return None
