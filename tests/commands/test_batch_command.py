"""`grader batch` as a command: formats, exit codes, what is in RUN, what it refuses."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from builders import notebook, zipped
from descendants import children_of, is_gone
from runs import FIVE, SIX, SLOW, ZERO, answer, command, hand_in, kinds_of, rows_of, small_homework, start

from grader.arguments import BATCH_FORMATS, LAYOUTS, RETRIES
from grader.batch.run import RETRY
from grader.batch.sources import LAYOUT_NAMES
from grader.cli import main
from grader.outputs.batch import FORMATS

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _in_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(cache))


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_homework(tmp_path_factory.mktemp("homework"))


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Submissions of two students, and one that is broken."""
    return hand_in(tmp_path / "course", {"ada.ipynb": SIX, "bob.zip": zipped({"hw.ipynb": FIVE}), "eve.zip": b"no zip"})


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path / "runs" / "run"


def batch(source: Path, assignment: Path, run: Path, *options: str) -> int:
    return main(["batch", str(source), "-a", str(assignment), "-o", str(run), "-j", "1", *options])


def scores(run: Path) -> list[dict[str, str]]:
    with (run / "scores.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def break_harness(run: Path, score: float) -> str:
    """Put a fault of the harness in the place of the result with this score; the submission's id."""
    (identity,) = [row.id for row in rows_of(run) if row.score == score]
    with sqlite3.connect(run / "ledger.sqlite") as ledger:
        ledger.execute(
            "UPDATE results SET kind = 'infra', score = NULL, points = NULL, report = NULL, detail = 'no memory' "
            "WHERE submission = (SELECT submission FROM submissions WHERE id = ?)",
            (identity,),
        )
    ledger.close()
    return identity


@pytest.mark.parametrize(
    ("known", "real"),
    [(LAYOUTS, LAYOUT_NAMES), (RETRIES, tuple(RETRY)), (("text", *BATCH_FORMATS), FORMATS)],
)
def test_options_are_those_that_there_are(known: tuple[str, ...], real: tuple[str, ...]) -> None:
    assert known == real


def test_batch_prints_a_summary(course: Path, assignment: Path, run: Path, capsys: Captured) -> None:
    assert batch(course, assignment, run) == 0
    out = capsys.readouterr().out
    assert "3 submissions\n2 graded, 1 not gradable\nmean 5.5 / 6, median 5.5, lowest 5, highest 6\n" in out
    assert "not gradable: submission.zip cannot be opened." in out


def test_batch_says_what_it_has_found(course: Path, assignment: Path, run: Path, capsys: Captured) -> None:
    batch(course, assignment, run)
    assert capsys.readouterr().err == "grader: course: 3 submissions (folder)\n"


def test_batch_writes_a_table_of_scores(course: Path, assignment: Path, run: Path) -> None:
    batch(course, assignment, run)
    rows = sorted((row["status"], row["score"], row["points"], row["1(a)"], row["1(d)"]) for row in scores(run))
    assert rows == [
        ("graded", "5", "6", "3", "0"),
        ("graded", "6", "6", "3", "1"),
        ("not_gradable", "0", "6", "0", "0"),
    ]


def test_batch_names_nobody_but_in_one_file(assignment: Path, run: Path, tmp_path: Path, capsys: Captured) -> None:
    name = "AdaLovelace"
    files = {
        f"{name}.ipynb": SIX,
        f"{name}1.zip": zipped({"hw.ipynb": FIVE}),
        f"{name}2.zip": b"no zip",
        f"{name}3.py": b"def power(x, n=2): return 1 / 0\n",
        f"{name}4.pdf": b"%",
        f"{name}5/{name}.zip": b"0" * (100 * 2**20 + 1),
        f"{name}6_12_assignsubmission_file_/hw.ipynb": SLOW,
    }
    for style in FORMATS:
        batch(hand_in(tmp_path / "course", files), assignment, run, "--format", style)
    holding = [path.name for path in run.iterdir() if name.encode() in path.read_bytes()]
    captured = capsys.readouterr()
    assert (holding, name in captured.out + captured.err) == (["identities.csv"], False)


def test_batch_makes_a_folder_that_is_closed_to_others(course: Path, assignment: Path, run: Path) -> None:
    batch(course, assignment, run)
    assert run.stat().st_mode & 0o777 == 0o700


def test_batch_prints_json(course: Path, assignment: Path, run: Path, capsys: Captured) -> None:
    batch(course, assignment, run, "--format", "json")
    summary = json.loads(capsys.readouterr().out)
    assert [summary[key] for key in ("submissions", "graded", "not_gradable", "mean", "points")] == [3, 2, 1, 5.5, 6]
    assert [part["label"] for part in summary["parts"]] == ["1(a)", "1(b)", "1(d)"]


def test_batch_prints_junit(course: Path, assignment: Path, run: Path, capsys: Captured) -> None:
    batch(course, assignment, run)
    identity = break_harness(run, 5)
    capsys.readouterr()
    assert batch(course, assignment, run, "--format", "junit") == 6
    suites = ET.fromstring(capsys.readouterr().out)  # noqa: S314
    found = sorted((int(suite.get("failures", "")), int(suite.get("errors", ""))) for suite in suites)
    assert (found, [suite.get("name") for suite in suites if suite.get("errors") == "1"]) == (
        [(0, 0), (0, 1), (1, 0)],
        [identity],
    )


def test_batch_prints_annotations(
    course: Path, assignment: Path, run: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(course.parent / "summary.md"))
    batch(course, assignment, run, "--format", "github")
    first, last = capsys.readouterr().out.splitlines()
    assert (first.startswith("::error title="), last.startswith("::notice title=Powers::2 graded, 1 not gradable")) == (
        True,
        True,
    )
    assert "| 1(a) | A power | 3.00 | 3 |" in (course.parent / "summary.md").read_text("utf-8")


@pytest.mark.parametrize(("percent", "code"), [("0", 0), ("80", 1), ("100", 1)])
def test_batch_ends_with_1_when_one_has_too_few_points(
    percent: str, code: int, assignment: Path, run: Path, tmp_path: Path
) -> None:
    course = hand_in(tmp_path / "course", {"a.ipynb": SIX, "b.ipynb": ZERO})
    assert batch(course, assignment, run, "--fail-under", percent) == code


def test_batch_ends_with_6_until_the_harness_has_graded_all(
    course: Path, assignment: Path, run: Path, capsys: Captured
) -> None:
    batch(course, assignment, run)
    break_harness(run, 6)
    codes = [batch(course, assignment, run), batch(course, assignment, run, "--retry", "infra")]
    assert (codes, kinds_of(run)) == ([6, 0], ["graded", "graded", "not_gradable"])
    assert (
        "1 could not be graded, which is no student's fault: run it again with --retry infra" in capsys.readouterr().err
    )


def test_batch_ends_with_6_when_something_was_left_out(
    course: Path, assignment: Path, run: Path, capsys: Captured
) -> None:
    assert batch(course, assignment, run, "--where", "place~ada") == 6
    assert "2 have no result yet: run it again without --where" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing"], "missing: there is no such file or folder"),
        (["course", "other/course"], "two sources are called course"),
        (["course", "--where", "score"], "write FIELD=VALUE"),
        (["course", "--layout", "canvas"], "is not laid out as canvas does"),
        (["course", "-o", "course/run"], "course/run lies in course, whose files are submissions"),
        (["course", "-o", "course"], "course lies in course"),
        (["course/ada.ipynb", "-o", "course/bob.zip/run"], "cannot be written: Not a directory"),
        (["course/ada.ipynb", "-o", "course/eve.zip"], "cannot be written: File exists"),
        (["course", "-a", "course"], "is not an assignment folder"),
    ],
)
def test_batch_ends_with_2_for_what_it_cannot_use(
    arguments: list[str],
    words: str,
    course: Path,
    assignment: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Captured,
) -> None:
    monkeypatch.chdir(course.parent)
    hand_in(Path("other/course"), {})
    assert main(["batch", "-a", str(assignment), "-o", "run", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert not Path("run").exists()


@pytest.mark.parametrize(
    "option", [["--shard", "3/2"], ["--shard", "0/2"], ["--shard", "x"], ["-j", "0"], ["--retry", "some"]]
)
def test_batch_ends_with_2_for_what_is_no_option(option: list[str], course: Path, assignment: Path, run: Path) -> None:
    with pytest.raises(SystemExit) as ending:
        batch(course, assignment, run, *option)
    assert ending.value.code == 2


def test_batch_reports_a_fault_of_the_rubric_as_an_error_to_ci(
    course: Path, run: Path, tmp_path: Path, capsys: Captured
) -> None:
    broken = small_homework(tmp_path / "hw", ("return w + 1", "return w / 0"))
    assert batch(course, broken, run, "--format", "junit") == 3
    assert ET.fromstring(capsys.readouterr().out)[0].get("errors") == "1"  # noqa: S314


def test_batch_leaves_the_run_of_another_assignment_alone(
    course: Path, assignment: Path, run: Path, tmp_path: Path, capsys: Captured
) -> None:
    batch(course, assignment, run)
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    other = small_homework(tmp_path / "hw", ("assignment: hw", "assignment: hw9"))
    assert batch(course, other, run) == 2
    assert "is a run of 'hw', not of 'hw9': choose another folder" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before


def test_batch_says_what_a_changed_rubric_changes(
    course: Path, assignment: Path, run: Path, tmp_path: Path, capsys: Captured
) -> None:
    batch(course, assignment, run)
    batch(course, small_homework(tmp_path / "a", ("return w + 1", "return w + 2")), run)
    batch(course, small_homework(tmp_path / "b", ("return w + 1", "return w + 2"), ("Powers", "Power")), run)
    lines = [line for line in capsys.readouterr().err.splitlines() if "rubric" in line]
    assert lines == [
        "grader: the rubric has changed: graded again is only 1(d)",
        "grader: the rubric has changed: no result depends on it",
    ]


def test_batch_grades_everything_again_with_another_version(
    course: Path, assignment: Path, run: Path, capsys: Captured
) -> None:
    batch(course, assignment, run)
    about = json.loads((run / "run.json").read_text())
    about |= {"environment": "another", "versions": [*about["versions"][1:], "grader 0"]}
    (run / "run.json").write_text(json.dumps(about))
    batch(course, assignment, run)
    assert "everything is graded again, for there is another version (grader " in capsys.readouterr().err


def test_batch_lets_go_of_what_was_withdrawn(course: Path, assignment: Path, run: Path, capsys: Captured) -> None:
    batch(course, assignment, run)
    (course / "bob.zip").rename(course.parent / "bob.zip")
    batch(course, assignment, run)
    assert "course: 1 submission less than before, which leave the run" in capsys.readouterr().err
    assert sorted(row["score"] for row in scores(run)) == ["0", "6"]
    assert "bob" not in (run / "identities.csv").read_text()


def test_batch_does_not_grade_again_what_comes_back(course: Path, assignment: Path, run: Path) -> None:
    batch(course, assignment, run)
    before = {row.submission: row.seconds for row in rows_of(run)}
    (course / "bob.zip").rename(course.parent / "bob.zip")
    batch(course, assignment, run)
    (course.parent / "bob.zip").rename(course / "bob.zip")
    batch(course, assignment, run)
    assert {row.submission: row.seconds for row in rows_of(run)} == before


def test_batch_adds_a_second_source(course: Path, assignment: Path, run: Path, tmp_path: Path) -> None:
    batch(course, assignment, run)
    batch(hand_in(tmp_path / "late", {"dan.ipynb": ZERO}), assignment, run)
    assert len(scores(run)) == 4


def test_batch_notices_another_source_of_the_same_name(
    course: Path, assignment: Path, run: Path, tmp_path: Path, capsys: Captured
) -> None:
    batch(course, assignment, run)
    assert batch(hand_in(tmp_path / "b" / "course", {"dan.ipynb": ZERO}), assignment, run) == 2
    assert "has 3 submissions of a source called course, and none of them is in this one" in capsys.readouterr().err
    assert len(rows_of(run)) == 3


def test_batch_reads_a_moved_source_as_the_same(course: Path, assignment: Path, run: Path, tmp_path: Path) -> None:
    batch(course, assignment, run)
    (tmp_path / "new").mkdir()
    batch(course.rename(tmp_path / "new" / "course"), assignment, run)
    assert len(scores(run)) == 3


def test_batch_leaves_evidence_out_when_asked(course: Path, assignment: Path, run: Path) -> None:
    assert batch(course, assignment, run, "--no-evidence", "--resume") == 0


def test_batch_of_nothing_is_empty(assignment: Path, run: Path, tmp_path: Path, capsys: Captured) -> None:
    assert batch(hand_in(tmp_path / "course", {}), assignment, run) == 0
    assert "0 submissions\n0 graded\n" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_batch_can_be_interrupted_and_goes_on(
    number: signal.Signals, assignment: Path, run: Path, cache: Path, tmp_path: Path
) -> None:
    endless = {f"{at:02}.ipynb": SLOW.replace(b"True", str(at + 1).encode()) for at in range(60)}
    course = hand_in(tmp_path / "course", {"00.ipynb": SIX, "01.ipynb": FIVE, **dict(list(endless.items())[2:])})
    process = start(command(course, assignment, run), cache)
    assert wait_for_results(run, 2)
    below = children_of(process.pid)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (130, "")
    assert err.endswith(
        "grader: what is graded so far is kept: the same command goes on from there\ngrader: interrupted\n"
    )
    assert all(is_gone(pid) for pid in below)
    assert kinds_of(run).count("graded") >= 2


def wait_for_results(run: Path, count: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (run / "run.json").is_file() and sum(row.kind is not None for row in rows_of(run)) >= count:
            return True
        time.sleep(0.05)
    return False


def test_batch_refuses_a_run_that_another_is_writing_to(
    assignment: Path, run: Path, cache: Path, tmp_path: Path, capsys: Captured
) -> None:
    course = hand_in(tmp_path / "course", {f"{at}.ipynb": answer(at) for at in range(3)} | {"x.ipynb": SLOW})
    process = start(command(course, assignment, run), cache)
    deadline = time.monotonic() + 60
    while not (run / "run.json").is_file() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert batch(course, assignment, run) == 2
    assert "is in use by another grader: wait until it has ended" in capsys.readouterr().err
    process.communicate(timeout=60)
    assert (process.returncode, len(scores(run))) == (0, 4)


def test_batch_ends_with_141_when_nobody_reads(course: Path, assignment: Path, run: Path, cache: Path) -> None:
    with start(command(course, assignment, run, "--format", "junit"), cache) as process:
        assert process.stdout
        process.stdout.close()
    assert process.returncode == 141


def test_batch_grades_names_that_are_not_utf_8(assignment: Path, run: Path, tmp_path: Path) -> None:
    course = hand_in(tmp_path / "course", {os.fsdecode(b"a\xff.ipynb"): SIX, os.fsdecode(b"a\xfe.ipynb"): FIVE})
    assert batch(course, assignment, run) == 0
    assert sorted(row["score"] for row in scores(run)) == ["5", "6"]


def test_batch_grades_slowly_what_is_slow_and_the_rest_as_ever(assignment: Path, run: Path, tmp_path: Path) -> None:
    hostile = notebook("import os\ndef power(x, n=2): os.kill(os.getppid(), 9)", "def step(w): os._exit(0)")
    course = hand_in(tmp_path / "course", {"a.ipynb": hostile, "b.ipynb": SLOW, "c.ipynb": SIX})
    assert batch(course, assignment, run) == 0
    assert sorted((row["status"], row["score"]) for row in scores(run)) == [
        ("graded", "0"),
        ("graded", "1"),
        ("graded", "6"),
    ]
