"""Grading a submission: candidates, parts, points."""

from __future__ import annotations

import msgspec
import pytest
from builders import SQUARE, bundle, check, notebook, plan, zip_bundle, zipped

from grader.pipeline import grade, ungradable
from grader.plan import Case, Check, Part, Plan, Question
from grader.records import Bundle
from grader.report import CheckResult, Report, Status, Visibility
from grader.sandbox.client import Sandbox
from grader.sandbox.layers import LAYERS
from grader.targets import ProbeTarget

RIGHT, WRONG = "def square(x): return x * x", "def square(x): return 2 * x"
HALF = "def square(x): return x * x if x < 2.5 else 0"
LARGE = check("square", [((5.0,), 25.0)], points=0.5)
SMALL = check("square", [((2.0,), 4.0)], points=0.25)


def one_part(*checks: Check) -> Plan:
    return msgspec.structs.replace(
        plan(), questions=(Question(label="1", title="Q", parts=(Part(label="a", title="P", checks=checks),)),)
    )


def results(report: Report) -> list[CheckResult]:
    return [check for question in report.questions for part in question.parts for check in part.checks]


def statuses(thing: Bundle, the_plan: Plan, sandbox: Sandbox) -> list[str]:
    return [result.status.value for result in results(grade(thing, the_plan, sandbox))]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ((RIGHT,), "passed"),
        ((WRONG,), "failed"),
        (("x = 1",), "missing"),
        (("def square(x): pass",), "placeholder"),
        (("def square(x)\n    return x",), "not_parsed"),
        ((WRONG, RIGHT), "passed"),
        ((RIGHT, WRONG), "passed"),
        ((RIGHT, "def square(x): raise NotImplementedError"), "passed"),
        ((RIGHT, "def square(x)\n    return"), "passed"),
        (("def square(x): pass", "def square(x)\n    return x"), "not_parsed"),
        (("while True: pass", RIGHT, "import os; os._exit(1)"), "passed"),
    ],
)
def test_grade_takes_the_best_candidate(cells: tuple[str, ...], status: str, sandbox: Sandbox) -> None:
    assert statuses(bundle(*cells), plan(SQUARE), sandbox) == [status]


@pytest.mark.parametrize(
    "cells",
    [
        ("def helper(x): return x * x", "def square(x): return helper(x)", "def helper(x): return x ** 3"),
        ("K = 2", "def square(x): return x ** K", "K = 3"),
        ("def loss(x): return x * x", "def square(x): return loss(x)", "loss = 0\nfor i in range(3): loss = loss + i"),
        ("K = 1  # wrong", "def square(x): return x ** K", "K = 2  # that is it"),
        ("def square(x): return x ** K", "K = 2", "K = 3"),
        ("import numpy as np", "def square(x): return x * x if x > 0 else 0", "square = np.vectorize(square)"),
        ("def twice(f): return lambda x: f(x)", RIGHT, "square = twice(square)", "square = twice(square)"),
        ("def square(x): return 0", "def twice(f): return lambda x: x * x + f(x)", "square = twice(square)"),
    ],
)
def test_grade_runs_the_document_as_the_student_may_have(cells: tuple[str, ...], sandbox: Sandbox) -> None:
    assert statuses(bundle(*cells), plan(SQUARE), sandbox) == ["passed"]


def test_grade_shows_a_definition_once_however_often_it_ran(sandbox: Sandbox) -> None:
    cells = ("K = 3", "def square(x): return x ** K", "K = 4")
    result = results(grade(bundle(*cells), plan(SQUARE), sandbox))[0]
    assert (result.status, result.others) == (Status.FAILED, ())


WITH_GLOBALS = msgspec.structs.replace(
    check("total", [((1.0,), 7.0), ((2.0,), 22.0)]),
    cases=(
        Case(arguments=(1.0,), expected=(7.0,), globals=(("X", 3.0),), shown="x=1.0"),
        Case(arguments=(2.0,), expected=(22.0,), globals=(("X", 10.0),), shown="x=2.0"),
    ),
)


