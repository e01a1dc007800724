"""Python objects to Values (`freeze`) and back (`thaw`); `thaw` reads hostile data and checks all that it relies on."""

from __future__ import annotations

import itertools
import math
import sys
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from grader.errors import WireError
from grader.values import MAX_NODES, MAX_TEXT, Array, Complex, Items, Mapping, Opaque, Seed, Value

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

SEQUENCES: tuple[type, ...] = (range, deque, type({}.keys()), type({}.values()))
MUTABLE = (Array, Items, Mapping)
MAX_DEPTH = 64
MAX_ARRAY_BYTES = 64 * 2**20  # of all arrays and texts of one value together
MAX_DIMENSIONS = 32
DTYPES = frozenset({"|b1", "|i1", "|u1", *(f"<{kind}{size}" for kind in "iuf" for size in (2, 4, 8)), "<c8", "<c16"})
PLAIN_KINDS = "biufc"
TOO_LARGE = "something nested too deeply or with too many items"


def freeze(thing: object) -> Value:
    """`thing` as data. What is not plain data, or is too large or too deep, becomes Opaque."""
    try:
        return _Freezer().value(thing, depth=0)
    except _TooLargeError as error:
        return Opaque(str(error))


def thaw(value: Value, *, allow_seed: bool = False) -> object:
    """`value` as None, bool, int, float, complex, str, list, tuple, set, dict, ndarray or Opaque.

    Raises:
        WireError: a length, dtype, nesting or number of items that no `freeze` writes, or a Seed where none is allowed.
    """
    return _Thawer(allow_seed=allow_seed).value(value, 0)


class _TooLargeError(Exception):
    """The value as a whole is too large; the message is a phrase for the student."""


def changed(before: tuple[Value, ...], after: list[object]) -> tuple[int, ...]:
    """The positions of the lists, dicts and arrays that are no longer what they were thawed from."""
    pairs = enumerate(zip(before, after, strict=True))
    return tuple(position for position, (old, new) in pairs if isinstance(old, MUTABLE) and freeze(new) != old)


class _Freezer:
    """Counts the nodes and bytes of one value: a wide or cyclic one ends as Opaque instead of filling the memory."""

    def __init__(self) -> None:
        self.nodes = 0
        self.bytes = 0

    def value(self, thing: Any, depth: int) -> Value:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _TooLargeError(TOO_LARGE)
        if depth > MAX_DEPTH:
            return Opaque(TOO_LARGE)
        frozen = self.by_kind(thing, depth)
        self.bytes += len(frozen.data) if isinstance(frozen, Array) else len(frozen) if isinstance(frozen, str) else 0
        if self.bytes > MAX_ARRAY_BYTES:
            raise _TooLargeError(f"arrays of together more than {MAX_ARRAY_BYTES >> 20} MB")
        return frozen

    def by_kind(self, thing: Any, depth: int) -> Value:
        kind = type(thing)
        if thing is None or kind in (bool, float):
            return cast("Value", thing)
        if kind in SCALARS:
            return SCALARS[kind](thing)
        if kind is dict or _is_from(kind, "collections", "OrderedDict", "defaultdict"):
            return self.mapping(thing, depth)
        if kind in (list, tuple, set, frozenset) or issubclass(kind, tuple):
            return self.items(thing, depth)
        if kind in SEQUENCES:
            return self.items(list(itertools.islice(thing, MAX_NODES + 1)), depth)
        return self.library_value(thing, kind, depth)

    def items(self, thing: Any, depth: int) -> Value:
        kind: Literal["list", "tuple", "set"] = (
            "list" if type(thing) is list else "set" if type(thing) in (set, frozenset) else "tuple"
        )
        return Items(kind, tuple(self.value(item, depth + 1) for item in thing))

    def mapping(self, thing: dict[object, object], depth: int) -> Value:
        if not all(type(key) is str for key in thing):
            return Opaque("a dict whose keys are not all strings")
        return Mapping(tuple((self.key(cast("str", key)), self.value(item, depth + 1)) for key, item in thing.items()))

    def key(self, text: str) -> str:
        self.bytes += len(text)
        return encodable(text[:MAX_TEXT])

    def library_value(self, thing: Any, kind: type, depth: int) -> Value:
        if kind in (np.ndarray, np.matrix):
            if thing.dtype.kind == "O" and thing.size <= MAX_NODES:
                return self.value(thing.tolist(), depth + 1)
            return _freeze_array(np.asarray(thing), "numpy")
        if issubclass(kind, np.str_):
            return _freeze_text(str.__str__(thing))
        if issubclass(kind, np.generic):
            return _freeze_array(np.asarray(thing), "numpy")
        if _is_from(kind, "torch", "Tensor", "Parameter"):
            return _freeze_tensor(thing)
        if kind.__module__.startswith("sympy.") and getattr(thing, "is_number", False):
            return _freeze_symbolic(thing)
        return Opaque(describe(thing))


