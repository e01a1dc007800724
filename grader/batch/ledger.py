"""The ledger of a run: which submissions there are, and what has become of each. SQLite, safe against kill at any moment."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from enum import Enum
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.batch.reuse import is_slow
from grader.errors import UsageError
from grader.files import clear_faults
from grader.naming import label
from grader.report import Report

NAME = "ledger.sqlite"
LOCK = "lock"  # held by who writes
VERSION = 1
WAIT_SECONDS = 60.0  # for another process that is writing
SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (plan TEXT PRIMARY KEY, title TEXT NOT NULL, parts BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (
  id TEXT PRIMARY KEY, submission TEXT NOT NULL, source TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS results (
  submission TEXT NOT NULL, plan TEXT NOT NULL, environment TEXT NOT NULL,
  kind TEXT NOT NULL, score REAL, points REAL, awaiting REAL, timed_out INTEGER NOT NULL, seconds REAL NOT NULL,
  detail TEXT NOT NULL, report BLOB, PRIMARY KEY (submission, plan, environment));
"""


class Kind(str, Enum):
    """What has become of a submission."""

    GRADED = "graded"
    NOT_GRADABLE = "not_gradable"  # it is no submission; the report says why
    INFRA = "infra"  # a fault of the harness or of the machine, which is no student's


