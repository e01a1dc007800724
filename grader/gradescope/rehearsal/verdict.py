"""Whether what came out of the container is something that Gradescope takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from grader.gradescope.rehearsal.groups import Limits
from grader.gradescope.rehearsal.root import Rehearsed
from grader.gradescope.results import PROBLEM

TAIL = 12  # lines of output that show what went wrong
Shown = Literal["visible", "hidden", "after_due_date", "after_published"]
Format = Literal["text", "html", "simple_format", "md", "ansi"]


class _Test(msgspec.Struct):
    score: float | None = None
    max_score: float | None = None
    status: Literal["passed", "failed"] | None = None
    name: str = ""
    name_format: Format = "text"
    number: str = ""
    output: str = ""
    output_format: Format = "text"
    visibility: Shown | None = None


class _Results(msgspec.Struct):
    score: float | None = None
    tests: tuple[_Test, ...] = ()
    output: str = ""
    output_format: Format = "simple_format"
    visibility: Shown | None = None
    stdout_visibility: Shown | None = None


class Verdict(NamedTuple):
    """What Gradescope would make of a run."""

    score: float | None
    points: float
    faults: tuple[str, ...]  # each is a reason why the zip would not work


def judge(rehearsed: Rehearsed, limits: Limits) -> Verdict:
    """Look at exit code, time and results.json."""
    results, fault = _read(rehearsed.results)
    faults = (*_ending(rehearsed, limits), *(() if results else (fault,)), *_inside(results))
    points = sum(test.max_score or 0.0 for test in results.tests) if results else 0.0
    return Verdict(results.score if results else None, points, faults)


def _ending(rehearsed: Rehearsed, limits: Limits) -> Iterator[str]:
    usage = rehearsed.usage
    if usage.is_out_of_time:
        yield f"it took more than {limits.seconds:g} seconds, and Gradescope gives no points for that"
    elif usage.exit_code:
        why = " (memory ran out)" if usage.is_out_of_memory else ""
        yield f"run_autograder ended with exit code {usage.exit_code}{why}:\n{tail(usage.output)}"


def _read(text: str | None) -> tuple[_Results | None, str]:
    if text is None:
        return None, "there is no results.json"
    try:
        return msgspec.json.decode(text, type=_Results), ""
    except msgspec.MsgspecError as error:
        return None, f"results.json is not what Gradescope takes: {error}"


def _inside(results: _Results | None) -> Iterator[str]:
    if results is None:
        return
    if results.score is None and (not results.tests or any(test.score is None for test in results.tests)):
        yield "results.json has no score, and not every test has one"
    for test in results.tests:
        if test.name == PROBLEM:
            yield f"the grader itself failed: {test.output}"


def tail(output: str) -> str:
    """The last lines, indented."""
    return "\n".join(f"    {line}" for line in output.strip().splitlines()[-TAIL:])
