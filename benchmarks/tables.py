"""The tables of a run, as Markdown: medians, with the quartiles of what is a ratio within each round."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

from records import Batch, Result, Row, Section

PAGE = Path(__file__).resolve().parents[1] / "docs/performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
COLD = (
    "| grader | wall s | CPU s | peak MiB | wall ÷ floor | CPU ÷ floor | wall ÷ ours |",
    "|---|---|---|---|---|---|---|",
)
BATCH = (
    "| grader | workers | submissions/s | start s | /s after the start | CPU ms each | our rate ÷ its rate |",
    "|---|---|---|---|---|---|---|",
)
FEW = 3
UNCLEAR = "unclear"  # no round in which more submissions took longer than few


def render(result: Result) -> str:
    """All of it."""
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    lines = [
        f"Measured by `{result.command}` on {result.date}, {result.machine}; {versions}. Before a round, others used at",
        f"most {result.busy:.0%} of the processors.",
    ]
    for section in result.sections:
        lines += [
            "",
            f"### {section.title}",
            "",
            *_scores(section),
            *COLD,
            *_cold(section),
            "",
            *BATCH,
            *_batch(section),
        ]
        lines += ["", *_warm(section)]
    return "\n".join(lines)


def write_into_page(result: Result) -> None:
    """Replace what stands between the marks of docs/performance.md."""
    text = PAGE.read_text("utf-8")
    marks = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    PAGE.write_text(marks.sub(lambda _old: f"{BEGIN}\n{render(result)}\n{END}", text), "utf-8")


def row_of(section: Section, tool: str) -> Row:
    """The row of this grader."""
    return next(row for row in section.rows if row.tool == tool)


def _scores(section: Section) -> Iterator[str]:
    if section.scores:
        right, wrong = next(iter(section.scores.values()))
        same = "all" if len(set(section.scores.values())) == 1 else "not all"
        yield f"Points of the right and of the wrong submission: {right:g} and {wrong:g}; {same} graders agree."
        yield ""


def _cold(section: Section) -> Iterator[str]:
    floor, ours = row_of(section, "floor"), row_of(section, "grader")
    for row in section.rows:
        wall, cpu = [one.wall for one in row.cold], [one.cpu for one in row.cold]
        yield _line(
            row.tool,
            f"{statistics.median(wall):.3f}",
            f"{statistics.median(cpu):.3f}",
            f"{statistics.median(row.peaks):.0f}",
            spread(ratios(wall, [one.wall for one in floor.cold])),
            spread(ratios(cpu, [one.cpu for one in floor.cold])),
            spread(ratios(wall, [one.wall for one in ours.cold])),
        )


def _batch(section: Section) -> Iterator[str]:
    ours = row_of(section, "grader").batches
    for row in section.rows:
        for width, rounds in row.batches.items():
            has_start, clear = any(one.few for one in rounds), [one for one in rounds if one.is_clear]
            yield _line(
                row.tool,
                width,
                number([one.rate for one in rounds]),
                number([one.start for one in clear]) if has_start else "in each",
                number([one.rate_after_start for one in clear]) if has_start else "the same",
                number([one.cpu_ms for one in clear]),
                spread(ratios(_rates(ours[width]), [one.rate for one in rounds])),
            )


def _rates(batches: Sequence[Batch]) -> list[float]:
    return [one.rate for one in batches]


def _warm(section: Section) -> Iterator[str]:
    floor, ours = row_of(section, "floor"), row_of(section, "grader").batches
    by_width = {
        width: [one.cpu_ms / warm for one, warm in zip(rounds, floor.warm_ms, strict=True) if one.is_clear]
        for width, rounds in ours.items()
    }
    words = " and ".join(f"with {width} worker(s) {spread(found)}" for width, found in by_width.items())
    yield (
        f"Warm floor: {number(floor.warm_ms)} ms of processor time a submission, in one process. "
        f"Ours takes, times as much: {words}."
    )


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round, as far as both go."""
    return [one / other for one, other in zip(above, below, strict=False)]


def number(values: Sequence[float]) -> str:
    """The median, to three digits."""
    return _digits(statistics.median(values)) if values else UNCLEAR


def spread(values: Sequence[float]) -> str:
    """The median and the quartiles; of few values the smallest and the largest."""
    if not values:
        return UNCLEAR
    if len(values) <= FEW:
        low, high = min(values), max(values)
    else:
        low, _middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{_digits(statistics.median(values))} ({_digits(low)} to {_digits(high)})"


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004
