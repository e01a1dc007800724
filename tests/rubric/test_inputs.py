from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.codec import freeze
from grader.rubric.inputs import Inputs, make_inputs, show_input, simplicity
from grader.rubric.load import load_rubric
from grader.rubric.records import CheckRules
from grader.values import Array, Complex, Mapping, Seed, Value

Write = Callable[..., Path]
DRAWS = "rubrics/draws/powers.py"
RANDOM = "x: {uniform: [2, 9]}"


def check_of(folder: Path) -> CheckRules:
    return load_rubric(folder).questions[0].parts[0].checks[0]


def inputs_of(folder: Path) -> tuple[Inputs, ...]:
    inputs, faults = make_inputs(check_of(folder))
    assert faults == []
    return inputs


def shown_of(folder: Path) -> list[str]:
    return [inputs.shown for inputs in inputs_of(folder)]


def draw_faults(folder: Path) -> list[str]:
    return [str(fault) for fault in make_inputs(check_of(folder))[1]]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.7, "1.7"),
        (3, "3"),
        (True, "True"),
        (None, "None"),
        ("large", "'large'"),
        (2 / 3, "0.666667"),
        (100000001.0, "100000001.0"),
        (1e300, "1e+300"),
        (1e-6, "1e-06"),
        (float("inf"), "inf"),
        (Complex(1.0, -0.5), "1-0.5j"),
        (Seed(7), "default_rng(7)"),
        (Mapping((("lr", 0.1), ("m", 2))), "{'lr': 0.1, 'm': 2}"),
        (freeze([1, [2, "a"]]), "[1, [2, 'a']]"),
        (freeze((1,)), "(1,)"),
        (freeze((1, 2.5)), "(1, 2.5)"),
        (freeze(np.array([1.0, 2.0])), "[1.0, 2.0]"),
        (freeze(np.array([[1, 2], [3, 4]])), "[[1, 2], [3, 4]]"),
        (freeze(np.zeros((8, 3))), "array of shape (8, 3)"),
        (freeze(np.full(12, 1.0 / 3)), "array of shape (12,)"),
        (freeze(list(range(40))), "list of 40 items"),
        (freeze(tuple(range(40))), "tuple of 40 items"),
        (Mapping(tuple((f"key {n}", n) for n in range(9))), "dict with 9 keys"),
        ("a" * 100, "'" + "a" * 58 + "…"),
    ],
)
def test_show_input(value: Value, shown: str) -> None:
    assert show_input(value) == shown


def test_make_inputs_fixed_cases_first_as_written(write: Write) -> None:
    assert shown_of(write())[0] == "x=3.0"


def test_make_inputs_count(write: Write) -> None:
    assert len(inputs_of(write())) == 4


def test_make_inputs_same_again(write: Write) -> None:
    folder = write()
    assert inputs_of(folder) == inputs_of(folder)


@pytest.mark.parametrize(
    ("swap", "changes"),
    [
        (("title: Powers", "title: Other"), False),
        (("points: 2", "points: 2.0"), False),
        (("count: 3", "count: 5"), False),
        (("compare: close", "compare: exact"), False),
        (("question: 1", "question: 2"), True),
        (("part: a", "part: b"), True),
        (("name: the power", "name: power"), True),
    ],
)
def test_make_inputs_drawn_from_question_part_and_check(write: Write, swap: tuple[str, str], changes: bool) -> None:  # noqa: FBT001
    before = {inputs.arguments for inputs in inputs_of(write())}
    after = {inputs.arguments for inputs in inputs_of(write(swap))}
    assert (not before <= after) is changes


def test_make_inputs_drawn_from_the_secret(write: Write) -> None:
    salted = "assignment: hw\ntitle: A homework\nquestions: [q1.yaml]\nsecret: s\n"
    assert shown_of(write()) != shown_of(write(files={"rubrics/hw.yaml": salted}))


def test_make_inputs_of_one_check_differ(write: Write) -> None:
    assert len(set(shown_of(write(("count: 3", "count: 20"))))) == 21


def test_make_inputs_two_inputs_are_drawn_apart(write: Write) -> None:
    folder = write((RANDOM, f"{RANDOM}, n: {{uniform: [2, 9]}}"))
    assert all(inputs.arguments[0][1] != inputs.arguments[1][1] for inputs in inputs_of(folder)[1:])


