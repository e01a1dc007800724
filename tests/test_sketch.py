"""Sketches keep what is small and tell large arrays apart."""

from __future__ import annotations

import numpy as np
import pytest

from grader.codec import freeze, thaw
from grader.compare.close import Close
from grader.sketch import KEPT, MAX_ELEMENTS, sketch
from grader.values import Items

LARGE = np.arange(2.0 * MAX_ELEMENTS).reshape(2, -1)


@pytest.mark.parametrize("thing", [None, 1.5, "text", [1, (2, 3)], np.ones(MAX_ELEMENTS), {1, 2}, {"a": LARGE}])
def test_sketch_keeps_what_is_small_or_no_array(thing: object) -> None:
    assert sketch(freeze(thing)) == freeze(thing)


def test_sketch_keeps_the_shape_and_some_elements() -> None:
    chosen = np.linspace(0, LARGE.size - 1, KEPT).astype(int)
    assert sketch(freeze(LARGE)) == freeze(([2, MAX_ELEMENTS], LARGE.ravel()[chosen]))


def test_sketch_looks_into_tuples_and_lists() -> None:
    inner = sketch(freeze((1, [LARGE])))
    assert isinstance(inner, Items)
    assert inner.items[1] == Items(kind="list", items=(sketch(freeze(LARGE)),))


@pytest.mark.parametrize("other", [LARGE.T, LARGE + 1, LARGE[:, ::-1], LARGE.ravel()])
def test_sketch_tells_arrays_apart(other: object) -> None:
    assert sketch(freeze(other)) != sketch(freeze(LARGE))


@pytest.mark.parametrize(("factor", "same"), [(1, True), (1 + 1e-9, True), (1.01, False)])
def test_sketches_are_compared_like_the_arrays(factor: float, same: bool) -> None:  # noqa: FBT001
    mine, other = thaw(sketch(freeze(factor * LARGE))), thaw(sketch(freeze(LARGE)))
    assert Close(rtol=1e-6)(mine, other).passed is same
