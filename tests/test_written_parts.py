"""Written parts from a zip to the reports: real notebooks, a real child, the real command."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from builders import SQUARE, check, mixed_notebook, plan, zip_bundle, zipped

from grader.pipeline import grade, unfinished, ungradable
from grader.plan import Part, Plan, Question, Written, asked_parts
from grader.reading import read_in_child
from grader.records import Reading, Writing
from grader.report import PartResult, Report, Status
from grader.rubric.compile import compile_plan
from grader.sandbox.client import Sandbox
from grader.scoring import part_result, written_result

SENTENCE = "I worked with Ada Lovelace."
CUBE = check("cube", [((2.0,), 8.0)], points=0)
PARTS = (
    Part(label="a", title="A square", checks=(SQUARE,), written=Written(points=3, checklist=("convex",))),
    Part(label="b", title="Friends", checks=(), written=Written(points=1, checklist=("any",), is_private=True)),
    Part(
        label="c",
        title="A cube",
        checks=(),
        needs=("a",),
        written=Written(points=2, checklist=("x",)),
        evidence=(CUBE,),
    ),
)
WANTS = msgspec.structs.replace(plan(), questions=(Question(label="1", title="Squares", parts=PARTS),))
RIGHT, WRONG = "def square(x): return x * x", "def square(x): return 2 * x"
CELLS = (
    ("markdown", "## Problem 1\n\n**(a)** It is convex."),
    ("code", RIGHT),
    ("markdown", f"**(b)** {SENTENCE}"),
    ("code", "def cube(x): return x ** 3"),
    ("raw", "1(c): because"),
)


def graded(the_plan: Plan, sandbox: Sandbox, *cells: tuple[str, str]) -> Report:
    return grade(zip_bundle(zipped({"hw/hw.ipynb": mixed_notebook(*cells)})), the_plan, sandbox)


def parts_of(report: Report) -> list[PartResult]:
    return [part for question in report.questions for part in question.parts]


def test_grade_collects_written_answers(sandbox: Sandbox) -> None:
    texts = [part.written and part.written.writing for part in parts_of(graded(WANTS, sandbox, *CELLS))]
    assert [text and (text.part, text.text, text.places[0].label) for text in texts] == [
        ("1(a)", "**(a)** It is convex.", "text before cell 1"),
        ("1(b)", "", "text after cell 1"),
        ("1(c)", "1(c): because", "text after cell 2"),
    ]


def test_grade_sums_what_awaits_a_person(sandbox: Sandbox) -> None:
    report = graded(WANTS, sandbox, *CELLS)
    assert (report.score, report.points, report.awaiting) == (1, 1, 6)
    assert [part.awaiting for part in parts_of(report)] == [3, 1, 2]


def test_grade_counts_no_missing_text_as_zero(sandbox: Sandbox) -> None:
    report = graded(WANTS, sandbox, ("code", RIGHT))
    assert (report.score, report.points, report.awaiting) == (1, 1, 6)


@pytest.mark.parametrize("source", [RIGHT, WRONG])
def test_grade_collects_texts_whatever_the_prerequisites_do(source: str, sandbox: Sandbox) -> None:
    report = graded(
        WANTS, sandbox, ("code", source), ("code", "def cube(x): return x ** 3"), ("markdown", "**1(c)** x")
    )
    written = parts_of(report)[2].written
    assert written is not None
    assert (written.writing is not None, [one.status for one in written.evidence]) == (True, [Status.PASSED])


def test_grade_runs_a_part_whose_prerequisite_awaits_a_person(sandbox: Sandbox) -> None:
    needing = (PARTS[1], Part(label="c", title="C", checks=(SQUARE,), needs=("b",)))
    the_plan = msgspec.structs.replace(plan(), questions=(Question(label="1", title="Q", parts=needing),))
    assert graded(the_plan, sandbox, ("code", RIGHT)).score == 1


def test_grade_takes_a_notebook_of_text_only(sandbox: Sandbox) -> None:
    report = graded(WANTS, sandbox, ("markdown", "**1(a)** It is convex."))
    written = parts_of(report)[0].written
    assert written is not None
    assert (report.fault, written.writing is not None) == ("", True)


@pytest.mark.parametrize("report", [ungradable("hw.pdf", "it is a PDF", WANTS), unfinished("hw.zip", WANTS)])
def test_reports_without_grading_keep_what_awaits_a_person(report: Report) -> None:
    found = [part.written and part.written.writing for part in parts_of(report)]
    assert (report.score, report.points, report.awaiting, found) == (0, 1, 6, [None] * 3)


def test_reading_holds_no_private_text(sandbox: Sandbox) -> None:
    thing = zip_bundle(zipped({"hw.ipynb": mixed_notebook(*CELLS)}))
    reading = read_in_child(thing, WANTS, sandbox)
    assert ("Ada" in repr(reading), "convex" in repr(reading)) == (False, True)


def test_written_result_keeps_no_private_text() -> None:
    reading = Reading(writings=(Writing(part="1(b)", places=(), words=5, text=SENTENCE),))
    result = written_result(WANTS.questions[0], PARTS[1], (), reading)
    assert result is not None
    assert result.writing == Writing(part="1(b)", places=())


def test_part_result_leaves_out_what_is_undecided() -> None:
    statuses = (Status.PASSED, Status.FAILED, Status.UNDECIDED)
    report = ungradable("x", "x", plan(SQUARE, SQUARE, SQUARE))
    checks = [part.checks[0] for part in parts_of(report)]
    scores = {Status.PASSED: 1.0}
    results = [
        msgspec.structs.replace(one, status=status, score=scores.get(status, 0.0))
        for one, status in zip(checks, statuses, strict=True)
    ]
    part = part_result(WANTS.questions[0], PARTS[0], results)
    assert (part.score, part.points, part.awaiting) == (1, 2, 1)


def test_asked_parts_of_a_plan_without_written_parts() -> None:
    assert asked_parts(plan(SQUARE)) == ()


def test_asked_parts_know_the_handout_and_the_titles() -> None:
    part = msgspec.structs.replace(PARTS[0], written=Written(points=3, checklist=("x",), prompt=("Why?",)))
    the_plan = msgspec.structs.replace(plan(), questions=(Question(label="1", title="Q", parts=(part,)),))
    assert asked_parts(the_plan)[0].prompt == ("Why?", "Q", "A square")


QUESTION = """\
question: 1
title: Squares
reference: squares.py
parts:
  - part: a
    title: Why
    points: 3
    written: {points: 3, checklist: [it is convex]}
    evidence:
      - {name: the square, function: square, signature: square(x) -> y, cases: [{x: 2.0}, {x: 3.0}], compare: close}
  - part: b
    title: Friends
    points: 1
    written: {points: 1, checklist: [any answer], private: true}
