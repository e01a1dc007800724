"""`grader batch`: many submissions into a folder with a ledger."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.assignment import check_folder, load_plan
from grader.batch.about import About, about_run, has_about, read_about, with_shards, write_about
from grader.batch.environment import environment_hash
from grader.batch.identities import update_identities
from grader.batch.ledger import Ledger, Row, writing
from grader.batch.pools import LocalPool, Pool
from grader.batch.reuse import part_hashes
from grader.batch.run import RETRY, Batch, Choice
from grader.batch.sources import Handed, Source, check_sources, read_sources
from grader.batch.summary import Scores, Summary, results, summarize
from grader.batch.where import parse_condition
from grader.batch.worker import Setup
from grader.commands.interruption import interruptible
from grader.commands.progress import progress
from grader.commands.run import Problem
from grader.compare.wording import plural
from grader.errors import UsageError
from grader.files import clear_faults, write_atomically
from grader.naming import label
from grader.outputs.batch import print_batch
from grader.plan import Plan, encode_plan, without_evidence

INCOMPLETE = 6
NOT_MET = 1
SCORES = "scores.csv"


class Options(NamedTuple):
    """What `grader batch` was asked for."""

    sources: tuple[Path, ...]
    assignment: Path
    folder: Path  # of the run
    workers: int | None  # None: one per processor
    scheduler: str  # of a Dask cluster; "": this machine grades
    layout: str  # "": whichever fits
    shard: tuple[int, int]
    retry: str  # "" or a key of batch.run.RETRY
    where: tuple[str, ...]
    style: str
    fail_under: float
    allows_weak_isolation: bool
    has_evidence: bool


def batch(options: Options) -> int:
    """Grade what is not known yet, write scores and identities, print the summary.

    The exit code: 6 when submissions have no result yet, 1 when one has too few points.
    """
    if options.scheduler and options.workers:
        raise UsageError("-j is for this machine: with --scheduler, the workers of the cluster grade")
    conditions = tuple(map(parse_condition, options.where))
    choice = Choice(RETRY.get(options.retry, lambda _known: False), conditions, options.shard)
    check_folder(options.assignment)
    check_sources(options.sources)
    _check_folder_of_run(options)
    with Problem(options.assignment, options.style):
        plan = load_plan(options.assignment)
        return _run(options, plan if options.has_evidence else without_evidence(plan), choice)


def _check_folder_of_run(options: Options) -> None:
    run = options.folder.resolve()
    for source in options.sources:
        if source.resolve() in {run, *run.parents}:
            raise UsageError(
                f"{label(options.folder)} lies in {label(source)}, whose files are submissions: choose another"
            )


def _run(options: Options, plan: Plan, choice: Choice) -> int:
    about = _about(options, plan)
    sources = tuple(read_sources(options.sources, plan.assignment, options.layout))
    _say(f"{source.name}: {plural(len(source.handed), 'submission')} ({source.layout})" for source in sources)
    with clear_faults(options.folder):
        options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with writing(options.folder) as ledger:
        _say(_changes(options.folder, about, plan, ledger))
        handed = [one for source in sources for one in source.handed if choice.has(one)]
        update_identities(options.folder, handed, _withdrawn(sources, ledger, options.folder))
        write_about(options.folder, about)
        _grade(options, plan, ledger, handed, choice)
        code = finish(options.folder, about, ledger, options.style)
        low = any(_is_low(row, options.fail_under) for row in ledger.rows(about.plan, about.environment))
        return code or (NOT_MET if low else 0)


def _about(options: Options, plan: Plan) -> About:
    """What the run will be about. Raises UsageError when its folder is that of another assignment."""
    about = about_run(plan, options.shard)
    if not has_about(options.folder):
        return about
    before = read_about(options.folder)
    if before.assignment != about.assignment:
        raise UsageError(
            f"{label(options.folder)} is a run of {before.assignment!r}, not of {about.assignment!r}: choose another folder"
        )
    return with_shards(about, before)


def _changes(folder: Path, about: About, plan: Plan, ledger: Ledger) -> Iterator[str]:
    """Why what has been graded is graded again."""
    before = read_about(folder) if has_about(folder) else about
    if before.environment != about.environment:
        changed = ", ".join(sorted({*about.versions} - {*before.versions}))
        yield f"everything is graded again, for there is another version ({changed})"
    elif before.plan != about.plan:
        known = ledger.parts(before.plan)
        changed = ", ".join(part for part, now in part_hashes(plan).items() if known.get(part) != now)
        yield f"the rubric has changed: {f'graded again is only {changed}' if changed else 'no result depends on it'}"


def _withdrawn(sources: Sequence[Source], ledger: Ledger, folder: Path) -> frozenset[str]:
    """Take out of the run what a source does not hold any more; the ids. The results stay in the ledger.

    Raises UsageError when nothing is as it was: then it is another source, which only has the same name.
    """
    gone: set[str] = set()
    for source in sources:
        now, before = {one.id for one in source.handed}, ledger.submissions_of(source.id)
        if before and before.isdisjoint(now):
            raise UsageError(
                f"{label(folder)} has {plural(len(before), 'submission')} of a source called {source.name}, and none of "
                "them is in this one: rename this one, or choose another folder for the run"
            )
        if lost := before - now:
            _say([f"{source.name}: {plural(len(lost), 'submission')} less than before, which leave the run"])
        gone |= before - now
    ledger.withdraw(gone)
    return frozenset(gone)


def _grade(options: Options, plan: Plan, ledger: Ledger, handed: Sequence[Handed], choice: Choice) -> None:
    with interruptible(lambda: "what is graded so far is kept: the same command goes on from there"):
        pool = _pool(options, plan)
        with closing(pool), progress(len(handed)) as told:
            Batch(plan, environment_hash(), ledger, pool, told).grade(handed, choice)


def _say(lines: Iterator[str] | Sequence[str]) -> None:
    sys.stderr.writelines(f"grader: {line}\n" for line in lines)


def _pool(options: Options, plan: Plan) -> Pool:
    private = (options.assignment / "rubrics", options.assignment / "reference", options.folder, *options.sources)
    setup = Setup(
        plan=encode_plan(plan),
        private=tuple(str(path.absolute()) for path in private),
        allows_weak_isolation=options.allows_weak_isolation,
    )
    encoded = msgspec.msgpack.encode(setup)
    if options.scheduler:
        return _cluster(options.scheduler, encoded)
    return LocalPool(encoded, options.workers or len(os.sched_getaffinity(0)))


def _cluster(scheduler: str, setup: bytes) -> Pool:
    """Raises UsageError where there is none that can be used."""
    try:
        from grader.batch.dask_pool import DaskPool  # noqa: PLC0415 (an extra, and slow to import)
    except ImportError as error:
        raise UsageError(
            f"--scheduler needs the extra `cluster` ({error}): pip install '.[cluster]' in its folder"
        ) from None
    return DaskPool(scheduler, setup)


def finish(folder: Path, about: About, ledger: Ledger, style: str = "text") -> int:
    """Write scores.csv from the ledger, and print the summary. The exit code: 6 when something has no result yet."""
    rows = partial(results, ledger, about.plan, about.environment)
    scores = Scores(about.parts)
    summary = summarize(about.title, scores.listing(rows()))
    write_atomically(folder / SCORES, scores.text())
    print_batch(summary, rows(), style)
    messages = [*_incomplete(summary)]
    _say(messages)
    return INCOMPLETE if messages else 0


def _incomplete(summary: Summary) -> Iterator[str]:
    if summary.infra:
        yield f"{summary.infra} could not be graded, which is no student's fault: run it again with --retry infra"
    if summary.missing:
        yield f"{summary.missing} have no result yet: run it again without --where"


def _is_low(row: Row, percent: float) -> bool:
    return 100 * (row.score or 0.0) < percent * (row.points or 0.0)
