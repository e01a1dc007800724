"""A process for each environment, started when first needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

DIED = "the grader has died"
SERVE = Path(__file__).with_name("serve.py")


class Servers:
    """The environments at work."""

    def __init__(self) -> None:
        self._processes: dict[tuple[str, ...], subprocess.Popen[str]] = {}

    def run(self, name: str, environment: str, *omitted: str) -> str:
        """What the attack achieves there, without these layers; "" when it is stopped."""
        process = self._process(environment, *omitted)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        achieved: str = json.loads(process.stdout.readline() or f'"{DIED} in {environment}"')
        return achieved

    def close(self) -> None:
        """End them all."""
        for process in self._processes.values():
            process.communicate(timeout=20)

    def _process(self, *arguments: str) -> subprocess.Popen[str]:
        if arguments not in self._processes:
            self._processes[arguments] = subprocess.Popen(
                [sys.executable, str(SERVE), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        return self._processes[arguments]