class Key(NamedTuple):
    """What a result depends on: hashes of the submission, the plan, the environment."""

    submission: str
    plan: str
    environment: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The end of grading one submission, as the worker that graded it says it."""

    kind: Kind
    seconds: float
    detail: str = ""  # why there is no score
    score: float | None = None
    points: float | None = None
    awaiting: float | None = None
    timed_out: bool = False  # whether a check was too slow
    body: bytes | None = None  # the report; see report_in


class Known(NamedTuple):
    """What the ledger says of a result, in short."""

    kind: Kind
    timed_out: bool
    score: float | None


class Row(NamedTuple):
    """What the ledger says of one submission, without its report. No result yet: `kind` is None."""

    id: str
    submission: str
    kind: Kind | None
    score: float | None
    points: float | None
    awaiting: float | None
    timed_out: bool
    seconds: float
    detail: str


def outcome_of(report: Report, seconds: float) -> Outcome:
    """Graded, or not gradable."""
    return Outcome(
        kind=Kind.NOT_GRADABLE if report.fault else Kind.GRADED,
        seconds=seconds,
        detail=report.fault,
        score=report.score,
        points=report.points,
        awaiting=report.awaiting,
        timed_out=any(is_slow(part) for question in report.questions for part in question.parts),
        body=zlib.compress(msgspec.msgpack.encode(report)),
    )


def report_in(body: bytes) -> Report:
    """The report of an outcome."""
    return msgspec.msgpack.decode(zlib.decompress(body), type=Report)


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[Ledger]:
    """The ledger in `folder`, made if there is none. One process may write to it at a time, until it ends in any way.

    Raises UsageError when another one does, when there is something else, or when it cannot be written.
    """
    with clear_faults(folder / LOCK):
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with contextlib.suppress(OSError), _only_one(folder):
            flock(lock, LOCK_EX | LOCK_NB)
        with _clear(folder), contextlib.closing(Ledger(folder)) as ledger:
            yield ledger
            ledger.fold()
    finally:
        os.close(lock)


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[Ledger]:
    """The ledger in `folder`, which somebody may be writing to. Raises UsageError when it cannot be read."""
    if not (folder / NAME).is_file():
        raise UsageError(f"{label(folder)} is not the folder of a run: it has no {NAME}")
    with _clear(folder), contextlib.closing(Ledger(folder, is_read_only=True)) as ledger:
        yield ledger


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise UsageError(f"{label(folder)} is in use by another grader: wait until it has ended") from None


@contextlib.contextmanager
def _clear(folder: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise UsageError(f"{label(folder / NAME)} cannot be used: {error}") from None


class Ledger:
    """An open ledger: see `writing` and `reading`."""

    def __init__(self, folder: Path, *, is_read_only: bool = False) -> None:
        uri = f"{(folder / NAME).absolute().as_uri()}?mode={'ro' if is_read_only else 'rwc'}"
        self._db = sqlite3.connect(uri, timeout=WAIT_SECONDS, isolation_level=None, uri=True)
        with contextlib.ExitStack() as failed:
            failed.callback(self._db.close)
            if not is_read_only:
                self._set_up()
            self._check_version("main")
            failed.pop_all()

    def _set_up(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")  # survives every end of the process, kill included
        if self._version("main") == 0:
            self._db.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {VERSION}; COMMIT")

    def _version(self, database: str) -> int:
        (version,) = self._db.execute(f"PRAGMA {database}.user_version").fetchone()
        return int(version)

    def _check_version(self, database: str) -> None:
        if (version := self._version(database)) != VERSION:
            raise sqlite3.DatabaseError(f"it is of another version of grader ({version}, this one has {VERSION})")

    def fold(self) -> None:
        """Leave one file: what is in the log goes into it, as far as nobody is reading."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close it."""
        self._db.close()

    def add_plan(self, plan: str, title: str, parts: dict[str, str]) -> None:
        """Remember a plan's parts and their hashes, so that a later plan can tell which have changed."""
        row = (plan, title, msgspec.json.encode(parts))
        self._db.execute("INSERT OR IGNORE INTO plans VALUES (?, ?, ?)", row)

    def parts(self, plan: str) -> dict[str, str]:
        """Those of a plan, by label."""
        row = self._db.execute("SELECT parts FROM plans WHERE plan = ?", (plan,)).fetchone()
        return {} if row is None else msgspec.json.decode(row[0], type=dict[str, str])

    def add_submission(self, identity: str, submission: str, source: str) -> None:
        """What a student's submission is now, and which source it is from."""
        self._db.execute("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?)", (identity, submission, source))

    def submissions_of(self, source: str) -> frozenset[str]:
        """The ids of those that are from this source, as far as the run has come across them."""
        return frozenset(row[0] for row in self._db.execute("SELECT id FROM submissions WHERE source = ?", (source,)))

    def withdraw(self, identities: Iterable[str]) -> None:
        """Take these out of the run. The results of what they were stay, in case they come back."""
        with self._at_once():
            self._db.executemany("DELETE FROM submissions WHERE id = ?", [(identity,) for identity in identities])

    @contextlib.contextmanager
    def _at_once(self) -> Iterator[None]:
        """Everything in the block, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def add(self, key: Key, outcome: Outcome) -> None:
        """Record an outcome, in one step. A fault replaces a fault, and never a result."""
        told = (outcome.kind.value, outcome.score, outcome.points, outcome.awaiting, outcome.timed_out, outcome.seconds)
        row = (*key, *told, outcome.detail, outcome.body)
        known = self.known(key)
        if known is None or known.kind is Kind.INFRA or outcome.kind is not Kind.INFRA:
            self._db.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def known(self, key: Key) -> Known | None:
        """The result, if there is one."""
        query = "SELECT kind, timed_out, score FROM results WHERE submission = ? AND plan = ? AND environment = ?"
        row = self._db.execute(query, key).fetchone()
        return None if row is None else Known(Kind(row[0]), bool(row[1]), row[2])

    def report(self, key: Key) -> Report | None:
        """The report, if there is one."""
        query = "SELECT report FROM results WHERE submission = ? AND plan = ? AND environment = ?"
        row = self._db.execute(query, key).fetchone()
        return None if row is None or row[0] is None else report_in(row[0])

    def earlier(self, key: Key) -> tuple[str, Report] | None:
        """The latest graded report of the same submission by another plan in the same environment, with that plan."""
        query = (
            "SELECT plan, report FROM results WHERE submission = ? AND plan != ? AND environment = ? AND kind = 'graded' "
            "ORDER BY rowid DESC LIMIT 1"
        )
        row = self._db.execute(query, key).fetchone()
        return None if row is None else (row[0], report_in(row[1]))

    def rows(self, plan: str, environment: str) -> Iterator[Row]:
        """Every submission with its result by this plan, in the order of ids."""
        query = (
            "SELECT id, s.submission, kind, score, points, awaiting, ifnull(timed_out, 0), ifnull(seconds, 0.0), "
            "ifnull(detail, '') FROM submissions s LEFT JOIN results r "
            "ON r.submission = s.submission AND r.plan = ? AND r.environment = ? ORDER BY id"
        )
        for row in self._db.execute(query, (plan, environment)):
            yield msgspec.convert(row, Row, strict=False)

    def take_from(self, other: Path) -> None:
        """Everything that another run's ledger knows and this one does not. A result replaces a fault."""
        self._db.execute("ATTACH ? AS other", (f"{(other / NAME).absolute().as_uri()}?mode=ro",))
        try:
            self._check_version("other")
            with self._at_once():
                for table in ("plans", "submissions", "results"):
                    self._db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}")  # noqa: S608
                self._db.execute(
                    "INSERT OR REPLACE INTO main.results SELECT theirs.* FROM other.results theirs "
                    "JOIN main.results ours USING (submission, plan, environment) "
                    "WHERE ours.kind = 'infra' AND theirs.kind != 'infra'"
                )
        finally:
            self._db.execute("DETACH other")
