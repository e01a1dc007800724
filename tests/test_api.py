"""Grading from Python: what the functions give, raise and leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from assignments import RIGHT, homework
from builders import notebook, zipped
from descendants import children_of, kill

import grader
from grader.api import Assignment, Session, grade, load_assignment, open_session
from grader.errors import GraderError, IsolationError, RubricError, SandboxError, SubmissionError, UsageError
from grader.plan import encode_plan
from grader.records import Limits
from grader.report import Report, Status
from grader.sandbox.client import Sandbox

TOTAL = "def total(xs): return sum(xs)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return homework(tmp_path_factory.mktemp("hw"))


@pytest.fixture(autouse=True)
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(folder / "cache"))


@pytest.fixture
def assignment(folder: Path) -> Assignment:
    return load_assignment(folder)


@pytest.fixture
def submission(tmp_path: Path) -> Path:
    return submit(tmp_path, "hw.zip", RIGHT, TOTAL)


def submit(folder: Path, name: str, *cells: str) -> Path:
    path = folder / name
    path.write_bytes(zipped({"hw.ipynb": notebook(*cells)}))
    return path


def test_load_assignment_says_what_can_be_earned(assignment: Assignment) -> None:
    assert (assignment.name, assignment.title, assignment.points, assignment.awaiting) == ("hw", "Powers", 6, 4)


def test_load_assignment_takes_a_text(folder: Path, assignment: Assignment) -> None:
    assert load_assignment(str(folder)) == assignment


def test_load_assignment_is_frozen(assignment: Assignment) -> None:
    with pytest.raises(AttributeError):
        assignment.plan = assignment.plan  # type: ignore[misc] # that is the test


def test_load_assignment_reads_a_packed_plan(assignment: Assignment, tmp_path: Path) -> None:
    (tmp_path / "assignment.plan").write_bytes(encode_plan(assignment.plan))
    packed = load_assignment(tmp_path / "assignment.plan")
    assert (packed.plan, packed.private) == (assignment.plan, (tmp_path / "assignment.plan",))


def test_load_assignment_keeps_a_folder_private(assignment: Assignment, folder: Path) -> None:
    assert assignment.private == (folder / "rubrics", folder / "reference")


def _no_assignment(path: Path) -> Path:
    return path


def _no_plan(path: Path) -> Path:
    (path / "assignment.plan").write_bytes(b"x")
    return path / "assignment.plan"


def _faults(path: Path) -> Path:
    return homework(path, ("compare: close", "compare: closely"))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (_no_assignment, UsageError, "is not an assignment folder"),
        (_no_plan, UsageError, "assignment.plan is not a packed assignment of this version"),
        (_faults, RubricError, "rubrics/q1.yaml:22: parts[0].checks[0].compare"),
    ],
)
def test_load_assignment_says_what_is_wrong(
    tmp_path: Path, make: Callable[[Path], Path], error: type[GraderError], words: str
) -> None:
    with pytest.raises(error, match=words.replace("[", r"\[").replace("]", r"\]")):
        load_assignment(make(tmp_path))


def test_grade_gives_the_report(submission: Path, assignment: Assignment) -> None:
    report = grade(submission, assignment)
    assert (report.submission, report.score, report.points, report.awaiting) == ("hw.zip", 5, 6, 4)


def test_grade_takes_texts(submission: Path, folder: Path) -> None:
    assert grade(str(submission), str(folder)).score == 5


def test_grade_reports_what_cannot_be_graded(tmp_path: Path, assignment: Assignment) -> None:
    (tmp_path / "hw.pdf").touch()
    report = grade(tmp_path / "hw.pdf", assignment)
    assert (report.score, report.fault.startswith("hw.pdf: .pdf cannot be graded")) == (0, True)


def test_grade_of_nothing_is_a_usage_error(tmp_path: Path, assignment: Assignment) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        grade(tmp_path / "hw.zip", assignment)


def test_session_grades_one_after_the_other(tmp_path: Path, assignment: Assignment) -> None:
    paths = [submit(tmp_path, f"{name}.zip", *cells) for name, cells in (("a", [RIGHT]), ("b", []), ("c", [RIGHT]))]
    with open_session(assignment) as session:
        assert [session.grade(path).score for path in paths] == [3, 0, 3]


def test_session_gives_what_grade_gives(submission: Path, assignment: Assignment) -> None:
    with open_session(assignment) as session:
        assert session.grade(submission) == grade(submission, assignment)


def test_session_shows_what_to_leave_behind_first(submission: Path, assignment: Assignment) -> None:
    reports: list[Report] = []
    with open_session(assignment) as session:
        session.grade(submission, leave_behind=reports.append)
    assert ["was stopped before it had finished" in report.fault for report in reports] == [True]


def test_session_goes_on_after_a_fault_of_the_harness(submission: Path, assignment: Assignment) -> None:
    """The process is killed between two submissions: the first one after it is not graded, the next one is."""
    before = children_of(os.getpid())
    with closing(Sandbox(Limits())) as sandbox:
        session = Session(assignment, sandbox, (), allows_weak_isolation=False)
        session.grade(submission)
        kill(children_of(os.getpid()) - before)
        with pytest.raises(SandboxError):
            session.grade(submission)
        assert session.grade(submission).score == 5


@pytest.fixture
def weak() -> Iterator[Sandbox]:
    """A sandbox in which student code could take all memory."""
    with closing(Sandbox(Limits(), omitted=frozenset({"limits"}))) as sandbox:
        yield sandbox


def test_session_refuses_weak_isolation(submission: Path, assignment: Assignment, weak: Sandbox) -> None:
    with pytest.raises(IsolationError, match="resources"):
        Session(assignment, weak, (), allows_weak_isolation=False).grade(submission)


def test_session_reports_the_weak_isolation_that_was_allowed(
    submission: Path, assignment: Assignment, weak: Sandbox
) -> None:
    report = Session(assignment, weak, (), allows_weak_isolation=True).grade(submission)
    assert {weakness.partition(":")[0] for weakness in report.weaknesses} == {"resources"}


def test_session_by_part_gives_what_grade_gives(submission: Path, assignment: Assignment) -> None:
    parts = [(question, part) for question in assignment.plan.questions for part in question.parts]
    with open_session(assignment) as session:
        whole = session.grade(submission)
        with closing(session.by_part(submission)) as graded:
            last_first = [graded.part(question, part) for question, part in reversed(parts)]
    assert last_first[::-1] == [part for question in whole.questions for part in question.parts]


def test_session_by_part_grades_what_is_needed_first(tmp_path: Path, assignment: Assignment) -> None:
    (question,) = assignment.plan.questions
    with open_session(assignment) as session, closing(session.by_part(submit(tmp_path, "hw.zip", TOTAL))) as graded:
        checks = graded.part(question, question.parts[1]).checks
    assert {check.status for check in checks} == {Status.SKIPPED}


def test_session_by_part_of_what_cannot_be_graded_is_an_error(tmp_path: Path, assignment: Assignment) -> None:
    (tmp_path / "hw.pdf").touch()
    with open_session(assignment) as session, pytest.raises(SubmissionError):
        session.by_part(tmp_path / "hw.pdf")


@pytest.mark.parametrize("name", grader.__all__)
def test_package_has_the_names_for_scripts(name: str) -> None:
    assert callable(getattr(grader, name))


def test_package_has_no_other_name() -> None:
    with pytest.raises(AttributeError, match="module 'grader' has no attribute 'grades'"):
        _ = grader.grades  # type: ignore[attr-defined] # that is the test


def test_package_imports_nothing() -> None:
    code = "import sys; before = set(sys.modules); import grader; print(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"grader", "__future__"}
