"""Named numbers, each in a band of its own: what experiments give, with more than one right outcome."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from grader.compare.arrays import NotNumeric, as_real_if, failed, to_array
from grader.compare.wording import number, show
from grader.records import Comparison


class Bands(msgspec.Struct, frozen=True, kw_only=True, tag="bands"):
    """A dict of numbers by name, each of them in its closed band; a report shows the numbers when they pass, too."""

    of: Annotated[
        dict[str, tuple[float, float]],
        msgspec.Meta(min_length=1, description="the band of every number: {s1: [38, 39], test error: [0, 0.05]}"),
    ]

    def __post_init__(self) -> None:
        """Raises ValueError for a band whose ends are in the wrong order."""
        for name, (low, high) in self.of.items():
            if not low <= high:
                raise ValueError(f"the band of {name} must be [low, high], not [{low:g}, {high:g}]")

    def __call__(self, actual: object, expected: object) -> Comparison:  # noqa: ARG002 (the bands are settings)
        """Compare."""
        if not isinstance(actual, dict) or set(actual) != set(self.of):
            return failed(f"It returned {show(actual)}; expected numbers by name: {', '.join(self.of)}.")
        numbers = {name: _number(actual[name]) for name in self.of}
        outside = [name for name, (low, high) in self.of.items() if not low <= numbers[name] <= high]
        if outside:
            return failed(*(self._gap(name, actual[name]) for name in outside[:MAX_SHOWN]), _more(len(outside)))
        return Comparison(passed=True, note=", ".join(f"{name} {number(numbers[name])}" for name in self.of))

    def expect(self, output: object) -> object:
        """What the reference gives, if it is in the bands. Raises ValueError."""
        comparison = self(output, None)
        if not comparison.passed:
            raise ValueError(comparison.gap)
        return output

    def _gap(self, name: str, value: object) -> str:
        low, high = self.of[name]
        return f"{name} is {show(value)}, which is not between {number(low)} and {number(high)}."


MAX_SHOWN = 4  # numbers outside of their bands


def _number(value: object) -> float:
    """NaN, which is in no band, for what is no real number."""
    array = to_array(value)
    if not isinstance(array, NotNumeric):
        array = as_real_if(array, np.zeros(()))
    return float("nan") if isinstance(array, NotNumeric) or array.size != 1 else float(array.real.item())


def _more(count: int) -> str:
    return f"{count - MAX_SHOWN} more are not." if count > MAX_SHOWN else ""
