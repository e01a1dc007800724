"""The simulation would notice a comparator, a rubric or a promise that is wrong."""

from __future__ import annotations

import msgspec
import pytest
from builders import ROOT
from statistics_page import page
from statistics_simulation import PAGE, PROMISE, Findings, Rate, rejected, simulate, upper_tail

from grader.compare.normal import Normal
from grader.rubric.load import load_rubric

SHAPE = (30, 20)


@pytest.fixture(scope="module")
def findings() -> Findings:
    return simulate(ROOT, secrets=1, samples=40, tail_samples=200)


def test_simulate_finds_every_check_that_compares_samples(findings: Findings) -> None:
    rules = [rules for question in load_rubric(ROOT).questions for part in question.parts for rules in part.checks]
    samplers = {one.check.name for one in findings.checks}
    assert {one.name for one in rules if isinstance(one.compare, Normal)} <= samplers
    assert "the scale of the weights, zero biases" in samplers


def test_simulate_finds_nothing_wrong(findings: Findings) -> None:
    assert findings.faults() == []


def test_faults_name_a_promise_that_does_not_hold(findings: Findings) -> None:
    loose = [
        one._replace(check=msgspec.structs.replace(one.check, compare=Normal(alpha=10 * PROMISE)))
        for one in findings.checks
    ]
    assert findings._replace(checks=loose).faults()[0].startswith("right submissions fail with")


def test_faults_name_a_mistake_that_is_not_always_caught(findings: Findings) -> None:
    assert "caught by 3(a)" in "\n".join(findings._replace(secrets=2).faults())


def test_faults_name_a_test_that_rejects_too_often(findings: Findings) -> None:
    compare, shape, alpha, _rate = findings.validity[0]
    assert findings._replace(validity=[(compare, shape, alpha, Rate(40, 40))]).faults() == [
        f"{shape} at {alpha}: Rate(times=40, runs=40)"
    ]


def test_faults_name_a_wrong_tail(findings: Findings) -> None:
    assert findings._replace(tail=(1e-12, 2e-12, 1e-14)).faults() == ["the far tail is 2e-12, not 1e-12"]


def test_rejected_counts_wrong_scales() -> None:
    assert rejected(Normal(), SHAPE, 20, factor=2.0) == Rate(20, 20)


def test_upper_tail_agrees_with_the_exact_law() -> None:
    due, estimate, error = upper_tail(Normal(alpha=1e-6), SHAPE, 4000)
    assert estimate == pytest.approx(due, abs=5 * error)
    assert error < due / 10


def test_page_names_every_mistake_that_is_tried(findings: Findings) -> None:
    names = {name for one in findings.checks for name in one.mistakes}
    assert {name for name in names if f"`{name}`" in page(findings)} == names


def test_page_in_the_repository_has_the_checks_of_the_rubric(findings: Findings) -> None:
    text = PAGE.read_text("utf-8")
    assert [one.label for one in findings.checks if f"| {one.label} |" not in text] == []
