"""The hook for pre-commit: its file as pre-commit reads it, and its command as pre-commit calls it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import ROOT
from pages import bash, shell

from grader.new_assignment import HERE, new_files, write_new

SHIPPED = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
LOCAL = yaml.safe_load((HERE / ".pre-commit-config.yaml").read_text("utf-8"))["repos"][0]
HOOKS = [*SHIPPED, *LOCAL["hooks"]]
CHANGED = ["hw1/rubrics/assignment.yaml", "hw1/rubrics/q1.yaml"]


def test_hooks_are_one_and_the_same() -> None:
    fields = ("id", "name", "entry", "files", "require_serial")
    assert [{name: hook[name] for name in fields} for hook in HOOKS[1:]] == [{name: HOOKS[0][name] for name in fields}]


@pytest.mark.parametrize("hook", SHIPPED)
def test_hook_has_what_pre_commit_demands(hook: dict[str, Any]) -> None:
    assert {"id", "name", "entry", "language"} <= hook.keys()


def test_local_hook_uses_the_grader_that_is_installed() -> None:
    assert (LOCAL["repo"], LOCAL["hooks"][0]["language"]) == ("local", "system")


@pytest.mark.parametrize(
    ("path", "is_checked"),
    [
        ("rubrics/q1.yaml", True),
        ("hw1/rubrics/q1.yml", True),
        ("my_rubrics/q1.yaml", False),
        ("rubrics/draws/q1.yaml", False),
        ("rubrics/q1.schema.json", False),
        ("reference/q1.py", False),
    ],
)
@pytest.mark.parametrize("hook", HOOKS, ids=["shipped", "local"])
def test_hook_is_called_for(path: str, hook: dict[str, Any], *, is_checked: bool) -> None:
    assert (re.search(hook["files"], path) is not None) is is_checked


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A repository with an assignment in a folder."""
    write_new(new_files(tmp_path / "hw1"), tmp_path / "hw1")
    return tmp_path


@pytest.mark.parametrize("hook", HOOKS, ids=["shipped", "local"])
@pytest.mark.parametrize(
    ("old", "new", "code", "printed"),
    [
        ("", "", 0, "hw1: the files of the rubric are valid"),
        (
            "points: 3 ",
            "points: 4 ",
            3,
            "grader: hw1/rubrics/q1.yaml:9: parts[0].points: is 4, but the checks' points sum to 3",
        ),
    ],
)
def test_hook_command(old: str, new: str, code: int, printed: str, hook: dict[str, Any], course: Path) -> None:
    path = course / CHANGED[1]
    path.write_text(path.read_text("utf-8").replace(old, new, 1), "utf-8")
    done = bash(f"{hook['entry']} {' '.join(CHANGED)}", course, shell(course / "bin", course / "cache"))
    assert (done.code, done.lines) == (code, [printed])
