"""Where the time of grading goes: what a cold run does one after the other, and each step of grading when all is warm.

`python benchmarks/where_time_goes.py [numpy|torch] [ROUNDS]`, with the bundled homework as `bench.py` has it. Timers are put
around functions here; the product has none. Times are by the clock of the grader, so for a child's steps they are how long it
waits. In a real cold run the template starts while the grader imports; here they follow each other, so that each can be seen.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from homework import SUFFIXES, handed_in
from measure import environment

from grader.api import Session, load_assignment, open_session
from grader.outputs.json import render_json
from grader.sandbox.client import Child, Sandbox

STEPS = (
    ("Python itself", ""),
    ("imports of the command", "import grader.cli"),
    ("imports of the pipeline", "import grader.api, grader.commands.run"),
    ("plan from the cache", "assignment = grader.api.load_assignment()"),
    (
        "template start, first child",
        "from grader.sandbox.client import Sandbox; box = Sandbox(assignment.plan.limits); box.child('numpy').end()",
    ),
    ("another child: fork, confine, end", "box.child('numpy').end()"),
    ("imports of the text report", "import grader.outputs.text"),
)
REQUESTS = {
    "Read": "read: parse, slice (child)",
    "Load": "load: take the statements (child)",
    "Define": "define: exec the slice (child)",
    "Calls": "calls (child)",
    "SelfTest": "self-test (child)",
}


class Timers:
    """Seconds by step, without what nested steps took."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inner = [0.0]

    def around(self, owner: Any, name: str, label: Callable[..., str]) -> None:
        """Time a function or method from now on. `label`: of its arguments."""
        function = getattr(owner, name)

        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            self._inner.append(0.0)
            start = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                took = time.perf_counter() - start
                self.seconds[label(*arguments)] += took - self._inner.pop()
                self._inner[-1] += took

        setattr(owner, name, timed)


def main(kind: str = "numpy", rounds: str = "20") -> None:
    """Print both tables."""
    show(f"a cold start, step by step (median of {rounds})", cold(int(rounds)))
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as folder:
        submission = Path(folder, f"handed{SUFFIXES[kind]}")
        submission.write_bytes(handed_in(0, kind))
        show(f"a {kind} submission when all is warm (mean of {rounds})", warm(submission, int(rounds)))


def cold(rounds: int) -> dict[str, float]:
    """Milliseconds by step, each in new processes."""
    lines = ["import time, sys", "marks = [time.time()]"]
    for _name, code in STEPS[1:]:
        lines += [code, "marks.append(time.time())"]
    program = "\n".join((*lines, "print(*marks, file=sys.stderr)"))
    found: dict[str, list[float]] = defaultdict(list)
    for _round in range(rounds + 1):
        start = time.time()
        done = subprocess.run(  # noqa: S603 (our own)
            [sys.executable, "-c", program], env=environment(sys.executable), capture_output=True, text=True, check=True
        )
        marks = [float(mark) for mark in done.stderr.splitlines()[-1].split()]
        for (name, _code), before, after in zip(STEPS, (start, *marks), marks, strict=False):
            found[name].append(1e3 * (after - before))
    return {name: statistics.median(times[1:]) for name, times in found.items()}


def warm(submission: Path, rounds: int) -> dict[str, float]:
    """Milliseconds by step of one submission."""
    timers = Timers()
    with open_session(load_assignment(), has_evidence=False) as session:
        session.grade(submission)  # templates start, the self-test runs
        put_around(timers, session)
        for _round in range(rounds):
            render_json(session.grade(submission))
    return {name: 1e3 * seconds / rounds for name, seconds in timers.seconds.items()}


def put_around(timers: Timers, session: Session) -> None:
    """The steps of grading."""
    timers.around(Session, "grade", lambda *_: "collect, budgets, records and the rest")
    timers.around(Sandbox, "child", lambda *_: "fork and confine a child")
    timers.around(Child, "end", lambda *_: "end a child")
    timers.around(Child, "_next_answer", lambda _child, request, *_: REQUESTS[type(request).__name__])
    timers.around(session, "_judge", lambda *_: "compare")
    timers.around(sys.modules[__name__], "render_json", lambda *_: "report as JSON")


def show(title: str, steps: dict[str, float]) -> None:
    """A Markdown table, the longest first."""
    whole = sum(steps.values())
    print(f"\n{title}: {whole:.0f} ms\n\n| step | ms | share |\n|---|---|---|")
    for name, milliseconds in sorted(steps.items(), key=lambda item: -item[1]):
        print(f"| {name} | {milliseconds:.1f} | {milliseconds / whole:.0%} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
