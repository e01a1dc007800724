"""Random samples: right samplers pass, the usual wrong ones do not, and the thresholds are the exact quantiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy import stats

from grader.codec import freeze, thaw
from grader.compare.normal import Normal
from grader.values import Opaque

Matrix = npt.NDArray[np.float64]
Sampler = Callable[[np.random.Generator, float], Matrix]

SHAPE = ROWS, COLUMNS = 150, 40
MEAN = np.vstack([np.zeros((50, 40)), np.random.default_rng(5).normal(size=(100, 40))])
MEAN[100:] *= 100
NORMAL = Normal(blocks=3)
SIGMAS = (0.3, 2.5)
EXPECTED: dict[float, Any] = {sigma: NORMAL.expect((MEAN, sigma)) for sigma in SIGMAS}


def expected_for(sigma: float) -> object:
    return EXPECTED[sigma]


def _shared_and_own(rng: np.random.Generator, sigma: float, shared: tuple[int, int]) -> Matrix:
    return rng.normal(0, np.sqrt(0.2) * sigma, shared) + rng.normal(0, np.sqrt(0.8) * sigma, SHAPE)


RIGHT: dict[str, Sampler] = {
    "normal": lambda rng, sigma: MEAN + rng.normal(0, sigma, SHAPE),
    "standard normal": lambda rng, sigma: MEAN + sigma * rng.standard_normal(SHAPE),
    "drawn transposed": lambda rng, sigma: MEAN + sigma * rng.standard_normal(SHAPE[::-1]).T,
    "row by row": lambda rng, sigma: np.array([row + rng.normal(0, sigma, COLUMNS) for row in MEAN]),
    "float32": lambda rng, sigma: (MEAN + rng.normal(0, sigma, SHAPE)).astype(np.float32).astype(float),
    "subtracted": lambda rng, sigma: MEAN - rng.normal(0, sigma, SHAPE),
}

WRONG: dict[str, Sampler] = {
    "variance as standard deviation": lambda rng, sigma: MEAN + rng.normal(0, sigma**2, SHAPE),
    "root as standard deviation": lambda rng, sigma: MEAN + rng.normal(0, np.sqrt(sigma), SHAPE),
    "unit noise": lambda rng, sigma: MEAN + rng.standard_normal(SHAPE) * (sigma > 0),
    "no noise": lambda _rng, _sigma: MEAN.copy(),
    "one vector for all rows": lambda rng, sigma: MEAN + rng.normal(0, sigma, COLUMNS),
    "one number per row": lambda rng, sigma: MEAN + rng.normal(0, sigma, (ROWS, 1)),
    "one number": lambda rng, sigma: MEAN + rng.normal(0, sigma),
    "only the first row": lambda rng, sigma: MEAN + np.eye(ROWS, 1) * rng.normal(0, sigma, COLUMNS),
    "multiplicative": lambda rng, sigma: MEAN * (1 + rng.normal(0, sigma, SHAPE)),
    "scaled by the data": lambda rng, sigma: MEAN + MEAN.std() * rng.normal(0, sigma, SHAPE),
    "divided by the root of n": lambda rng, sigma: MEAN + rng.normal(0, sigma, SHAPE) / np.sqrt(COLUMNS),
    "uniform of the same variance": lambda rng, sigma: MEAN + sigma * np.sqrt(3) * rng.uniform(-1, 1, SHAPE),
    "uniform on (-sigma, sigma)": lambda rng, sigma: MEAN + rng.uniform(-sigma, sigma, SHAPE),
    "absolute": lambda rng, sigma: MEAN + np.abs(rng.normal(0, sigma, SHAPE)),
    "shifted": lambda rng, sigma: MEAN + rng.normal(0.2 * sigma, sigma, SHAPE),
    "partly shared by the rows": lambda rng, sigma: MEAN + _shared_and_own(rng, sigma, (1, COLUMNS)),
    "partly shared by the columns": lambda rng, sigma: MEAN + _shared_and_own(rng, sigma, (ROWS, 1)),
    "constant": lambda _rng, sigma: MEAN + sigma,
}


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("sampler", RIGHT.values(), ids=RIGHT)
def test_normal_accepts_right_samplers(sampler: Sampler, sigma: float) -> None:
    draws = (sampler(np.random.default_rng(seed), sigma) for seed in range(40))
    assert all(NORMAL(draw, expected_for(sigma)).passed for draw in draws)


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("sampler", WRONG.values(), ids=WRONG)
def test_normal_refuses_wrong_samplers(sampler: Sampler, sigma: float) -> None:
    draws = (sampler(np.random.default_rng(seed), sigma) for seed in range(40))
    assert not any(NORMAL(draw, expected_for(sigma)).passed for draw in draws)


def test_normal_fails_right_samplers_as_often_as_alpha_says() -> None:
    normal = Normal(alpha=0.01)
    expected = normal.expect((np.zeros((30, 20)), 1.0))
    rng = np.random.default_rng(1)
    failures = sum(not normal(rng.normal(size=(30, 20)), expected).passed for _ in range(2000))
    assert 4 <= failures <= 36  # Bin(2000, 0.01) lies there but for 1 in 10 000; the tests' overlap makes it smaller


def test_normal_stores_the_exact_quantiles() -> None:
    bounds = expected_for_default()["bounds"]
    half = 1e-10 / 12  # six tests, two sides
    assert bounds["variance 0"] == pytest.approx([stats.chi2.ppf(half, 600) / 600, stats.chi2.isf(half, 600) / 600])


def test_normal_counts_tails_with_their_binomial_law() -> None:
    low, high = expected_for_default()["bounds"]["tail 1.8"]
    half = 1e-10 / 12
    law = stats.binom(600, 2 * stats.norm.sf(1.8))
    assert (law.cdf(low - 1) <= half <= law.cdf(low), law.sf(high) <= half <= law.sf(high - 1)) == (True, True)


def expected_for_default() -> dict[str, Any]:
    expected = Normal().expect((np.zeros((30, 20)), 1.0))
    assert isinstance(expected, dict)
    return expected


def test_normal_expected_value_survives_the_plan() -> None:
    expected = thaw(freeze(expected_for(0.3)))
    assert NORMAL(RIGHT["normal"](np.random.default_rng(3), 0.3), expected).passed


def test_normal_accepts_a_standard_deviation_for_every_entry() -> None:
    std = np.linspace(0.1, 5, ROWS * COLUMNS).reshape(SHAPE)
    sample = MEAN + std * np.random.default_rng(4).normal(size=SHAPE)
    assert NORMAL(sample, NORMAL.expect((MEAN, std))).passed


def test_normal_tests_the_variance_of_every_block_of_rows() -> None:
    sample = RIGHT["normal"](np.random.default_rng(6), 0.3)
    sample[100:] = MEAN[100:] + 1.6 * (sample[100:] - MEAN[100:])
    gap = NORMAL(sample, expected_for(0.3)).gap
    assert gap.startswith("The noise has 2.5")


SAID = [
    (
        "variance as standard deviation",
        "The noise has 0.0901062 times the variance it should have (accepted: 0.801 to 1.23), "
        "that is 0.300177 times the standard deviation.",
    ),
    ("no noise", "There is no noise at all where there should be some."),
    ("one vector for all rows", "Every row has the same noise. Draw one number for every entry."),
    ("one number per row", "Every column has the same noise. Draw one number for every entry."),
    ("one number", "Every row has the same noise. Draw one number for every entry."),
    ("shifted", "The noise does not have mean zero: it is 0.198594 standard deviations on average."),
    (
        "partly shared by the rows",
        "The noise is not independent: it looks as if the rows share their noise. Draw one number for every entry.",
    ),
    (
        "partly shared by the columns",
        "The noise is not independent: it looks as if the columns share their noise. Draw one number for every entry.",
    ),
    (
        "uniform of the same variance",
        "The noise is not normal: 0 values lie beyond 1.8 standard deviations (accepted: 302 to 573).",
    ),
]


@pytest.mark.parametrize(("name", "gap"), SAID)
def test_normal_says_what_is_wrong_with_the_noise(name: str, gap: str) -> None:
    sample = WRONG[name](np.random.default_rng(0), 0.3)
    assert NORMAL(sample, expected_for(0.3)).gap == gap


REFUSED = [
    (None, "It returned nothing (None): is a `return` missing? Expected an array of shape (150, 40)."),
    (Opaque("a generator"), "It returned a generator where numbers are due. Expected an array of shape (150, 40)."),
    (1.0, "It returned a single number (1); expected an array of shape (150, 40)."),
    (np.zeros((40, 150)), "It returned shape (40, 150), expected (150, 40). It looks transposed."),
    (np.zeros((0, 150, 40)), "It returned shape (0, 150, 40), expected (150, 40)."),
    (np.zeros((1, 150, 40)), "It returned shape (1, 150, 40), expected (150, 40)."),
    (np.full(SHAPE, np.nan), "Some of the numbers are not finite."),
    (
        np.full(SHAPE, complex(np.nan, np.nan)),
        "It returned complex numbers where real ones are due. Expected an array of shape (150, 40).",
    ),
    (
        np.ones(SHAPE, bool),
        "It returned truth values (True/False) where numbers are due. Expected an array of shape (150, 40).",
    ),
]


@pytest.mark.parametrize(("actual", "gap"), REFUSED)
def test_normal_refuses_what_is_not_a_sample(actual: object, gap: str) -> None:
    assert NORMAL(actual, expected_for(0.3)).gap == gap


def test_normal_refuses_numbers_too_large_to_square() -> None:
    sample = np.random.default_rng(0).normal(size=SHAPE) * 1e300
    assert not NORMAL(sample, expected_for(0.3)).passed


def test_normal_refuses_a_plan_of_another_comparator() -> None:
    with pytest.raises(TypeError, match="not one of `normal`"):
        NORMAL(MEAN, (0.0, 1.0))


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        (MEAN, r"returns \(mean, std\)"),
        ((MEAN,), r"returns \(mean, std\)"),
        ((MEAN, "1"), "a std that is a number or a matrix"),
        ((0.0, 1.0), "a mean that is a matrix"),
        ((MEAN, 0.0), "above zero"),
        ((MEAN, np.nan), "above zero"),
        ((MEAN[:2], 1.0), "cannot split 2 rows into 3 blocks"),
    ],
)
def test_normal_refuses_an_unfit_reference(output: object, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        NORMAL.expect(output)


UNIFORM = np.random.default_rng(3).uniform(-np.sqrt(3), np.sqrt(3), SHAPE)
SCALED = 1.3 * np.random.default_rng(4).normal(size=SHAPE)


@pytest.mark.parametrize(
    ("tests", "sample", "passes"),
    [
        (("variance", "mean", "dependence"), UNIFORM, True),
        (("tails",), UNIFORM, False),
        (("variance",), SCALED, False),
        (("mean", "dependence"), SCALED, True),
        (("mean",), SCALED + 1, False),
        (("dependence",), np.repeat(SCALED[:1], ROWS, axis=0), False),
    ],
)
def test_normal_runs_only_the_tests_that_are_asked_for(tests: Any, sample: Matrix, passes: bool) -> None:  # noqa: FBT001 (a table)
    comparator = Normal(tests=tests)
    assert comparator(sample, comparator.expect((np.zeros(SHAPE), 1.0))).passed is passes
