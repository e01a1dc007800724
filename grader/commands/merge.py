"""`grader merge`: several runs, such as the shards of an array job, as one."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.batch.about import About, has_about, missing_shards, read_about, with_shards, write_about
from grader.batch.identities import by_id, write_identities
from grader.batch.ledger import reading, writing
from grader.commands.batch import INCOMPLETE, finish
from grader.errors import UsageError
from grader.files import clear_faults
from grader.naming import label


def merge(runs: tuple[Path, ...], output: Path) -> int:
    """Put everything that the runs know into `output`, which may be a run already. They must be of one plan.

    The exit code: 6 when submissions or shards are missing.
    """
    others = tuple(run for run in runs if run.resolve() != output.resolve())
    about = _common((*([output] if has_about(output) else []), *others))
    with clear_faults(output):
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
    with writing(output) as ledger:
        lines = by_id(output)
        for run in others:
            ledger.take_from(run)
            lines = by_id(run) | lines
        write_identities(output, lines)
        write_about(output, about)
        return finish(output, about, ledger) or _shards(about)


def _common(runs: tuple[Path, ...]) -> About:
    """What they are all about. Raises UsageError when they are about different things."""
    for run in runs:
        with reading(run):
            pass  # what cannot be read is found before anything is written
    first, *others = map(read_about, runs)
    for run, about in zip(runs[1:], others, strict=True):
        if (about.plan, about.environment) != (first.plan, first.environment):
            what = "rubric" if about.plan != first.plan else "versions of grader, Python or the libraries"
            raise UsageError(
                f"{label(run)} and {label(runs[0])} were graded with different {what}: grade one of them again"
            )
    return with_shards(first, *others)


def _shards(about: About) -> int:
    if missing := missing_shards(about):
        sys.stderr.write(f"grader: there are no results of shard {', '.join(missing)}\n")
    return INCOMPLETE if missing else 0
