"""The template that `grader run` starts first of all."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import pytest

from grader import early as early_module
from grader.early import Early
from grader.paths import PACKAGE


@pytest.mark.parametrize("arguments", [[], ["--help"], ["batch", "run"], ["show", "run"]])
def test_early_starts_nothing_for_other_commands(arguments: list[str]) -> None:
    with Early(arguments) as early:
        assert early.take() is None


def test_early_ends_what_nobody_takes() -> None:
    with Early(["run", "hw.zip"]) as early:
        process = early._process
        assert process is not None
        assert process.process.poll() is None
    assert process.process.returncode is not None
    assert process.control.fileno() == -1


def test_early_gives_the_process_once() -> None:
    with Early(["run", "hw.zip"]) as early:
        process = early.take()
        assert process is not None
        with closing(process):
            assert early.take() is None
            assert process.process.poll() is None


@pytest.fixture
def visible(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that children see, because Python looks for modules there."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "bwrap"
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    return site


@pytest.mark.parametrize("written", ["{}", "--assignment={}", "-a{}"])
def test_early_covers_every_path_of_the_command_line(visible: Path, written: str) -> None:
    (visible / "course").mkdir()
    with Early(["run", written.format(visible / "course")]) as early:
        assert early._process is not None
        command = early._process.jail.command
    index = command.index("--tmpfs")
    assert command[index : index + 2] == ("--tmpfs", str(visible / "course"))


def test_early_covers_the_cache(visible: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (visible / "cache").mkdir()
    monkeypatch.setenv("GRADER_CACHE_DIR", str(visible / "cache"))
    with Early(["run", "hw.zip"]) as early:
        assert early._process is not None
        assert str(visible / "cache") in early._process.jail.command


def test_own_secrets_are_those_of_the_bundled_homework() -> None:
    around = Path(PACKAGE) / "homework" if (Path(PACKAGE) / "homework").is_dir() else Path(PACKAGE).parent
    assert {f"{around}/rubrics", f"{around}/reference"} <= set(early_module.own_secrets())


def test_early_starts_nothing_where_nothing_can_be_confined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with Early(["run", "hw.zip"]) as early:
        assert early.take() is None
