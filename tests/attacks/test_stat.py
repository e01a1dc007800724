"""What a child learns by stat(2) of a file that it cannot read: attack 145."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import environments
import pytest

SCRIPT = Path(__file__).with_name("stat_shows.py")
SIZE = 16  # of the secret
pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the other environments"),
    pytest.mark.parametrize("environment", environments.NAMES),
]


@cache
def _shown(environment: str) -> dict[str, Any]:
    done = subprocess.run([sys.executable, str(SCRIPT), environment], capture_output=True, text=True, check=True)
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_stat_shows_the_size_unless_namespaces_hide_the_file(environment: str) -> None:
    shown = _shown(environment)
    expected = "No such file or directory" if "namespaces" in shown["layers"] else SIZE
    assert shown["open"] == expected


def test_stat_shows_nothing_in_a_private_folder_of_another_user(environment: str) -> None:
    shown = _shown(environment)
    is_hidden = {"namespaces", "user"} & set(shown["layers"])
    assert (shown["private"] != SIZE) == bool(is_hidden)
