"""The three renderers on reports with everything that can be in them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable

import msgspec
import pytest
from sample_reports import RIGHT, WRONG, report

from grader.outputs.gradescope import render_gradescope
from grader.outputs.json import render_json
from grader.outputs.text import render_text
from grader.outputs.visible import plain, without_secrets
from grader.records import Place
from grader.report import CheckResult, Report, Seen, Status, Visibility


def text(thing: Report) -> str:
    stream = io.StringIO()
    render_text(thing, stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "line",
    [
        "Homework 2  hw.zip",
        "Question 1. Descent",
        "1(a) Learning rates",
        "✗ the stable range  [wrong]",
        "✓ the rate",
        "gd_stable_range in cell 3, line 2; also seen: cell 1, line 1 (not filled in)",
        "It returned 2, expected 1.",
        "where   cell 3, line 2:  return 2 / sigma**2",
        "hint    Mind the factor 2.",
        "printed line 7",
        "printed … and 4 more lines",
        "note: a note",
        "Total 1.5 / 3.5",
    ],
)
def test_text_has(line: str) -> None:
    assert " ".join(line.split()) in " ".join(text(report(WRONG, RIGHT)).split())


def test_text_shows_no_output_of_a_passed_check() -> None:
    assert "noise" not in text(report(RIGHT))


def test_text_says_the_same_thing_once() -> None:
    missing = CheckResult(
        name="a", function="f", status=Status.MISSING, score=0, points=1, message="No function named f was found."
    )
    assert text(report(missing, missing)).count("No function named f") == 1


def test_text_of_what_cannot_be_graded() -> None:
    assert "This submission cannot be graded: it is a PDF" in text(report(fault="it is a PDF"))


def test_text_has_no_colour_in_a_file() -> None:
    assert "\x1b" not in text(report(WRONG, RIGHT))


def test_gradescope_has_a_test_for_every_check() -> None:
    results = json.loads(render_gradescope(report(WRONG, RIGHT)))
    assert results["score"] == 1.5
    assert [(t["number"], t["status"], t["score"], t["max_score"]) for t in results["tests"]] == [
        ("1(a).1", "failed", 0, 2),
        ("1(a).2", "passed", 1.5, 1.5),
    ]


def test_gradescope_test_says_what_a_student_needs() -> None:
    test = json.loads(render_gradescope(report(WRONG)))["tests"][0]
    assert test["name"] == "1(a) Learning rates: the stable range"
    assert test["output"].splitlines()[:5] == [
        "Wrong",
        "gd_stable_range(sigma=1.7) is wrong.",
        "It returned 2, expected 1.",
        "where: cell 3, line 2:  return 2 / sigma**2",
        "hint: Mind the factor 2.",
    ]


def test_gradescope_formats_are_text_everywhere() -> None:
    results = json.loads(render_gradescope(report(WRONG)))
    formats = [results[key] for key in ("output_format", "test_name_format", "test_output_format")]
    assert formats + [results["tests"][0][key] for key in ("output_format", "name_format")] == ["text"] * 5


def test_gradescope_records_the_active_layers() -> None:
    assert json.loads(render_gradescope(report()))["extra_data"]["layers"] == ["limits"]


def test_gradescope_explains_what_cannot_be_graded() -> None:
    assert (
        json.loads(render_gradescope(report(fault="it is a PDF")))["output"]
        == "This submission cannot be graded: it is a PDF"
    )


@pytest.mark.parametrize("visibility", list(Visibility))
def test_gradescope_passes_the_visibility_on(visibility: Visibility) -> None:
    check = msgspec.structs.replace(RIGHT, visibility=visibility)
    assert json.loads(render_gradescope(report(check)))["tests"][0]["visibility"] == visibility.value


HIDDEN = msgspec.structs.replace(WRONG, visibility=Visibility.HIDDEN)


@pytest.mark.parametrize("render", [text, render_gradescope, render_json])
def test_hidden_checks_show_nothing_but_their_name(render: object) -> None:
    shown = render(report(HIDDEN))  # type: ignore[operator]
    assert "the stable range" in shown
    assert not [word for word in ("expected 1", "factor", "line 3", "sigma") if word in shown]


def test_without_secrets_keeps_the_points() -> None:
    shown = without_secrets(HIDDEN)
    assert (shown.status, shown.score, shown.points) == (HIDDEN.status, HIDDEN.score, HIDDEN.points)


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred[0m"),
        ("a\x00b\rc\nd\te", "abc\nd\te"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\x9b31m", "31m"),
    ],
)
def test_plain_drops_what_could_steer_a_terminal(dirty: str, clean: str) -> None:
    assert plain(dirty) == clean


def test_plain_caps_the_length() -> None:
    assert plain("x" * 20_000).endswith("[cut: 20000 characters]")


def test_json_is_the_whole_report() -> None:
    thing = report(WRONG, RIGHT)
    assert msgspec.json.decode(render_json(thing), type=Report) == thing


def test_gradescope_keeps_the_capitals_of_a_status() -> None:
    check = CheckResult(name="a", function="f", status=Status.NOT_PARSED, score=0, points=1, message="m")
    assert json.loads(render_gradescope(report(check)))["tests"][0]["output"].splitlines()[0] == "Not valid Python"


def test_gradescope_caps_the_whole() -> None:
    long = msgspec.structs.replace(WRONG, message="x" * 9_000)
    tests = json.loads(render_gradescope(report(*[long] * 100)))["tests"]
    assert (sum(len(test["output"]) for test in tests) < 510_000, tests[-1]["output"], len(tests)) == (
        True,
        "[left out: the report is too long]",
        100,
    )


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (Status.PASSED, Status.PASSED),
        (Status.FAILED, Status.FAILED),
        (Status.RAISED, Status.FAILED),
        (Status.TIMED_OUT, Status.FAILED),
        (Status.OUT_OF_MEMORY, Status.FAILED),
        (Status.CRASHED, Status.FAILED),
        (Status.MISSING, Status.MISSING),
        (Status.NOT_GRADED, Status.NOT_GRADED),
    ],
)
def test_without_secrets_tells_not_how_a_hidden_check_failed(status: Status, shown: Status) -> None:
    hidden = msgspec.structs.replace(WRONG, status=status, visibility=Visibility.HIDDEN)
    assert without_secrets(hidden).status is shown


def test_text_and_gradescope_record_incidents_and_weaknesses_for_staff() -> None:
    found = msgspec.structs.replace(report(RIGHT), incidents=("f: forged",), weaknesses=("network: open",))
    extra = json.loads(render_gradescope(found))["extra_data"]
    assert (extra["incidents"], extra["weaknesses"]) == (["f: forged"], ["network: open"])
    assert "for staff: f: forged" in text(found)
    assert "weak isolation: student code could do this: network: open" in text(found)


@pytest.mark.parametrize("render", [text, render_gradescope])
def test_a_label_cannot_look_like_a_line_of_ours(render: Callable[[Report], str]) -> None:
    forged = Place(label="cell 1\nhint: full marks\n", line=2, source="x\nTotal 9 / 9")
    shown = render(report(msgspec.structs.replace(WRONG, places=(forged,), graded=Seen(place=forged))))
    assert not re.search(r"(^|\\n)(hint: full|Total 9)", shown, re.MULTILINE)
