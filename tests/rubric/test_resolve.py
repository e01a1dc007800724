from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"
ONE_CHECK = "        compare: close\n"
SECOND_CHECK = "      - {name: other, points: 1, cases: [{x: 1}], compare: exact}\n"


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_rubric(folder)
    return list(caught.value.faults)


FAULTS: list[tuple[list[tuple[str, str]], list[str]]] = [
    ([("points: 2", "points: 3")], [f"{Q1}:7: parts[0].points: is 3, but the checks' points sum to 2"]),
    (
        [("points: 2", "points: 3"), (ONE_CHECK, ONE_CHECK + SECOND_CHECK.replace("other", "the power"))],
        [f'{Q1}:18: parts[0].checks[1].name: another check is called "the power" too'],
    ),
    (
        [("    points: 2", "    needs: [b, a]\n    points: 2")],
        [
            f'{Q1}:7: parts[0].needs[0]: there is no part "b" in this question',
            f'{Q1}:7: parts[0].needs[1]: part "a" does not come before this one',
        ],
    ),
    (
        [("{x: 3.0}", "{X: 3.0}")],
        [
            f'{Q1}:15: parts[0].checks[0].cases[0]: the input "x" is missing',
            f"{Q1}:15: parts[0].checks[0].cases[0].X: is not a parameter (x, n)",
        ],
    ),
    (
        [("{x: 3.0}", "{x: 3.0, nn: 2}")],
        [f'{Q1}:15: parts[0].checks[0].cases[0].nn: is not a parameter (x, n); did you mean "n"?'],
    ),
    ([("{x: 3.0}", "{n: 2}")], [f'{Q1}:15: parts[0].checks[0].cases[0]: the input "x" is missing']),
    (
        [("x: {uniform", "z: {uniform")],
        [
            f'{Q1}:16: parts[0].checks[0].cases[1].random: the input "x" is missing',
            f"{Q1}:16: parts[0].checks[0].cases[1].random.z: is not a parameter (x, n)",
        ],
    ),
    (
        [("-> y", "-> (y")],
        [
            (
                f"{Q1}:9: parts[0].signature: 'power(x, n=2) -> (y': after -> comes a name or several in parentheses, "
                "as in 'name(a, b=0.0) -> (x, y)'"
            )
        ],
    ),
    ([('"power(x', '"powr(x')], [f'{Q1}:9: parts[0].signature: is that of "powr", but the function is "power"']),
    (
        [('    signature: "power(x, n=2) -> y"\n', "")],
        [f'{Q1}:11: parts[0].checks[0]: "signature" is missing, here and in the part'],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        function: power\n"), ("    function: power\n", "")],
        [f"{Q1}:9: parts[0].mistakes: no check uses them: give `mistakes` to the checks that name a function"],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        output: z\n")],
        [f'{Q1}:18: parts[0].checks[0].output: "z" is not one of several outputs of the signature (y)'],
    ),
    (
        [("-> y", "-> (eta, rate)"), (ONE_CHECK, ONE_CHECK + "        output: eat\n")],
        [
            (
                f'{Q1}:18: parts[0].checks[0].output: "eat" is not one of several outputs of the signature (eta, rate); '
                'did you mean "eta"?'
            )
        ],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        globals: [n]\n")],
        [
            f'{Q1}:15: parts[0].checks[0].cases[0]: the input "n" is missing',
            f'{Q1}:16: parts[0].checks[0].cases[1].random: the input "n" is missing',
            f'{Q1}:18: parts[0].checks[0].globals[0]: "n" is a parameter too: an input is either passed or global',
        ],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        parameters: [x]\n")],
        [f"{Q1}:18: parts[0].checks[0].parameters: is only for a check with a probe"],
    ),
    # the Python files
    (
        [("function: power", "function: powr"), ('"power(x', '"powr(x')],
        [f'{Q1}:8: parts[0].function: reference/powers.py has no function "powr"; did you mean "power"?'],
    ),
    (
        [("power_doubled", "power_halved")],
        [
            (
                f'{Q1}:10: parts[0].mistakes[0]: reference/mistakes/powers.py has no function "power_halved"; '
                'did you mean "power_doubled"?'
            )
        ],
    ),
    (
        [("[power_doubled]", "[power_doubled, power_doubled]")],
        [f'{Q1}:10: parts[0].mistakes: "power_doubled" is listed 2 times'],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        expected_from: powr\n        also_accept: [power, cube]\n")],
        [
            f'{Q1}:18: parts[0].checks[0].expected_from: reference/powers.py has no function "powr"; did you mean "power"?',
            f'{Q1}:19: parts[0].checks[0].also_accept[1]: reference/powers.py has no function "cube"',
        ],
    ),
    (
        [("x: {uniform: [2, 9]}", "draw: some_x")],
        [
            f'{Q1}:16: parts[0].checks[0].cases[1].random.draw: rubrics/draws/powers.py does not exist (wanted for "some_x")'
        ],
    ),
    (
        [(ONE_CHECK, ONE_CHECK + "        probe: twice\n")],
        [f'{Q1}:18: parts[0].checks[0].probe: rubrics/probes/powers.py does not exist (wanted for "twice")'],
    ),
    (
        [("powers.py", "power.py")],
        [
            f"{Q1}:3: reference: reference/power.py does not exist",
            f'{Q1}:10: parts[0].mistakes[0]: reference/mistakes/power.py does not exist (wanted for "power_doubled")',
        ],
    ),
]


