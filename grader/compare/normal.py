"""A random sample that should be independent normal numbers with known means and standard deviations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec
import numpy as np

from grader.compare.arrays import PASSED, NotNumeric, as_real_if, failed, shape_gap, to_array
from grader.compare.wording import number, show
from grader.records import Comparison

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

Matrix: TypeAlias = "npt.NDArray[np.float64]"
Bounds = dict[str, tuple[float, float]]
TAILS = (1.8, 2.4)
SAME = 1e-6  # of the largest value: X + noise - X leaves rounding behind


class Normal(msgspec.Struct, frozen=True, kw_only=True, tag="normal"):
    """(sample - mean) / std is tested for variance, mean, dependence along rows and columns, and normal tails.

    `tests` may leave some to another check: a sample of another distribution with the right variance fails the tails only.

    The reference gives (mean, std). A right sampler fails with probability at most `alpha` (Bonferroni over all tests;
    the thresholds are exact quantiles, computed when the rubric is compiled). The sample is read as a matrix.
    """

    alpha: Annotated[float, msgspec.Meta(gt=0, le=0.01, description="false-fail probability of one case")] = 1e-10
    tests: tuple[Literal["variance", "mean", "dependence", "tails"], ...] = ("variance", "mean", "dependence", "tails")
    blocks: Annotated[int, msgspec.Meta(ge=1, le=20, description="groups of rows whose variance is tested apart")] = 1

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        mean, std, bounds = _unpack(expected)
        sample = to_array(actual)
        if not isinstance(sample, NotNumeric):
            sample = as_real_if(sample, mean)
        if isinstance(sample, NotNumeric):
            return failed(sample.reason, f"Expected {show(mean)}.")
        if sample.shape != mean.shape:
            return failed(shape_gap(sample, mean))
        if not bool(np.isfinite(sample).all()):
            return failed("Some of the numbers are not finite.")
        with np.errstate(over="ignore", invalid="ignore"):  # absurdly large numbers: infinite variance, and failed
            return _judge((sample.real - mean) / std, bounds, self)

    def expect(self, output: object) -> object:
        """Mean, standard deviation (of the same shape) and the thresholds of every test."""
        if not isinstance(output, tuple) or len(output) != 2:  # noqa: PLR2004
            raise ValueError("normal needs a reference that returns (mean, std)")
        mean, std = (to_array(item) for item in output)
        if isinstance(mean, NotNumeric) or isinstance(std, NotNumeric) or mean.ndim != 2:  # noqa: PLR2004
            raise ValueError("normal needs a mean that is a matrix and a std that is a number or a matrix")
        std = np.broadcast_to(std, mean.shape).copy()
        if not (std.real > 0).all():
            raise ValueError("normal needs standard deviations above zero")
        if not self.blocks <= len(mean):
            raise ValueError(f"normal cannot split {len(mean)} rows into {self.blocks} blocks")
        bounds = {k: list(v) for k, v in _bounds(mean.shape, self).items()}
        return {"mean": mean, "std": _folded(std), "bounds": bounds}


def _folded(matrix: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """One number where all are the same: plans stay small."""
    is_constant = matrix.size > 0 and bool((matrix == matrix[0, 0]).all())
    return matrix[:1, :1] if is_constant else matrix


def _unpack(expected: object) -> tuple[Matrix, Matrix, Bounds]:
    if not isinstance(expected, dict):
        raise TypeError("the plan's expected value is not one of `normal`")
    return expected["mean"], expected["std"], expected["bounds"]


def _judge(scores: Matrix, bounds: Bounds, settings: Normal) -> Comparison:
    for name, value in _statistics(scores, settings):
        low, high = bounds[name]
        if not low <= value <= high:
            return failed(_sharing(scores) or _gap(name, value, low, high, scores))
    return PASSED


def _sharing(scores: Matrix) -> str:
    """Whether one number serves many entries, which spoils the other tests too and is the better thing to say."""
    for axis, lines in ((0, "row"), (1, "column")):
        is_same = bool((np.ptp(scores, axis=axis) <= SAME * np.abs(scores).max()).all())
        if scores.shape[axis] > 1 and is_same and bool(scores.any()):
            return f"Every {lines} has the same noise. Draw one number for every entry."
    return ""


def _statistics(scores: Matrix, settings: Normal) -> Iterator[tuple[str, float]]:
    """The statistics of the tests that are asked for; the order decides which one is reported."""
    rows, columns = scores.shape
    if "variance" in settings.tests:
        for number_, block in enumerate(np.array_split(scores, settings.blocks)):
            yield f"variance {number_}", float((block**2).mean())
    if "mean" in settings.tests:
        yield "mean", float(scores.sum() / np.sqrt(scores.size))
    if "dependence" in settings.tests:
        yield "columns", float((scores.sum(axis=0) ** 2).sum() / rows)
        yield "rows", float((scores.sum(axis=1) ** 2).sum() / columns)
    for tail in TAILS if "tails" in settings.tests else ():
        yield f"tail {tail}", float((np.abs(scores) > tail).sum())


def _bounds(shape: tuple[int, ...], settings: Normal) -> Bounds:
    """Two-sided acceptance regions, each at alpha / (number of tests)."""
    from scipy import stats  # noqa: PLC0415 (only when compiling)

    rows, columns = shape
    sizes = [len(block) * columns for block in np.array_split(np.empty(rows), settings.blocks)]
    half = settings.alpha / (2 * (len(sizes) + 3 + len(TAILS)))
    bounds: Bounds = {}
    for index, size in enumerate(sizes):
        low, high = stats.chi2.ppf(half, size) / size, stats.chi2.isf(half, size) / size
        bounds[f"variance {index}"] = (float(low), float(high))
    edge = float(stats.norm.isf(half))
    bounds["mean"] = (-edge, edge)
    for name, count in (("columns", columns), ("rows", rows)):
        bounds[name] = (float(stats.chi2.ppf(half, count)), float(stats.chi2.isf(half, count)))
    for tail in TAILS:
        law = stats.binom(rows * columns, 2 * stats.norm.sf(tail))
        bounds[f"tail {tail}"] = (float(law.ppf(half)), float(law.isf(half)))
    return bounds


def _gap(name: str, value: float, low: float, high: float, scores: Matrix) -> str:
    if name.startswith("variance"):
        if value == 0:
            return "There is no noise at all where there should be some."
        return (
            f"The noise has {number(value)} times the variance it should have (accepted: {low:.3g} to {high:.3g}), "
            f"that is {number(float(np.sqrt(value)))} times the standard deviation."
        )
    if name == "mean":
        return (
            f"The noise does not have mean zero: it is {number(float(scores.mean()))} standard deviations on average."
        )
    if name in ("columns", "rows"):
        alike = "the rows share their noise" if name == "columns" else "the columns share their noise"
        return f"The noise is not independent: it looks as if {alike}. Draw one number for every entry."
    return (
        f"The noise is not normal: {value:.0f} values lie beyond {name.split()[1]} standard deviations "
        f"(accepted: {low:.0f} to {high:.0f})."
    )