@pytest.mark.parametrize(
    "cells",
    [
        ("X = 99", "def total(x): return 2 * X + x"),
        ("X = 99", "X2 = 2 * X", "def total(x): return X2 + x"),
        ("X = load()", "def total(x, X=X): return 2 * X + x"),
        ("def total(x): return 2 * X + x",),
        ("X = 99\nX2 = X * 2\nadd = lambda x, X2=X2: X2 + x", "total = add"),
    ],
)
def test_grade_sets_the_globals_of_a_case_before_anything_uses_them(cells: tuple[str, ...], sandbox: Sandbox) -> None:
    assert statuses(bundle(*cells), plan(WITH_GLOBALS), sandbox) == ["passed"]


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED])
def test_grade_keeps_secret_inputs_out_of_what_visible_checks_print(visibility: Visibility, sandbox: Sandbox) -> None:
    source = "seen = []\ndef square(x):\n    seen.append(x)\n    print(seen)\n    return 0"
    secret = check("square", [((12345.0,), 1.0)], visibility=visibility)
    report = grade(bundle(source), one_part(secret, SQUARE), sandbox)
    assert "12345" not in results(report)[1].stdout


def test_grade_gives_a_rival_definition_a_child_of_its_own(sandbox: Sandbox) -> None:
    spoiler = "import numpy as np\ndef square(x):\n    np.multiply = lambda a, b: 0\n    return 0"
    cells = ("import numpy as np", "def square(x): return float(np.multiply(x, x))", spoiler)
    assert statuses(bundle(*cells), plan(SQUARE), sandbox) == ["passed"]


def test_grade_names_the_graded_candidate_and_the_others(sandbox: Sandbox) -> None:
    cells = ("def square(x): pass", WRONG, RIGHT, "def square(x): return 0", "def square(x)\n    return")
    result = results(grade(bundle(*cells), plan(SQUARE), sandbox))[0]
    assert result.graded is not None
    assert result.graded.place.label == "cell 3"
    assert [(seen.place.label, seen.remark) for seen in result.others] == [
        ("cell 4", "0 of 1 points"),
        ("cell 1", "not filled in"),
        ("cell 2", "not needed: a later one has full marks"),
        ("cell 5", "does not parse: expected ':' (line 1)"),
    ]


def test_grade_takes_one_candidate_for_all_checks_of_a_function(sandbox: Sandbox) -> None:
    cells = (HALF, "def square(x): return x * x if x > 2.5 else 0")
    assert statuses(bundle(*cells), one_part(SMALL, LARGE), sandbox) == ["failed", "passed"]


def test_grade_keeps_the_order_of_the_rubric(sandbox: Sandbox) -> None:
    cube = check("cube", [((2.0,), 8.0)])
    report = grade(bundle(RIGHT, "def cube(x): return x ** 3"), one_part(SMALL, cube, LARGE), sandbox)
    assert [(result.function, result.status.value) for result in results(report)] == [
        ("square", "passed"),
        ("cube", "passed"),
        ("square", "passed"),
    ]


def test_grade_adds_up_without_binary_dust(sandbox: Sandbox) -> None:
    tenths = tuple(check("square", [((2.0,), 4.0)], points=0.1) for _i in range(3))
    report = grade(bundle(RIGHT), one_part(*tenths), sandbox)
    assert (report.score, report.points) == (0.3, 0.3)


def needing(source: str, sandbox: Sandbox, *first: Check) -> list[CheckResult]:
    parts = (
        Part(label="a", title="A", checks=first or (SMALL, LARGE)),
        Part(label="b", title="B", checks=(check("cube", [((2.0,), 8.0)]),), needs=("a",)),
    )
    the_plan = msgspec.structs.replace(plan(), questions=(Question(label="1", title="Q", parts=parts),))
    return results(grade(bundle(source, "def cube(x): return x ** 3"), the_plan, sandbox))


def test_grade_runs_a_part_whose_prerequisite_has_full_marks(sandbox: Sandbox) -> None:
    assert needing(RIGHT, sandbox)[-1].status is Status.PASSED


