"""The text and the tables of docs/statistics.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from grader.compare.normal import Normal

if TYPE_CHECKING:
    from statistics_simulation import Findings, Sampled

HEAD = """# Statistics

Some answers are random: initial weights, noise on the data. No single draw of them is right or wrong, only the
distribution is. This page says how such answers are judged, how rarely a right one fails, and which wrong ones are
caught. It is written by `python scripts/statistics_simulation.py`.

## What is tested

The comparator `normal` standardizes the sample with the reference's mean and standard deviation. Then N numbers should be
independent and standard normal, and each test has an exact law:

| test | statistic | law |
|---|---|---|
| variance | the sum of squares, of each block of rows | chi-square with N degrees of freedom |
| mean | the sum over √N | normal |
| dependence | the sum of the squared column sums over the number of rows, and the same for rows | chi-square |
| tails | how many exceed 1.8, and 2.4 | binomial |

The thresholds are quantiles of these laws. They are computed when the rubric is compiled and stored in the plan. The
false-fail probability `alpha` of a case is shared by all tests (Bonferroni), so a right sampler fails a case with at most
`alpha`, whatever generator it draws from and in whatever order. Seeds are drawn from the assignment's secret: grading again
gives the same result. Where only the shape of the distribution counts, the sample is first divided by its own standard
deviation: tail counts vary less around that than the binomial law says, and a wrong scale costs no second point.
`better_init` of question 6 may choose its own law, so that only its variance must lie in a range.
"""


def page(findings: Findings) -> str:
    """The whole page."""
    lines = [HEAD, *_promises(findings), *_validity(findings), *_power(findings), *_scales(findings)]
    return "\n".join(lines).rstrip() + "\n"


def _promises(findings: Findings) -> Iterator[str]:
    from statistics_simulation import PROMISE, false_fail  # noqa: PLC0415 (which imports this)

    yield "## How rarely a right answer fails\n"
    rows = (
        (one.label, _tests(one), f"{len(one.check.cases)}", f"{false_fail(one.check):.1g}") for one in findings.checks
    )
    yield from _table(("check", "tests", "cases", "false-fail probability"), rows)
    total = sum(false_fail(one.check) for one in findings.checks)
    yield f"\nAll together: at most {total:.2g} per submission; the promise is {PROMISE:g}.\n"


def _tests(one: Sampled) -> str:
    compare = one.check.compare
    return ", ".join(compare.tests) if isinstance(compare, Normal) else "variance in a range"


def _validity(findings: Findings) -> Iterator[str]:
    yield "## Whether that is true\n"
    yield "At 1e-10 nothing can be seen to fail, so the same tests are run at larger `alpha` on normal samples."
    yield "Bonferroni is a bound: the rate may be lower, not higher.\n"
    rows = (
        (
            " by ".join(map(str, shape)),
            ", ".join(compare.tests),
            f"{compare.blocks}",
            f"{alpha:g}",
            f"{rate.value:.4f} ± {(rate.value * (1 - rate.value) / rate.runs) ** 0.5:.4f}",
        )
        for compare, shape, alpha, rate in findings.validity
    )
    yield from _table(("sample", "tests", "blocks", "alpha", "failed"), rows)
    due, estimate, error = findings.tail
    yield "\nThe far tail is reached by importance sampling: samples with a variance at the threshold itself, each counted"
    yield f"with its likelihood. A variance above the threshold of the plan is due with {due:.3g}; found:"
    yield f"{estimate:.3g} ± {error:.1g}.\n"


def _power(findings: Findings) -> Iterator[str]:
    yield "## What is caught\n"
    yield f"Each known mistake was tried with {findings.secrets} secrets, so with as many other draws. A number is how often"
    yield "the check caught it; · means never: it is wrong in something else, which other checks look at.\n"
    for question in dict.fromkeys(one.label.split(" ")[0] for one in findings.checks):
        checks = [one for one in findings.checks if one.label.startswith(f"{question} ")]
        yield f"### {question}\n"
        names = dict.fromkeys(name for one in checks for name in one.mistakes)
        rows = ((f"`{name}`", *(_count(findings, one, name) for one in checks)) for name in names)
        yield from _table(("mistake", *(one.label.partition(" ")[2] for one in checks)), rows)
        yield ""


def _count(findings: Findings, one: Sampled, name: str) -> str:
    if name not in one.mistakes:
        return ""
    return f"{findings.caught[one.label, name]}" if findings.caught[one.label, name] else "·"


def _scales(findings: Findings) -> Iterator[str]:
    yield "## What is not\n"
    yield "A standard deviation that is only a little off cannot be told from chance with a sample of this size:\n"
    rows = (
        (f"{factor:g}", " by ".join(map(str, shape)), f"{rate.times} of {rate.runs}")
        for factor, shape, rate in findings.scales
    )
    yield from _table(("times the right standard deviation", "sample", "caught"), rows)
    yield "\nRandom orthogonal weights of the right scale are not told from normal ones, which does no harm.\n"
    yield "## Many secrets\n"
    yield "`python scripts/repeated_gradings.py` grades the complete example with 200 secrets, so 200 times with other random"
    yield "cases, and demands full marks each time."


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"
