"""An interval: two ends, and where it is asked for, whether they belong to it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, NamedTuple

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, to_array
from grader.compare.wording import number, show, show_apart
from grader.records import Comparison

NUMBER = r"\s*([-+]?(?:inf(?:inity)?|∞|\d+(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?))\s*"
WRITTEN = re.compile(rf"([(\[\]]){NUMBER}[,;]{NUMBER}([)\]\[])", re.IGNORECASE)
BRACKETS = {
    "open": "()",
    "closed": "[]",
    "left-open": "(]",
    "right-open": "[)",
    "()": "()",
    "[]": "[]",
    "(]": "(]",
    "[)": "[)",
}
Ends = Literal["open", "closed", "left-open", "right-open", "any"]


class _Answer(NamedTuple):
    low: float
    high: float
    brackets: str = ""  # "" when the answer does not say


class Interval(msgspec.Struct, frozen=True, kw_only=True, tag="interval"):
    """Both ends within a tolerance.

    An answer is a pair, a pair and a word ("open", "closed", "left-open", "right-open"), or a string such as "(0, 0.25]".
    """

    rtol: Annotated[float, msgspec.Meta(ge=0, le=0.1, description="allowed relative error of each end")] = 1e-4
    atol: Annotated[float, msgspec.Meta(ge=0, description="allowed absolute error, for an end at zero")] = 1e-9
    ends: Annotated[Ends, msgspec.Meta(description="which ends belong to it; any: what the answer says is ignored")] = (
        "any"
    )

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        low, high = pair_of(expected)
        answer = _read(actual)
        if isinstance(answer, NotNumeric):
            return failed(answer.reason, f"Expected the two ends, {_shown(low, high)}.")
        if self._matches(answer.low, low) and self._matches(answer.high, high):
            return self._compare_ends(answer.brackets)
        if self._matches(answer.low, high) and self._matches(answer.high, low):
            return failed(f"The two ends are swapped: return the lower end first, {_shown(low, high)}.")
        (low_is, low_due), (high_is, high_due) = show_apart(answer.low, low), show_apart(answer.high, high)
        wrong = [self._end_gap("lower", answer.low, low), self._end_gap("upper", answer.high, high)]
        return failed(f"It returned ({low_is}, {high_is}), expected ({low_due}, {high_due}).", *wrong)

    def expect(self, output: object) -> object:
        """The two ends as floats, low end first; where the ends matter, the output must say which belong to it."""
        answer = _read(output)
        if isinstance(answer, NotNumeric) or not answer.low <= answer.high:
            raise ValueError(f"interval needs two ends, (lo, hi) with lo <= hi, not {show(output)}")
        if self.ends != "any" and answer.brackets != BRACKETS[self.ends]:
            raise ValueError(f'the reference must say which ends belong to it: return lo, hi, "{self.ends}"')
        return (answer.low, answer.high)

    def _matches(self, end: float, expected: float) -> bool:
        return end == expected or abs(end - expected) <= self.atol + self.rtol * abs(expected) < np.inf

    def _end_gap(self, name: str, end: float, expected: float) -> str:
        if self._matches(end, expected):
            return ""
        ratio = number(end / expected) if expected and np.isfinite(end / expected) else "1"
        return f"The {name} end is wrong{f' ({ratio} times the expected one)' if ratio not in {'0', '1'} else ''}."

    def _compare_ends(self, brackets: str) -> Comparison:
        if self.ends == "any" or brackets == BRACKETS[self.ends]:
            return PASSED
        if not brackets:
            return failed(f'The numbers are right. Say also which ends belong to it: (lo, hi, "{self.ends}").')
        return failed(f"The numbers are right, but which ends belong to it is not: you wrote {brackets}.")


def pair_of(output: object) -> tuple[float, float]:
    """The two numbers of `output`. Raises ValueError when it is not two real numbers."""
    array = to_array(output)
    if isinstance(array, NotNumeric) or array.size != 2 or array.dtype.kind == "c" or np.isnan(array).any():  # noqa: PLR2004
        raise ValueError(f"expected two real numbers, not {show(output)}")
    low, high = array.ravel()
    return float(low), float(high)


def _read(actual: object) -> _Answer | NotNumeric:
    if isinstance(actual, str):
        return _read_text(actual)
    brackets = ""
    if isinstance(actual, tuple | list) and _ends_in_word(actual):
        word = str(actual[-1]).strip().casefold()
        if word not in BRACKETS:
            return NotNumeric(f"It says {show(actual[-1])} about the ends, which is none of {', '.join(BRACKETS)}.")
        actual, brackets = actual[0] if len(actual) == 2 else actual[:2], BRACKETS[word]  # noqa: PLR2004
    array = to_array(actual)
    if not isinstance(array, NotNumeric):
        array = as_real_if(array, np.zeros(()))
    if isinstance(array, NotNumeric):
        return array
    if array.size != 2:  # noqa: PLR2004
        what = "only one number" if array.size == 1 else f"{array.size} numbers"
        return NotNumeric(f"It returned {what} ({show(actual)}).")
    low, high = array.ravel()
    return _Answer(float(low), float(high), brackets)


def _ends_in_word(items: tuple[object, ...] | list[object]) -> bool:
    """Whether it is (lo, hi, word) or ((lo, hi), word)."""
    is_nested = len(items) == 2 and isinstance(items[0], tuple | list | np.ndarray)  # noqa: PLR2004
    return (is_nested or len(items) == 3) and isinstance(items[-1], str)  # noqa: PLR2004


def _read_text(text: str) -> _Answer | NotNumeric:
    match = WRITTEN.fullmatch(text.strip())
    if match is None:
        return NotNumeric(f"It returned the text {show(text)}, which does not read as an interval.")
    left, low, high, right = match.groups()
    brackets = ("[" if left == "[" else "(") + ("]" if right == "]" else ")")
    return _Answer(float(low.replace("∞", "inf")), float(high.replace("∞", "inf")), brackets)


def _shown(low: float, high: float) -> str:
    return f"({number(low)}, {number(high)})"
