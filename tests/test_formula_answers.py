"""Formulas as answers, from the notebook to the points."""

from __future__ import annotations

import msgspec
import pytest
from builders import SQUARE, bundle, check, plan

from grader.compare.closed_form import ClosedForm
from grader.pipeline import grade
from grader.plan import Case, Check, Plan
from grader.report import CheckResult, Visibility
from grader.sandbox.client import Sandbox
from grader.targets import ValueTarget

FORMULA = Check(
    name="the square",
    points=1,
    target=ValueTarget(name="answer_a"),
    compare=ClosedForm(where={"x": (1, 2)}),
    cases=(Case(arguments=(), expected=("x^2",)),),
)
EITHER = msgspec.structs.replace(SQUARE, equivalent=FORMULA)
RIGHT, WRONG = "def square(x): return x * x", "def square(x): return 2 * x"


def result(the_plan: Plan, sandbox: Sandbox, *cells: str) -> CheckResult:
    return grade(bundle(*cells), the_plan, sandbox).questions[0].parts[0].checks[0]


@pytest.mark.parametrize(
    ("cells", "status", "function"),
    [
        (("answer_a = 'x*x'",), "passed", "answer_a"),
        (("answer_a = 'x*x'", WRONG), "passed", "answer_a"),
        (("answer_a = '2x'", RIGHT), "passed", "square"),
        (("answer_a = '2x'",), "failed", "answer_a"),
        (("answer_a = '2x'", WRONG), "failed", "square"),
        (("answer_a = ''", WRONG), "failed", "square"),
        (("answer_a = ''",), "missing", "square"),
        (("def square(x): pass", "answer_a = '2x'"), "failed", "answer_a"),
        (("answer_a = 'exp(1e6 x)'",), "undecided", "answer_a"),
        (("answer_a = 'exp(1e6 x)'", WRONG), "undecided", "answer_a"),
        (("answer_a = x**2",), "raised", "answer_a"),
        (("answer_a = ?",), "missing", "square"),
        (("answer_a = '3x'", "answer_a = 'x^2'", "answer_a = '2x'"), "passed", "answer_a"),
        (("power = 2", "answer_a = f'x^{power}'"), "passed", "answer_a"),
        (("answer_a = 'x'\nanswer_a += '*x'",), "passed", "answer_a"),
        (("answer_a = ('x*x',)",), "passed", "answer_a"),
    ],
)
def test_grade_takes_the_better_way_to_answer(
    cells: tuple[str, ...], status: str, function: str, sandbox: Sandbox
) -> None:
    found = result(plan(EITHER), sandbox, *cells)
    assert (found.status.value, found.function) == (status, function)


def test_grade_keeps_the_function_where_nobody_here_knows_the_formula(sandbox: Sandbox) -> None:
    unknown = msgspec.structs.replace(FORMULA, cases=(Case(arguments=(), expected=(None,)),))
    either = msgspec.structs.replace(SQUARE, equivalent=unknown)
    found = result(plan(either), sandbox, WRONG, "answer_a = '2x'")
    assert (found.status.value, found.function) == ("failed", "square")
    assert "Your answer was read as 2*x." in found.message


def test_grade_tells_of_both_ways_where_both_are_wrong(sandbox: Sandbox) -> None:
    message = result(plan(EITHER), sandbox, WRONG, "answer_a = '2x'").message
    assert "square(3.0) is wrong." in message
    assert "answer_a is wrong." in message


def test_grade_tells_what_to_do_about_a_formula_without_quotes(sandbox: Sandbox) -> None:
    message = result(plan(EITHER), sandbox, "answer_a = x**2").message
    assert message.endswith("name 'x' is not defined. Write the formula as a text, in quotes: \"x^2\".")


def test_grade_counts_an_undecided_formula_as_points_that_await_a_person(sandbox: Sandbox) -> None:
    report = grade(bundle("answer_a = 'exp(1e6 x)'"), plan(EITHER), sandbox)
    assert (report.score, report.points, report.awaiting) == (0, 0, 1)


def test_grade_asks_for_a_formula_alone(sandbox: Sandbox) -> None:
    assert result(plan(FORMULA), sandbox, "x = 1").message == "Nothing named answer_a was found."


def test_formula_of_a_hidden_check_is_graded_with_secret_checks(sandbox: Sandbox) -> None:
    hidden = check("square", [((3.0,), 9.0)], visibility=Visibility.HIDDEN)
    hidden = msgspec.structs.replace(hidden, equivalent=msgspec.structs.replace(FORMULA, visibility=Visibility.HIDDEN))
    assert result(plan(hidden), sandbox, "answer_a = 'x x'").visibility is Visibility.HIDDEN
