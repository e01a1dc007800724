"""Measures this grader, its peers and the floors side by side: `make bench`, or `python benchmarks/bench.py`.

One after the other in every round, so that a busy moment of the machine meets all of them. Prints the tables, stores the
figures in benchmarks/results/, and with --page writes the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from homework import HomeworkFloor, HomeworkGrader
from measure import adopt_orphans, peak_mebibytes, run
from places import PEERS, Contenders, Counts, check_scores, contenders
from records import Batch, Result, Row, Section, store
from tables import render, write_into_page
from tools import Grader, Tool
from venvs import PINS

RESULTS = Path(__file__).resolve().parent / "results"
WIDTHS = (1, 2)
SLOW = ("otter", "nbgrader")
QUIET, QUIET_SECONDS, PATIENCE_SECONDS = 0.1, 0.5, 60.0
TITLES = {
    ("bench", "numpy"): "NumPy: 5 functions, 25 points",
    ("bench", "torch"): "With torch: 6 functions, 28 points",
    ("homework", "numpy"): "The bundled homework, questions 1 to 4 of a notebook",
    ("homework", "torch"): "The bundled homework, all questions of a zip, with torch",
}
SECTIONS = tuple(TITLES)


class Quiet:
    """Waits for the machine to be idle, and remembers how busy it was at worst."""

    def __init__(self) -> None:
        self.worst = 0.0

    def wait(self) -> None:
        """Return once others use less than a tenth of the processors, or after a minute."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (share := self._busy()) > QUIET and time.monotonic() < end:
            pass
        self.worst = max(self.worst, share)

    def _busy(self) -> float:
        idle, total = _ticks()
        time.sleep(QUIET_SECONDS)
        idle_then, total_then = _ticks()
        return 1 - (idle_then - idle) / max(1, total_then - total)


def _ticks() -> tuple[int, int]:
    fields = list(map(int, Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]))
    return fields[3] + fields[4], sum(fields)


class Rounds:
    """How often each is measured."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.cold: int = options.rounds
        self.slow: int = min(options.peer_rounds, options.rounds)
        self.quiet = Quiet()

    def of(self, tools: Sequence[Tool]) -> Iterator[Tool]:
        """Every tool that is due, round by round."""
        for index in range(self.cold):
            self.quiet.wait()
            yield from (tool for tool in tools if tool.name not in SLOW or index < self.slow)

    def of_batches(self, tools: Sequence[Tool]) -> Iterator[tuple[Tool, int]]:
        """Every tool with every number of workers, round by round."""
        for _round in range(self.slow):
            for width in WIDTHS:
                self.quiet.wait()
                yield from ((tool, width) for tool in tools)


def section(title: str, those: Contenders, rounds: Rounds, scores: dict[str, tuple[float, float]]) -> Section:
    """Measure all of them on one assignment."""
    rows = {tool.name: Row(tool=tool.name, cold=[], peaks=[], batches={}, warm_ms=[]) for tool in those.every}
    for tool in those.every:
        run(tool.cold(0))  # what is only slow the first time
    for tool in rounds.of(those.every):
        rows[tool.name].cold.append(run(tool.cold(0)))
    for tool in (tool for _round in range(rounds.slow) for tool in those.every):
        rows[tool.name].peaks.append(peak_mebibytes(tool.cold(0)))
    for tool, width in rounds.of_batches(those.every[1:]):
        rows[tool.name].batches.setdefault(str(width), []).append(_batch(tool, width))
        if tool is those.grader and width == 1:
            rows["floor"].warm_ms.append(statistics.fmean(those.floor.warm_milliseconds(len(those.floor.names))))
    return Section(title=title, rows=list(rows.values()), scores=scores)


def _batch(tool: Tool, width: int) -> Batch:
    if isinstance(tool, Grader):
        count, few = len(tool.files), 2
        took_few = run(tool.batch(few, width))
        return Batch(count=count, width=width, took=run(tool.batch(count, width)), few=few, took_few=took_few)
    count = len(tool.submissions)
    return Batch(count=count, width=width, took=run(tool.batch(count, width)))


def sections(options: argparse.Namespace, rounds: Rounds, folder: Path) -> Iterator[Section]:
    """One after the other; each begins with a check that all graders give the right submission all points."""
    counts = Counts(grader=options.submissions + 2)
    for what, kind in SECTIONS:
        print(f"{TITLES[what, kind]} ...", file=sys.stderr)
        place = folder / f"{what}-{kind}"
        if what == "bench":
            those = contenders(place, kind, counts, () if options.no_peers else PEERS)
            yield section(TITLES[what, kind], those, rounds, check_scores(those, kind))
        else:
            ours = HomeworkGrader(place / "grader", kind, options.submissions // 2 + 2)
            yield section(
                TITLES[what, kind], Contenders(HomeworkFloor(place / "floor", kind, 22), ours, ()), rounds, {}
            )


def machine() -> str:
    """The processor, the cores that may be used, the system."""
    models = [line for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines() if line.startswith("model name")]
    model = models[0].partition(":")[2].strip() if models else platform.machine()
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores of {model}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def versions() -> dict[str, str]:
    """What was compared: ours and the libraries, and the peers as they are pinned."""
    found = {name: version(name) for name in ("grader", "numpy", "torch")}
    pins = [line.split("==") for path in sorted(PINS.glob("*.txt")) for line in path.read_text("ascii").splitlines()]
    return found | {name: pin for name, pin in pins if name in ("otter-grader", "nbgrader", "gradescope-utils")}


def main(arguments: Sequence[str]) -> None:
    """Measure, print, store."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=12, help="of single submissions, without the slow peers")
    parser.add_argument("--peer-rounds", type=int, default=3, help="with the slow peers; of batches and memory too")
    parser.add_argument("--submissions", type=int, default=300, help="in a batch of ours")
    parser.add_argument(
        "--no-peers", action="store_true", help="only ours and the floors: no other environments are made"
    )
    parser.add_argument("--page", action="store_true", help="write the tables into docs/performance.md")
    options = parser.parse_args(arguments)
    adopt_orphans()
    rounds, today = Rounds(options), dt.datetime.now(dt.timezone.utc).date().isoformat()
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as folder:
        found = list(sections(options, rounds, Path(folder)))
    command = " ".join(("python benchmarks/bench.py", *arguments))
    result = Result(
        date=today, command=command, machine=machine(), versions=versions(), busy=rounds.quiet.worst, sections=found
    )
    store(result, RESULTS / f"{today}.json")
    print(render(result))
    if options.page:
        write_into_page(result)


if __name__ == "__main__":
    main(sys.argv[1:])
