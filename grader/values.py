"""Plain values as they cross the process border and as the plan stores them.

A `Value` is data only: decoding one can build numbers, strings, arrays, lists and dicts, nothing else. There is no
pickle on either side. Two directions:

* `freeze` turns a Python object into a Value. It runs in the child (on what the student returned) and when compiling.
* `thaw` turns a Value into plain Python again and checks every length and type: its input may be hostile.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

MAX_NODES = 200_000  # of one value: its numbers, texts, lists, …
MAX_TEXT = 100_000  # characters
MAX_WHAT = 1_000
MAX_DTYPE, MAX_SIDE, MAX_DIMENSIONS = 16, 2**40, 64  # of an array

Text = Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]


class Complex(msgspec.Struct, frozen=True, tag="complex"):
    """A Python complex number."""

    real: float
    imag: float


class Array(msgspec.Struct, frozen=True, tag="array"):
    """A numeric array or a NumPy scalar (shape ()).

    `dtype` is a NumPy code of kind b, i, u, f or c ("<f8"); `data` is C-ordered; `origin` says what it was.
    """

    dtype: Annotated[str, msgspec.Meta(max_length=MAX_DTYPE)]
    shape: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=0, le=MAX_SIDE)], ...], msgspec.Meta(max_length=MAX_DIMENSIONS)
    ]
    data: bytes
    origin: Literal["numpy", "torch", "sympy"] = "numpy"


class Items(msgspec.Struct, frozen=True, tag="items"):
    """A list, a tuple or a set."""

    kind: Literal["list", "tuple", "set"]
    items: Annotated[tuple[Value, ...], msgspec.Meta(max_length=MAX_NODES)]


class Mapping(msgspec.Struct, frozen=True, tag="mapping"):
    """A dict with string keys."""

    pairs: Annotated[tuple[tuple[Text, Value], ...], msgspec.Meta(max_length=MAX_NODES)]


class Seed(msgspec.Struct, frozen=True, tag="seed"):
    """Stands for `numpy.random.default_rng(seed)`: only ever sent to a function, never returned."""

    seed: int


class Opaque(msgspec.Struct, frozen=True, tag="opaque"):
    """Something that is not plain data ("a generator"); equal to nothing. `what` is a phrase for the student."""

    what: Annotated[str, msgspec.Meta(max_length=MAX_WHAT)]


Value = None | bool | int | float | Text | Complex | Array | Items | Mapping | Seed | Opaque
