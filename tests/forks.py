"""What a forked process of this one finds: for what cannot be undone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def in_a_fork(action: Callable[[], object]) -> Any:
    """What `action` gives in a forked process, as JSON through a pipe; what it raises, as a text."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, json.dumps(_result_of(action)).encode())
        finally:
            os._exit(0)  # whatever is raised: this process must not go on with the tests
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        result = json.loads(pipe.read())
    os.waitpid(pid, 0)
    return result


def _result_of(action: Callable[[], object]) -> object:
    try:
        return action()
    except OSError as error:
        return type(error).__name__


def status() -> dict[str, str]:
    """The fields of /proc/self/status."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)
