"""Freezing and thawing: plain data survives, everything else becomes Opaque, hostile values are refused."""

from __future__ import annotations

from collections import OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
import sympy
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from grader.codec import MAX_DEPTH, freeze, thaw
from grader.errors import WireError
from grader.values import MAX_NODES, Array, Items, Mapping, Opaque, Seed, Value

Pair = namedtuple("Pair", "lo hi")  # noqa: PYI024 (students write it this way)

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text()
plain = st.recursive(
    scalars | st.complex_numbers(allow_nan=False),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
kinds = arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.floating_dtypes() | arrays.complex_number_dtypes()


class Floaty(float):
    """A float that lies."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = float.__hash__


@given(plain)
def test_thaw_gives_back_what_was_frozen(thing: object) -> None:
    assert thaw(freeze(thing)) == thing


@given(arrays.arrays(kinds, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0)))
def test_thaw_gives_back_arrays(array: npt.NDArray[Any]) -> None:
    thawed = thaw(freeze(array))
    assert isinstance(thawed, np.ndarray)
    assert thawed.shape == array.shape
    np.testing.assert_array_equal(thawed, array)


@given(plain)
def test_value_survives_the_wire(thing: object) -> None:
    value = freeze(thing)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=Value) == value


@pytest.mark.parametrize(
    ("thing", "expected"),
    [
        (np.float32(2.5), 2.5),
        (np.bool_(True), True),
        (np.str_("large"), "large"),
        (Fraction(1, 4), 0.25),
        (Decimal("0.5"), 0.5),
        (sympy.Rational(1, 4), 0.25),
        (torch.tensor(2.0, requires_grad=True), 2.0),
        (torch.tensor(1.5, dtype=torch.bfloat16), 1.5),
        (Pair(1, 2), (1, 2)),
        (torch.ones(2, 3).shape, (2, 3)),
        (range(3), [0, 1, 2]),
        (deque([1.0, 2.0]), [1.0, 2.0]),
        ({"a": 1}.values(), [1]),
        (OrderedDict(a=1), {"a": 1}),
        (np.array([1, None], dtype=object), [1, None]),
        ("a\ud800b", "a?b"),
        ({"a\ud800b": 1}, {"a?b": 1}),
    ],
)
def test_freeze_accepts_what_libraries_return(thing: object, expected: object) -> None:
    assert thaw(freeze(thing)) == expected


@pytest.mark.parametrize(
    ("thing", "what"),
    [
        ((n for n in [1]), "a generator"),
        (len, "an object of type builtin_function_or_method"),
        (lambda: 1, "a function"),
        (object(), "an object of type object"),
        (Floaty(1.0), "an object of type Floaty"),
        (np.ma.masked_array([1.0]), "an object of type MaskedArray"),
        (np.array(["1.0"]), "an array of dtype <U3"),
        (np.array([np.datetime64("NaT")]), "an array of dtype datetime64"),
        (2**70, "an integer of about 22 digits"),
        ("x" * 200_000, "a string of 200000 characters"),
        ({1: 2}, "a dict whose keys are not all strings"),
        (np.broadcast_to(1.0, (10**9,)), "an array of shape (1000000000,) (7,629 MB; the limit is 64 MB)"),
        (torch.ones(2).to_sparse(), "a torch tensor that is not dense"),
    ],
)
def test_freeze_describes_what_is_not_plain_data(thing: object, what: str) -> None:
    assert freeze(thing) == Opaque(what)


def test_freeze_ends_in_a_cyclic_list() -> None:
    cyclic: list[object] = []
    cyclic.append(cyclic)
    assert "nested too deeply" in str(freeze(cyclic))


def test_freeze_ends_in_a_list_with_too_many_items() -> None:
    assert "too many items" in str(freeze([0] * (MAX_NODES + 1)))


def test_freeze_writes_nothing_that_thaw_refuses_for_its_size() -> None:
    assert thaw(freeze([[0] * 1000] * 300)) == Opaque("something nested too deeply or with too many items")


def test_freeze_limits_arrays_together() -> None:
    assert freeze([np.ones(4 * 2**20)] * 3) == Opaque("arrays of together more than 64 MB")


def test_freeze_shortens_the_keys_of_a_dict() -> None:
    assert freeze({"x" * 200_000: 1}) == Mapping((("x" * 100_000, 1),))


def test_freeze_makes_long_doubles_ordinary() -> None:
    assert freeze(np.longdouble(2)) == freeze(np.float64(2))


def test_thaw_keeps_no_set_order() -> None:
    assert thaw(freeze({1, 2})) == Opaque("a set")


def test_thaw_gives_a_generator_only_where_it_is_allowed() -> None:
    assert isinstance(thaw(Seed(3), allow_seed=True), np.random.Generator)


@pytest.mark.parametrize(
    "value",
    [
        Seed(3),
        Array("|O8", (1,), b"\0" * 8),
        Array("<f8", (2,), b"\0" * 8),
        Array("<f8", (-1,), b""),
        Array("<f8", (2**31 + 1, 0), b""),
        Array("<f7", (0,), b""),
        Array("<f8", (1,) * 40, b"\0" * 8),
        Array("<f8", (0,) + (2**31,) * 31, b""),
        Array("<f16", (1,), b"\0" * 16),
        Array("<c32", (1,), b"\0" * 32),
        Array("<f3", (0,), b""),
        Array("<b1", (1,), b"\0"),
        Items("list", (Items("list", (0,) * (MAX_NODES // 2)),) * 2),
        Items("list", (Array("<V8", (1,), b"\0" * 8),)),
        Mapping((("a", Seed(1)),)),
    ],
)
def test_thaw_refuses_what_freeze_never_writes(value: Value) -> None:
    with pytest.raises(WireError):
        thaw(value)


def test_thaw_refuses_deep_nesting() -> None:
    value: Value = 1
    for _level in range(MAX_DEPTH + 3):
        value = Items("list", (value,))
    with pytest.raises(WireError, match="nested too deeply"):
        thaw(value)


def test_thaw_normalises_bools() -> None:
    assert thaw(Array("|b1", (3,), b"\x00\x01\x07")).tolist() == [False, True, True]  # type: ignore[attr-defined]


def test_thaw_gives_a_copy_that_can_be_changed() -> None:
    array = thaw(Array("<f8", (1,), b"\0" * 8))
    assert isinstance(array, np.ndarray)
    assert array.flags.writeable
