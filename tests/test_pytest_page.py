"""The page about the pytest plugin says what is so: its example is run, in the project's folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys

from builders import ROOT
from pages import missing

PAGE = (ROOT / "docs/pytest.md").read_text("utf-8")
PLUGINS = ["-p", "no:cacheprovider", "-p", "grader.pytest_plugin"]


def printed(arguments: str) -> list[str]:
    command = [sys.executable, "-m", "pytest", *PLUGINS, *arguments.split()]
    environment = os.environ | {"COLUMNS": "80"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout.splitlines()


def test_page_terminal_is_real() -> None:
    ((arguments, shown),) = re.findall(r"^```console\n\$ pytest (.*?)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert missing(shown.splitlines(), printed(arguments)) == []


def test_page_ids_are_real() -> None:
    (shown,) = re.findall(r"^```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    ids = printed("rubrics/q1.yaml --submission submissions_example/partial.zip --collect-only -q")
    assert missing(shown.splitlines(), ids) == []
