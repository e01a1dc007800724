"""How far a batch is: lines in a log, a bar in a terminal."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from runs import FIVE, SIX, ZERO, hand_in, small_homework

from grader.batch.ledger import Kind
from grader.commands.progress import Lines


def test_lines_tell_rate_rest_and_failures() -> None:
    stream = io.StringIO()
    lines = Lines(4, stream, seconds=0)
    lines.add(Kind.GRADED, is_new=True)
    lines.add(Kind.INFRA, is_new=True)
    lines.add(Kind.NOT_GRADABLE, is_new=True)
    last = stream.getvalue().splitlines()[-1]
    assert last.startswith("grader: 3 of 4, ")
    assert last.endswith("/s, 0 min left, 1 failed, 1 not gradable")


def test_lines_say_nothing_of_the_rate_when_nothing_was_graded() -> None:
    stream = io.StringIO()
    lines = Lines(2, stream, seconds=0)
    lines.add(Kind.INFRA, is_new=False)
    lines.add(None, is_new=False)
    assert stream.getvalue() == "grader: 1 of 2\ngrader: 2 of 2\n"


def test_lines_of_a_short_run_are_none() -> None:
    stream = io.StringIO()
    Lines(1, stream).add(Kind.GRADED, is_new=True)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("has_failed", [True, False])
def test_a_terminal_has_a_bar(has_failed: bool, tmp_path: Path) -> None:  # noqa: FBT001
    small_homework(tmp_path / "hw")
    files = {"a.ipynb": SIX, "b.ipynb": FIVE, "c.pdf" if has_failed else "c.ipynb": ZERO}
    hand_in(tmp_path / "course", files)
    arguments = ["batch", str(tmp_path / "course"), "-a", str(tmp_path / "hw"), "-o", str(tmp_path / "run"), "-j", "1"]
    ours, theirs = pty.openpty()
    environment = os.environ | {"GRADER_CACHE_DIR": str(tmp_path / "cache"), "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "grader", *arguments]
    with subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        shown = read_all(ours)
    assert process.returncode == 0
    assert ("3/3" in shown, "/s" in shown, "1 not gradable" in shown) == (True, True, has_failed)


def read_all(fd: int) -> str:
    """What is written to a terminal until nobody can any more."""
    data = b""
    with os.fdopen(fd, "rb", buffering=0) as terminal:
        try:
            while chunk := terminal.read(4096):
                data += chunk
        except OSError:  # how the end of a terminal is told
            pass
    return data.decode("utf-8", "replace")
