"""`grader pack --verify`: build the zip as Gradescope would, and grade submissions with it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from grader.errors import UsageError
from grader.gradescope.rehearsal.groups import Limits
from grader.gradescope.rehearsal.machine import Interpreter, interpreter
from grader.gradescope.rehearsal.root import Rehearsed, Root, conditions, require_root
from grader.gradescope.rehearsal.verdict import Verdict, judge, tail
from grader.naming import label
from grader.rubric.load import load_rubric

WOULD_NOT_WORK = 1
DEFAULT = Limits()
BLANK = "blank submission"


def check_verifiable(submissions: Iterable[Path]) -> None:
    """Raise UsageError when this machine cannot rehearse, or a submission is not there; before any time is spent."""
    require_root()
    for path in submissions:
        if not path.exists():
            raise UsageError(f"{label(path)}: there is no such submission to verify with")


def verify(packed: bytes, assignment: Path, submissions: tuple[Path, ...], limits: Limits = DEFAULT) -> int:
    """Build and run; print what came out. The exit code: 1 when the zip would not work on Gradescope.

    Raises:
        UsageError: the machine does not allow it.
    """
    python = interpreter()
    with tempfile.TemporaryDirectory(prefix="grader-verify-") as name:
        folder = Path(name)
        (folder / "container").mkdir()
        root = Root(folder / "container", python)
        _say(f"Building as Gradescope does, with Python {python.version} ...")
        built = root.build(packed)
        if built.exit_code:
            _say(f"setup.sh ended with exit code {built.exit_code}:\n{tail(built.output)}")
            return _conclude(works=False)
        _say(f"setup.sh: {built.wall_seconds:.0f} s")
        works = _runs(root, submissions or (_blank(assignment, folder / BLANK),), limits, python)
    return _conclude(works=works)


def _runs(root: Root, submissions: tuple[Path, ...], limits: Limits, python: Interpreter) -> bool:
    works, last = True, None
    for path in submissions:
        last = root.run(path, limits)
        verdict = judge(last, limits)
        _say(_line(path.name, last, verdict))
        works &= not verdict.faults
    if last:
        _say(*_found(last, limits, python))
    return works


def _line(name: str, rehearsed: Rehearsed, verdict: Verdict) -> str:
    usage = rehearsed.usage
    score = "no score" if verdict.score is None else f"{verdict.score:g} / {verdict.points:g}"
    line = f"{name}: {score}, {usage.wall_seconds:.1f} s, {usage.peak_megabytes:.0f} MB"
    return "\n".join([line, *(f"  {fault}" for fault in verdict.faults)])


def _found(rehearsed: Rehearsed, limits: Limits, python: Interpreter) -> list[str]:
    words = {True: [], False: []}  # type: dict[bool, list[str]]
    for condition in conditions(rehearsed.usage, limits, python):
        remark = f" ({condition.remark})" if condition.remark else ""
        words[condition.is_in_force].append(condition.name + remark)
    return [
        f"{head}: {', '.join(words[kind])}"
        for kind, head in ((True, "As there"), (False, "Not as there"))
        if words[kind]
    ]


def _blank(assignment: Path, folder: Path) -> Path:
    """The handout as students get it, in a folder of its own."""
    rubric = load_rubric(assignment)
    files = {f"{rubric.assignment}.ipynb": rubric.notebook or b""}
    files |= {module.path: module.source.encode("utf-8") for module in rubric.handout.starter}
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _conclude(*, works: bool) -> int:
    _say("The zip would work on Gradescope." if works else "The zip would not work on Gradescope.")
    return 0 if works else WOULD_NOT_WORK


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()  # the next step takes a while
