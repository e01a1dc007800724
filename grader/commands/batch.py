"""`grader batch`: many submissions into a folder with a ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.assignment import check_folder, load_plan
from grader.batch.environment import environment, environment_hash
from grader.batch.identities import update_identities
from grader.batch.ledger import Ledger, Row
from grader.batch.pools import LocalPool, Pool
from grader.batch.reuse import plan_hash
from grader.batch.run import RETRY, Batch, Choice
from grader.batch.sources import Handed, handed_in
from grader.batch.summary import Scores, Summary, results, summarize
from grader.batch.where import Condition, parse_condition
from grader.batch.worker import Setup
from grader.commands.progress import Bar
from grader.errors import UsageError
from grader.files import clear_faults, write_atomically
from grader.naming import label
from grader.outputs.batch import print_batch
from grader.plan import Plan, encode_plan, without_evidence

INCOMPLETE = 6
NOT_MET = 1
SCORES, ABOUT = "scores.csv", "run.json"


class Options(NamedTuple):
    """What `grader batch` was asked for."""

    sources: tuple[Path, ...]
    assignment: Path
    folder: Path  # of the run
    workers: int | None  # None: one per processor
    layout: str  # "": whichever fits
    shard: tuple[int, int]
    retry: str  # "" or a key of batch.run.RETRY
    where: tuple[str, ...]
    style: str
    fail_under: float
    allows_weak_isolation: bool
    has_evidence: bool


class About(msgspec.Struct, frozen=True, kw_only=True):
    """run.json: what the results in a folder were made with."""

    assignment: str
    title: str
    parts: tuple[str, ...]  # labels
    plan: str  # hash
    environment: str  # hash
    versions: tuple[str, ...]


def batch(options: Options) -> int:
    """Grade what is not known yet, write scores and identities, print the summary.

    The exit code: 6 when submissions have no result yet, 1 when one has too few points.
    """
    check_folder(options.assignment)
    choice = Choice(RETRY.get(options.retry, lambda _known: False), _conditions(options), options.shard)
    plan = load_plan(options.assignment)
    plan = plan if options.has_evidence else without_evidence(plan)
    handed = [one for one in handed_in(options.sources, plan.assignment, options.layout) if choice.has(one)]
    _check(options, handed)
    with clear_faults(options.folder):
        options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    update_identities(options.folder, handed)
    with closing(Ledger(options.folder)) as ledger:
        _grade(options, plan, ledger, handed, choice)
        about = _about(plan)
        write_about(options.folder, about)
        code = finish(options.folder, about, ledger, options.style)
        low = any(_is_low(row, options.fail_under) for row in ledger.rows(about.plan, about.environment))
        return code or (NOT_MET if low else 0)


def _conditions(options: Options) -> tuple[Condition, ...]:
    return tuple(map(parse_condition, options.where))


def _check(options: Options, handed: Sequence[Handed]) -> None:
    ids = [one.id for one in handed]
    if len(set(ids)) < len(ids):
        raise UsageError("a source is given twice")
    run = options.folder.resolve()
    for source in map(Path.resolve, options.sources):
        if source == run or source in run.parents:
            raise UsageError(
                f"{label(options.folder)} lies in {label(source)}, whose files are submissions: choose another"
            )


def _grade(options: Options, plan: Plan, ledger: Ledger, handed: Sequence[Handed], choice: Choice) -> None:
    pool = _pool(options, plan)
    with closing(pool), Bar(len(handed)) as bar:
        Batch(plan, environment_hash(), ledger, pool, bar).grade(handed, choice)


def _pool(options: Options, plan: Plan) -> Pool:
    private = (options.assignment / "rubrics", options.assignment / "reference", options.folder, *options.sources)
    setup = Setup(
        plan=encode_plan(plan),
        private=tuple(str(path.absolute()) for path in private),
        allows_weak_isolation=options.allows_weak_isolation,
    )
    return LocalPool(msgspec.msgpack.encode(setup), options.workers or len(os.sched_getaffinity(0)))


def _about(plan: Plan) -> About:
    return About(
        assignment=plan.assignment,
        title=plan.title,
        parts=tuple(f"{question.label}({part.label})" for question in plan.questions for part in question.parts),
        plan=plan_hash(plan),
        environment=environment_hash(),
        versions=environment(),
    )


def finish(folder: Path, about: About, ledger: Ledger, style: str = "text") -> int:
    """Write scores.csv from the ledger, and print the summary. The exit code: 6 when something has no result yet."""
    rows = partial(results, ledger, about.plan, about.environment)
    scores = Scores(about.parts)
    summary = summarize(about.title, scores.listing(rows()))
    write_atomically(folder / SCORES, scores.text())
    print_batch(summary, rows(), style)
    if message := _incomplete(summary):
        sys.stderr.write(f"grader: {message}\n")
    return INCOMPLETE if message else 0


def write_about(folder: Path, about: About) -> None:
    """run.json."""
    write_atomically(folder / ABOUT, msgspec.json.format(msgspec.json.encode(about), indent=1).decode() + "\n")


def read_about(folder: Path) -> About:
    """run.json. Raises UsageError when `folder` is not that of a run."""
    try:
        return msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.MsgspecError):
        raise UsageError(
            f"{label(folder)} is not the folder of a run: it has no {ABOUT} that `grader batch` wrote"
        ) from None


def _incomplete(summary: Summary) -> str:
    if summary.infra:
        return f"{summary.infra} could not be graded, which is no student's fault: run it again with --retry infra"
    if summary.missing:
        return f"{summary.missing} have no result yet: run it again without --where"
    return ""


def _is_low(row: Row, percent: float) -> bool:
    return 100 * (row.score or 0.0) < percent * (row.points or 0.0)
