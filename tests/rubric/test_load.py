from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grader.compare.close import Close
from grader.errors import RubricError
from grader.plan import Limits
from grader.records import Visibility
from grader.rubric.load import load_rubric

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"
HW = "rubrics/hw.yaml"
NO_ASSIGNMENT = (
    "rubrics: no assignment file: one YAML file here must have the key `assignment`, for example hw1.yaml with "
    "`assignment: hw1`, `title: Homework 1` and `questions: [q1.yaml]`"
)


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_rubric(folder)
    return list(caught.value.faults)


def test_load_rubric_fills_in_the_part(write: Write) -> None:
    (question,) = load_rubric(write()).questions
    (check,) = question.parts[0].checks
    assert (check.signature.name, check.signature.names, check.signature.outputs) == ("power", ("x", "n"), ("y",))


def test_load_rubric_check(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert (check.name, check.points, check.visibility, check.compare) == ("the power", 2, Visibility.VISIBLE, Close())


def test_load_rubric_looks_functions_up(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert (check.answer(3), check.mistakes[0].function(3)) == (9, 6)


def test_load_rubric_hint_is_the_first_paragraph(write: Write) -> None:
    check = load_rubric(write()).questions[0].parts[0].checks[0]
    assert [wrong.hint for wrong in check.mistakes] == ["Multiplied instead of raised."]


def test_load_rubric_assignment(write: Write) -> None:
    text = (
        "assignment: hw\ntitle: H\nquestions: [q1.yaml]\nfiles: ['*.py']\nlimits: {call_seconds: 1, memory_megabytes: 200}\n"
    )
    rubric = load_rubric(write(files={HW: text}))
    assert (rubric.assignment, rubric.title, rubric.files, rubric.limits) == (
        "hw",
        "H",
        ("*.py",),
        Limits(call_seconds=1.0, memory_megabytes=200),
    )


def test_load_rubric_questions_in_the_listed_order(write: Write) -> None:
    files = {HW: "assignment: hw\ntitle: H\nquestions: [q2.yaml, q1.yaml]\n"}
    folder = write(files=files)
    (folder / "rubrics/q2.yaml").write_text((folder / Q1).read_text().replace("question: 1", "question: 2"))
    assert [question.label for question in load_rubric(folder).questions] == ["2", "1"]


ONE_CHECK = "        compare: close\n"
SECOND_CHECK = "      - {name: other, points: 1, cases: [{x: 1}], compare: exact}\n"
WITHOUT_FILES: dict[str, str | None] = {}

FAULTS: list[tuple[list[tuple[str, str]], list[str]]] = [
    # the schema
    ([("points: 2", "pionts: 2")],
     [f'{Q1}:5: parts[0]: "points" is missing', f'{Q1}:7: parts[0].pionts: unknown field; did you mean "points"?']),
    ([("title: A power", "title: 7")], [f"{Q1}:6: parts[0].title: must be a text, not 7 (put it in quotes)"]),
    ([("title: A power", "title: ''")], [f"{Q1}:6: parts[0].title: must not be empty"]),
    ([("title: A power", "title:")], [f"{Q1}:6: parts[0].title: must be a text, not null (put it in quotes)"]),
    ([("points: 2", "points: -2")], [f"{Q1}:7: parts[0].points: must be at least 0, not -2"]),
    ([("points: 2", "points: .inf")], [f"{Q1}:7: parts[0].points: must be a finite number, not inf"]),
    ([("points: 2", "points: two")], [f"{Q1}:7: parts[0].points: must be a number, not 'two'"]),
    ([("points: 2", "points: true")], [f"{Q1}:7: parts[0].points: must be a number, not true"]),
    ([("part: a", "part: a b")],
     [f"{Q1}:5: parts[0].part: 'a b' is not a label of letters, digits, '_', '.' and '-'"]),
    ([("function: power", "function: for")], [f"{Q1}:8: parts[0].function: 'for' is not a Python name"]),
    ([("powers.py", "../powers.py")],
     [f"{Q1}:3: reference: '../powers.py' is not the name of a Python file without a folder (learning_rates.py)"]),
    ([("mistakes: [power_doubled]", "mistakes: power_doubled")],
     [f"{Q1}:10: parts[0].mistakes: must be a list, not 'power_doubled'"]),
    ([("mistakes: [power_doubled]", "mistakes: {power_doubled: 1}")],
     [f"{Q1}:10: parts[0].mistakes: must be a list, not a mapping"]),
    ([("        points: 2", "        visibility: hiden\n        points: 2")],
     [f"{Q1}:13: parts[0].checks[0].visibility: must be one of visible, after_due_date, after_published, hidden, "
      "not 'hiden'; did you mean \"hidden\"?"]),
    ([("        points: 2", "        keeps_inputs: yes\n        points: 2")],
     [f"{Q1}:13: parts[0].checks[0].keeps_inputs: must be true or false, not 'yes'"]),
    ([("- {x: 3.0}", "- 3.0")],
     [f"{Q1}:15: parts[0].checks[0].cases[0]: a case is a mapping of input names to values, such as {{sigma: 1.7}}"]),
    ([("{x: 3.0}", "{x: {normall: {}}}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x: a mapping that makes an input has one of the keys array, list, tuple, "
      "normal, uniform, log_uniform, integer, choice, linspace, zeros, ones, eye, complex, rng; did you mean \"normal\"?"]),
    ([("{x: 3.0}", "{x: {normal: {shpe: 3}}}")],
     [f'{Q1}:15: parts[0].checks[0].cases[0].x.normal.shpe: unknown field; did you mean "shape"?']),
    ([("{x: 3.0}", "{x: [1, a]}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x: a list here is an array of numbers, not of 'a'; "
      "for a Python list write list: […]"]),
    ([("{x: 3.0}", "{x: [[1], [2, 3]]}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x: the rows have different lengths; for a Python list write list: […]"]),
    ([("{x: 3.0}", "{x: {array: [1.5], dtype: int}}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x: not all entries fit the dtype int"]),
    ([("{x: 3.0}", "{x: {integer: [1.5, 2]}}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x.integer.low: must be a whole number, not 1.5"]),
    ([("{x: 3.0}", "{x: {linspace: [0, 1, 2, 3]}}")],
     [f"{Q1}:15: parts[0].checks[0].cases[0].x.linspace: must have at most 3 items"]),
    ([("uniform: [2, 9]", "uniform: [2]")],
     [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform: must be [low, high]"]),
    ([("uniform: [2, 9]", "uniform: [9, 2]")],
     [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform: low must be less than high"]),
    ([("uniform: [2, 9]", "log_uniform: [0, 9]")],
     [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.log_uniform.low: must be more than 0, not 0"]),
    ([("count: 3, ", "")], [f'{Q1}:16: parts[0].checks[0].cases[1].random: "count" is missing']),
    ([("count: 3", "count: 0")], [f"{Q1}:16: parts[0].checks[0].cases[1].random.count: must be at least 1, not 0"]),
    ([("count: 3", "count: 1001")], [f"{Q1}:16: parts[0].checks[0].cases[1].random.count: must be at most 1000, not 1001"]),
    ([("compare: close", "compare: clse")],
     [f"{Q1}:17: parts[0].checks[0].compare: must be one of choice, close, complex_set, count, exact, interval, normal, "
      "path, within, not 'clse'; did you mean \"close\"?"]),
    ([("compare: close", "compare: {clse: {}}")],
     [f'{Q1}:17: parts[0].checks[0].compare.clse: unknown field; did you mean "close"?']),
    ([("compare: close", "compare: {close: {rotl: 1}}")],
     [f'{Q1}:17: parts[0].checks[0].compare.close.rotl: unknown field; did you mean "rtol"?']),
    ([("compare: close", "compare: {close: {}, exact: {}}")],
     [f"{Q1}:17: parts[0].checks[0].compare: must name one comparator"]),
    ([("compare: close", "compare: 3")],
     [f"{Q1}:17: parts[0].checks[0].compare: must be a comparator's name or a mapping of one name to its options"]),
    ([("compare: close", "compare: choice")], [f'{Q1}:17: parts[0].checks[0].compare: "options" is missing']),
    ([("compare: close", "compare: {choice: {options: [a]}}")],
     [f"{Q1}:17: parts[0].checks[0].compare.choice.options: needs at least 2 items"]),
    # the meaning
    ([("points: 2", "points: 3")], [f"{Q1}:7: parts[0].points: is 3, but the checks' points sum to 2"]),
    ([("points: 2", "points: 3"), (ONE_CHECK, ONE_CHECK + SECOND_CHECK.replace("other", "the power"))],
     [f'{Q1}:18: parts[0].checks[1].name: another check is called "the power" too']),
    ([("    points: 2", "    needs: [b, a]\n    points: 2")],
     [f'{Q1}:7: parts[0].needs[0]: there is no part "b" in this question',
      f'{Q1}:7: parts[0].needs[1]: part "a" does not come before this one']),
    ([("{x: 3.0}", "{X: 3.0}")],
     [f'{Q1}:15: parts[0].checks[0].cases[0]: the input "x" is missing',
      f"{Q1}:15: parts[0].checks[0].cases[0].X: is not a parameter (x, n)"]),
    ([("{x: 3.0}", "{x: 3.0, nn: 2}")],
     [f'{Q1}:15: parts[0].checks[0].cases[0].nn: is not a parameter (x, n); did you mean "n"?']),
    ([("{x: 3.0}", "{n: 2}")], [f'{Q1}:15: parts[0].checks[0].cases[0]: the input "x" is missing']),
    ([("x: {uniform", "z: {uniform")],
     [f'{Q1}:16: parts[0].checks[0].cases[1].random: the input "x" is missing',
      f"{Q1}:16: parts[0].checks[0].cases[1].random.z: is not a parameter (x, n)"]),
    ([("-> y", "-> (y")],
     [f"{Q1}:9: parts[0].signature: 'power(x, n=2) -> (y': after -> comes a name or several in parentheses, "
      "as in 'name(a, b=0.0) -> (x, y)'"]),
    ([('"power(x', '"powr(x')],
     [f'{Q1}:9: parts[0].signature: is that of "powr", but the function is "power"']),
    ([('    signature: "power(x, n=2) -> y"\n', "")],
     [f'{Q1}:11: parts[0].checks[0]: "signature" is missing, here and in the part']),
    ([("    function: power\n", "")],
     [f'{Q1}:9: parts[0].mistakes: no check uses them: give `mistakes` to the checks that name a function']),
    ([(ONE_CHECK, ONE_CHECK + "        output: z\n")],
     [f'{Q1}:18: parts[0].checks[0].output: "z" is not one of several outputs of the signature (y)']),
    ([("-> y", "-> (eta, rate)"), (ONE_CHECK, ONE_CHECK + "        output: eat\n")],
     [f'{Q1}:18: parts[0].checks[0].output: "eat" is not one of several outputs of the signature (eta, rate); '
      'did you mean "eta"?']),
    ([(ONE_CHECK, ONE_CHECK + "        globals: [n]\n")],
     [f'{Q1}:15: parts[0].checks[0].cases[0]: the input "n" is missing',
      f'{Q1}:16: parts[0].checks[0].cases[1].random: the input "n" is missing',
      f'{Q1}:18: parts[0].checks[0].globals[0]: "n" is a parameter too: an input is either passed or global']),
    ([(ONE_CHECK, ONE_CHECK + "        parameters: [x]\n")],
     [f"{Q1}:18: parts[0].checks[0].parameters: is only for a check with a probe"]),
    # the Python files
    ([("function: power", "function: powr"), ('"power(x', '"powr(x')],
     [f'{Q1}:8: parts[0].function: reference/powers.py has no function "powr"; did you mean "power"?']),
    ([("power_doubled", "power_halved")],
     [f'{Q1}:10: parts[0].mistakes[0]: reference/mistakes/powers.py has no function "power_halved"; '
      'did you mean "power_doubled"?']),
    ([("[power_doubled]", "[power_doubled, power_doubled]")],
     [f'{Q1}:10: parts[0].mistakes: "power_doubled" is listed 2 times']),
    ([(ONE_CHECK, ONE_CHECK + "        expected_from: powr\n        also_accept: [power, cube]\n")],
     [f'{Q1}:18: parts[0].checks[0].expected_from: reference/powers.py has no function "powr"; did you mean "power"?',
      f'{Q1}:19: parts[0].checks[0].also_accept[1]: reference/powers.py has no function "cube"']),
    ([("x: {uniform: [2, 9]}", "draw: some_x")],
     [f'{Q1}:16: parts[0].checks[0].cases[1].random.draw: rubrics/draws/powers.py does not exist (wanted for "some_x")']),
    ([(ONE_CHECK, ONE_CHECK + "        probe: twice\n")],
     [f'{Q1}:18: parts[0].checks[0].probe: rubrics/probes/powers.py does not exist (wanted for "twice")']),
    ([("powers.py", "power.py")],
     [f"{Q1}:3: reference: reference/power.py does not exist",
      f'{Q1}:10: parts[0].mistakes[0]: reference/mistakes/power.py does not exist (wanted for "power_doubled")']),
]  # fmt: skip


@pytest.mark.parametrize(("swaps", "faults"), FAULTS)
def test_load_rubric_fault_in_a_question(write: Write, swaps: list[tuple[str, str]], faults: list[str]) -> None:
    assert faults_of(write(*swaps)) == faults


def test_load_rubric_no_function_anywhere(write: Write) -> None:
    folder = write(("    function: power\n", ""), ("    mistakes: [power_doubled]\n", ""))
    assert faults_of(folder) == [f'{Q1}:10: parts[0].checks[0]: "function" is missing, here and in the part']


def test_load_rubric_several_faults_of_one_file(write: Write) -> None:
    """A check with a fault of its own does not hide what is wrong elsewhere."""
    swaps = [
        ("title: Powers", "titel: Powers"),
        ("points: 2", "points: 3"),
        ('-> y"', '-> 7"'),
        ("{x: 3.0}", "{y: 3.0}"),
        (ONE_CHECK, ONE_CHECK + SECOND_CHECK.replace("exact", "exakt")),
    ]
    folder = write(*swaps[1:])
    assert faults_of(folder) == [
        f"{Q1}:9: parts[0].signature: 'power(x, n=2) -> 7': after -> comes a name or several in parentheses, "
        "as in 'name(a, b=0.0) -> (x, y)'",
        f"{Q1}:15: parts[0].checks[0].cases[0].y: is not a parameter ()",
        f"{Q1}:16: parts[0].checks[0].cases[1].random.x: is not a parameter ()",
        f"{Q1}:18: parts[0].checks[1].compare: must be one of choice, close, complex_set, count, exact, interval, normal, "
        "path, within, not 'exakt'; did you mean \"exact\"?",
    ]
