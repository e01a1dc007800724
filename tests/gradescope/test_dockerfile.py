"""The Dockerfile, line by line: Docker itself is not part of the tests, its commands are tried in the container."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from builders import ROOT, SQUARE, plan

from grader.errors import UsageError
from grader.gradescope.pack import PROGRAMS, Wheels, pack
from grader.gradescope.rehearsal.machine import running
from grader.gradescope.rehearsal.root import Root
from grader.gradescope.rehearsal.watch import UNLIMITED

LINES = [line for line in (ROOT / "docker/Dockerfile").read_text("utf-8").splitlines() if not line.startswith("#")]
SOURCE = "/autograder/source/"


def after(word: str) -> list[str]:
    return [line.removeprefix(f"{word} ") for line in LINES if line.startswith(f"{word} ")]


def test_dockerfile_has_no_instruction_that_is_not_looked_at() -> None:
    assert {line.split()[0] for line in LINES} == {"ARG", "FROM", "COPY", "RUN", "WORKDIR", "CMD"}


def test_dockerfile_names_files_of_the_zip() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(plan(SQUARE), Wheels()))) as zipped:
        names = zipped.namelist()
    used = [word.removeprefix(SOURCE) for line in after("RUN") for word in line.split() if word.startswith(SOURCE)]
    assert used == list(PROGRAMS)
    assert set(used) <= set(names)


def test_dockerfile_copies_the_whole_zip() -> None:
    assert after("COPY") == [f". {SOURCE}"]


def test_commands_of_the_dockerfile_make_an_autograder(tmp_path: Path) -> None:
    try:
        root = Root(tmp_path, running())
    except UsageError as error:
        pytest.skip(str(error))
    source = root.autograder / "source"
    (source / "setup.sh").write_text("echo built > /autograder/built\n", "ascii")
    (source / "run_autograder").write_text("#!/bin/sh\ncat built\n", "ascii")
    codes = [root.execute(("/bin/sh", "-c", line), UNLIMITED).exit_code for line in after("RUN")]
    assert codes == [0] * len(codes)
    (command,) = after("CMD")
    assert root.execute(tuple(json.loads(command)), UNLIMITED).output == "built\n"
