"""`grader run` and `grader doctor` in every environment: grade where student code is confined, refuse elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import environments
import pytest
from builders import ROOT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the other environments")
PROGRAM = Path(__file__).with_name("in_environment.py")
EXAMPLES = ROOT / "submissions_example"
COMPLETE = str(EXAMPLES / "complete.zip")


def grader(environment: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line there, with an empty cache that everybody may write to."""
    command = [sys.executable, str(PROGRAM), environment, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("environment", environments.NAMES)
@pytest.mark.parametrize("name", ["complete", "messy"])
def test_run_grades_alike_where_student_code_is_confined(environment: str, name: str) -> None:
    done = grader(environment, "run", str(EXAMPLES / f"{name}.zip"), "--format", "json")
    expected = json.loads((EXAMPLES / "expected" / f"{name}.json").read_text("utf-8"))
    assert json.loads(done.stdout)["questions"] == expected["questions"]


@cache
def diagnosis(environment: str) -> dict[str, bool]:
    """Which layers `grader doctor` finds active there."""
    found = json.loads(grader(environment, "doctor", "--json").stdout)
    return {state["name"]: state["is_active"] for state in found["layers"]}


@pytest.mark.parametrize(
    ("environment", "layer", "is_active"),
    [
        ("root", "user", True),
        ("root", "landlock", True),
        ("docker", "user", True),
        ("docker", "namespaces", False),
        ("docker", "landlock", True),
        ("docker-no-landlock", "landlock", False),
        ("docker-no-landlock", "no-open", True),
        ("user", "user", False),
        ("user", "namespaces", False),
        ("user-no-landlock", "no-open", True),
        ("user-namespaces", "landlock", True),
    ],
)
def test_doctor_shows_what_each_environment_has(environment: str, layer: str, is_active: bool) -> None:  # noqa: FBT001 (a table)
    assert diagnosis(environment)[layer] is is_active


@pytest.fixture(scope="module")
def refused() -> subprocess.CompletedProcess[str]:
    """`grader run` where there is no isolation to be had."""
    return grader("bare", "run", COMPLETE)


def test_run_refuses_without_isolation(refused: subprocess.CompletedProcess[str]) -> None:
    assert (refused.returncode, refused.stdout) == (7, "")


@pytest.mark.parametrize(
    "words",
    [
        "confidentiality: it could read",
        "network: it could open a TCP socket",
        "processes: it could start a process",
        "Let the container use seccomp",
        "grader doctor",
        "--allow-weak-isolation",
    ],
)
def test_run_says_what_is_missing_and_how_to_get_it(refused: subprocess.CompletedProcess[str], words: str) -> None:
    assert words in refused.stderr


def test_doctor_ends_with_7_without_isolation() -> None:
    done = grader("bare", "doctor")
    assert (done.returncode, "grader run refuses to grade" in done.stdout) == (7, True)


def test_run_grades_weakly_confined_code_on_request() -> None:
    done = grader("bare", "run", COMPLETE, "--format", "json", "--allow-weak-isolation")
    report = json.loads(done.stdout)
    assert (done.returncode, report["score"], "network: open a TCP socket" in report["weaknesses"]) == (0, 96, True)
