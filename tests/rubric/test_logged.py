"""Checks of logs: what is wrong with them is said before a submission is graded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.compile import compile_plan
from grader.targets import LogTarget

Write = Callable[..., Path]
QUESTION = """\
question: 1
title: Runs
reference: runs.py
parts:
  - part: a
    title: A run
    points: 1
    function: run_logs
    signature: "run_logs() -> logs"
    mistakes: [run_logs_cut_off]
    checks:
      - name: the last loss
        points: 1
        logs: true
        probe: last_loss
        parameters: []
        cases: [{}]
        compare: close
"""
REFERENCE = "import numpy as np\n\n\ndef run_logs():\n    return {'logs/run.npz': {'losses': np.array([2.0, 1.0])}}\n"
MISTAKES = (
    "import numpy as np\n\n\ndef run_logs_cut_off():\n"
    '    """The run was stopped too early."""\n'
    "    return {'logs/run.npz': {'losses': np.array([2.0])}}\n"
)
PROBES = "def last_loss(logs):\n    return logs['logs/run.npz']['losses'][-1]\n"
FILES = {
    "rubrics/hw.yaml": 'assignment: hw\ntitle: H\nquestions: [q1.yaml]\nlogs: ["logs/*.npz", "logs/*.json"]\n',
    "rubrics/q1.yaml": QUESTION,
    "rubrics/probes/runs.py": PROBES,
    "reference/runs.py": REFERENCE,
    "reference/mistakes/runs.py": MISTAKES,
    "reference/powers.py": None,
    "reference/mistakes/powers.py": None,
}


def with_text(name: str, old: str, new: str) -> dict[str, str | None]:
    text = FILES[name]
    assert text
    assert old in text
    return {**FILES, name: text.replace(old, new)}


def test_compile_plan_of_logs(write: Write) -> None:
    plan = compile_plan(write(files=FILES))
    (check,) = plan.questions[0].parts[0].checks
    assert isinstance(check.target, LogTarget)
    assert (plan.logs, check.mistakes[0].hint) == (("logs/*.npz", "logs/*.json"), "The run was stopped too early.")


FAULTS = {
    "no patterns": (
        ("rubrics/hw.yaml", 'logs: ["logs/*.npz", "logs/*.json"]\n', ""),
        "rubrics/q1.yaml:14: parts[0].checks[0].logs: reads logs, but the assignment file does not say which: "
        'add `logs: ["logs/*.npz"]` there',
    ),
    "no probe": (
        ("rubrics/q1.yaml", "        probe: last_loss\n        parameters: []\n", ""),
        "rubrics/q1.yaml:14: parts[0].checks[0].logs: needs a `probe`, which reads them",
    ),
    "an argument": (
        ("reference/runs.py", "def run_logs()", "def run_logs(seed)"),
        'parts[0].checks[0].function: "run_logs" must need no arguments: it gives the logs of a submission',
    ),
    "a mistake with an argument": (
        ("reference/mistakes/runs.py", "cut_off()", "cut_off(seed)"),
        'parts[0].mistakes[0]: "run_logs_cut_off" must need no arguments: it gives the logs of a submission',
    ),
    "a mistake that raises": (
        ("reference/mistakes/runs.py", "np.array([2.0])", "np.arry([2.0])"),
        "\"run_logs_cut_off\" raised AttributeError: module 'numpy' has no attribute 'arry'",
    ),
    "a path that nobody reads": (
        ("reference/runs.py", "logs/run.npz", "run.npz"),
        '"run_logs" gives "run.npz", which fits none of the assignment\'s patterns for logs',
    ),
    "no dict": (
        ("reference/runs.py", "{'logs/run.npz': {'losses': np.array([2.0, 1.0])}}", "[1.0]"),
        '"run_logs" must return logs, a dict from a path to what the file holds',
    ),
    "an npz that is a list": (
        ("reference/runs.py", "{'losses': np.array([2.0, 1.0])}", "[2.0, 1.0]"),
        '"run_logs" gives "logs/run.npz" something else than a dict of arrays',
    ),
    "what no file can hold": (
        ("reference/runs.py", "'logs/run.npz': {'losses': np.array([2.0, 1.0])}", "'logs/run.json': np"),
        '"run_logs" gives "logs/run.json" a module',
    ),
    "a mistake that is right": (
        ("reference/mistakes/runs.py", "[2.0]", "[3.0, 1.0]"),
        'parts[0].mistakes[0]: "run_logs_cut_off" passes every case: add one that tells it from the right answer',
    ),
    "a file that the reference lacks": (
        ("rubrics/probes/runs.py", "logs/run.npz", "logs/other.npz"),
        "case 1: reference run_logs raised MissingLogError: logs/other.npz was not handed in",
    ),
}


@pytest.mark.parametrize(("swap", "fault"), FAULTS.values(), ids=FAULTS)
def test_compile_plan_faults_of_logs(swap: tuple[str, str, str], fault: str, write: Write) -> None:
    with pytest.raises(RubricError) as caught:
        compile_plan(write(files=with_text(*swap)))
    (message,) = caught.value.faults
    assert fault in message
