"""Where things lie on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.places import cache_folder


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"GRADER_CACHE_DIR": "/own", "XDG_CACHE_HOME": "/xdg", "HOME": "/home/x"}, "/own"),
        ({"GRADER_CACHE_DIR": "own"}, "own"),
        ({"XDG_CACHE_HOME": "/xdg", "HOME": "/home/x"}, "/xdg/grader"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/home/x"}, "/home/x/.cache/grader"),
        ({"HOME": "/home/x"}, "/home/x/.cache/grader"),
        ({"HOME": "relative"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("absent", ["empty", "missing"])
def test_cache_folder(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str | None, absent: str
) -> None:
    for name in ("GRADER_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        if name in environment or absent == "empty":
            monkeypatch.setenv(name, environment.get(name, ""))
        else:
            monkeypatch.delenv(name, raising=False)
    assert cache_folder() == (Path(expected) if expected else None)
