"""Written answers in the three reports: what staff see, what students see, and what nobody sees."""

from __future__ import annotations

import io
import json

import msgspec
import pytest

from grader.outputs.gradescope import render_gradescope
from grader.outputs.json import render_json
from grader.outputs.text import render_text
from grader.outputs.written import awaiting_words, evidence_word, found_words
from grader.records import Place, Writing
from grader.report import CheckResult, PartResult, QuestionResult, Report, Status, Visibility, WrittenResult

HOLDS = CheckResult(
    name="the curves are there",
    function="submission_logs",
    status=Status.PASSED,
    score=0,
    points=0,
    visibility=Visibility.HIDDEN,
)
FAILS = CheckResult(
    name="the rates differ",
    function="runGDM",
    status=Status.FAILED,
    score=0,
    points=0,
    visibility=Visibility.HIDDEN,
    message="It returned 2, expected 1.",
    hint="Mind the rate.",
)
TEXT = "**1(f)** It is convex.\n\nThe ends decide."
WRITING = Writing(part="1(f)", places=(Place(label="text after cell 7", line=1),), words=7, text=TEXT)
WRITTEN = WrittenResult(
    points=3, checklist=("convex in s^2", "nothing changes"), evidence=(HOLDS, FAILS), writing=WRITING
)
PRIVATE = WrittenResult(
    points=1, checklist=("any answer",), writing=msgspec.structs.replace(WRITING, words=0, text=""), is_private=True
)
RIGHT = CheckResult(name="the rate", function="rate", status=Status.PASSED, score=2, points=2)


def report(written: WrittenResult | None, *checks: CheckResult, awaiting: float = 3, fault: str = "") -> Report:
    score, points = sum(check.score for check in checks), sum(check.points for check in checks)
    part = PartResult(
        label="1(f)", title="In between", score=score, points=points, checks=checks, written=written, awaiting=awaiting
    )
    question = QuestionResult(label="1", title="Descent", score=score, points=points, parts=(part,), awaiting=awaiting)
    return Report(
        assignment="hw2",
        title="Homework 2",
        submission="hw.zip",
        score=score,
        points=points,
        questions=(question,),
        awaiting=awaiting,
        fault=fault,
    )


