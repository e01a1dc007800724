"""What holds for every comparator, on any plain value that a student's function can give."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.codec import freeze, thaw
from grader.compare import REGISTRY, Comparator
from grader.compare.bands import Bands
from grader.compare.choice import Choice
from grader.compare.close import Close
from grader.compare.closed_form import ClosedForm
from grader.compare.complex_set import ComplexSet
from grader.compare.count import Count
from grader.compare.exact import Exact
from grader.compare.gram import Gram
from grader.compare.interval import Interval
from grader.compare.normal import Normal
from grader.compare.path import Path
from grader.compare.principal_features import PrincipalFeatures
from grader.compare.singular_values import SingularValues
from grader.compare.within import Within
from grader.values import Opaque

NORMAL = Normal()
PAIRS: list[tuple[Comparator, object]] = [
    (Bands(of={"s1": (1.0, 2.0), "loss": (0.0, 0.5)}), {"s1": 1.5, "loss": 0.0}),
    (Choice(options=("large", "small")), "large"),
    (Close(), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
    (Close(), (0.5, np.array([1.0, 2.0]))),
    (Close(), 3.0),
    (ClosedForm(where={"x": (1, 2)}), "x^2"),
    (ComplexSet(), np.array([0.5 + 0.25j, 0.5 - 0.25j])),
    (Count(), 57),
    (Exact(), [1, "x"]),
    (Gram(), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
    (Interval(ends="open"), (0.0, 0.25)),
    (Interval(), (0.0, 0.25)),
    (NORMAL, NORMAL.expect((np.zeros((4, 3)), 1.0))),
    (Path(), np.array([[0.0, 1.0], [1.0, 2.0], [1.5, 2.5]])),
    (PrincipalFeatures(), np.array([[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]])),
    (SingularValues(), np.array([3.0, 2.0, 0.5])),
    (Within(), (0.25, 3.5)),
]
IDS = [f"{type(comparator).__name__} {index}" for index, (comparator, _) in enumerate(PAIRS)]

FORGED: list[object] = [
    None,
    True,
    False,
    "1.0",
    "",
    "nan",
    [],
    (),
    {},
    {"__array__": 1.0},
    Opaque("an object of class AlwaysEqual"),
    [Opaque("an object of class AlwaysEqual")],
    np.zeros((0, 1, 2)),
    np.zeros((0,)),
    np.zeros((2, 0)),
    np.array([True, True]),
    np.ones((2, 3), bool),
    float("nan"),
    float("inf"),
    complex(float("nan"), float("nan")),
    complex(1, float("inf")),
    np.full((2, 3), np.nan),
    np.full(2, np.nan),
    np.full(2, complex(np.nan, np.nan)),
    np.full((2, 3), complex(np.nan, np.nan)),
    np.full((3, 2), np.nan),
    np.full((4, 3), np.nan),
    [float("nan")] * 2,
    (float("nan"), float("nan"), "open"),
    "(nan, nan)",
]

arrays: st.SearchStrategy[npt.NDArray[Any]] = hnp.arrays(
    st.one_of(
        hnp.boolean_dtypes(),
        hnp.integer_dtypes(endianness="<"),
        hnp.unsigned_integer_dtypes(endianness="<"),
        hnp.floating_dtypes(endianness="<"),
        hnp.complex_number_dtypes(endianness="<", sizes=(64, 128)),
    ),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
scalars: st.SearchStrategy[object] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=20),
    st.sampled_from(["large", "(0, 0.25)", "open"]),
    st.builds(Opaque, st.text(max_size=20)),
)
plain_values: st.SearchStrategy[object] = st.recursive(
    scalars | arrays,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text(max_size=5), inner, max_size=3),
    ),
    max_leaves=8,
)
moderate = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6)
vectors = hnp.arrays(np.float64, st.integers(2, 6), elements=moderate).filter(lambda vector: bool(vector.any()))
complex_lists = st.lists(st.complex_numbers(max_magnitude=1e3), min_size=1, max_size=6)


def test_registry_names_every_comparator_by_its_tag() -> None:
    assert {kind.__struct_config__.tag: kind for kind in REGISTRY.values()} == REGISTRY


@pytest.mark.parametrize("comparator", [comparator for comparator, _ in PAIRS], ids=IDS)
def test_comparator_survives_the_plan(comparator: Comparator) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(comparator), type=Comparator) == comparator


@pytest.mark.parametrize(
    "setting", [b'{"type": "close", "rtol": -1}', b'{"type": "count", "within": -1}', b'{"type": "normal", "alpha": 0}']
)
def test_comparator_refuses_a_setting_out_of_range(setting: bytes) -> None:
    with pytest.raises(msgspec.ValidationError, match="Expected"):
        msgspec.json.decode(setting, type=Comparator)


@pytest.mark.parametrize(("comparator", "expected"), PAIRS, ids=IDS)
@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_comparator_never_accepts_a_forged_answer(comparator: Comparator, expected: object, forged: object) -> None:
    assert not comparator(forged, expected).passed


@pytest.mark.parametrize(("comparator", "expected"), PAIRS, ids=IDS)
@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_comparator_says_what_is_wrong_with_a_forged_answer(
    comparator: Comparator, expected: object, forged: object
) -> None:
    assert comparator(forged, expected).gap


@pytest.mark.parametrize(
    ("comparator", "expected"), [pair for pair in PAIRS if isinstance(pair[1], np.ndarray)], ids=str
)
def test_comparator_never_broadcasts(comparator: Comparator, expected: npt.NDArray[Any]) -> None:
    assert not comparator(np.broadcast_to(expected, (3, *expected.shape)).copy(), expected).passed


@pytest.mark.parametrize(("comparator", "expected"), PAIRS, ids=IDS)
def test_comparator_accepts_no_list_that_is_nested_beyond_what_arrays_can_be(
    comparator: Comparator, expected: object
) -> None:
    nested: object = np.ones((1,) * 20)
    for _ in range(60):
        nested = [nested]
    assert not comparator(nested, expected).passed


@pytest.mark.parametrize(("comparator", "expected"), PAIRS, ids=IDS)
@settings(max_examples=40)
@given(actual=plain_values)
def test_comparator_gives_a_verdict_on_any_plain_value(
    comparator: Comparator, expected: object, actual: object
) -> None:
    comparison = comparator(actual, expected)
    assert comparison.passed is (comparison.gap == "")


@pytest.mark.parametrize(("comparator", "expected"), PAIRS, ids=IDS)
@settings(max_examples=40)
@given(actual=plain_values)
def test_comparator_writes_messages_that_are_short_and_printable(
    comparator: Comparator, expected: object, actual: object
) -> None:
    gap = comparator(actual, expected).gap
    assert len(gap) < 700
    assert gap.isprintable()


@given(value=plain_values)
def test_exact_accepts_any_value_as_itself_unless_it_holds_something_opaque(value: object) -> None:
    assert Exact()(thaw(freeze(value)), value).passed is ("Opaque(" not in repr(value))


@given(value=plain_values)
def test_close_accepts_any_expected_value_as_itself(value: object) -> None:
    try:
        expected = Close().expect(value)
    except ValueError:
        return
    assert Close()(value, expected).passed


@given(vector=vectors, direction=vectors, factor=st.sampled_from([0.5, 0.99, 1.01, 2.0, 1000.0]))
def test_close_passes_exactly_within_the_normwise_tolerance(
    vector: npt.NDArray[np.float64], direction: npt.NDArray[np.float64], factor: float
) -> None:
    direction = np.resize(direction, vector.shape)
    step = direction / max(float(np.linalg.norm(direction)), 1e-300) * float(np.linalg.norm(vector))
    passed = Close()(vector + factor * 1e-4 * step, vector).passed
    assert passed is (factor < 1 or not direction.any())


@given(vector=vectors)
def test_close_treats_every_form_of_a_vector_alike(vector: npt.NDArray[np.float64]) -> None:
    answer = 1.5 * vector
    forms = [
        answer,
        answer.tolist(),
        tuple(answer),
        answer[:, None],
        answer[None, :],
        answer + 0j,
        list(answer[:, None]),
    ]
    assert len({Close()(form, vector) for form in forms}) == 1


@given(
    array=hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), elements=moderate),
    axis=st.integers(0, 1),
)
def test_close_ignores_axes_of_length_one(array: npt.NDArray[np.float64], axis: int) -> None:
    assert Close()(np.expand_dims(array, axis), array).passed


@given(numbers=complex_lists, order=st.randoms(use_true_random=False))
def test_complex_set_accepts_every_order(numbers: list[complex], order: Any) -> None:
    shuffled = numbers.copy()
    order.shuffle(shuffled)
    assert ComplexSet()(shuffled, ComplexSet().expect(numbers)).passed


@given(numbers=complex_lists, data=st.data())
def test_complex_set_refuses_one_number_moved_beyond_the_tolerance(numbers: list[complex], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(numbers) - 1))
    moved = numbers.copy()
    moved[index] += 10 * len(numbers) * (1e-4 * max(map(abs, numbers)) + 1e-9)
    assert not ComplexSet()(moved, ComplexSet().expect(numbers)).passed


@given(ends=st.tuples(moderate, moderate).map(sorted))
def test_interval_accepts_its_own_ends_however_they_are_written(ends: list[float]) -> None:
    expected = Interval().expect(ends)
    low, high = ends
    forms = [ends, (low, high), np.array(ends)[:, None], (low, high, "open"), f"[{low!r}, {high!r})"]
    assert all(Interval()(form, expected).passed for form in forms)


@given(count=st.integers(-(10**9), 10**9), off=st.integers(-5, 5), within=st.integers(0, 3))
def test_count_passes_exactly_within_its_setting(count: int, off: int, within: int) -> None:
    assert Count(within=within)(float(count + off), count).passed is (abs(off) <= within)


@settings(max_examples=50)
@given(path=hnp.arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(1, 3)), elements=moderate), data=st.data())
def test_path_names_the_step_that_was_changed(path: npt.NDArray[np.float64], data: st.DataObject) -> None:
    step = data.draw(st.integers(0, len(path) - 1))
    answer = path.copy()
    answer[step] += 1 + np.abs(path).max()
    assert f"First difference at step {step} " in Path()(answer, path).gap
