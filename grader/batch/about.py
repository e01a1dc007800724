"""run.json: what the results in a folder were made with."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.batch.environment import environment, environment_hash
from grader.batch.reuse import plan_hash
from grader.errors import UsageError
from grader.files import write_atomically
from grader.naming import label
from grader.plan import Plan

NAME = "run.json"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a run's results depend on, and what of the sources it covers."""

    assignment: str
    title: str
    parts: tuple[str, ...]  # labels
    plan: str  # hash
    environment: str  # hash
    versions: tuple[str, ...]
    shards: tuple[tuple[int, int], ...] = ((1, 1),)  # which of how many


def about_run(plan: Plan, shard: tuple[int, int]) -> About:
    """Of a run that starts now."""
    return About(
        assignment=plan.assignment,
        title=plan.title,
        parts=tuple(f"{question.label}({part.label})" for question in plan.questions for part in question.parts),
        plan=plan_hash(plan),
        environment=environment_hash(),
        versions=environment(),
        shards=(shard,),
    )


def with_shards(about: About, *others: About) -> About:
    """What covers what any of them covers."""
    shards = {shard for one in (about, *others) for shard in one.shards}
    return msgspec.structs.replace(about, shards=tuple(sorted(shards)))


def missing_shards(about: About) -> tuple[str, ...]:
    """Those that nobody has graded ("3/8"), as far as others of as many have been."""
    counts = {count for _index, count in about.shards}
    everything = ((index, count) for count in sorted(counts) for index in range(1, count + 1))
    return tuple(f"{index}/{count}" for index, count in everything if (index, count) not in about.shards)


def write_about(folder: Path, about: About) -> None:
    """Write run.json. Raises UsageError when that is not possible."""
    write_atomically(folder / NAME, msgspec.json.format(msgspec.json.encode(about), indent=1).decode() + "\n")


def has_about(folder: Path) -> bool:
    """Whether the folder is that of a run."""
    return (folder / NAME).is_file()


def read_about(folder: Path) -> About:
    """Read run.json. Raises UsageError when the folder is not that of a run."""
    try:
        return msgspec.json.decode((folder / NAME).read_bytes(), type=About)
    except (OSError, msgspec.MsgspecError):
        raise UsageError(
            f"{label(folder)} is not the folder of a run: it has no {NAME} that `grader batch` wrote"
        ) from None
