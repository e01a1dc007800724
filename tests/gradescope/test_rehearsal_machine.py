"""What of the machine the container shows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from grader.gradescope.rehearsal.machine import ask, interpreter, packages, running, shown


def test_running_interpreter_is_not_that_of_a_virtual_environment() -> None:
    found = running()
    assert (found.prefix, found.version) == (sys.base_prefix, ".".join(map(str, sys.version_info[:3])))
    assert os.path.realpath(found.program) == found.program


@pytest.mark.parametrize("program", ["/no/such/python", "/bin/false", "/bin/true"])
def test_what_is_no_python_is_not_taken(program: str) -> None:
    assert ask(program) is None


def test_interpreter_that_is_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_PYTHON", sys.executable)
    assert interpreter() == running()


def test_interpreter_of_the_images_version_is_found_among_pyenvs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "versions/3.10.99/bin/python3.10"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nprintf "%s\\\\n" {program} {tmp_path} 3.10.99\n', "ascii")
    program.chmod(0o755)
    monkeypatch.delenv("GRADER_PYTHON", raising=False)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    found = interpreter()
    assert (found.version, found.is_of_the_image) == ("3.10.99", True)


def test_shown_has_the_library_of_python() -> None:
    assert running().prefix in shown(running())


def test_packages_shows_what_pip_is_pointed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("wheels", "index/simple"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.setenv("PIP_FIND_LINKS", f"{tmp_path}/wheels /no/such/folder")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"file://{tmp_path}/index/simple https://example.org/simple")
    found = packages(running())
    assert {f"{tmp_path}/wheels", f"{tmp_path}/index"} <= set(found.shown)
    assert "/no/such/folder" not in found.shown
    assert found.environment["PIP_EXTRA_INDEX_URL"].endswith("https://example.org/simple")
