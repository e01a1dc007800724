"""What an author's functions give as logs, and what is wrong with it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import cast

import numpy as np

from grader.codec import freeze
from grader.records import Log
from grader.rubric.calls import Failure, call_quietly
from grader.rubric.faults import Fault
from grader.rubric.records import CheckRules, Rubric
from grader.rubric.sources import Function
from grader.submission.logs import path_of
from grader.values import Opaque

NO_PATTERNS = 'reads logs, but the assignment file does not say which: add `logs: ["logs/*.npz"]` there'
DUE = "must return logs, a dict from a path to what the file holds"


def logs_of(made: object) -> tuple[Log, ...]:
    """The logs that an author's function has returned. Raises ValueError for what no `.npz` or `.json` file can hold."""
    if not isinstance(made, dict) or not all(isinstance(path, str) for path in made):
        raise ValueError(DUE)
    contents = cast("Mapping[str, object]", made)
    for path, content in contents.items():
        if path.endswith(".npz") and not _is_npz(content):
            raise ValueError(f'gives "{path}" something else than a dict of arrays')
        if isinstance(value := freeze(content), Opaque):
            raise ValueError(f'gives "{path}" {value.what}')
    return tuple(Log(path=path, value=freeze(content)) for path, content in contents.items())


def _is_npz(content: object) -> bool:
    return isinstance(content, dict) and all(isinstance(value, np.ndarray | np.generic) for value in content.values())


def log_faults(rubric: Rubric) -> Iterator[Fault]:
    """What is wrong with the checks of logs before they are tried."""
    parts = (part for question in rubric.questions for part in question.parts)
    for check in (check for part in parts for check in (*part.checks, *part.evidence) if check.reads_logs):
        if not rubric.logs:
            yield check.spot.at("logs").fault(NO_PATTERNS)
            continue
        yield from _check_faults(check, rubric.logs)


def _check_faults(check: CheckRules, patterns: tuple[str, ...]) -> Iterator[Fault]:
    references = [(check.spot.at("function"), check.signature.name, check.answer)]
    references += [(check.spot.at("also_accept"), name, function) for name, function in check.also_accept]
    mistakes = [(wrong.spot, wrong.name, wrong.function) for wrong in check.mistakes]
    for spot, name, function in (*references, *mistakes):
        if reason := _reason(function, patterns):
            yield spot.fault(f'"{name}" {reason}')


def _reason(function: Function, patterns: tuple[str, ...]) -> str:
    """Why the function cannot stand for what is handed in; empty when it can."""
    if not _needs_nothing(function):
        return "must need no arguments: it gives the logs of a submission"
    made = call_quietly(lambda: logs_of(function()))
    if isinstance(made, Failure):
        return made.message if made.kind == "ValueError" and not made.file else f"raised {made}"
    strays = [log.path for log in made if path_of(log.path, patterns) != log.path]
    return f'gives "{strays[0]}", which fits none of the assignment\'s patterns for logs' if strays else ""


def _needs_nothing(function: Function) -> bool:
    try:
        inspect.signature(function).bind()
    except TypeError:
        return False
    return True
