"""Reports for CI systems and other graders, in their real formats."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from sample_reports import PLACE, RIGHT, WRONG, report

from grader.outputs.classroom import render_classroom
from grader.outputs.formats import FORMATS, render
from grader.outputs.github import MAX_SUMMARY_BYTES, render_annotations, render_summary
from grader.outputs.junit import harness_error, render_junit
from grader.outputs.prairielearn import render_prairielearn
from grader.records import Place
from grader.report import CheckResult, Status, Visibility

SKIPPED = CheckResult(name="later", function="f", status=Status.SKIPPED, score=0, points=1, message="Not run.")
HIDDEN = msgspec.structs.replace(WRONG, name="the secret one", visibility=Visibility.HIDDEN)
NASTY = msgspec.structs.replace(
    WRONG, name="a ]]> <b>|`x`, 100%:\x1b[31m", message="::error::\x00forged\n::warning::x \uffff"
)
IN_A_FILE = msgspec.structs.replace(WRONG, places=(Place(label="deeplearning/optim.py", line=7),))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("thing", [report(WRONG, RIGHT, NASTY, SKIPPED), report(), report(fault="it is a PDF")])
def test_render_gives_text_that_can_be_written(name: str, thing: object) -> None:
    assert isinstance(thing, type(report()))
    assert render(thing, name).encode("utf-8")


def test_render_refuses_another_format() -> None:
    with pytest.raises(ValueError, match="yaml"):
        render(report(), "yaml")


@pytest.mark.parametrize("name", FORMATS)
def test_render_keeps_what_is_hidden(name: str) -> None:
    assert "It returned 2" not in render(report(HIDDEN), name)


# --- JUnit -----------------------------------------------------------------------------------------------------------


def cases_of(text: str) -> list[tuple[str, str, list[str]]]:
    root = ET.fromstring(text)  # noqa: S314 (our own)
    return [
        (case.get("classname", ""), case.get("name", ""), [child.tag for child in case if child.tag != "properties"])
        for case in root.iter("testcase")
    ]


def test_junit_has_a_case_for_every_check() -> None:
    assert cases_of(render_junit(report(WRONG, RIGHT, SKIPPED))) == [
        ("hw2.1(a)", "the stable range", ["failure"]),
        ("hw2.1(a)", "the rate", []),
        ("hw2.1(a)", "later", ["skipped"]),
    ]


def test_junit_counts() -> None:
    root = ET.fromstring(render_junit(report(WRONG, RIGHT, SKIPPED)))  # noqa: S314
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }


def test_junit_tells_the_points_and_the_gap() -> None:
    root = ET.fromstring(render_junit(report(WRONG)))  # noqa: S314
    failure = root.find(".//failure")
    assert failure is not None
    assert "It returned 2, expected 1." in (failure.text or "")
    assert [prop.get("value") for prop in root.findall(".//testcase/properties/property")] == ["0", "2"]


def test_junit_is_well_formed_whatever_a_student_writes() -> None:
    assert cases_of(render_junit(report(NASTY)))[0][1] == "a ]]> <b>|`x`, 100%:[31m"


@pytest.mark.parametrize(
    ("text", "kind"), [(render_junit(report(fault="a PDF")), "failure"), (harness_error("hw2", "no sandbox"), "error")]
)
def test_junit_takes_faults_of_the_harness_for_errors_only(text: str, kind: str) -> None:
    assert [tags for _classname, _name, tags in cases_of(text)] == [[kind]]


# --- GitHub ----------------------------------------------------------------------------------------------------------


def test_annotations_name_the_file_and_line() -> None:
    line = render_annotations(report(IN_A_FILE)).splitlines()[0]
    assert line.startswith("::error file=deeplearning/optim.py,line=7,title=1(a) Learning rates%3A the stable range")


def test_annotations_of_a_cell_name_no_file() -> None:
    assert render_annotations(report(WRONG)).startswith("::error title=1(a)")
    assert PLACE.label in render_annotations(report(WRONG))


def test_annotations_cannot_be_forged() -> None:
    lines = render_annotations(report(NASTY)).splitlines()
    assert [re.match(r"::(\w+) ", line) is not None for line in lines] == [True, True]


def test_annotations_stay_within_what_a_step_may_have() -> None:
    lines = render_annotations(report(*[WRONG] * 30)).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 9
    assert lines[8] == "::error title=More::22 more checks fail: see the summary."


def test_summary_has_a_table_and_the_gaps() -> None:
    summary = render_summary(report(WRONG, RIGHT))
    assert "| 1(a) | Learning rates | 1.5 / 3.5 |" in summary
    assert "    It returned 2, expected 1." in summary


def test_summary_has_no_markup_of_a_student() -> None:
    assert "<b>" not in render_summary(report(NASTY))


def test_summary_stays_within_the_limit() -> None:
    long = msgspec.structs.replace(WRONG, message="ß" * 9_000)
    assert len(render_summary(report(*[long] * 200)).encode()) <= MAX_SUMMARY_BYTES


# --- PrairieLearn and Classroom 50 -----------------------------------------------------------------------------------


def test_prairielearn_has_points_and_a_score_from_0_to_1() -> None:
    results = json.loads(render_prairielearn(report(WRONG, RIGHT)))
    assert results["score"] == pytest.approx(1.5 / 3.5, abs=1e-6)
    assert [(test["points"], test["max_points"]) for test in results["tests"]] == [(0, 2), (1.5, 1.5)]


def test_prairielearn_takes_no_attempt_for_what_cannot_be_graded() -> None:
    assert json.loads(render_prairielearn(report(fault="it is a PDF"))) == {
        "gradable": False,
        "format_errors": ["it is a PDF"],
    }


def test_prairielearn_shows_nothing_before_its_time() -> None:
    later = msgspec.structs.replace(WRONG, visibility=Visibility.AFTER_DUE_DATE)
    assert "It returned 2" not in render_prairielearn(report(later))


def test_prairielearn_stays_within_a_megabyte() -> None:
    long = msgspec.structs.replace(WRONG, message="x" * 9_000)
    text = render_prairielearn(report(*[long] * 200, WRONG))
    assert len(text) < 2**20
    assert "It returned 2" in text


def test_points_that_a_person_decides_do_not_count_as_lost() -> None:
    undecided = CheckResult(name="a formula", function="f", status=Status.UNDECIDED, score=0, points=2)
    classroom = json.loads(render_classroom(report(RIGHT, undecided), {}))
    assert (classroom["score"], classroom["max-score"]) == (3, 3)
    tests = json.loads(render_prairielearn(report(RIGHT, undecided)))["tests"]
    assert [test["max_points"] for test in tests] == [1.5, 0]


def test_classroom_scales_points_to_whole_numbers() -> None:
    results = json.loads(render_classroom(report(WRONG, RIGHT), {"CLASSROOM": "cs1", "SUBMISSION_TAG": "s/7"}))
    assert (results["schema"], results["classroom"], results["submission"]) == ("classroom50/result/v1", "cs1", "s/7")
    assert (results["score"], results["max-score"], results["points-scale"]) == (3, 7, 2)
    assert [(test["passed"], test["score"], test["max-score"]) for test in results["tests"]] == [
        (False, 0, 4),
        (True, 3, 3),
    ]