def lines(thing: Report, encoding: str = "utf-8") -> list[str]:
    """What the terminal shows, lines without the spaces around them."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    render_text(thing, stream)
    stream.seek(0)
    return [" ".join(line.split()) for line in stream.read().splitlines()]


def entries(thing: Report) -> list[dict[str, object]]:
    tests: list[dict[str, object]] = json.loads(render_gradescope(thing))["tests"]
    return tests


@pytest.mark.parametrize(
    "line",
    [
        "Question 1. Descent 3 awaiting",
        "1(f) In between 3 awaiting",
        "✎ written answer [awaits a person] 3 points",
        "text after cell 7: 7 words",
        "│ **1(f)** It is convex.",
        "│ The ends decide.",
        "[ ] convex in s^2",
        "[ ] nothing changes",
        "✓ evidence: the curves are there [holds]",
        "✗ evidence: the rates differ [does not hold]",
        "It returned 2, expected 1.",
        "hint Mind the rate.",
        "Total 0 / 0, and 3 points await a person",
    ],
)
def test_text_of_a_written_part(line: str) -> None:
    assert line in lines(report(WRITTEN))


@pytest.mark.parametrize(
    "line", ["1(f) In between 2 / 2, 3 awaiting", "✓ the rate 2 / 2", "Total 2 / 2, and 3 points await a person"]
)
def test_text_of_a_part_with_checks_too(line: str) -> None:
    assert line in lines(report(WRITTEN, RIGHT))


@pytest.mark.parametrize(
    "line",
    ["? written answer [awaits a person] 3 points", "| The ends decide.", "ok evidence: the curves are there [holds]"],
)
def test_text_without_other_letters(line: str) -> None:
    assert line in lines(report(WRITTEN), "ascii")


def test_text_of_a_part_without_a_text() -> None:
    nothing = msgspec.structs.replace(WRITTEN, writing=None)
    assert "no text found in the notebooks (it may have been handed in elsewhere)" in lines(report(nothing))


def test_text_of_a_private_part() -> None:
    shown = lines(report(PRIVATE, awaiting=1))
    assert "text after cell 7; it is private and stays there" in shown
    assert "Total 0 / 0, and 1 point awaits a person" in shown


@pytest.mark.parametrize("count", [4, 5, 50])
def test_text_shows_only_the_beginning(count: int) -> None:
    long = msgspec.structs.replace(WRITING, text="\n\n".join(f"line {index}" for index in range(count)))
    shown = lines(report(msgspec.structs.replace(WRITTEN, writing=long)))
    assert [line for line in shown if line.startswith("│")] == [f"│ line {index}" for index in range(4)] + ["│ …"] * (
        count > 4
    )


HOSTILE = "\x1b[31mred\rTotal 9 / 9\n\u2028Total 9 / 9\nTotal 9 / 9\n[bold]x[/bold]\n" + "y" * 300


def test_text_cannot_look_like_a_line_of_ours() -> None:
    hostile = msgspec.structs.replace(WRITTEN, writing=msgspec.structs.replace(WRITING, text=HOSTILE))
    shown = lines(report(hostile))
    assert [line for line in shown if "Total 9" in line and not line.startswith("│")] == []
    assert not any("\x1b" in line for line in shown)


def test_gradescope_tells_students_that_a_person_grades() -> None:
    (seen,) = entries(report(WRITTEN))
    assert seen == {
        "number": "1(f).1",
        "name": "1(f) In between: written answer",
        "name_format": "text",
        "visibility": "visible",
        "output": "A person grades this: 3 points.\nA text was found: text after cell 7: 7 words.",
        "output_format": "text",
    }


@pytest.mark.parametrize(
    ("written", "fault", "output"),
    [
        (
            msgspec.structs.replace(WRITTEN, writing=None),
            "",
            "A person grades this: 3 points.\nNo text found in the notebooks (it may have been handed in elsewhere).",
        ),
        (
            PRIVATE,
            "",
            "A person grades this: 1 point.\nA text was found: text after cell 7; it is private and stays there.",
        ),
        (msgspec.structs.replace(WRITTEN, writing=None), "it is a PDF", "A person grades this: 3 points."),
    ],
)
def test_gradescope_tells_students_what_was_found(written: WrittenResult, fault: str, output: str) -> None:
    assert entries(report(written, fault=fault))[0]["output"] == output


@pytest.mark.parametrize(
    "secret", ["convex in s^2", "nothing changes", "the curves", "the rates", "expected 1", "Mind"]
)
def test_gradescope_shows_students_no_solution_text(secret: str) -> None:
    assert secret not in render_gradescope(report(WRITTEN, RIGHT))


def test_gradescope_hides_no_entry_of_a_written_answer() -> None:
    """One that is hidden would take the total out of the students' sight."""
    assert {entry["visibility"] for entry in entries(report(WRITTEN, RIGHT))} == {"visible"}


@pytest.mark.parametrize("key", ["score", "max_score", "status"])
def test_gradescope_gives_no_mark_where_a_person_does(key: str) -> None:
    undecided = CheckResult(name="a formula", function="f", status=Status.UNDECIDED, score=0, points=2)
    assert not [entry for entry in entries(report(WRITTEN, undecided)) if key in entry]


def test_gradescope_score_is_the_automatic_one() -> None:
    results = json.loads(render_gradescope(report(WRITTEN, RIGHT)))
    assert (results["score"], results["output"]) == (2, "Homework 2: 2 of 2 points, and 3 points await a person")


def test_text_of_an_undecided_check() -> None:
    undecided = CheckResult(name="a formula", function="f", status=Status.UNDECIDED, score=0, points=2)
    assert "✎ a formula [awaits a person] 2 points" in lines(report(None, undecided, awaiting=2))


def test_json_has_everything() -> None:
    thing = report(WRITTEN, RIGHT)
    assert msgspec.json.decode(render_json(thing), type=Report) == thing


@pytest.mark.parametrize(
    ("points", "words"),
    [(1, "1 point awaits a person"), (2, "2 points await a person"), (0.5, "0.5 points await a person")],
)
def test_awaiting_words(points: float, words: str) -> None:
    assert awaiting_words(points) == words


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.PASSED, "holds"),
        (Status.FAILED, "does not hold"),
        (Status.MISSING, "not found"),
        (Status.RAISED, "raised an exception"),
    ],
)
def test_evidence_word(status: Status, word: str) -> None:
    assert evidence_word(msgspec.structs.replace(HOLDS, status=status)) == word


def test_found_words_of_several_places() -> None:
    places = (Place(label="a.ipynb, text after cell 1", line=1), Place(label="a.ipynb, text after\ncell 2", line=3))
    written = msgspec.structs.replace(WRITTEN, writing=msgspec.structs.replace(WRITING, places=places, words=1))
    assert found_words(written) == "a.ipynb, text after cell 1, a.ipynb, text after cell 2: 1 word"