def test_grade_skips_a_part_whose_prerequisite_failed(sandbox: Sandbox) -> None:
    skipped = needing(HALF, sandbox)[-1]
    assert (skipped.status, skipped.message) == (Status.SKIPPED, "Not run: it builds on 1(a), which is not right yet.")


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE_DATE, Visibility.AFTER_PUBLISHED])
def test_grade_tells_nothing_of_a_secret_check_by_what_is_not_run(visibility: Visibility, sandbox: Sandbox) -> None:
    secret = msgspec.structs.replace(LARGE, visibility=visibility)
    statuses = [check.status for check in needing(HALF, sandbox, SMALL, secret)]
    assert statuses == [Status.PASSED, Status.FAILED, Status.PASSED]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        (
            "def Square(x): return x * x",
            " Did you mean Square (cell 1, line 1)? Names must be exactly as in the handout.",
        ),
        (
            "def squared(x): return x * x",
            " Did you mean squared (cell 1, line 1)? Names must be exactly as in the handout.",
        ),
        (
            "class Homework:\n    def square(self, x): return x * x",
            " There is one inside a class or another function (cell 1, line 2): define it at the left margin.",
        ),
        ("def cube(x): return x", ""),
    ],
)
def test_grade_suggests_a_near_miss(cell: str, advice: str, sandbox: Sandbox) -> None:
    message = results(grade(bundle(cell), plan(SQUARE), sandbox))[0].message
    assert message == f"No function named square was found.{advice}"


def test_grade_loses_only_what_is_broken(sandbox: Sandbox) -> None:
    names = ("loops", "exits", "dies", "square")
    source = """
import os, ctypes
def loops(x):
    while True: pass
def exits(x): os._exit(0)
def dies(x): ctypes.string_at(0)
def square(x): return x * x
"""
    checks = [check(name, [((2.0,), 4.0)]) for name in names]
    assert statuses(bundle(source), plan(*checks), sandbox) == ["timed_out", "crashed", "crashed", "passed"]


def test_grade_reports_an_unreadable_submission(sandbox: Sandbox) -> None:
    report = grade(zip_bundle(b"nothing"), plan(SQUARE), sandbox)
    assert report.fault.startswith("hw.zip cannot be opened")
    assert (report.score, report.points) == (0, 1)


def test_grade_finds_answers_in_notebooks_and_files(sandbox: Sandbox) -> None:
    cube = check("cube", [((2.0,), 8.0)])
    files = {"hw.ipynb": notebook(RIGHT), "answers.py": b"def cube(x):\n    return x ** 3\n"}
    report = grade(zip_bundle(zipped(files)), plan(SQUARE, cube), sandbox)
    graded = [result.graded.place.label for result in results(report) if result.graded]
    assert (report.score, graded) == (2, ["hw.ipynb, cell 1", "answers.py"])


def test_grade_is_repeatable(sandbox: Sandbox) -> None:
    thing = bundle("import numpy as np\ndef square(x): return x * x + np.random.rand()")
    assert grade(thing, plan(SQUARE), sandbox) == grade(thing, plan(SQUARE), sandbox)


def test_grade_records_the_layers(sandbox: Sandbox) -> None:
    report = grade(bundle(RIGHT), plan(SQUARE), sandbox)
    assert [layer.name for layer in report.layers] == ["namespaces", *(layer.name for layer in LAYERS)]


def test_ungradable_lists_every_check() -> None:
    report = ungradable("hw.pdf", "it is a PDF", plan(SQUARE, SQUARE))
    assert (report.fault, report.score, report.points, len(results(report))) == ("it is a PDF", 0, 2, 2)


def test_grade_shows_nothing_early_of_the_slice_that_passes_a_secret_check(sandbox: Sandbox) -> None:
    cells = (
        "def helper(): return 1",
        "def square(x):\n    print(helper())\n    return x * x",
        "def helper(): return 2",
    )
    probe = "def printed(namespace, x): return namespace['helper']()"
    target = ProbeTarget(name="square", probe="printed", source=probe)
    secrets = [
        msgspec.structs.replace(
            check("square", [((2.0,), expected)], visibility=Visibility.AFTER_DUE_DATE), target=target
        )
        for expected in (1.0, 2.0, 3.0)
    ]
    shown = {results(grade(bundle(*cells), one_part(SQUARE, secret), sandbox))[0].stdout for secret in secrets}
    assert len(shown) == 1
