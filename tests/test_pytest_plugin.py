"""The pytest plugin, in runs of pytest on a small assignment."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import mpmath  # noqa: F401
import pytest
from builders import ROOT, notebook, zipped
from descendants import children_of, is_gone

# pytester forgets what its runs are the first to import, and not every library can be imported twice.
import grader.rubric.compile  # noqa: F401
from grader.api import grade, load_assignment
from grader.outputs.words import lost_lines
from grader.pytest_rubrics import Rubrics

pytest_plugins = ["pytester"]

FILES = {
    "rubrics/hw.yaml": "assignment: hw\ntitle: Powers\nquestions: [squares.yaml, cubes.yaml, texts.yaml]\n",
    "rubrics/squares.yaml": """\
question: 1
title: Squares
reference: powers.py
parts:
  - part: a
    title: A square
    points: 3
    function: square
    signature: "square(x) -> y"
    mistakes: [square_doubled]
    checks:
      - name: the square
        points: 2
        cases: [{x: 3.0}, {x: 5.0}]
        compare: close
        formula: {answer: answer_1a, expected: x^2, where: {x: [1, 2]}}
      - {name: of secret numbers, points: 1, visibility: hidden, cases: [{x: 77.0}], compare: close}
  - part: b
    title: A root
    points: 1
    needs: [a]
    function: root
    signature: "root(x) -> y"
    checks: [{name: the root, points: 1, cases: [{x: 9.0}], compare: close}]
  - part: c
    title: Why
    points: 4
    written: {points: 4, checklist: [because]}
""",
    "rubrics/cubes.yaml": """\
question: 2
title: Cubes
reference: powers.py
parts:
  - part: a
    title: A cube
    points: 3
    function: cube
    signature: "cube(x) -> y"
    checks: [{name: the cube, points: 3, cases: [{x: 2.0}], compare: close}]
""",
    "rubrics/texts.yaml": """\
question: 3
title: Texts
parts:
  - part: a
    title: Yourself
    points: 5
    written: {points: 5, checklist: [a name]}
""",
    "reference/powers.py": "def square(x): return x * x\ndef root(x): return x ** 0.5\ndef cube(x): return x ** 3\n",
    "reference/mistakes/powers.py": 'def square_doubled(x):\n    """That is twice the number."""\n    return 2 * x\n',
}
SQUARE, ROOT_, CUBE = "def square(x): return x * x", "def root(x): return x ** 0.5", "def cube(x): return x ** 3"
WRONG_SQUARE, WRONG_CUBE = "def square(x): return x + x", "def cube(x): return x * x"
PLUGINS = ("-p", "no:hypothesispytest", "-p", "grader.pytest_plugin")
IDS = [
    "rubrics/squares.yaml::1a::the square",
    "rubrics/squares.yaml::1a::of secret numbers",
    "rubrics/squares.yaml::1b::the root",
    "rubrics/cubes.yaml::2a::the cube",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def course(pytester: pytest.Pytester, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder: an assignment, of which the plan is compiled once for all tests."""
    monkeypatch.setenv("GRADER_CACHE_DIR", str(cache))
    write(pytester.path)
    return pytester.path


def write(folder: Path) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def submit(course: Path, *cells: str) -> None:
    (course / "hw.zip").write_bytes(zipped({"hw.ipynb": notebook(*cells)}))


def run(pytester: pytest.Pytester, *options: str) -> pytest.RunResult:
    found = pytester.runpytest_inprocess(*PLUGINS, "rubrics", "--submission", "hw.zip", *options)
    assert "INTERNALERROR" not in found.stdout.str() + found.stderr.str()
    return found


def section(found: pytest.RunResult, title: str = "Powers: hw.zip") -> list[str]:
    """The lines of points, spaces between title and points left out."""
    lines = found.stdout.lines
    start = next(index for index, line in enumerate(lines) if re.fullmatch(f"-+ {title} -+", line))
    end = next(index for index in range(start + 1, len(lines)) if lines[index].startswith(("-", "=")))
    return [" ".join(line.split()) for line in lines[start + 1 : end]]


def failure(found: pytest.RunResult, heading: str) -> list[str]:
    """The text of one failure."""
    lines = found.stdout.lines
    start = next(index for index, line in enumerate(lines) if heading in line and line.startswith("_"))
    end = next(index for index in range(start + 1, len(lines)) if lines[index].startswith(("_", "-", "=")))
    return lines[start + 1 : end]


def test_plugin_collects_every_check_in_the_homeworks_order(pytester: pytest.Pytester, course: Path) -> None:
    submit(course)
    assert run(pytester, "--collect-only", "-q").stdout.lines[: len(IDS) + 1] == [*IDS, ""]


