from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError

from grader.rubric.specs import Input, make_input
from grader.values import Seed

INPUT: TypeAdapter[Any] = TypeAdapter(Input)


def made(written: object, seed: int = 0) -> Any:
    return make_input(INPUT.validate_python(written), np.random.default_rng(seed))


@pytest.mark.parametrize("value", [3, 2.5, True, "large", None, float("inf")])
def test_make_input_plain_value_stays_as_it_is(value: object) -> None:
    assert (type(made(value)), made(value)) == (type(value), value)


@pytest.mark.parametrize(
    ("written", "array"),
    [
        ([1, 2.5], np.array([1.0, 2.5])),
        ([[1, 2], [3, 4]], np.array([[1.0, 2.0], [3.0, 4.0]])),
        ([], np.zeros(0)),
        ([[[1]], [[2]]], np.array([[[1.0]], [[2.0]]])),
        ({"array": [1, 2], "dtype": "int"}, np.array([1, 2])),
        ({"array": [True, False], "dtype": "bool"}, np.array([True, False])),
        ({"array": [1, 2], "dtype": "complex"}, np.array([1, 2], complex)),
        ({"array": [0.5], "dtype": "float32"}, np.array([0.5], np.float32)),
        ({"array": [1]}, np.array([1.0])),
        ({"linspace": [0, 1, 3]}, np.array([0.0, 0.5, 1.0])),
        ({"zeros": [2, 1]}, np.zeros((2, 1))),
        ({"zeros": 3}, np.zeros(3)),
        ({"ones": [2]}, np.ones(2)),
        ({"eye": 2}, np.eye(2)),
    ],
)
def test_make_input_array(written: object, array: np.ndarray[Any, Any]) -> None:
    made_array = made(written)
    np.testing.assert_array_equal(made_array, array, strict=True)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"list": [1, 2.5, "a"]}, [1, 2.5, "a"]),
        ({"list": [[1, [2]], []]}, [[1, [2]], []]),
        ({"tuple": [1, [2, 3]]}, (1, [2, 3])),
        ({"tuple": []}, ()),
        ({"list": [{"tuple": [1]}, {"complex": [0, 1]}]}, [(1,), 1j]),
        ({"complex": [1, -2]}, 1 - 2j),
        ({"rng": 7}, Seed(7)),
    ],
)
def test_make_input_other_kinds(written: object, value: object) -> None:
    assert made(written) == value


def test_make_input_array_inside_a_list() -> None:
    (item,) = made({"list": [{"array": [1, 2]}]})
    np.testing.assert_array_equal(item, np.array([1.0, 2.0]), strict=True)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ({"normal": {"shape": [8, 3]}}, (8, 3)),
        ({"normal": {"shape": 2}}, (2,)),
        ({"uniform": {"shape": [2, 2], "low": -1, "high": 1}}, (2, 2)),
        ({"log_uniform": {"shape": 4, "low": 0.1, "high": 10}}, (4,)),
        ({"integer": {"shape": [3], "low": 0, "high": 9}}, (3,)),
        ({"normal": {"shape": 0}}, (0,)),
    ],
)
def test_make_input_drawn_array_has_the_shape(written: object, shape: tuple[int, ...]) -> None:
    assert made(written).shape == shape


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ({"normal": {}}, float),
        ({"uniform": [0, 1]}, float),
        ({"log_uniform": [0.1, 1]}, float),
        ({"integer": [1, 6]}, int),
        ({"choice": ["a", "b"]}, str),
    ],
)
def test_make_input_drawn_single_value(written: object, kind: type) -> None:
    assert type(made(written)) is kind


@pytest.mark.parametrize(
    ("written", "low", "high"),
    [
        ({"uniform": [0.99991, 0.99999]}, 0.99991, 0.99999),
        ({"uniform": {"low": -3, "high": -2}}, -3, -2),
        ({"log_uniform": [0.05, 20]}, 0.05, 20),
        ({"integer": [-1, 1]}, -1, 1),
    ],
)
def test_make_input_drawn_value_keeps_its_limits(written: object, low: float, high: float) -> None:
    drawn = [made(written, seed) for seed in range(200)]
    assert low <= min(drawn) <= max(drawn) <= high


def test_make_input_integer_includes_both_ends() -> None:
    assert {made({"integer": [1, 3]}, seed) for seed in range(100)} == {1, 2, 3}


def test_make_input_choice_reaches_every_input() -> None:
    assert {made({"choice": [0.5, "a", None]}, seed) for seed in range(100)} == {0.5, "a", None}


def test_make_input_log_uniform_reaches_every_magnitude() -> None:
    drawn = np.array([made({"log_uniform": [0.01, 100]}, seed) for seed in range(400)])
    assert 0.4 < (drawn < 1).mean() < 0.6


def test_make_input_normal_scale_and_mean() -> None:
    drawn = made({"normal": {"shape": 10_000, "scale": 3, "mean": 5}})
    assert (abs(drawn.mean() - 5) < 0.2, abs(drawn.std() - 3) < 0.2) == (True, True)


def test_make_input_drawn_number_can_be_copied_from_its_text() -> None:
    assert all(float(f"{(number := made({'uniform': [0, 7]}, seed)):.4g}") == number for seed in range(50))


def test_make_input_same_seed_gives_the_same_input() -> None:
    written = {"normal": {"shape": [20, 3]}}
    np.testing.assert_array_equal(made(written, 5), made(written, 5))


@pytest.mark.parametrize(
    "written",
    [
        [1, "a"],
        [True],
        [[1], [2, 3]],
        [[1], 2],
        [{"array": [1]}],
        {},
        {"shape": [3]},
        {"array": [1], "ones": 2},
        {"array": ["a"]},
        {"array": [1.5], "dtype": "int"},
        {"array": [2**70], "dtype": "int"},
        {"array": [2], "dtype": "bool"},
        {"array": [1], "dtype": "object"},
        {"list": 3},
        {"list": [[{"array": [1]}]]},
        {"normal": {"shape": [-1]}},
        {"normal": {"shape": [True]}},
        {"normal": {"shape": [2000, 2000]}},
        {"normal": {"scale": -1}},
        {"normal": {"mean": float("nan")}},
        {"uniform": [1]},
        {"uniform": [2, 1]},
        {"uniform": [1, 1]},
        {"uniform": [0, float("inf")]},
        {"uniform": {"low": 0}},
        {"log_uniform": [0, 1]},
        {"integer": [0.5, 2]},
        {"integer": [0, 2**60]},
        {"choice": []},
        {"linspace": [0, 1]},
        {"linspace": [0, 1, 2.5]},
        {"eye": -1},
        {"zeros": 2_000_000},
        {"complex": [1]},
        {"rng": -1},
        {"rng": 0.5},
    ],
)
def test_input_refuses(written: object) -> None:
    with pytest.raises(ValidationError):
        INPUT.validate_python(written)
