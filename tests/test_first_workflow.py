"""The workflow that `grader init` writes: read as YAML, and its `run` steps carried out one after the other.

They run as GitHub runs them (`bash -eo pipefail`, GITHUB_ACTIONS, a summary file for every step), in a new assignment. Not
carried out: the step that installs grader, and the `uses` steps, which are GitHub's own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from pages import bash, shell

from grader.new_assignment import HERE, new_files, write_new
from grader.rubric.yaml_nodes import read_yaml

FILE = ".github/workflows/grade.yml"
INSTALL = "Install grader"
VALID = "The rubric's files are valid"
RIGHT = "The right answers get full marks"
WRONG = "The mistake loses points"
JUNIT = "Results as JUnit XML"
PACK = "The autograder for Gradescope"


def workflow() -> Any:
    """As YAML 1.2, which GitHub reads: `on` is a text."""
    read = read_yaml((HERE / FILE).read_bytes())
    assert read.root is not None
    assert not read.faults
    return read.root.data


STEPS: list[dict[str, Any]] = workflow()["jobs"]["grade"]["steps"]
RUNS: dict[str, str] = {step["name"]: step["run"] for step in STEPS if "run" in step}


class Step(NamedTuple):
    """What a step printed, its exit code, and what it added to the summary."""

    lines: list[str]
    code: int
    summary: str


class Course(NamedTuple):
    """A new assignment, and the environment of a runner."""

    folder: Path
    environment: Mapping[str, str]

    def step(self, name: str) -> Step:
        summary = self.folder.parent / f"summary of {name}"
        done = bash(RUNS[name], self.folder, {**self.environment, "GITHUB_STEP_SUMMARY": str(summary)})
        return Step(done.lines, done.code, summary.read_text("utf-8") if summary.exists() else "")

    def change(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")


def new_course(folder: Path) -> Course:
    write_new(new_files(folder / "hw1"), folder / "hw1")
    runner = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(folder / "hw1")}
    return Course(folder / "hw1", shell(folder / "bin", folder / "cache") | runner)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return new_course(tmp_path)


class Job(NamedTuple):
    """Every step that was carried out, and the folder in which that was done."""

    steps: Mapping[str, Step]
    folder: Path


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """The workflow in an assignment that is as `grader init` writes it."""
    course = new_course(tmp_path_factory.mktemp("runner"))
    return Job({name: course.step(name) for name in RUNS if name != INSTALL}, course.folder)


def test_workflow_runs_at_every_push() -> None:
    assert workflow()["on"] == ["push", "workflow_dispatch"]


def test_workflow_may_only_read() -> None:
    assert workflow()["permissions"] == {"contents": "read"}


def test_workflow_runs_what_these_tests_run() -> None:
    assert list(RUNS) == [INSTALL, VALID, RIGHT, WRONG, JUNIT, PACK]
    assert workflow()["defaults"] == {"run": {"shell": "bash"}}


def test_workflow_actions_have_a_major_version() -> None:
    uses = [step["uses"] for step in STEPS if "uses" in step]
    assert [re.sub(r"@v\d+$", "", name) for name in uses] == [
        "actions/checkout",
        "actions/setup-python",
        "actions/upload-artifact",
    ]


@pytest.mark.parametrize("name", [name for name in RUNS if name != INSTALL])
def test_step_needs_nothing_of_github(name: str) -> None:
    assert "${{" not in RUNS[name]


@pytest.mark.parametrize("name", [VALID, RIGHT, WRONG, JUNIT, PACK])
def test_step_succeeds(name: str, job: Job) -> None:
    assert job.steps[name].code == 0, job.steps[name].lines


ERROR = "::error title=1(a) Mean and variance%3A the variance [wrong]::mean_and_variance(x=[1.0, 2.0, 6.0]) is wrong. "
ANNOTATIONS = [
    (RIGHT, ["::notice title=Score::5 of 5 points"]),
    (WRONG, [ERROR, "::notice title=Score::3 of 5 points"]),
]


@pytest.mark.parametrize(("name", "starts"), ANNOTATIONS)
def test_step_annotates(name: str, starts: list[str], job: Job) -> None:
    lines = job.steps[name].lines
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts


@pytest.mark.parametrize(("name", "points"), [(RIGHT, "3 / 3"), (WRONG, "1 / 3")])
def test_step_writes_a_summary(name: str, points: str, job: Job) -> None:
    assert f"| 1(a) | Mean and variance | {points} |" in job.steps[name].summary.splitlines()


def test_step_writes_the_hint_into_the_summary(job: Job) -> None:
    assert "divide by n, not by n - 1" in job.steps[WRONG].summary


@pytest.mark.parametrize("name", [VALID, JUNIT, PACK])
def test_step_without_a_summary(name: str, job: Job) -> None:
    assert job.steps[name].summary == ""


def test_workflow_uploads_what_the_steps_wrote(job: Job) -> None:
    paths = STEPS[-1]["with"]["path"].split()
    assert [path for path in paths if not (job.folder / path).exists()] == []


def test_workflow_packs_a_zip(job: Job) -> None:
    assert zipfile.is_zipfile(job.folder / "autograder.zip")


@pytest.mark.parametrize(("name", "failures"), [("right.ipynb", 0), ("partly_wrong.ipynb", 1)])
def test_junit_has_the_checks_of_an_example(name: str, failures: int, job: Job) -> None:
    root = ET.parse(job.folder / f"junit/{name}.xml").getroot()  # noqa: S314 (written by grader)
    assert (len(root.findall(".//testcase")), len(root.findall(".//failure"))) == (4, failures)


FAULTS = [
    (RIGHT, "submissions/right.ipynb", "x.var()", "x.std()", 1),
    (WRONG, "submissions/partly_wrong.ipynb", "(len(x) - 1)", "len(x)", 1),
    (VALID, "rubrics/q1.yaml", "points: 3 ", "points: 4 ", 3),
    (RIGHT, "rubrics/q1.yaml", "points: 3 ", "points: 4 ", 3),
    (WRONG, "rubrics/q1.yaml", "points: 3 ", "points: 4 ", 1),
    (JUNIT, "rubrics/q1.yaml", "points: 3 ", "points: 4 ", 3),
    (PACK, "reference/describe.py", "** 2) / len(x)", "** 2) / (len(x) - 1)", 3),
]


@pytest.mark.parametrize(("name", "file", "old", "new", "code"), FAULTS)
def test_step_fails_when_it_should(name: str, file: str, old: str, new: str, code: int, course: Course) -> None:
    course.change(file, old, new)
    assert course.step(name).code == code
