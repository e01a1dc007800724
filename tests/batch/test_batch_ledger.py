"""The ledger: what it keeps, who may write, what it refuses, and how two become one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from grader.batch.ledger import NAME, Key, Kind, Known, Ledger, Outcome, outcome_of, reading, writing
from grader.errors import UsageError
from grader.pipeline import ungradable
from grader.plan import Plan

KEY = Key("s", "p", "e")
GRADED = Outcome(kind=Kind.GRADED, seconds=0.1, score=3.0, points=4.0, awaiting=0.0, body=b"x")
INFRA = Outcome(kind=Kind.INFRA, seconds=0.0, detail="its worker ended")


def score_of(ledger: Ledger) -> float | None:
    known = ledger.known(KEY)
    return known.score if known else None


def test_a_result_is_there_again(tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        ledger.add(KEY, GRADED)
    with reading(tmp_path) as ledger:
        assert ledger.known(KEY) == Known(Kind.GRADED, timed_out=False, score=3.0)


@pytest.mark.parametrize(
    ("outcomes", "kind"),
    [
        ([GRADED, INFRA], Kind.GRADED),
        ([INFRA, GRADED], Kind.GRADED),
        ([INFRA, INFRA], Kind.INFRA),
    ],
)
def test_a_fault_never_replaces_a_result(outcomes: list[Outcome], kind: Kind, tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        for outcome in outcomes:
            ledger.add(KEY, outcome)
        known = ledger.known(KEY)
    assert known
    assert known.kind is kind


@pytest.mark.parametrize("key", [Key("s2", "p", "e"), Key("s", "p2", "e"), Key("s", "p", "e2")])
def test_a_result_is_of_one_submission_plan_and_environment(key: Key, tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        ledger.add(KEY, GRADED)
        assert ledger.known(key) is None


def test_a_report_is_there_again(plan: Plan, tmp_path: Path) -> None:
    report = ungradable("hw", "it is empty", plan)
    with writing(tmp_path) as ledger:
        ledger.add(KEY, outcome_of(report, 0.5))
        assert ledger.report(KEY) == report


def test_rows_are_submissions_with_what_is_known_of_them(tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        for identity, submission in (("b", "s"), ("a", "s"), ("c", "new")):
            ledger.add_submission(identity, submission, "course")
        ledger.add(KEY, GRADED)
        rows = [(row.id, row.kind, row.score) for row in ledger.rows("p", "e")]
    assert rows == [("a", Kind.GRADED, 3.0), ("b", Kind.GRADED, 3.0), ("c", None, None)]


def test_what_is_withdrawn_leaves_the_run_and_not_the_ledger(tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        ledger.add_submission("a", "s", "course")
        ledger.add(KEY, GRADED)
        ledger.withdraw(["a"])
        assert (list(ledger.rows("p", "e")), ledger.submissions_of("course")) == ([], frozenset())
        assert score_of(ledger) == 3.0


def test_a_second_writer_is_refused(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(UsageError, match="is in use by another grader"), writing(tmp_path):
        pass


def test_a_writer_that_was_killed_is_in_nobodys_way(tmp_path: Path) -> None:
    program = (
        f"from pathlib import Path; from grader.batch.ledger import *; import os, signal\n"
        f"with writing(Path({str(tmp_path)!r})) as ledger:\n"
        "    ledger.add(Key('s', 'p', 'e'), Outcome(kind=Kind.GRADED, seconds=0.1, score=3.0, body=b'x'))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with writing(tmp_path) as ledger:
        assert score_of(ledger) == 3.0


def test_one_reads_while_another_writes(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        writer.add(KEY, GRADED)
        program = f"from pathlib import Path; from grader.batch.ledger import *\nwith reading(Path({str(tmp_path)!r})) as ledger:\n    print(ledger.known(Key('s', 'p', 'e')).score)"
        assert subprocess.check_output([sys.executable, "-c", program], text=True) == "3.0\n"


def test_a_reader_changes_nothing(tmp_path: Path) -> None:
    with writing(tmp_path):
        pass
    with pytest.raises(UsageError, match="readonly"), reading(tmp_path) as ledger:
        ledger.add(KEY, GRADED)


def test_nothing_but_one_file_is_left(tmp_path: Path) -> None:
    with writing(tmp_path) as ledger:
        ledger.add(KEY, GRADED)
    assert sorted(path.name for path in tmp_path.iterdir()) == [NAME, "lock"]


@pytest.mark.parametrize(
    "content", [b"not a database, but a text that is long enough" * 10, b"SQLite format 3\0broken"]
)
def test_a_broken_file_is_refused_and_left_alone(content: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(UsageError, match=r"ledger\.sqlite cannot be used: "), writing(tmp_path):
        pass
    assert (tmp_path / NAME).read_bytes() == content


def of_another_version(folder: Path) -> None:
    with writing(folder) as ledger:
        ledger._db.execute("PRAGMA user_version = 7")


@pytest.mark.parametrize("way", [reading, writing])
def test_another_version_is_refused(way: object, tmp_path: Path) -> None:
    of_another_version(tmp_path)
    with pytest.raises(UsageError, match=r"it is of another version of grader \(7, this one has 1\)"), way(tmp_path):  # type: ignore[operator]
        pass


def test_a_folder_without_a_ledger_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not the folder of a run: it has no ledger"), reading(tmp_path):
        pass


@pytest.mark.usefixtures("ordinary_user")
def test_a_folder_that_is_closed_cannot_be_written_to() -> None:
    Path("run").mkdir(0o555)
    with pytest.raises(UsageError, match="cannot be written: Permission denied"), writing(Path("run")):
        pass


def two(tmp_path: Path, mine: Outcome | None, theirs: Outcome | None) -> tuple[Path, Path]:
    folders = tmp_path / "a", tmp_path / "b"
    for folder, outcome in zip(folders, (mine, theirs), strict=True):
        folder.mkdir()
        with writing(folder) as ledger:
            ledger.add_submission(folder.name, "s", "course")
            if outcome:
                ledger.add(KEY, outcome)
    return folders


@pytest.mark.parametrize(
    ("mine", "theirs", "score"),
    [
        (GRADED, None, 3.0),
        (None, GRADED, 3.0),
        (INFRA, GRADED, 3.0),
        (GRADED, INFRA, 3.0),
        (INFRA, INFRA, None),
        (GRADED, Outcome(kind=Kind.GRADED, seconds=1, score=1.0, body=b"y"), 3.0),
    ],
)
def test_take_from_takes_what_is_new(
    mine: Outcome | None, theirs: Outcome | None, score: float | None, tmp_path: Path
) -> None:
    ours, other = two(tmp_path, mine, theirs)
    with writing(ours) as ledger:
        ledger.take_from(other)
        assert score_of(ledger) == score
        assert [row.id for row in ledger.rows("p", "e")] == ["a", "b"]


def test_take_from_refuses_another_version(tmp_path: Path) -> None:
    ours, other = two(tmp_path, GRADED, None)
    of_another_version(other)
    with pytest.raises(UsageError, match="another version"), writing(ours) as ledger:
        ledger.take_from(other)
