"""What the pytest plugin costs the tests of other projects, which do not use it.

`python benchmarks/plugin_start.py` runs pytest on a project with one empty test, with `-X importtime`, and takes from it how
long importing `grader.pytest_plugin` took, `grader` included. Beside it: the whole run.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROUNDS = 15
FILES = {"test_nothing.py": "def test_nothing(): pass\n", "imports_it.py": "import grader.pytest_plugin\n"}
MODULE = "grader.pytest_plugin"
LINE = re.compile(r"import time: +\d+ \| +(?P<total>\d+) \| (?P<depth> *)(?P<name>\S+)")  # in microseconds


class Round(NamedTuple):
    """One run of pytest."""

    milliseconds: float  # of the plugin's import
    modules: tuple[str, ...]  # that it imported
    seconds: float  # of the run


def main() -> None:
    """Print medians and the largest, and which modules are imported."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            Path(folder, name).write_text(text, "utf-8")
        measure(Path(folder))  # compiles
        rounds = [measure(Path(folder)) for _round in range(ROUNDS)]
    times = [one.milliseconds for one in rounds]
    print(f"imported: {', '.join(rounds[0].modules)}")
    print(f"import    median {statistics.median(times):7.2f} ms   max {max(times):7.2f} ms   ({ROUNDS} rounds)")
    print(f"whole run median {statistics.median(one.seconds for one in rounds) * 1e3:7.2f} ms")


def measure(folder: Path) -> Round:
    """Run pytest once, in another project, with no plugin but one that imports ours."""
    command = [sys.executable, "-X", "importtime", "-m", "pytest", "-q", "-p", "imports_it"]
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    seconds = time.perf_counter() - start
    lines = [match for line in done.stderr.splitlines() if (match := LINE.match(line))]
    last = next(index for index, line in enumerate(lines) if line["name"] == MODULE)
    nested = takewhile(lambda line: line["depth"] != lines[last]["depth"], reversed(lines[:last]))
    return Round(int(lines[last]["total"]) / 1e3, (MODULE, *(line["name"] for line in nested)), seconds)


if __name__ == "__main__":
    main()