def describe(thing: object) -> str:
    """What `thing` is, as a phrase for a student: "a generator", "a function", "an object of class Net"."""
    kind = type(thing)
    known = {"function": "a function", "generator": "a generator", "module": "a module", "type": "a class"}
    name = encodable(kind.__name__[:80])
    return known.get(name, f"an object of type {name}")


def encodable(text: str) -> str:
    """`text` with "?" for lone surrogates, which no file and no message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _freeze_integer(number: int) -> Value:
    if -(2**63) <= number < 2**64:
        return number
    return Opaque(f"an integer of about {int(number.bit_length() * math.log10(2)) + 1} digits")


def _freeze_text(text: str) -> Value:
    if len(text) > MAX_TEXT:
        return Opaque(f"a string of {len(text)} characters")
    return encodable(text)


def _freeze_complex(number: complex) -> Value:
    return Complex(number.real, number.imag)


SCALARS: dict[type, Callable[[Any], Value]] = {
    int: _freeze_integer,
    str: _freeze_text,
    complex: _freeze_complex,
    Fraction: float,
    Decimal: float,
    Opaque: lambda opaque: opaque,
    Seed: lambda seed: seed,
}


def _freeze_array(array: npt.NDArray[Any], origin: Literal["numpy", "torch"]) -> Value:
    if array.dtype.kind not in PLAIN_KINDS:
        return Opaque(f"an array of dtype {str(array.dtype)[:40]}")
    if array.nbytes > MAX_ARRAY_BYTES:
        return Opaque(
            f"an array of shape {array.shape} ({array.nbytes / 2**20:,.0f} MB; the limit is {MAX_ARRAY_BYTES >> 20} MB)"
        )
    if array.dtype.itemsize > (16 if array.dtype.kind == "c" else 8):  # long double: not the same on two machines
        array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return Array(array.dtype.str, array.shape, array.tobytes(), origin)


def _freeze_tensor(tensor: Any) -> Value:
    torch = sys.modules["torch"]
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.device.type == "meta":
        return Opaque("a torch tensor that is not dense")
    plain = tensor.detach().cpu().resolve_conj().resolve_neg()
    if plain.dtype is torch.bfloat16:
        plain = plain.float()
    return _freeze_array(plain.numpy(), "torch")


def _freeze_symbolic(number: Any) -> Value:
    exact = complex(number)
    return exact.real if exact.imag == 0 else _freeze_complex(exact)


def _is_from(kind: type, module: str, *names: str) -> bool:
    return kind.__name__ in names and kind.__module__.split(".")[0] == module


class _Thawer:
    """Counts the nodes: a small message can announce many, each of which takes far more memory than its bytes."""

    def __init__(self, *, allow_seed: bool) -> None:
        self.allow_seed = allow_seed
        self.nodes = 0

    def value(self, value: Value, depth: int) -> object:
        self.nodes += 1
        if depth > MAX_DEPTH + 1:
            raise WireError("a value is nested too deeply")
        if self.nodes > MAX_NODES:
            raise WireError("a value has too many items")
        if isinstance(value, Items):
            return self.items(value, depth)
        if isinstance(value, Mapping):
            return {key: self.value(item, depth + 1) for key, item in value.pairs}
        return self.single(value)

    def items(self, value: Items, depth: int) -> object:
        items = [self.value(item, depth + 1) for item in value.items]
        if value.kind == "set":  # its order is lost and items may not be hashable: a sorted list is no one's answer
            return Opaque("a set")
        return items if value.kind == "list" else tuple(items)

    def single(self, value: Value) -> object:
        if isinstance(value, Array):
            return _thaw_array(value)
        if isinstance(value, Complex):
            return complex(value.real, value.imag)
        if isinstance(value, Seed):
            if not self.allow_seed:
                raise WireError("a seed where a value is due")
            return np.random.default_rng(value.seed)
        return value


def _thaw_array(value: Array) -> npt.NDArray[Any]:
    if value.dtype not in DTYPES or len(value.shape) > MAX_DIMENSIONS:
        raise WireError("an array has a dtype or a shape that is not allowed")
    dtype = np.dtype(value.dtype)
    if any(not 0 <= side <= 2**31 for side in value.shape):
        raise WireError("an array has a shape that is not allowed")
    if math.prod(value.shape) * dtype.itemsize != len(value.data):
        raise WireError("an array's bytes do not match its shape")
    flat = np.frombuffer(value.data, dtype)
    if dtype.kind == "b":  # any non-zero byte means True; numpy would keep the byte
        flat = flat.view(np.uint8) != 0
    try:
        return flat.reshape(value.shape).copy()
    except ValueError:  # an empty array whose other sides overflow
        raise WireError("an array has a shape that does not exist") from None