def test_plugin_without_a_submission_collects_nothing(pytester: pytest.Pytester) -> None:
    found = pytester.runpytest_inprocess(*PLUGINS, "rubrics")
    assert found.ret == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize(
    ("path", "words"),
    [("other.zip", "No such file or directory"), ("", "the path is empty"), ("x" * 300, "File name too long")],
    ids=["missing", "empty", "too long"],
)
def test_plugin_without_the_file_of_the_submission_is_a_usage_error(
    pytester: pytest.Pytester, path: str, words: str
) -> None:
    found = pytester.runpytest_inprocess(*PLUGINS, "rubrics", "--submission", path)
    assert (found.ret, words in found.stderr.str()) == (pytest.ExitCode.USAGE_ERROR, True)


def test_plugin_is_announced_under_the_name_of_its_module() -> None:
    """Then `-p grader.pytest_plugin` is the same plugin, and not a second one."""
    entry = '[project.entry-points.pytest11]\n"grader.pytest_plugin" = "grader.pytest_plugin"'
    assert entry in (ROOT / "pyproject.toml").read_text("utf-8")


def test_plugin_passes_right_answers(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, ROOT_, CUBE)
    found = run(pytester)
    found.assert_outcomes(passed=4)
    assert section(found) == [
        "Question 1. Squares 4 / 4, 4 awaiting",
        "Question 2. Cubes 3 / 3",
        "Question 3. Texts 5 awaiting",
        "Total 7 / 7, and 9 points await a person",
    ]


def test_plugin_fails_with_what_the_student_reads(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, WRONG_SQUARE)
    check = grade("hw.zip", load_assignment(course)).questions[0].parts[0].checks[0]
    lines = failure(run(pytester), "1(a) A square: the square")
    assert (lines, lines[-2:]) == (
        list(lost_lines(check)),
        ["where   cell 1, line 1:  def square(x): return x + x", "hint    That is twice the number."],
    )


def test_plugin_shows_no_code_of_its_own(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, WRONG_SQUARE, "def cube(x): raise ValueError('no')")
    found = run(pytester).stdout.str()
    assert [word for word in ("Traceback", "pytest_rubrics", "LostPoints", str(ROOT)) if word in found] == []


def test_plugin_keeps_the_secrets_of_hidden_checks(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, "def square(x):\n    print('saw', x)\n    return x * x if x < 70 else 1")
    lines = failure(run(pytester), "of secret numbers")
    assert lines == ["[wrong]  0 / 1", "This check is hidden: nothing more is shown."]


@pytest.mark.parametrize(
    ("square", "outcomes"), [(SQUARE, {"passed": 1}), (WRONG_SQUARE, {"skipped": 1})], ids=["right", "wrong"]
)
def test_plugin_grades_what_a_part_needs_when_only_that_is_chosen(
    pytester: pytest.Pytester, course: Path, square: str, outcomes: dict[str, int]
) -> None:
    submit(course, square, ROOT_)
    run(pytester, "-k", "1b").assert_outcomes(deselected=3, **outcomes)


def test_plugin_says_why_it_skips(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, WRONG_SQUARE, ROOT_)
    lines = run(pytester, "-rs").stdout.lines
    reason = "SKIPPED [1] rubrics/squares.yaml:1: Not run: it builds on 1(a), which is not right yet."
    assert reason in lines


def test_plugin_skips_what_a_person_decides(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, "answer_1a = 'exp(1e6 x)'")
    found = run(pytester, "-k", "1a and not secret")
    found.assert_outcomes(skipped=1, deselected=3)
    assert section(found) == ["Question 1. Squares 2 awaiting", "Total 0 / 0, and 2 points await a person"]


def test_plugin_fails_every_check_of_what_cannot_be_graded(pytester: pytest.Pytester, course: Path) -> None:
    (course / "hw.zip").write_bytes(b"no zip")
    found = run(pytester)
    found.assert_outcomes(failed=4)
    assert [line.startswith("This submission cannot be graded: hw.zip") for line in section(found)].count(True) == 1


@pytest.mark.parametrize(
    ("expression", "lines"),
    [
        ("1a", ["Question 1. Squares 0 / 3", "Total 0 / 3"]),
        ("1a or 1b", ["Question 1. Squares 0 / 4, 4 awaiting", "Total 0 / 4, and 4 points await a person"]),
        ("2a", ["Question 2. Cubes 3 / 3", "Total 3 / 3"]),
    ],
)
def test_plugin_counts_what_was_chosen(
    pytester: pytest.Pytester, course: Path, expression: str, lines: list[str]
) -> None:
    submit(course, WRONG_SQUARE, CUBE)
    shown = section(run(pytester, "-k", expression))
    assert [line for line in shown if not line.startswith("note")] == lines


