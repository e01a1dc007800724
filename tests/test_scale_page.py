"""The page about many submissions says what is so: commands, files, formats and codes are those that there are."""

from __future__ import annotations

import csv
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders import ROOT
from pages import fences
from runs import SIX, hand_in, small_homework

from grader.arguments import LAYOUTS, RETRIES, parser
from grader.batch.where import FIELDS, STATUSES, parse_condition
from grader.cli import main

PAGE = ROOT / "docs/scale.md"
TEXT = PAGE.read_text("utf-8")
SCRIPTS = fences(PAGE, "sh")
(JOB,) = fences(PAGE, "yaml")
VARIABLES = {"$SLURM_ARRAY_TASK_ID": "3", "$SLURM_CPUS_PER_TASK": "4", "$HOME": "home", "$JOB_COMPLETION_INDEX": "2"}


def commands(text: str) -> list[list[str]]:
    """Every call of grader in it, as a shell would split it, with the variables of a third task."""
    flat = text.replace("\\\n", " ").replace("$((JOB_COMPLETION_INDEX + 1))", "3").replace("{1..20}", "1")
    for name, value in VARIABLES.items():
        flat = flat.replace(name, value)
    found = re.findall(r"(?:^|&& |srun |exec )grader ([^#\n]+)", flat, re.MULTILINE)
    return [shlex.split(one) for one in found]


def job() -> Any:
    return yaml.safe_load(JOB)["spec"]


def in_the_job() -> list[list[str]]:
    (container,) = job()["template"]["spec"]["containers"]
    return commands(container["args"][0])


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.splitlines()[0])
def test_scripts_are_of_a_shell(script: str) -> None:
    assert subprocess.run(["/bin/bash", "-n"], input=script, text=True, capture_output=True, check=False).stderr == ""


CALLS = [call for script in SCRIPTS for call in commands(script)] + in_the_job()


@pytest.mark.parametrize("call", CALLS, ids=" ".join)
def test_commands_are_understood(call: list[str]) -> None:
    options = parser().parse_args(call)
    assert all(parse_condition(one) for one in getattr(options, "where", []))


def test_page_shows_every_kind_of_command() -> None:
    assert {call[0] for call in CALLS} == {"batch", "merge"}
    assert len(CALLS) >= 8


def test_job_has_as_many_shards_as_completions() -> None:
    (call,) = in_the_job()
    options = parser().parse_args(call)
    assert (options.shard, job()["completions"], job()["completionMode"]) == ((3, 20), 20, "Indexed")


def test_job_has_as_many_workers_as_processors() -> None:
    (container,) = job()["template"]["spec"]["containers"]
    (call,) = in_the_job()
    assert str(parser().parse_args(call).workers) == container["resources"]["limits"]["cpu"]


def test_array_has_as_many_shards_as_tasks() -> None:
    script = next(script for script in SCRIPTS if "#SBATCH" in script)
    (call,) = commands(script)
    assert ("#SBATCH --array=1-20\n" in script, parser().parse_args(call).shard) == (True, (3, 20))


def test_page_names_every_layout() -> None:
    assert sorted(re.findall(r"^\| `(\w+)` \| ", TEXT.partition("## What is in RUN")[0], re.MULTILINE)) == sorted(
        LAYOUTS
    )


def test_page_names_every_way_to_grade_again() -> None:
    assert set(re.findall(r"--retry (\w+)", TEXT)) == set(RETRIES)


@pytest.mark.parametrize("word", [*FIELDS, *STATUSES])
def test_page_names_every_condition(word: str) -> None:
    assert f"`{word}`" in TEXT


def test_page_names_every_file_of_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    hand_in(tmp_path / "course", {"a.ipynb": SIX})
    options = ["-a", str(small_homework(tmp_path / "hw")), "-o", str(tmp_path / "run")]
    assert main(["batch", str(tmp_path / "course"), *options]) == 0
    named = re.findall(r"^\| `([\w.]+)` \|", TEXT.partition("## What is in RUN")[2].partition("## ")[0], re.MULTILINE)
    assert sorted(named) == sorted(path.name for path in (tmp_path / "run").iterdir())
    with (tmp_path / "run" / "scores.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file))[:5] == ["id", "status", "score", "points", "awaiting"]
