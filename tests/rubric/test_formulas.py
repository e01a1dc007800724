"""Formulas beside a check: compiled, and proven against the reference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.plan import Check
from grader.rubric.compile import compile_plan
from grader.targets import ValueTarget

Write = Callable[..., Path]
BEFORE = "        compare: close\n"
FORMULA = BEFORE + '        formula: {{answer: answer_a, expected: "{expected}", where: {{{where}}}{more}}}\n'
WHERE = "x: [1, 4], n: [1, 3]"


def with_formula(write: Write, expected: str, where: str = WHERE, more: str = "") -> Path:
    text = FORMULA.format(expected=expected, where=where, more=more)
    power = "def power(x, n=2):\n    return x**n\n\n\ndef square(x):\n    return x**2\n\n\ndef broken(x):\n    return 1 / 0\n"
    return write((BEFORE, text), files={"reference/powers.py": power})


def test_formula_needs_a_name_of_its_own(write: Write) -> None:
    folder = with_formula(write, "x^2", "x: [1, 4]", ", agrees_with: square")
    path = folder / "rubrics/q1.yaml"
    path.write_text(path.read_text("utf-8").replace("answer: answer_a", "answer: power"), "utf-8")
    assert 'formula.answer: "power" is the function\'s name: the text needs one of its own' in faults_of(folder)[0]


def test_evidence_has_no_points(write: Write) -> None:
    written = """\
    written: {points: 0, checklist: [a point]}
    evidence:
      - {name: the square, points: 1, function: power, signature: "power(x) -> y", cases: [{x: 1.0}], compare: close}
"""
    folder = write((BEFORE, BEFORE + written))
    assert faults_of(folder) == ("rubrics/q1.yaml:20: parts[0].evidence[0].points: must be at most 0, not 1",)


def faults_of(folder: Path) -> tuple[str, ...]:
    try:
        compile_plan(folder)
    except RubricError as error:
        return error.faults
    return ()


def test_formula_becomes_a_check_of_the_value(write: Write) -> None:
    folder = with_formula(write, "x*x", "x: [1, 4]", ", also_accept: [x^2], agrees_with: square")
    check = compile_plan(folder).questions[0].parts[0].checks[0].equivalent
    assert isinstance(check, Check)
    assert (check.target, check.points, check.cases[0].expected) == (ValueTarget(name="answer_a"), 2, ("x*x", "x^2"))


@pytest.mark.parametrize(
    ("expected", "where", "more", "fault"),
    [
        ("x*", "x: [1, 4]", "", "formula.expected: 'x*': At character 3: "),
        ("x^3", "x: [1, 4]", ", agrees_with: square", "formula.expected: does not agree with the reference at x = "),
        ("x^2", "x: [1, 4]", ", agrees_with: broken", "it raised ZeroDivisionError: division by zero"),
        ("x^2", "x: [1, 4]", "", "formula: its variables (x) are not the parameters of the function (x, n): give"),
        ("x^2", "x: [1, 4]", ", agrees_with: squared", 'has no function "squared"; did you mean "square"?'),
        ("x^2", "x: [4, 1]", ", agrees_with: square", "formula.where.x: needs low < high, not [4.0, 1.0]"),
        (
            "sqrt(x)^4",
            "x: [1, 4]",
            ', agrees_with: square, regimes: ["x > 5"]',
            "formula.regimes[0]: of the ranges in `where`, 0 tried points lie in it; 8 are needed",
        ),
        ("x^2", "x: [1, 4]", ', agrees_with: square, regimes: ["x <"]', "formula.regimes[0]: At character "),
        ("x^2", "x: [1, 4]", ", agrees_with: square, also_accept: [x^y]", "formula.also_accept[0]: 'x^y': "),
    ],
)
def test_formula_that_cannot_be_used_is_a_fault(write: Write, expected: str, where: str, more: str, fault: str) -> None:
    assert fault in "\n".join(faults_of(with_formula(write, expected, where, more)))


VALUE = """\
      - name: the formula
        points: 1
        value: {value}
        cases: [{{}}]
        compare: {{formula: {{where: {{x: [1, 4]}}}}}}
        mistakes: [{mistake}]
"""


def with_value(write: Write, value: str, mistake: str) -> Path:
    reference = "answer_a = 'x^2'\n\n\ndef power(x, n=2):\n    return x**n\n"
    mistakes = (
        'def power_doubled(x, n=2):\n    """Multiplied."""\n    return x * n\n\n\n'
        'def doubled():\n    """Doubled."""\n    return "2*x"\n\n\n'
        'def right():\n    """The same."""\n    return "x*x"\n'
    )
    return write(
        ("    points: 2\n", "    points: 3\n"),
        (BEFORE, BEFORE + VALUE.format(value=value, mistake=mistake)),
        files={"reference/powers.py": reference, "reference/mistakes/powers.py": mistakes},
    )


def test_value_is_a_check_of_its_own(write: Write) -> None:
    check = compile_plan(with_value(write, "answer_a", "doubled")).questions[0].parts[0].checks[1]
    assert (check.target, check.cases[0].expected) == (ValueTarget(name="answer_a"), ("x^2",))


@pytest.mark.parametrize(
    ("value", "mistake", "fault"),
    [
        ("answer_b", "doubled", 'value: reference/powers.py has no name "answer_b"'),
        ("answer_a", "right", '"right" passes every case'),
    ],
)
def test_value_that_cannot_be_used_is_a_fault(write: Write, value: str, mistake: str, fault: str) -> None:
    assert fault in "\n".join(faults_of(with_value(write, value, mistake)))
