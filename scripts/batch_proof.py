"""Proves `grader batch`: many synthetic submissions, killed again and again, and nothing is lost or graded twice.

`python scripts/batch_proof.py --count 10000 --kills 5 [-j N] [-a DIR] [--right FILE] [--folder DIR]`. The submissions are those
of `synthetic_submissions.py`. The run is ended with SIGKILL when random numbers of them have results, and started again each
time. Then every submission must have a result, none may have been graded after it had one, right ones must have all
points, blank ones none, duplicates the same as what they repeat; another run must grade nothing. `memory.csv` has the
memory of all processes together (PSS: shared pages are counted once). The exit code is 1 where something is not so.
"""

from __future__ import annotations

import argparse
import csv
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from synthetic_submissions import ROOT, read_right, synthetic, write

from grader.batch.ledger import NAME as LEDGER
from grader.batch.ledger import writing

SECONDS = 0.25  # between two looks at a run
KILOBYTE = 1024


class Sample(NamedTuple):
    """A look at a run."""

    seconds: float  # since the proof has begun to grade
    results: int  # in the ledger
    megabytes: float  # PSS of all processes
    processes: int


class Totals(NamedTuple):
    """What the ledger holds."""

    submissions: int
    results: int
    writes: int  # of results, ever: more than there are, if one was written twice


COUNTS = "SELECT (SELECT count(*) FROM submissions), (SELECT count(*) FROM results), (SELECT count(*) FROM writes)"
COUNTING = """
CREATE TABLE writes (submission TEXT NOT NULL);
CREATE TRIGGER count_writes AFTER INSERT ON results BEGIN INSERT INTO writes VALUES (new.submission); END;
"""


def main(arguments: list[str] | None = None) -> int:
    """Make, grade, kill, check, print."""
    options = _options(arguments)
    source, run = options.folder / "submissions", options.folder / "run"
    right = read_right(options.right)
    made = write(synthetic(options.count, right, options.seed, options.hostile, options.torch), source)
    command = [
        sys.executable,
        "-m",
        "grader",
        "batch",
        source,
        "-a",
        options.assignment,
        "-o",
        run,
        "-j",
        options.workers,
    ]
    _count_writes(run)
    samples, codes = _graded([*map(str, command)], run, _moments(made, options.kills, options.seed))
    _store(options.folder / "memory.csv", samples)
    _tell(samples, run, made)
    start, before = time.monotonic(), totals(run)
    again = _process([*map(str, command)]).wait()
    print(f"another run: {time.monotonic() - start:.1f} s")
    faults = [
        *_faults(run, made, codes),
        *([] if (again, totals(run)) == (0, before) else ["another run graded again"]),
    ]
    print("\n".join(faults) or f"{made} submissions, {options.kills} kills: nothing lost, nothing graded twice")
    return 1 if faults else 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prove that a batch loses nothing and grades nothing twice.")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--folder", type=Path, required=True, help="a new folder for everything")
    parser.add_argument("-j", "--workers", type=int, default=2)
    parser.add_argument("-a", "--assignment", type=Path, default=ROOT)
    parser.add_argument("--right", type=Path, default=ROOT / "submissions_example" / "complete.zip")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", type=float, default=1, help="percent")
    parser.add_argument("--torch", type=float, default=10, help="percent")
    return parser.parse_args(arguments)


def _count_writes(run: Path) -> None:
    """Let the ledger itself keep count of what is written to it."""
    run.mkdir()
    with writing(run):
        pass
    ledger = sqlite3.connect(run / LEDGER)
    ledger.executescript(COUNTING)
    ledger.close()