def test_plugin_grades_one_check_by_its_id(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, CUBE)
    options = (*PLUGINS, "--submission", "hw.zip")
    pytester.runpytest_inprocess(*options, IDS[3]).assert_outcomes(passed=1)


def test_plugin_stops_at_the_first_failure(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, WRONG_SQUARE, ROOT_, CUBE)
    found = run(pytester, "-x")
    found.assert_outcomes(failed=1)
    assert "3 of 4 checks have no result and do not count here" in section(found)


def test_plugin_runs_what_failed_last(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, ROOT_, WRONG_CUBE)
    run(pytester)
    submit(course, SQUARE, ROOT_, CUBE)
    assert section(run(pytester, "--lf")) == ["Question 2. Cubes 3 / 3", "Total 3 / 3"]


@pytest.mark.parametrize("way", ["load", "loadfile", "loadgroup"])
def test_plugin_adds_up_what_workers_report(pytester: pytest.Pytester, course: Path, way: str) -> None:
    submit(course, SQUARE, ROOT_, WRONG_CUBE, "def :")
    alone = section(run(pytester))
    assert (section(run(pytester, "-n", "2", "--dist", way)), len(alone)) == (alone, 5)


def test_plugin_writes_points_into_junit_xml(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, ROOT_, WRONG_CUBE)
    run(pytester, "--junitxml", "out.xml")
    cases = {case.get("name"): case for case in ET.parse(course / "out.xml").iter("testcase")}  # noqa: S314 (our own)
    points = {each.get("name"): each.get("value") for each in cases["the cube"].iter("property")}
    assert (points, cases["the cube"].find("failure") is not None) == ({"score": "0", "points": "3"}, True)


def test_plugin_grades_several_assignments(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, ROOT_, WRONG_CUBE)
    for name in ("rubrics", "reference"):
        shutil.copytree(course / name, course / "second" / name)
    path = course / "second/rubrics/hw.yaml"
    path.write_text(path.read_text().replace("Powers", "Again"))
    found = run(pytester, "second/rubrics", "-k", "cube")
    found.assert_outcomes(failed=2, deselected=6)
    assert section(found) == section(found, "Again: hw.zip")


def test_plugin_lists_the_faults_of_a_rubric(pytester: pytest.Pytester, course: Path) -> None:
    submit(course)
    for name in ("squares", "cubes"):
        path = course / f"rubrics/{name}.yaml"
        path.write_text(path.read_text().replace("compare: close", "compare: closely", 1))
    found = run(pytester)
    found.assert_outcomes(errors=4)
    shown = [failure(found, f"ERROR collecting rubrics/{name}.yaml") for name in ("squares", "cubes", "texts")]
    assert [[line.partition(": ")[0] for line in lines] for lines in shown] == [
        ["rubrics/squares.yaml:15"],
        ["rubrics/cubes.yaml:10"],
        ["rubrics/cubes.yaml:10", "rubrics/squares.yaml:15"],
    ]


def test_plugin_leaves_warnings_of_the_author_alone(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, ROOT_, CUBE)
    path = course / "reference/powers.py"
    path.write_text(f"LABEL = '$\\sigma$'\n{path.read_text()}")  # no escape sequence: a warning since Python 3.6
    run(pytester, "-W", "error").assert_outcomes(passed=4)


def test_plugin_notes_what_a_person_should_know(pytester: pytest.Pytester, course: Path) -> None:
    submit(course, SQUARE, "def :")
    assert any(line.startswith("note: cell 2") for line in section(run(pytester, "-k", "1a")))


SPY = "import pathlib\npathlib.Path({file!r}).touch()\n"


@pytest.fixture
def handed_in(course: Path) -> Path:
    """A submission whose folder holds what pytest would run; `seen` beside it says that it did."""
    folder = course / "handed_in" / "hw"
    folder.mkdir(parents=True)
    spy = SPY.format(file=str(course / "seen"))
    (folder / "answers.py").write_text(SQUARE)
    for name in ("conftest.py", "test_power.py", "yaml.py", "colorsys.py"):
        (folder / name).write_text(spy)
    return folder


@pytest.mark.parametrize("name", ["pytest.ini", "tox.ini"])
@pytest.mark.parametrize("options", [("rubrics",), ("rubrics/squares.yaml::1a",)], ids=["folder", "part"])
def test_plugin_refuses_settings_of_the_submission(
    course: Path, handed_in: Path, name: str, options: tuple[str, ...]
) -> None:
    (handed_in / name).write_text("[pytest]\npythonpath = .\n")
    command = [sys.executable, "-m", "pytest", *PLUGINS, *options, "--submission", "handed_in/hw"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, f"settings from {handed_in / name}" in done.stderr) == (pytest.ExitCode.USAGE_ERROR, True)
    assert not (course / "seen").exists()


