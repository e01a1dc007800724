"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from grader.records import Limits
from grader.sandbox.client import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for the whole run: its templates start once."""
    with closing(Sandbox(Limits(call_seconds=2, define_seconds=5))) as running:
        yield running


@pytest.fixture
def ordinary_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Root may read everything: the test runs as somebody else, in `tmp_path` (use relative paths)."""
    tmp_path.chmod(0o777)
    monkeypatch.chdir(tmp_path)
    user = os.geteuid()
    os.seteuid(user or 65_534)
    yield
    os.seteuid(user)


@pytest.fixture
def interpreter() -> Iterator[None]:
    """Put back what code of the child changes in its interpreter, when a test runs it in this one."""
    main, finders, streams = sys.modules["__main__"], list(sys.meta_path), (sys.stdout, sys.stderr)
    limit = sys.getrecursionlimit()
    yield
    sys.modules["__main__"] = main
    sys.meta_path[:] = finders
    sys.stdout, sys.stderr = streams
    sys.setrecursionlimit(limit)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the container of Gradescope took, case by case; the tests tell it as a property of theirs."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.getreports(kind))
    lines = [str(text) for report in reports for name, text in report.user_properties if name == "container"]
    if lines:
        terminalreporter.section("in the container of Gradescope")
        terminalreporter.write_line("\n".join(lines))
