"""Whether a run would work on Gradescope."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.gradescope.rehearsal.cage import CAPABILITIES
from grader.gradescope.rehearsal.groups import Limits
from grader.gradescope.rehearsal.machine import Interpreter
from grader.gradescope.rehearsal.processes import Rights
from grader.gradescope.rehearsal.root import Rehearsed, conditions
from grader.gradescope.rehearsal.verdict import Verdict, judge
from grader.gradescope.rehearsal.watch import Usage

USAGE = Usage(0, "", 1.0, 0.5, 100.0, False, False, "cgroup v1", "cgroup v1", Rights(CAPABILITIES, True, True, True))
CHECK = {"name": "a", "score": 1, "max_score": 2, "status": "failed", "visibility": "visible", "output": ""}
IMAGE = Interpreter("/usr/bin/python3.10", "/usr", "3.10.12")


def judged(results: object, **usage: Any) -> Verdict:
    text = results if isinstance(results, str) or results is None else json.dumps(results)
    return judge(Rehearsed(USAGE._replace(**usage), text), Limits())


def test_judge_of_good_results() -> None:
    assert judged({"score": 1.5, "tests": [CHECK, CHECK], "extra_data": {"a": 1}}) == (1.5, 4, ())


def test_judge_takes_results_without_a_total() -> None:
    assert judged({"tests": [CHECK]}) == (None, 2, ())


@pytest.mark.parametrize(
    ("results", "usage", "fault"),
    [
        (None, {}, "there is no results.json"),
        ("{", {}, "not what Gradescope takes"),
        ({"score": "many"}, {}, "Expected `float | null`, got `str` - at `$.score`"),
        ({"score": 1, "tests": [{**CHECK, "visibility": "soon"}]}, {}, "Invalid enum value 'soon'"),
        ({"score": 1, "tests": [{**CHECK, "status": "missed"}]}, {}, "Invalid enum value 'missed'"),
        ({"tests": []}, {}, "no score"),
        ({"tests": [CHECK, {"name": "b"}]}, {}, "no score"),
        ({"score": 1}, {"exit_code": 5, "output": "a\nb\n"}, "exit code 5:\n    a\n    b"),
        ({"score": 1}, {"exit_code": 137, "is_out_of_memory": True}, "(memory ran out)"),
        ({"score": 1}, {"exit_code": 137, "is_out_of_time": True}, "more than 600 seconds"),
        ({"score": 0, "tests": [{"name": "Autograder problem (not your fault)", "output": "why"}]}, {}, "failed: why"),
    ],
)
def test_judge_says_why_a_run_would_not_work(results: object, usage: dict[str, Any], fault: str) -> None:
    (said,) = judged(results, **usage).faults
    assert fault in said


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"rights": None}, ["files and processes of its own", "Docker's capabilities", "Docker's system calls"]),
        ({"rights": Rights(CAPABILITIES | 1 << 21, True, True, True)}, ["Docker's capabilities"]),
        ({"rights": Rights(CAPABILITIES, False, True, True)}, ["Docker's system calls"]),
        ({"rights": Rights(CAPABILITIES, True, True, False)}, ["files and processes of its own"]),
        ({"memory_limit": ""}, ["768 MB"]),
        ({"processor_limit": ""}, ["0.5 processors"]),
    ],
)
def test_conditions_are_what_was_found(changes: dict[str, Any], missing: list[str]) -> None:
    found = [one.name for one in conditions(USAGE._replace(**changes), Limits(), IMAGE) if not one.is_in_force]
    assert [name.partition(",")[0] for name in found] == missing


def test_conditions_name_another_python() -> None:
    (*_others, python) = conditions(USAGE, Limits(), IMAGE._replace(version="3.12.1"))
    assert python == ("Python 3.12.1", False, "the image has 3.10")