@pytest.mark.parametrize(("swaps", "faults"), FAULTS)
def test_resolve_question_fault(write: Write, swaps: list[tuple[str, str]], faults: list[str]) -> None:
    assert faults_of(write(*swaps)) == faults


def test_resolve_question_no_function_anywhere(write: Write) -> None:
    folder = write(("    function: power\n", ""), ("    mistakes: [power_doubled]\n", ""))
    assert faults_of(folder) == [f'{Q1}:10: parts[0].checks[0]: "function" is missing, here and in the part']


def test_resolve_question_several_faults_of_one_file(write: Write) -> None:
    """A check with a fault of its own does not hide what is wrong elsewhere."""
    broken = SECOND_CHECK.replace("exact", "exakt")
    folder = write(('-> y"', '-> 7"'), ("power_doubled", "power_dubled"), (ONE_CHECK, ONE_CHECK + broken))
    assert faults_of(folder) == [
        f"{Q1}:7: parts[0].points: is 2, but the checks' points sum to 3",
        (
            f"{Q1}:9: parts[0].signature: 'power(x, n=2) -> 7': after -> comes a name or several in parentheses, "
            "as in 'name(a, b=0.0) -> (x, y)'"
        ),
        (
            f'{Q1}:10: parts[0].mistakes[0]: reference/mistakes/powers.py has no function "power_dubled"; '
            'did you mean "power_doubled"?'
        ),
        (
            f"{Q1}:18: parts[0].checks[1].compare: must be one of bands, choice, close, complex_set, count, exact, "
            "formula, gram, interval, normal, path, principal_features, singular_values, within, not 'exakt'; did you mean \"exact\"?"
        ),
    ]


def test_resolve_question_check_with_a_faulty_field_does_not_hide_its_own_other_faults(write: Write) -> None:
    faults = faults_of(
        write(("compare: close", "compare: closse"), ("{x: 3.0}", "{xx: 3.0}"), ("power_doubled", "power_dubled"))
    )
    assert [fault.split(": ")[1] for fault in faults] == [
        "parts[0].mistakes[0]",
        "parts[0].checks[0].cases[0]",
        "parts[0].checks[0].cases[0].xx",
        "parts[0].checks[0].compare",
    ]


def test_resolve_question_part_with_a_fault_does_not_hide_another_part(write: Write) -> None:
    second = """\
  - part: b
    title: Another
    points: 5
    function: power
    signature: "power(x) -> y"
    needs: [a]
    checks: [{name: n, points: 4, cases: [{x: 1}], compare: exact}]
"""
    assert faults_of(write(("title: A power", "titel: A power"), (ONE_CHECK, ONE_CHECK + second))) == [
        f'{Q1}:5: parts[0]: "title" is missing',
        f'{Q1}:6: parts[0].titel: unknown field; did you mean "title"?',
        f"{Q1}:20: parts[1].points: is 5, but the checks' points sum to 4",
    ]


def test_resolve_question_two_parts_with_one_label(write: Write) -> None:
    second = """\
  - part: a
    title: Another
    points: 1
    function: power
    signature: "power(x) -> y"
    checks: [{name: n, points: 1, cases: [{x: 1}], compare: exact}]
"""
    assert faults_of(write((ONE_CHECK, ONE_CHECK + second))) == [
        f'{Q1}:18: parts[1].part: another part is called "a" too'
    ]


def test_resolve_question_later_part_is_needed(write: Write) -> None:
    second = """\
  - part: b
    title: Another
    points: 1
    function: power
    signature: "power(x) -> y"
    checks: [{name: n, points: 1, cases: [{x: 1}], compare: exact}]
"""
    assert faults_of(write(("    points: 2", "    needs: [b]\n    points: 2"), (ONE_CHECK, ONE_CHECK + second))) == [
        f'{Q1}:7: parts[0].needs[0]: part "b" does not come before this one'
    ]


def test_resolve_question_check_with_its_own_function_has_no_mistakes_of_the_part(write: Write) -> None:
    other = """\
      - name: other
        points: 1
        function: cube
        signature: "cube(x) -> y"
        cases: [{x: 2}]
        compare: exact
"""
    files = {"reference/powers.py": "def power(x, n=2):\n    return x**n\ndef cube(x):\n    return x**3\n"}
    folder = write(("points: 2", "points: 3"), (ONE_CHECK, ONE_CHECK + other), files=files)
    first, second = load_rubric(folder).questions[0].parts[0].checks
    assert ([wrong.name for wrong in first.mistakes], second.mistakes) == (["power_doubled"], ())
