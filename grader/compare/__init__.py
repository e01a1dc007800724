"""Comparators: settings as frozen records, `(actual, expected) -> Comparison` as behaviour. The registry is literal.

`actual` and `expected` are plain Python as `codec.thaw` makes it: None, bool, int, float, complex, str, list, tuple, dict,
set, base-class numpy arrays of kind b, i, u, f, c, and `Opaque` for everything that is not data.
"""

from __future__ import annotations

from typing import Protocol

from grader.compare.bands import Bands
from grader.compare.choice import Choice
from grader.compare.close import Close
from grader.compare.closed_form import ClosedForm
from grader.compare.complex_set import ComplexSet
from grader.compare.count import Count
from grader.compare.exact import Exact
from grader.compare.gram import Gram
from grader.compare.interval import Interval
from grader.compare.normal import Normal
from grader.compare.path import Path
from grader.compare.principal_features import PrincipalFeatures
from grader.compare.singular_values import SingularValues
from grader.compare.within import Within
from grader.records import Comparison

Plain = Choice | Close | Count | Exact | Interval | Path | Within
Comparator = Plain | Bands | ClosedForm | ComplexSet | Gram | Normal | PrincipalFeatures | SingularValues


class Compares(Protocol):
    """What every comparator is."""

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Whether `actual` counts as `expected`, and if not, the gap in words that a student can act on."""

    def expect(self, output: object) -> object:
        """What the plan stores for the reference's `output` (most store it as it is). Raises ValueError if it is unfit."""


REGISTRY: dict[str, type[Comparator]] = {
    "bands": Bands,
    "choice": Choice,
    "close": Close,
    "complex_set": ComplexSet,
    "count": Count,
    "exact": Exact,
    "formula": ClosedForm,
    "gram": Gram,
    "interval": Interval,
    "normal": Normal,
    "path": Path,
    "principal_features": PrincipalFeatures,
    "singular_values": SingularValues,
    "within": Within,
}