"""
HANDOUT = (("markdown", "## Problem 1"), ("markdown", "<!-- answer 1(a) -->\n**1(a)** Why?\n\n*Your answer here.*"))


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    folder = tmp_path / "assignment"
    (folder / "rubrics" / "handout").mkdir(parents=True)
    (folder / "reference").mkdir()
    main = "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nhandout: handout/hw.ipynb\n"
    (folder / "rubrics" / "hw.yaml").write_text(main, "utf-8")
    (folder / "rubrics" / "q1.yaml").write_text(QUESTION, "utf-8")
    (folder / "rubrics" / "handout" / "hw.ipynb").write_bytes(mixed_notebook(*HANDOUT))
    (folder / "reference" / "squares.py").write_text("def square(x):\n    return x * x\n", "utf-8")
    return folder


def test_compile_plan_takes_the_prompt_from_the_handout(assignment: Path) -> None:
    written = [part.written for part in compile_plan(assignment).questions[0].parts]
    assert [one and one.prompt for one in written] == [
        ("## Problem 1", "<!-- answer 1(a) -->", "**1(a)** Why?", "*Your answer here.*"),
        ("## Problem 1",),
    ]


def test_grade_finds_no_answer_in_the_handout(assignment: Path, sandbox: Sandbox) -> None:
    parts = parts_of(graded(compile_plan(assignment), sandbox, *HANDOUT))
    assert [part.written and part.written.writing for part in parts] == [None, None]


@pytest.mark.parametrize("style", ["text", "json"])
def test_command_prints_no_private_text(style: str, assignment: Path, tmp_path: Path) -> None:
    cells = (*HANDOUT, ("markdown", f"**1(b)** {SENTENCE}"), ("code", RIGHT), ("markdown", "**1(a)** It is convex."))
    (tmp_path / "hw.zip").write_bytes(zipped({"hw.ipynb": mixed_notebook(*cells)}))
    options = ["-a", str(assignment), "-o", "results.json", "--format", style, "--allow-weak-isolation"]
    environment = os.environ | {"GRADER_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "grader", "run", "hw.zip", *options]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    written = [
        path.read_bytes().decode("utf-8", "replace")
        for path in tmp_path.rglob("*")
        if path.suffix != ".zip" and path.is_file()
    ]
    everything = "".join([done.stdout, done.stderr, *written])
    assert ("It is convex." in done.stdout, "Lovelace" in everything) == (True, False)
