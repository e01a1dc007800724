"""One assignment and one cache of plans for all tests of batches."""

from __future__ import annotations

from pathlib import Path

import pytest
from runs import small_homework

from grader.assignment import load_plan
from grader.plan import Plan


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where plans are kept, for processes too."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _in_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(cache))


@pytest.fixture(scope="session")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small homework."""
    return small_homework(tmp_path_factory.mktemp("homework"))


@pytest.fixture(scope="session")
def plan(assignment: Path, cache: Path) -> Plan:
    """Its plan."""
    return load_plan(assignment, cache)
