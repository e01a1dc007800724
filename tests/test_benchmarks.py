"""The benchmark compares graders on the same work. Nothing is timed here, and no other grader is installed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from measure import Job, Measured, run
from places import POINTS, Counts, check_scores, contenders
from records import Batch
from students import KINDS, submission
from tables import number, ratios, spread

from grader.api import load_assignment

ASSIGNMENT = Path(__file__).resolve().parents[1] / "benchmarks/assignment"
RIGHT_PARTS_OF_WRONG = 3.0  # softmax without the shift, of ordinary numbers
BATCH = Batch(count=102, width=2, took=Measured(6.0, 11.0), few=2, took_few=Measured(1.0, 1.0))


@pytest.mark.parametrize("kind", KINDS)
def test_grader_and_floor_give_the_same_points(kind: str, tmp_path: Path) -> None:
    those = contenders(tmp_path / kind, kind, Counts(grader=2, floor=2), peers=())
    both = (POINTS[kind], RIGHT_PARTS_OF_WRONG)
    assert check_scores(those, kind) == {"floor": both, "grader": both}


def test_assignment_has_the_points_of_the_table() -> None:
    assert load_assignment(ASSIGNMENT).points == POINTS["torch"]


def test_submissions_are_all_different() -> None:
    assert len({submission(index, "torch").notebook for index in range(50)}) == 50


def test_run_counts_what_the_command_computed(tmp_path: Path) -> None:
    loop = "import time\nwhile time.process_time() < 0.3: pass"
    assert run(Job(((sys.executable, "-c", loop),), tmp_path)).cpu >= 0.3


def test_run_with_a_failing_command_says_what_it_printed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        run(Job(((sys.executable, "-c", "raise SystemExit('no such thing')"),), tmp_path))


def figures(batch: Batch) -> Sequence[float]:
    return batch.rate, batch.rate_after_start, batch.start, batch.cpu_ms


def test_batch_takes_its_start_apart() -> None:
    assert figures(BATCH) == pytest.approx((17.0, 20.0, 0.9, 100.0))


def test_batch_that_took_no_longer_than_a_few_is_not_clear() -> None:
    assert not Batch(count=12, width=2, took=Measured(2.0, 3.0), few=2, took_few=Measured(2.5, 3.2)).is_clear


def test_number_of_no_clear_round_says_so() -> None:
    assert number([]) == "unclear"


def test_ratios_are_taken_within_rounds() -> None:
    assert ratios([2.0, 9.0, 1.0], [1.0, 3.0]) == [2.0, 3.0]


def test_spread_of_few_rounds_shows_the_smallest_and_the_largest() -> None:
    assert spread([1.0, 4.0, 2.0]) == "2 (1 to 4)"
