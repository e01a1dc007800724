from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.errors import RubricError
from grader.rubric.load import load_rubric

Write = Callable[..., Path]
Q1 = "rubrics/q1.yaml"


def faults_of(folder: Path) -> list[str]:
    with pytest.raises(RubricError) as caught:
        load_rubric(folder)
    return list(caught.value.faults)


FAULTS: list[tuple[list[tuple[str, str]], list[str]]] = [
    (
        [("points: 2", "pionts: 2")],
        [f'{Q1}:5: parts[0]: "points" is missing', f'{Q1}:7: parts[0].pionts: unknown field; did you mean "points"?'],
    ),
    ([("title: A power", "title: 7")], [f"{Q1}:6: parts[0].title: must be a text, not 7 (put it in quotes)"]),
    ([("title: A power", "title: ''")], [f"{Q1}:6: parts[0].title: must not be empty"]),
    ([("title: A power", "title:")], [f"{Q1}:6: parts[0].title: must be a text, not null"]),
    ([("title: A power", "title: [a]")], [f"{Q1}:6: parts[0].title: must be a text, not a list"]),
    (
        [("uniform: [2, 9]", "uniform: {low: 2, hihg: 9}")],
        [
            f'{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform: "high" is missing',
            f'{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform.hihg: unknown field; did you mean "high"?',
        ],
    ),
    ([("points: 2", "points: -2")], [f"{Q1}:7: parts[0].points: must be at least 0, not -2"]),
    ([("points: 2", "points: .inf")], [f"{Q1}:7: parts[0].points: must be a finite number, not inf"]),
    ([("points: 2", "points: two")], [f"{Q1}:7: parts[0].points: must be a number, not 'two'"]),
    ([("points: 2", "points: true")], [f"{Q1}:7: parts[0].points: must be a number, not true"]),
    ([("part: a", "part: a b")], [f"{Q1}:5: parts[0].part: 'a b' is not a label of letters, digits, '_', '.' and '-'"]),
    ([("function: power", "function: for")], [f"{Q1}:8: parts[0].function: 'for' is not a Python name"]),
    (
        [("powers.py", "../powers.py")],
        [f"{Q1}:3: reference: '../powers.py' is not the name of a Python file without a folder (learning_rates.py)"],
    ),
    (
        [("mistakes: [power_doubled]", "mistakes: power_doubled")],
        [f"{Q1}:10: parts[0].mistakes: must be a list, not 'power_doubled'"],
    ),
    (
        [("mistakes: [power_doubled]", "mistakes: {power_doubled: 1}")],
        [f"{Q1}:10: parts[0].mistakes: must be a list, not a mapping"],
    ),
    (
        [("        points: 2", "        visibility: hiden\n        points: 2")],
        [
            (
                f"{Q1}:13: parts[0].checks[0].visibility: must be one of visible, after_due_date, after_published, hidden, "
                "not 'hiden'; did you mean \"hidden\"?"
            )
        ],
    ),
    (
        [("        points: 2", "        keeps_inputs: yes\n        points: 2")],
        [f"{Q1}:13: parts[0].checks[0].keeps_inputs: must be true or false, not 'yes'"],
    ),
    (
        [("- {x: 3.0}", "- 3.0")],
        [f"{Q1}:15: parts[0].checks[0].cases[0]: a case is a mapping of input names to values, such as {{sigma: 1.7}}"],
    ),
    (
        [("{x: 3.0}", "{x: {normall: {}}}")],
        [
            (
                f"{Q1}:15: parts[0].checks[0].cases[0].x: a mapping that makes an input has one of the keys array, list, tuple, "
                'normal, uniform, log_uniform, integer, choice, linspace, zeros, ones, eye, complex, rng; did you mean "normal"?'
            )
        ],
    ),
    (
        [("{x: 3.0}", "{x: {normal: {shpe: 3}}}")],
        [f'{Q1}:15: parts[0].checks[0].cases[0].x.normal.shpe: unknown field; did you mean "shape"?'],
    ),
    (
        [("{x: 3.0}", "{x: [1, a]}")],
        [
            (
                f"{Q1}:15: parts[0].checks[0].cases[0].x: a list here is an array of numbers, not of 'a'; "
                "for a Python list write list: […]"
            )
        ],
    ),
    (
        [("{x: 3.0}", "{x: [[1], [2, 3]]}")],
        [f"{Q1}:15: parts[0].checks[0].cases[0].x: the rows have different lengths; for a Python list write list: […]"],
    ),
    (
        [("{x: 3.0}", "{x: {array: [1.5], dtype: int}}")],
        [f"{Q1}:15: parts[0].checks[0].cases[0].x: not all entries fit the dtype int"],
    ),
    (
        [("{x: 3.0}", "{x: {integer: [1.5, 2]}}")],
        [f"{Q1}:15: parts[0].checks[0].cases[0].x.integer.low: must be a whole number, not 1.5"],
    ),
    (
        [("{x: 3.0}", "{x: {linspace: [0, 1, 2, 3]}}")],
        [f"{Q1}:15: parts[0].checks[0].cases[0].x.linspace: must have at most 3 items"],
    ),
    (
        [("uniform: [2, 9]", "uniform: [2]")],
        [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform: must be [low, high]"],
    ),
    (
        [("uniform: [2, 9]", "uniform: [9, 2]")],
        [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.uniform: low must be less than high"],
    ),
    (
        [("uniform: [2, 9]", "log_uniform: [0, 9]")],
        [f"{Q1}:16: parts[0].checks[0].cases[1].random.x.log_uniform.low: must be more than 0, not 0"],
    ),
    ([("count: 3, ", "")], [f'{Q1}:16: parts[0].checks[0].cases[1].random: "count" is missing']),
    ([("count: 3", "count: 0")], [f"{Q1}:16: parts[0].checks[0].cases[1].random.count: must be at least 1, not 0"]),
    (
        [("count: 3", "count: 1001")],
        [f"{Q1}:16: parts[0].checks[0].cases[1].random.count: must be at most 1000, not 1001"],
    ),
    (
        [("compare: close", "compare: clse")],
        [
            (
                f"{Q1}:17: parts[0].checks[0].compare: must be one of bands, choice, close, complex_set, count, exact, "
                "formula, gram, interval, normal, path, principal_features, singular_values, within, not 'clse'; did you mean \"close\"?"
            )
        ],
    ),
    (
        [("compare: close", "compare: {clse: {}}")],
        [f'{Q1}:17: parts[0].checks[0].compare.clse: unknown field; did you mean "close"?'],
    ),
    (
        [("compare: close", "compare: {close: {rotl: 1}}")],
        [f'{Q1}:17: parts[0].checks[0].compare.close.rotl: unknown field; did you mean "rtol"?'],
    ),
    (
        [("compare: close", "compare: {close: {}, exact: {}}")],
        [f"{Q1}:17: parts[0].checks[0].compare: must name one comparator"],
    ),
    (
        [("compare: close", "compare: 3")],
        [f"{Q1}:17: parts[0].checks[0].compare: must be a comparator's name or a mapping of one name to its options"],
    ),
    ([("compare: close", "compare: choice")], [f'{Q1}:17: parts[0].checks[0].compare: "options" is missing']),
    (
        [("compare: close", "compare: {choice: {options: [a]}}")],
        [f"{Q1}:17: parts[0].checks[0].compare.choice.options: needs at least 2 items"],
    ),
]


@pytest.mark.parametrize(("swaps", "faults"), FAULTS)
def test_to_faults(write: Write, swaps: list[tuple[str, str]], faults: list[str]) -> None:
    assert faults_of(write(*swaps)) == faults
