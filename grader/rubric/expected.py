"""What the plan stores as right, and whether outcomes count as right."""

from __future__ import annotations

import numpy as np

from grader.codec import freeze, thaw
from grader.compare.wording import show
from grader.judging import judge
from grader.plan import Check
from grader.records import Limits, Raised, Returned
from grader.report import CheckResult
from grader.rubric.calls import Failure
from grader.values import Opaque, Value


def expected_value(check: Check, output: Value) -> Value:
    """The expected value for a reference's `output`. Raises ValueError when the comparator cannot use it."""
    return freeze(check.compare.expect(_data(output)))


def expected_item(check: Check, output: Value) -> Value:
    """The same for the item that the check is about, where it is about one of several returned values."""
    thing = _data(output)
    if check.output is None:
        return freeze(check.compare.expect(thing))
    if isinstance(thing, np.ndarray) and thing.ndim:
        thing = [*thing]
    items = thing if isinstance(thing, tuple | list) else ()
    if len(items) != len(check.outputs):
        raise ValueError(f"returned {show(thing)}, not {len(check.outputs)} values ({', '.join(check.outputs)})")
    return freeze(check.compare.expect(items[check.output]))


def verdict(check: Check, outcomes: list[Returned | Failure]) -> CheckResult:
    """The check's result for these outcomes, by the very code that grades."""
    return judge(check, tuple(_outcome(outcome) for outcome in outcomes), Limits())


def _outcome(outcome: Returned | Failure) -> Returned | Raised:
    return Raised(kind=outcome.kind, message=outcome.message) if isinstance(outcome, Failure) else outcome


def _data(output: Value) -> object:
    if isinstance(output, Opaque):
        raise ValueError(f"returned {output.what}, which is not plain data")
    return thaw(output)
