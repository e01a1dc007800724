"""Answers far larger than what is expected: described instead of kept, compared or shown.

A right answer has about as many numbers as the expected one. What a submission sends beyond that would only cost the
grader memory (comparators convert to float64, and one check may have dozens of cases).
"""

from __future__ import annotations

import math

import msgspec

from grader.plan import Case
from grader.records import Outcome, Returned
from grader.values import Array, Items, Mapping, Opaque, Value

TIMES, SPARE = 4, 1_000  # how many more numbers than expected are still compared, and explained in detail


def bounded(outcome: Outcome, case: Case) -> Outcome:
    """The outcome; an answer that is far too large to be right as a phrase that says how large it is."""
    if not isinstance(outcome, Returned):
        return outcome
    most = TIMES * max((count(expected) for expected in case.expected), default=0) + SPARE
    if count(outcome.value, most) <= most:
        return outcome
    return msgspec.structs.replace(outcome, value=Opaque(what=_described(outcome.value)))


def count(value: Value, most: int = 2**62) -> int:
    """The numbers and texts in a value; counting ends above `most`."""
    total = 0
    rest: list[Value] = [value]
    while rest and total <= most:
        item = rest.pop()
        total += math.prod(item.shape) if isinstance(item, Array) else 1
        if isinstance(item, Items):
            rest += item.items
        elif isinstance(item, Mapping):
            rest += [entry for _key, entry in item.pairs]
    return total


def _described(value: Value) -> str:
    if isinstance(value, Array):
        return f"an array of shape {value.shape}, far larger than expected"
    size = len(value.items) if isinstance(value, Items) else len(value.pairs) if isinstance(value, Mapping) else 1
    return f"something of {size} entries, far larger than expected"