def _moments(count: int, kills: int, seed: int) -> list[int]:
    """How many results there are when the run is killed."""
    dice = random.Random(f"kills {seed}")  # noqa: S311 (no secret)
    return sorted(dice.sample(range(1, max(kills + 1, count // 2)), kills))


def _graded(command: list[str], run: Path, moments: list[int]) -> tuple[list[Sample], list[int]]:
    """Run it until it ends by itself; the samples, and the exit codes."""
    samples: list[Sample] = []
    codes: list[int] = []
    start = time.monotonic()
    for moment in (*moments, None):
        process = _process(command)
        while process.poll() is None:
            time.sleep(SECONDS)
            samples.append(_sample(process.pid, run, start))
            if moment is not None and samples[-1].results >= moment:
                time.sleep(random.Random(moment).random())  # noqa: S311 (no secret)
                _kill(process)
        codes.append(process.wait())
    return samples, codes


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it, and see that nothing is left of it."""
    below = [*_tree(process.pid)][1:]
    process.kill()
    deadline = time.monotonic() + 10
    while left := [pid for pid in below if _pss(pid)]:
        if time.monotonic() > deadline:
            raise SystemExit(f"processes are left after a kill: {left}")
        time.sleep(0.01)


def _process(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 (our own program)


def _sample(pid: int, run: Path, start: float) -> Sample:
    tree = list(_tree(pid))
    return Sample(time.monotonic() - start, totals(run).results, sum(map(_pss, tree)) / KILOBYTE, len(tree))


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, _text(task).split()):
            yield from _tree(child)


def _pss(pid: int) -> int:
    """In kilobytes; 0 for a process that has ended."""
    lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended meanwhile
        return ""


def totals(run: Path) -> Totals:
    """As the ledger says now."""
    ledger = sqlite3.connect(f"{(run / LEDGER).absolute().as_uri()}?mode=ro", uri=True, timeout=60)
    try:
        return Totals(*ledger.execute(COUNTS).fetchone())
    finally:
        ledger.close()


def _faults(run: Path, made: int, codes: list[int]) -> Iterator[str]:
    """What is not as it should be."""
    found, scores = totals(run), _scores(run)
    if codes[-1] != 0 or any(code not in {-9, 0} for code in codes):
        yield f"the runs ended with {codes}"
    if (found.submissions, len(scores)) != (made, made):
        yield f"of {made} submissions, {made - found.submissions} are lost to the ledger, {made - len(scores)} to scores.csv"
    if found.writes != found.results:
        yield f"{found.writes - found.results} results were written twice"
    by_number = {name[:6]: score for name, score in scores.items()}
    yield from (f"{name}: {fault}" for name, score in scores.items() if (fault := _fault(name, score, by_number)))


class Score(NamedTuple):
    """A line of scores.csv."""

    status: str
    score: str
    points: str


def _scores(run: Path) -> dict[str, Score]:
    """By the name of the submission's file."""
    with (run / "identities.csv").open(encoding="utf-8", newline="") as file:
        places = {row["id"]: row["place"].partition(": ")[2] for row in csv.DictReader(file)}
    with (run / "scores.csv").open(encoding="utf-8", newline="") as file:
        return {
            places[row["id"]]: Score(row["status"], row["score"], row["points"])
            for row in csv.DictReader(file)
            if row["id"] in places
        }


def _fault(name: str, score: Score, by_number: dict[str, Score]) -> str:
    number, kind, *more = name.partition(".")[0].split("-")
    original = by_number[more[-1]] if "as" in more else score
    if score.status not in {"graded", "not_gradable"}:
        return f"{number} is {score.status}"
    if kind == "right" and "light" not in more and score.score != score.points:
        return f"right, and has {score.score} of {score.points} points"
    if kind == "blank" and score.score != "0":
        return f"blank, and has {score.score} points"
    return f"{score}, and what it repeats has {original}" if original != score else ""


def _store(path: Path, samples: list[Sample]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Sample._fields)
        writer.writerows((f"{one.seconds:.2f}", one.results, f"{one.megabytes:.1f}", one.processes) for one in samples)


def _tell(samples: list[Sample], run: Path, made: int) -> None:
    """The figures, with ten points of the memory's curve."""
    found, seconds = totals(run), samples[-1].seconds
    size = sum(path.stat().st_size for path in run.glob(f"{LEDGER}*"))
    print(f"{made} submissions, {found.results} different ones, in {seconds:.0f} s: {made / seconds:.1f} per second")
    print(
        f"ledger: {size / 2**20:.1f} MiB, {size / max(1, found.results) / 2**10:.2f} KiB for each different submission"
    )
    print(f"memory: at most {max(one.megabytes for one in samples):.0f} MiB; after so many results:")
    for tenth in range(1, 11):
        some = [one for one in samples if (tenth - 1) * found.results < 10 * one.results <= tenth * found.results]
        if some:
            middle = sorted(one.megabytes for one in some)[len(some) // 2]
            print(f"  {some[-1].results:7}  {middle:6.0f} MiB (median of {len(some)} looks)")
    print(Counter(score.status for score in _scores(run).values()))


if __name__ == "__main__":
    sys.exit(main())
