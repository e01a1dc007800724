"""`grader merge`: several runs, such as the shards of an array job, as one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from grader.batch.identities import by_id, write_identities
from grader.batch.ledger import NAME, Ledger
from grader.commands.batch import About, finish, read_about, write_about
from grader.errors import UsageError
from grader.files import clear_faults
from grader.naming import label


def merge(runs: tuple[Path, ...], output: Path) -> int:
    """Put everything that the runs know into `output`, which may be a run already. They must be of one plan."""
    about = _common(runs)
    with clear_faults(output):
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = by_id(output)
    with closing(Ledger(output)) as ledger:
        for run in runs:
            ledger.take_from(run)
            lines |= by_id(run)
        write_identities(output, lines)
        write_about(output, about)
        return finish(output, about, ledger)


def _common(runs: tuple[Path, ...]) -> About:
    for run in runs:
        if not (run / NAME).is_file():
            raise UsageError(f"{label(run)} is not the folder of a run: it has no {NAME}")
    first, *others = [read_about(run) for run in runs]
    for run, about in zip(runs[1:], others, strict=True):
        if about != first:
            what = "rubric" if about.plan != first.plan else "versions of grader, Python or the libraries"
            raise UsageError(
                f"{label(run)} and {label(runs[0])} were graded with different {what}: grade one of them again"
            )
    return first
