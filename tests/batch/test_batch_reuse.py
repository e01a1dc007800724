"""Which parts of a plan are as they were, and that nothing else of a submission is run again."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from assignments import RIGHT
from builders import notebook
from runs import STEP, TOTAL, hand_in, reports_of, small_homework

from grader.assignment import load_plan
from grader.batch.reuse import part_hashes, plan_hash, unchanged
from grader.cli import main
from grader.pipeline import ungradable
from grader.plan import Plan
from grader.report import Report, Status


def changed_by(folder: Path, cache: Path, plan: Plan, *swaps: tuple[str, str]) -> str:
    """The labels of the parts that a change of the rubric affects."""
    before, now = part_hashes(plan), part_hashes(load_plan(small_homework(folder, *swaps), cache))
    return " ".join(label for label, value in now.items() if before.get(label) != value)


@pytest.mark.parametrize(
    ("swap", "parts"),
    [
        (("title: Powers", "title: Powers and sums"), ""),
        (("xs: [1.0, 2.0]}\n        compare: close\n  - part: c", "xs: [1.0, 3.0]}\n        compare: close\n  - part: c"), "1(b)"),
        (("{x: 1000.0, n: 3}", "{x: 1000.0, n: 4}"), "1(a) 1(b)"),
        (("cases: [{w: 1.0}, {w: 2.0}]", "cases: [{w: 1.0}, {w: 3.0}]"), "1(d)"),
        (("return w + 1", "return w + 2"), "1(d)"),
        (("because of the order", "because of the sum"), "1(c)"),
        (("name: twice", "name: twice as much"), "1(b)"),
        (("call_seconds: 0.3", "call_seconds: 0.4"), "1(a) 1(b) 1(c) 1(d)"),
        (("def step(w):\n    raise", "def step(w):\n    'A step.'\n    raise"), "1(a) 1(b) 1(c) 1(d)"),
        (("power: n times the square of x.", "power: the square of x, n times."), ""),
        (("  - part: d", "  - part: e"), "1(c) 1(e)"),
    ],
)  # fmt: skip
def test_part_hashes_change_with_what_a_result_depends_on(
    swap: tuple[str, str], parts: str, plan: Plan, cache: Path, tmp_path: Path
) -> None:
    assert changed_by(tmp_path, cache, plan, swap) == parts


def test_plan_hash_changes_with_everything(plan: Plan) -> None:
    assert plan_hash(plan) != plan_hash(msgspec.structs.replace(plan, title="Powers and sums"))


def report_of(plan: Plan, status: Status) -> Report:
    """Where the first check of every part ended so."""
    text = msgspec.json.encode(ungradable("hw", "", plan)).replace(b'"not_graded"', f'"{status.value}"'.encode(), 1)
    return msgspec.json.decode(text, type=Report)


def test_unchanged_gives_the_parts_of_the_same_hash(plan: Plan) -> None:
    before = part_hashes(plan)
    known = unchanged(report_of(plan, Status.FAILED), before, before | {"1(b)": "another"})
    assert [part.label for part in known] == ["1(a)", "1(c)", "1(d)"]


def test_unchanged_gives_no_part_for_which_the_time_ran_out(plan: Plan) -> None:
    before = part_hashes(plan)
    known = unchanged(report_of(plan, Status.TIMED_OUT), before, before)
    assert [part.label for part in known] == ["1(b)", "1(c)", "1(d)"]


def test_unchanged_knows_nothing_of_a_plan_that_is_not_known(plan: Plan) -> None:
    assert unchanged(report_of(plan, Status.FAILED), {}, part_hashes(plan)) == ()


def graded(source: Path, assignment: Path, run: Path, *options: str) -> int:
    return main(["batch", str(source), "-a", str(assignment), "-o", str(run), "-j", "1", *options])


@pytest.fixture
def drifting(tmp_path: Path) -> Path:
    """A submission whose parts (a) and (d) are right or wrong by chance of the time: they count how often they are run."""
    code = "import time\nNOW = time.monotonic()"
    cells = (f"{code}\ndef power(x, n=2): return n * x * x + NOW", TOTAL, f"{code}\ndef step(w): return NOW")
    return hand_in(tmp_path / "course", {"ada.ipynb": notebook(*cells)})


def messages(run: Path) -> dict[str, str]:
    """By part: the message of its first check, in which the numbers are that the submission returned."""
    (report,) = reports_of(run)
    return {part.label: part.checks[0].message for part in report.questions[0].parts if part.checks}


@pytest.mark.parametrize(
    ("swap", "again"),
    [
        (("cases: [{w: 1.0}, {w: 2.0}]", "cases: [{w: 1.0}, {w: 3.0}]"), {"1(d)"}),
        (("{x: 1000.0, n: 3}", "{x: 1000.0, n: 4}"), {"1(a)"}),
        (("title: Powers", "title: More powers"), set()),
    ],
)
def test_a_changed_rubric_runs_only_the_parts_that_it_affects(
    swap: tuple[str, str], again: set[str], drifting: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    graded(drifting, small_homework(tmp_path / "before"), run)
    before = messages(run)
    graded(drifting, small_homework(tmp_path / "after", swap), run)
    after = messages(run)
    assert {part for part in ("1(a)", "1(d)") if before[part] != after[part]} == again


def test_retry_runs_every_part_again(drifting: Path, tmp_path: Path) -> None:
    run, assignment = tmp_path / "run", small_homework(tmp_path / "before")
    graded(drifting, assignment, run)
    before = messages(run)
    graded(drifting, assignment, run, "--retry", "all")
    assert all(before[part] != messages(run)[part] for part in ("1(a)", "1(d)"))


def test_a_changed_rubric_gives_what_a_new_run_gives(tmp_path: Path) -> None:
    files = {"ada.ipynb": notebook(RIGHT, TOTAL, STEP), "bob.ipynb": notebook(TOTAL), "carol.zip": b"no zip"}
    course = hand_in(tmp_path / "course", files)
    changed = small_homework(tmp_path / "after", ("return w + 1", "return w + 2"))
    graded(course, small_homework(tmp_path / "before"), tmp_path / "run")
    graded(course, changed, tmp_path / "run")
    graded(course, changed, tmp_path / "new")
    assert reports_of(tmp_path / "run") == reports_of(tmp_path / "new")
