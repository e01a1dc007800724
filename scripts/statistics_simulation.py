"""How often a right random sampler loses points, and how often a wrong one is caught.

`python scripts/statistics_simulation.py` writes docs/statistics.md: some minutes. `--secrets N` and `--samples N` say how
much is simulated. The exit code is 1 when a number is not what the page promises; then nothing is written.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from scipy import stats

from grader.codec import thaw
from grader.compare.normal import Normal
from grader.compare.within import Within
from grader.plan import Check
from grader.rubric.compile import CheckCompiler
from grader.rubric.load import load_rubric
from grader.rubric.records import CheckRules, QuestionRules

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "statistics.md"
PROMISE = 1e-9  # false-fail probability of a right submission, all checks together
ALPHAS = (0.06, 0.006)
SIGMAS = 4.0  # a simulated rate may be so many standard errors above what it should be
FACTORS = (1.01, 1.03, 1.05, 1.1)  # of the standard deviation
TAIL_SAMPLES = 20_000
BETTER_INIT_MEAN = 0.1  # of the standard deviation: what the probe of `better_init` allows
WIDER = 1.1, 0.9  # and what its range adds to the variances of He and Glorot


class Sampled(NamedTuple):
    """A check that is decided by random draws of the student's code, as one secret compiles it."""

    label: str  # "5(init) he, the variance of the weights"
    check: Check
    mistakes: tuple[str, ...]
    caught: frozenset[str]


class Rate(NamedTuple):
    """So many of so many."""

    times: int
    runs: int

    @property
    def value(self) -> float:
        """A probability."""
        return self.times / self.runs

    def exceeds(self, bound: float) -> bool:
        """Whether that is more than chance explains."""
        return self.value > bound + SIGMAS * math.sqrt(bound * (1 - bound) / self.runs)


def sampled_checks(folder: Path, secret: str) -> Iterator[Sampled]:
    """Those of an assignment, with the draws of this secret. The reference passes them, or the compiler finds a fault."""
    for question in load_rubric(folder, secret).questions:
        for part in question.parts:
            for rules in filter(_is_sampled, part.checks):
                yield _sampled(f"{question.label}({part.label}) {rules.name}", rules, question)


def _is_sampled(rules: CheckRules) -> bool:
    has_seed = any(parameter.name == "seed" for parameter in rules.parameters)
    return isinstance(rules.compare, Normal) or (isinstance(rules.compare, Within) and has_seed)


def _sampled(label: str, rules: CheckRules, question: QuestionRules) -> Sampled:
    compiler = CheckCompiler(rules, question)
    check = compiler.check()
    if compiler.faults:
        raise SystemExit(f"{label}: a right sampler fails: {compiler.faults[0]}")
    names = tuple(wrong.name for wrong in rules.mistakes)
    return Sampled(label, check, names, frozenset(compiler.caught))


def false_fail(check: Check) -> float:
    """The probability that a right sampler fails the check; a bound."""
    if isinstance(check.compare, Normal):
        return check.compare.alpha * len(check.cases)
    sizes = ([thaw(value) for value in case.arguments[:2]] for case in check.cases)
    return sum(_better_init_tail(int(np.prod(np.array(size)))) for size in sizes)


def _better_init_tail(size: int) -> float:
    """Of the variance of so many normal numbers (uniform ones vary less), and of their mean."""
    high, low = (factor * size for factor in WIDER)
    return float(
        stats.chi2.sf(high, size) + stats.chi2.cdf(low, size) + 2 * stats.norm.sf(0.9 * BETTER_INIT_MEAN * size**0.5)
    )


def settings_of(checks: Sequence[Sampled]) -> list[tuple[Normal, tuple[int, ...]]]:
    """Every combination of settings and shape that the checks use, once."""
    found = [
        (one.check.compare, _shape(one.check, index))
        for one in checks
        if isinstance(one.check.compare, Normal)
        for index in range(len(one.check.cases))
    ]
    return list({(str(compare), shape): (compare, shape) for compare, shape in found}.values())


def _shape(check: Check, case: int) -> tuple[int, ...]:
    """Of the sample that is due."""
    value = thaw(check.cases[case].expected[0])
    if not isinstance(value, dict):
        raise TypeError(f"{check.name} stores no mean")
    return tuple(np.shape(value["mean"]))


