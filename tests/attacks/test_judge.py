"""The judge knows what is right: no child can look into it, trace it or signal it, in any environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import environments
import pytest

SCRIPT = Path(__file__).with_name("judge_shows.py")
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make the other environments")


@pytest.mark.parametrize("environment", environments.NAMES)
def test_child_can_do_nothing_to_the_processes_beside_it(environment: str) -> None:
    done = subprocess.run([sys.executable, str(SCRIPT), environment], capture_output=True, text=True, check=True)
    shown = json.loads(done.stdout)
    assert shown["failed"] == []
    assert shown["beside"] >= 3  # the reader, the judge and the child itself
    assert shown["trials"] > 40