@pytest.mark.parametrize("form", [["--submission=handed_in/hw"], ["--submission", "handed_in/hw"]], ids=["=", "space"])
def test_plugin_takes_the_settings_of_the_course(course: Path, handed_in: Path, form: list[str]) -> None:
    (handed_in / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    (course / "pytest.ini").write_text("[pytest]\naddopts = -k 1a\n")
    command = [sys.executable, "-m", "pytest", *PLUGINS, "rubrics", *form]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False, timeout=120)
    assert ("2 passed, 2 deselected" in done.stdout, (course / "seen").exists()) == (True, False)


def test_plugin_runs_no_test_of_the_submission(course: Path, handed_in: Path) -> None:
    command = [sys.executable, "-m", "pytest", *PLUGINS, ".", f"--submission={handed_in}"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False, timeout=120)
    assert ("2 failed, 2 passed" in done.stdout, (course / "seen").exists()) == (True, False)


@pytest.mark.parametrize("options", [[], ["-x"]], ids=["to the end", "stopped"])
def test_plugin_leaves_no_process(pytester: pytest.Pytester, course: Path, options: list[str]) -> None:
    submit(course, WRONG_SQUARE)
    before = children_of(os.getpid())
    run(pytester, *options)
    assert children_of(os.getpid()) <= before


@pytest.fixture
def started(course: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that is busy with an answer which never comes, once its child is there."""
    submit(course, "def square(x):\n    while True: pass")
    command = [sys.executable, "-m", "pytest", *PLUGINS, "rubrics", "--submission", "hw.zip"]
    process = subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while not children_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.5)
    yield process
    process.kill()
    process.communicate()


def test_plugin_leaves_no_process_when_it_is_interrupted(started: subprocess.Popen[str]) -> None:
    below = children_of(started.pid)
    started.send_signal(signal.SIGINT)
    started.communicate(timeout=60)
    left = [pid for pid in below if not is_gone(pid)]
    assert (started.returncode, bool(below), left) == (pytest.ExitCode.INTERRUPTED, True, [])


KILLS = f"""
import os, sys
sys.path.append({str(ROOT / "tests")!r})
from descendants import children_of, kill

def pytest_runtest_teardown(item):
    if item.name == "of secret numbers":
        kill(children_of(os.getpid()))
"""


def test_plugin_calls_a_fault_of_the_harness_an_error(pytester: pytest.Pytester, course: Path) -> None:
    """The processes are killed after part 1(a). What is not about them is graded all the same."""
    submit(course, SQUARE, ROOT_, CUBE)
    (course / "conftest.py").write_text(KILLS)
    options = (*PLUGINS, "rubrics", "--submission", "hw.zip")
    found = pytester.runpytest_subprocess(*options)
    found.assert_outcomes(passed=3, errors=1)
    assert failure(found, "ERROR at setup of 1(b) A root")[0].startswith("the template process")
    assert "1 of 4 checks have no result and do not count here" in section(found)


HEAVY = ("numpy", "msgspec", "yaml", "pydantic", "rich", "grader.pytest_rubrics", "grader.plan")
IMPORTED = "import sys, pytest; pytest.main(sys.argv[1:]); print('imported', *sorted(sys.modules))"


def imported(course: Path, *options: str) -> set[str]:
    (course / "test_other.py").write_text("def test_other(): pass\n")
    command = [sys.executable, "-c", IMPORTED, "-p", "no:xdist", "-p", "no:cov", *PLUGINS, *options]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=True, timeout=120)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("imported ")]
    return set(line.split())


def test_plugin_without_a_submission_imports_nothing(course: Path) -> None:
    modules = imported(course)
    assert ("grader.pytest_plugin" in modules, modules.intersection(HEAVY)) == (True, set())


def test_plugin_with_a_submission_imports_what_it_needs(course: Path) -> None:
    submit(course, SQUARE)
    assert {"numpy", "msgspec", Rubrics.__module__} <= imported(course, "rubrics", "--submission", "hw.zip")


def test_plugin_grades_the_bundled_homework(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_CACHE_DIR")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "grader.pytest_plugin",
        "-p",
        "no:cacheprovider",
        "rubrics/q1.yaml",
    ]
    options = ["--submission", "submissions_example/partial.zip", "-k", "1a or 1e"]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, "Total 3 / 5" in done.stdout) == (pytest.ExitCode.TESTS_FAILED, True)