def test_make_inputs_simplest_first(write: Write) -> None:
    draw = """\
import numpy as np
def arrays(rng):
    x = float(10 ** rng.uniform(-3, 3))
    return {"x": x if rng.random() < 0.5 else np.full(int(rng.integers(2, 5)), x)}
"""
    inputs = inputs_of(write((RANDOM, "draw: arrays"), ("count: 3", "count: 30"), files={DRAWS: draw}))[1:]
    keys = []
    for one in inputs:
        value = one.arguments[0][1]
        size = value.shape[0] if isinstance(value, Array) else 1
        first = float(np.frombuffer(value.data)[0]) if isinstance(value, Array) else value
        assert isinstance(first, float)
        keys.append((size, round(abs(np.log10(first)), 9)))
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (1.0, (1, 0.0)),
        (100, (1, 2.0)),
        (0.01, (1, 2.0)),
        ("text", (0, 0.0)),
        (0.0, (1, 0.0)),
        (float("inf"), (1, 0.0)),
        (Complex(6.0, 8.0), (1, 1.0)),
        (freeze([1, (10, 100)]), (3, 1.0)),
        (Mapping((("lr", 0.1),)), (1, 1.0)),
        (freeze(np.array([[1.0, 10.0], [0.0, 100.0]])), (4, 1.0)),
        (freeze(np.array([1j, 10j])), (2, 0.5)),
    ],
)
def test_simplicity(write: Write, value: Value, key: tuple[int, float]) -> None:
    spot = check_of(write()).spot
    assert simplicity(Inputs(spot, (("x", value),))) == pytest.approx(key)


def test_make_inputs_in_the_order_of_the_parameters(write: Write) -> None:
    assert shown_of(write(("{x: 3.0}", "{n: 5, x: 3.0}")))[0] == "x=3.0, n=5"


def test_make_inputs_globals_are_shown_apart(write: Write) -> None:
    folder = write(
        ("{x: 3.0}", "{x: 3.0, X: [1, 2], y: 4}"),
        ("          - random: {count: 3, x: {uniform: [2, 9]}}\n", ""),
        ("compare: close", "globals: [X, y]\n        compare: close"),
    )
    assert shown_of(folder) == ["x=3.0; globals X=[1.0, 2.0], y=4"]


def test_make_inputs_draw_beside_other_inputs(write: Write) -> None:
    draws = "def some(rng):\n    return {'x': 4.0}\n"
    folder = write((RANDOM, "draw: some, n: 3"), ("count: 3", "count: 1"), files={DRAWS: draws})
    assert shown_of(folder) == ["x=3.0", "x=4.0, n=3"]


@pytest.mark.parametrize(
    ("returned", "shown"),
    [
        ("np.float64(0.5)", "0.5"),
        ("np.int64(3)", "3"),
        ("[np.float64(0.5), (np.int64(2), {'a': np.float64(1.5)})]", "[0.5, (2, {'a': 1.5})]"),
        ("np.array([1, 2])", "[1, 2]"),
    ],
)
def test_make_inputs_numpy_scalars_of_a_draw_become_numbers(write: Write, returned: str, shown: str) -> None:
    draws = f"import numpy as np\ndef some(rng):\n    return {{'x': {returned}}}\n"
    folder = write((RANDOM, "draw: some"), files={DRAWS: draws})
    assert shown_of(folder)[1] == f"x={shown}"


AT = "rubrics/q1.yaml:16: parts[0].checks[0].cases[1].random.draw"


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("1 / 0", f"{AT}: raised ZeroDivisionError: division by zero ({DRAWS}:2)"),
        ("return [1]", f"{AT}: must return a dict of inputs by name, not list"),
        ("return {1: 2}", f"{AT}: must return a dict of inputs by name, not dict"),
        ("return {'x': 1, 'm': 2}", f"{AT}.m: is not a parameter (x, n)"),
        ("return {}", f'{AT}: the input "x" is missing'),
        ("return {'x': 1, 'n': 2}", f'{AT}: gives "n", which the case gives too'),
        (
            "return {'x': rng}",
            f'{AT[:-5]}: the input "x" is an object of type Generator, which is not plain data',
        ),
    ],
)
def test_make_inputs_draw_fault_is_reported_once(write: Write, body: str, fault: str) -> None:
    swap = "draw: some, n: 3" if "'n'" in body else "draw: some"
    assert draw_faults(write((RANDOM, swap), files={DRAWS: f"def some(rng):\n    {body}\n"})) == [fault]
