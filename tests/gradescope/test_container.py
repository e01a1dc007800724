"""Grading in a folder laid out as Gradescope's container."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest
from builders import SQUARE, check, notebook, plan

from grader.gradescope.allowance import OWN_SECONDS
from grader.gradescope.container import PLAN, Container, autograde
from grader.gradescope.policy import Late, Rules, Standing, SubmissionLimits
from grader.plan import Plan, encode_plan
from grader.reading import READ_SECONDS
from grader.records import Limits
from grader.report import Visibility

RIGHT, WRONG = "def square(x): return x * x", "def square(x): return 2 * x"
LATE = {"created_at": "2026-03-05T00:00:00+00:00", "assignment": {"due_date": "2026-03-04T00:00:00+00:00"}}
EARLIER = {"previous_submissions": [{"submission_time": "2026-03-01T00:00:00+00:00", "score": "0.75"}]}


def laid_out(root: Path, cell: str, the_plan: Plan | None = None, metadata: object = None) -> Path:
    container = Container(root)
    for folder in (container.source, container.submission, container.results.parent):
        folder.mkdir(parents=True, mode=0o755)
    (container.source / PLAN).write_bytes(encode_plan(the_plan or plan(SQUARE)))
    (container.submission / "hw.ipynb").write_bytes(notebook(cell))
    if metadata is not None:
        (root / "submission_metadata.json").write_text(json.dumps(metadata), "utf-8")
    return root


def results(root: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Container(root).results.read_text("utf-8"))
    return found


def with_rules(**rules: Any) -> Plan:
    return msgspec.structs.replace(plan(SQUARE), rules=Rules(**rules))


@pytest.mark.parametrize(("cell", "score"), [(RIGHT, 1), (WRONG, 0), ("import os; os._exit(1)", 0)])
def test_autograde_writes_results(cell: str, score: float, tmp_path: Path) -> None:
    assert autograde(laid_out(tmp_path, cell)) == 0
    assert results(tmp_path)["score"] == score


def test_autograde_keeps_others_out_of_all_folders(tmp_path: Path) -> None:
    autograde(laid_out(tmp_path, RIGHT))
    container = Container(tmp_path)
    folders = (container.source, container.submission, container.results.parent)
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}


def test_autograde_of_what_cannot_be_graded_says_so(tmp_path: Path) -> None:
    root = laid_out(tmp_path, RIGHT)
    (root / "submission" / "hw.ipynb").rename(root / "submission" / "hw.pdf")
    assert autograde(root) == 0
    assert "cannot be graded" in results(root)["output"]


def test_autograde_takes_points_off_for_late_work(tmp_path: Path) -> None:
    autograde(laid_out(tmp_path, RIGHT, with_rules(late=Late(per_day=0.1)), LATE))
    found = results(tmp_path)
    assert found["score"] == 0.9
    assert "Late by 1 day: 10% is taken off." in found["output"]


def test_autograde_of_the_same_submission_again_keeps_its_score(tmp_path: Path) -> None:
    again = {"created_at": "2026-03-01T00:00:00+00:00", **EARLIER}
    autograde(laid_out(tmp_path, WRONG, None, again))
    assert results(tmp_path)["score"] == 0.75


def test_autograde_of_a_new_submission_may_give_less(tmp_path: Path) -> None:
    autograde(laid_out(tmp_path, WRONG, None, LATE | EARLIER))
    assert results(tmp_path)["score"] == 0


def test_autograde_grades_no_more_than_the_limit(tmp_path: Path) -> None:
    rules = with_rules(submissions=SubmissionLimits(in_total=1))
    assert autograde(laid_out(tmp_path, RIGHT, rules, LATE | EARLIER)) == 0
    assert results(tmp_path)["score"] == 0.75
    assert "At most 1 submission can be graded" in results(tmp_path)["tests"][0]["output"]


SECRET = check("square", [((2.0,), 4.0)], visibility=Visibility.HIDDEN)


@pytest.mark.parametrize(("of", "value"), [("", 1), ("1", 1), ("1(a)", 1), ("2", 0)])
def test_autograde_fills_the_leaderboard_with_points_that_students_see(of: str, value: float, tmp_path: Path) -> None:
    rules = Rules(leaderboard=(Standing(name="Points", of=of),))
    autograde(laid_out(tmp_path, RIGHT, msgspec.structs.replace(plan(SQUARE, SECRET), rules=rules)))
    assert results(tmp_path)["leaderboard"] == [{"name": "Points", "value": value, "order": "desc"}]


def test_autograde_tells_no_points_of_secret_checks_in_its_texts(tmp_path: Path) -> None:
    root = laid_out(
        tmp_path, RIGHT, msgspec.structs.replace(plan(SQUARE, SECRET), rules=Rules(late=Late(per_day=0.1))), LATE
    )
    autograde(root)
    lines = results(tmp_path)["output"].splitlines()
    assert lines[0].endswith(": 1 of 1 points of the checks that are shown at once")
    assert lines[1:] == ["Late by 1 day: 10% is taken off."]


@pytest.mark.parametrize("is_plan_whole", [True, False])
def test_autograde_that_keeps_a_score_shows_no_total_before_its_time(is_plan_whole: bool, tmp_path: Path) -> None:  # noqa: FBT001
    rules = Rules(submissions=SubmissionLimits(in_total=1))
    root = laid_out(tmp_path, RIGHT, msgspec.structs.replace(plan(SQUARE, SECRET), rules=rules), LATE | EARLIER)
    if not is_plan_whole:
        (root / "source" / PLAN).write_bytes(b"not a plan")
    autograde(root)
    found = results(tmp_path)
    assert [test["visibility"] for test in found["tests"]] == ["visible", "hidden"]
    assert (found["score"], found["tests"][1]["output"]) == (0.75, "")


def test_autograde_without_a_leaderboard_writes_none(tmp_path: Path) -> None:
    autograde(laid_out(tmp_path, RIGHT))
    assert "leaderboard" not in results(tmp_path)


def test_plan_of_a_container_ends_before_gradescope_does(tmp_path: Path) -> None:
    the_plan = plan(SQUARE, limits=Limits(total_seconds=1000))
    root = laid_out(tmp_path, RIGHT, msgspec.structs.replace(the_plan, rules=Rules(timeout_minutes=2)))
    assert Container(root).plan().limits.total_seconds == 120 - READ_SECONDS - OWN_SECONDS


def test_autograde_after_a_fault_of_ours_leaves_the_score(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = laid_out(tmp_path, RIGHT, None, LATE | EARLIER)
    (root / "source" / PLAN).write_bytes(b"not a plan")
    assert autograde(root) == 0
    found = results(root)
    assert (found["score"], found["tests"][0]["name"]) == (0.75, "Autograder problem (not your fault)")
    assert "Traceback" in capsys.readouterr().out
    assert "Traceback" not in json.dumps(found)


def test_autograde_after_a_fault_of_ours_gives_no_zero(tmp_path: Path) -> None:
    root = laid_out(tmp_path, RIGHT)
    (root / "source" / PLAN).write_bytes(b"not a plan")
    assert autograde(root) == 5
    assert not Container(root).results.exists()


def test_autograde_prints_the_report_for_staff(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    autograde(laid_out(tmp_path, WRONG))
    assert "Total 0 / 1" in capsys.readouterr().out
