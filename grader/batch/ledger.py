"""The ledger of a run: which submissions there are, and what has become of each. SQLite, safe against kill at any moment."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.errors import UsageError
from grader.report import Report, Status

NAME = "ledger.sqlite"
VERSION = 1
WAIT_SECONDS = 60.0  # for another process that is writing
SCHEMA = """
CREATE TABLE IF NOT EXISTS plans (plan TEXT PRIMARY KEY, title TEXT NOT NULL, parts BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS submissions (id TEXT PRIMARY KEY, submission TEXT NOT NULL) WITHOUT ROWID;
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
    checks = (check for question in report.questions for part in question.parts for check in part.checks)
    return Outcome(
        kind=Kind.NOT_GRADABLE if report.fault else Kind.GRADED,
        seconds=seconds,
        detail=report.fault,
        score=report.score,
        points=report.points,
        awaiting=report.awaiting,
        timed_out=any(check.status is Status.TIMED_OUT for check in checks),
        body=zlib.compress(msgspec.msgpack.encode(report)),
    )


def report_in(body: bytes) -> Report:
    """The report of an outcome."""
    return msgspec.msgpack.decode(zlib.decompress(body), type=Report)


class Ledger:
    """An open ledger; one writer per run. `close` it (see contextlib.closing)."""

    def __init__(self, folder: Path) -> None:
        """Open or make the one in `folder`. Raises UsageError when there is something else."""
        path = folder / NAME
        try:
            self._db = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")  # survives every end of the process, kill included
            self._db.executescript(SCHEMA)
            self._check_version()
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path} cannot be used ({error}): give another folder, or remove it") from None

    def _check_version(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError(f"it is of another version of grader: {version}")
        self._db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Leave one file: what is in the log goes into it."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def add_plan(self, plan: str, title: str, parts: dict[str, str]) -> None:
        """Remember a plan's parts and their hashes, so that a later plan can tell which have changed."""
        row = (plan, title, msgspec.json.encode(parts))
        self._db.execute("INSERT OR IGNORE INTO plans VALUES (?, ?, ?)", row)

    def parts(self, plan: str) -> dict[str, str]:
        """Those of a plan, by label."""
        row = self._db.execute("SELECT parts FROM plans WHERE plan = ?", (plan,)).fetchone()
        return {} if row is None else msgspec.json.decode(row[0], type=dict[str, str])

    def add_submission(self, identity: str, submission: str) -> None:
        """What a student's submission is now."""
        self._db.execute("INSERT OR REPLACE INTO submissions VALUES (?, ?)", (identity, submission))

    def add(self, key: Key, outcome: Outcome) -> None:
        """Record an outcome, in one step. A fault never replaces a result."""
        told = (outcome.kind.value, outcome.score, outcome.points, outcome.awaiting, outcome.timed_out, outcome.seconds)
        row = (*key, *told, outcome.detail, outcome.body)
        verb = "INSERT OR IGNORE" if outcome.body is None else "INSERT OR REPLACE"
        self._db.execute(f"{verb} INTO results VALUES ({', '.join('?' * len(row))})", row)

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

    def last(self) -> Key | None:
        """The plan and environment of the latest result."""
        row = self._db.execute("SELECT submission, plan, environment FROM results ORDER BY rowid DESC").fetchone()
        return None if row is None else Key(*row)

    def take_from(self, other: Path) -> None:
        """Everything that another run's ledger knows and this one does not. A result replaces a fault."""
        self._db.execute("ATTACH ? AS other", (str(other / NAME),))
        try:
            self._db.execute("BEGIN")
            for table in ("plans", "submissions", "results"):
                self._db.execute(f"INSERT OR IGNORE INTO main.{table} SELECT * FROM other.{table}")  # noqa: S608
            self._db.execute("INSERT OR REPLACE INTO main.results SELECT * FROM other.results WHERE kind != 'infra'")
            self._db.execute("COMMIT")
        finally:
            self._db.execute("DETACH other")