def rejected(compare: Normal, shape: tuple[int, ...], runs: int, factor: float = 1.0) -> Rate:
    """How many of so many normal samples, with this multiple of the right standard deviation, fail."""
    rng = np.random.default_rng([len(shape), *shape, runs])
    expected = compare.expect((np.zeros(shape), np.ones(shape)))
    samples = (factor * rng.standard_normal(shape) for _ in range(runs))
    return Rate(sum(not compare(sample, expected).passed for sample in samples), runs)


def upper_tail(compare: Normal, shape: tuple[int, ...], runs: int) -> tuple[float, float, float]:
    """P(variance above its true threshold): what is due, the estimate by importance sampling, and its standard error.

    Samples are drawn with the variance c = threshold, and each counts with its likelihood ratio c^(N/2) exp(-Q (1 - 1/c)/2).
    """
    expected = compare.expect((np.zeros(shape), np.ones(shape)))
    bounds = expected["bounds"] if isinstance(expected, dict) else {}
    size, high = int(np.prod(shape)), float(bounds["variance 0"][1])
    rng = np.random.default_rng(size)
    squares = np.array([high * np.sum(rng.standard_normal(size) ** 2) for _ in range(runs)])
    weights = np.exp(size / 2 * np.log(high) - squares * (1 - 1 / high) / 2) * (squares / size > high)
    return float(stats.chi2.sf(high * size, size)), float(weights.mean()), float(weights.std() / runs**0.5)


def power(folder: Path, secrets: int) -> tuple[list[Sampled], Counter[tuple[str, str]]]:
    """The checks, and how often each (check, mistake) was caught with so many secrets."""
    caught: Counter[tuple[str, str]] = Counter()
    checks: list[Sampled] = []
    for number in range(secrets):
        checks = [*sampled_checks(folder, f"simulation {number}")]
        caught.update((one.label, name) for one in checks for name in one.caught)
    return checks, caught


class Findings(NamedTuple):
    """All that was simulated."""

    checks: list[Sampled]
    caught: Counter[tuple[str, str]]
    secrets: int
    validity: list[tuple[Normal, tuple[int, ...], float, Rate]]
    tail: tuple[float, float, float]
    scales: list[tuple[float, tuple[int, ...], Rate]]

    def faults(self) -> list[str]:
        """What is not as the page promises."""
        total = sum(false_fail(one.check) for one in self.checks)
        due, estimate, error = self.tail
        found = [f"right submissions fail with {total:.2g}"] if total > PROMISE else []
        found += [f"{shape} at {alpha}: {rate}" for _, shape, alpha, rate in self.validity if rate.exceeds(alpha)]
        found += [f"the far tail is {estimate:.3g}, not {due:.3g}"] if abs(estimate - due) > SIGMAS * error else []
        found += [
            f"{name}: caught by {label} with {count} of {self.secrets} secrets"
            for (label, name), count in self.caught.items()
            if count < self.secrets
        ]
        return found


def simulate(folder: Path, secrets: int, samples: int, tail_samples: int = TAIL_SAMPLES) -> Findings:
    """Everything, with fixed seeds."""
    checks, caught = power(folder, secrets)
    settings = settings_of(checks)
    validity = [
        (compare, shape, alpha, rejected(msgspec.structs.replace(compare, alpha=alpha), shape, samples))
        for compare, shape in settings
        for alpha in ALPHAS
    ]
    compare, shape = max(settings, key=lambda pair: "variance" in pair[0].tests and pair[0].blocks == 1)
    scales = [(factor, shape, rejected(compare, shape, samples // 4, factor)) for factor in FACTORS]
    return Findings(checks, caught, secrets, validity, upper_tail(compare, shape, tail_samples), scales)


def main(arguments: list[str] | None = None) -> int:
    """Simulate and write the page; 1 when something is not as it should be."""
    from statistics_page import page  # noqa: PLC0415 (beside this file)

    parser = argparse.ArgumentParser(description="Simulate the statistical checks of the bundled homework.")
    parser.add_argument("--secrets", type=int, default=100)
    parser.add_argument("--samples", type=int, default=2000)
    options = parser.parse_args(arguments)
    findings = simulate(ROOT, options.secrets, options.samples)
    if faults := findings.faults():
        print("\n".join(faults))
        return 1
    PAGE.write_text(page(findings), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
