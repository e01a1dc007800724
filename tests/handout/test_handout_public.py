"""What the public checks have of a plan, and what they must not have."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from assignments import homework
from builders import SQUARE
from builders import plan as plan_of

from grader.errors import UsageError
from grader.handout.probes import needed_source
from grader.handout.public import PUBLIC_SECRET, public_checks
from grader.plan import Check, Plan
from grader.public_checks import (
    PublicChecks,
    decode_checks,
    encode_checks,
    find_checks,
    load_checks,
    selected,
)
from grader.rubric.compile import compile_plan
from grader.targets import LogTarget, ProbeTarget


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return compile_plan(homework(tmp_path_factory.mktemp("homework")), PUBLIC_SECRET)


@pytest.fixture(scope="module")
def checks(plan: Plan) -> PublicChecks:
    return public_checks(plan)


def of_parts(checks: PublicChecks) -> dict[str, tuple[Check, ...]]:
    return {part.label: part.checks for question in checks.plan.questions for part in question.parts}


def test_public_checks_are_the_visible_ones(checks: PublicChecks) -> None:
    names = {label: [check.name for check in found] for label, found in of_parts(checks).items()}
    assert names == {"a": ["the power"], "b": ["the sum", "twice"], "c": [], "d": ["the step"]}


def test_public_checks_say_what_is_graded_later(checks: PublicChecks) -> None:
    later = [(one.part, one.name, one.points, one.visibility and one.visibility.value) for one in checks.later]
    assert later == [("1(a)", "large_ones", 1, "after_due_date"), ("1(c)", "your text", 4, None)]


@pytest.mark.parametrize(
    "secret", [b"x=1000.0", b"Multiplied", b"power_doubled", b"because of", b"x^2", b"for another probe"]
)
def test_public_checks_hold_nothing_that_gives_answers_away(secret: bytes, checks: PublicChecks) -> None:
    assert secret not in encode_checks(checks)


def test_public_cases_are_not_those_that_count(tmp_path: Path, checks: PublicChecks) -> None:
    folder = homework(tmp_path)
    own = {part.label: part.checks for question in compile_plan(folder).questions for part in question.parts}
    assert own["a"][0].cases[0] == of_parts(checks)["a"][0].cases[0]  # a fixed one
    assert not set(own["a"][0].cases[1:]) & set(of_parts(checks)["a"][0].cases)


def test_public_probe_has_only_what_it_needs(checks: PublicChecks) -> None:
    target = of_parts(checks)["b"][1].target
    assert isinstance(target, ProbeTarget)
    assert [line for line in target.source.splitlines() if line[:1].strip()] == [
        "import numpy as np",
        "def _doubled(number):",
        "def twice(namespace, xs):",
    ]


def test_public_checks_leave_those_of_logs_for_later() -> None:
    target = LogTarget(name="logs", probe="read", source="def read(logs): return 1")
    read = msgspec.structs.replace(SQUARE, name="the logged run", target=target)
    found = public_checks(plan_of(SQUARE, read))
    assert [len(checks) for checks in of_parts(found).values()] == [1, 0]
    assert [one.name for one in found.later] == ["the logged run"]


def test_needed_source_keeps_what_changes_a_needed_name() -> None:
    source = "from __future__ import annotations\nLIMITS = {}\nLIMITS['a'] = 1\nOTHER = 2\ndef probe(n):\n    return LIMITS\n"
    assert needed_source(source, "probe").split("\n\n\n") == [
        "from __future__ import annotations",
        "LIMITS = {}",
        "LIMITS['a'] = 1",
        "def probe(n):\n    return LIMITS\n",
    ]


def test_file_of_checks_holds_what_was_put_in(checks: PublicChecks) -> None:
    assert decode_checks(encode_checks(checks), "hw.checks") == checks


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "hw.checks is not a file of checks. Take the file that came with the homework."),
        (b"PK\x03\x04", "hw.checks is not a file of checks. Take the file that came with the homework."),
        (
            b"grader checks, format 7\n...",
            "hw.checks has format 7, and this version of grader reads format 1: "
            "take the grader and the file of checks that belong together",
        ),
        (
            b"grader checks, format 1\n\xc1",
            "hw.checks is damaged, or of another version of grader. Take the file that came with the homework.",
        ),
    ],
)
def test_file_that_is_none_of_checks_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(UsageError) as error:
        decode_checks(data, "hw.checks")
    assert str(error.value) == words


def test_load_checks_says_that_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.checks: there is no such file"):
        load_checks(tmp_path / "no.checks")


def test_find_checks_takes_the_first_folder_that_has_one(tmp_path: Path) -> None:
    (tmp_path / "hw.checks").touch()
    (tmp_path / "below").mkdir()
    assert find_checks((tmp_path / "below", tmp_path)) == tmp_path / "hw.checks"


@pytest.mark.parametrize(
    ("names", "words"), [((), "there is no file of checks"), (("a.checks", "b.checks"), "there are several")]
)
def test_find_checks_says_why_it_finds_none(tmp_path: Path, names: tuple[str, ...], words: str) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match=words):
        find_checks((tmp_path,))


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ((), ["a", "b", "c", "d"]),
        (("1a",), ["a"]),
        (("1(a)", "1.C"), ["a", "c"]),
        (("1",), ["a", "b", "c", "d"]),
        (("Q1b",), ["b"]),
    ],
)
def test_selected_keeps_the_asked_parts(asked: tuple[str, ...], labels: list[str], checks: PublicChecks) -> None:
    assert [*of_parts(selected(checks, asked))] == labels


def test_selected_names_the_parts_when_one_is_not_there(checks: PublicChecks) -> None:
    with pytest.raises(UsageError) as error:
        selected(checks, ("1e",))
    assert str(error.value) == "there is no part '1e'; the parts are 1(a), 1(b), 1(c), 1(d)"
