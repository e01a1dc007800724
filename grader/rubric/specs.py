"""The ways to write an input in a case: as it is, or as a mapping whose key says how to make it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Discriminator, Field, Strict, Tag, model_validator
from pydantic_core import PydanticCustomError

from grader.rubric.fields import Finite, Many, Model
from grader.rubric.shapes import Entries, Gauss, IntegerRange, Numbers, PlainItems, PositiveRange, Range, Shape, Side
from grader.values import Seed

Generator = np.random.Generator
DIGITS = 4  # significant digits of what is drawn: a student can copy such a number from a message
MAX_SEED = 2**63 - 1
MAX_ROUNDED = 12  # elements of a drawn array that is short enough to be shown


class Spec(Model, ABC):
    """A mapping that says how to make an input."""

    @abstractmethod
    def make(self, rng: Generator) -> object:
        """The input; `rng` is a generator of its own, always in the same state."""


class FixedSpec(Spec):
    """A spec without randomness."""

    @abstractmethod
    def build(self) -> object:
        """The input."""

    def make(self, rng: Generator) -> object:
        """The input; nothing is drawn."""
        del rng
        return self.build()


class ArraySpec(FixedSpec):
    """An array with a dtype: {array: [1, 2], dtype: int}."""

    array: Entries = Field(description="the entries, nested for a matrix")
    dtype: Literal["float", "float32", "int", "bool", "complex"] = Field(default="float", description="kind of entries")

    def build(self) -> object:
        """The array."""
        return np.array(self.array, np.dtype(self.dtype))

    @model_validator(mode="after")
    def _check_dtype(self) -> ArraySpec:
        try:
            exact = self.build() == np.array(self.array)
        except OverflowError:
            exact = np.False_
        if self.dtype in ("int", "bool") and not np.all(exact):
            raise PydanticCustomError("dtype", "not all entries fit the dtype {dtype}", {"dtype": self.dtype})
        return self


class ListSpec(Spec):
    """A Python list: {list: [1, 2]}; lists inside it are Python lists too."""

    list: Many[Item] = Field(description="the items")

    def make(self, rng: Generator) -> object:
        """The list."""
        return [make_item(item, rng) for item in self.list]


class TupleSpec(Spec):
    """A Python tuple: {tuple: [1, 2]}."""

    tuple: Many[Item] = Field(description="the items")

    def make(self, rng: Generator) -> object:
        """The tuple."""
        items = [make_item(item, rng) for item in self.tuple]
        return (*items,)


class NormalSpec(Spec):
    """Normal random numbers: {normal: {shape: [8, 3], scale: 2}}."""

    normal: Gauss = Field(description="independent normal numbers")

    def make(self, rng: Generator) -> object:
        """A number or an array."""
        return _readable(rng.normal(self.normal.mean, self.normal.scale, self.normal.shape))


class UniformSpec(Spec):
    """Uniform random numbers: {uniform: [0, 1]} or {uniform: {shape: 5, low: 0, high: 1}}."""

    uniform: Range = Field(description="equally likely everywhere in between")

    def make(self, rng: Generator) -> object:
        """A number or an array."""
        limits = self.uniform
        return _readable(rng.uniform(limits.low, limits.high, limits.shape), limits)


class LogUniformSpec(Spec):
    """Positive random numbers of every magnitude: {log_uniform: [0.05, 20]}."""

    log_uniform: PositiveRange = Field(description="the logarithm is uniform")

    def make(self, rng: Generator) -> object:
        """A number or an array."""
        limits = self.log_uniform
        return _readable(np.exp(rng.uniform(math.log(limits.low), math.log(limits.high), limits.shape)), limits)


class IntegerSpec(Spec):
    """A random whole number, both ends included: {integer: [1, 6]}."""

    integer: IntegerRange = Field(description="whole numbers, equally likely")

    def make(self, rng: Generator) -> object:
        """An int, or an array of int64."""
        limits = self.integer
        drawn = rng.integers(limits.low, limits.high, limits.shape, endpoint=True)
        return drawn if limits.shape else int(drawn)


class ChoiceSpec(Spec):
    """One of some inputs at random: {choice: [0.1, 0.5]}."""

    choice: Annotated[tuple[Input, ...], Strict(False), Field(min_length=1)] = Field(
        description="the inputs to choose from, equally likely"
    )

    def make(self, rng: Generator) -> object:
        """The chosen input."""
        return make_input(self.choice[int(rng.integers(len(self.choice)))], rng)


class LinspaceSpec(FixedSpec):
    """Equally spaced numbers, both ends included: {linspace: [0, 1, 11]}."""

    linspace: Annotated[tuple[Finite, Finite, Side], Strict(False)] = Field(description="[first, last, how many]")

    def build(self) -> object:
        """The array."""
        first, last, count = self.linspace
        return np.linspace(first, last, count)


class ZerosSpec(FixedSpec):
    """An array of zeros: {zeros: [4, 5]}."""

    zeros: Shape = Field(description="the shape")

    def build(self) -> object:
        """The array."""
        return np.zeros(self.zeros)


class OnesSpec(FixedSpec):
    """An array of ones: {ones: [4, 5]}."""

    ones: Shape = Field(description="the shape")

    def build(self) -> object:
        """The array."""
        return np.ones(self.ones)


class EyeSpec(FixedSpec):
    """An identity matrix: {eye: 3}."""

    eye: Annotated[int, Field(ge=0, le=1000)] = Field(description="rows and columns")

    def build(self) -> object:
        """The array."""
        return np.eye(self.eye)


class ComplexSpec(FixedSpec):
    """A complex number: {complex: [1, -2]}."""

    complex: Annotated[tuple[Finite, Finite], Strict(False)] = Field(description="[real part, imaginary part]")

    def build(self) -> object:
        """The number."""
        real, imaginary = self.complex
        return real + 1j * imaginary


class RngSpec(Spec):
    """A NumPy generator with this seed, {rng: 7}, or with one that is drawn, {rng: drawn}."""

    rng: Annotated[int, Field(ge=0, le=MAX_SEED)] | Literal["drawn"] = Field(
        description="seed of numpy.random.default_rng, or `drawn`"
    )

    def make(self, rng: Generator) -> object:
        """A stand-in for the generator."""
        return Seed(int(rng.integers(MAX_SEED)) if self.rng == "drawn" else self.rng)


KEYS = (
    *("array", "list", "tuple", "normal", "uniform", "log_uniform", "integer", "choice"),
    *("linspace", "zeros", "ones", "eye", "complex", "rng"),
)


def _tag(raw: object) -> str | None:
    """The union member that `raw` belongs to; the brackets tell it from a field in an error's path."""
    if isinstance(raw, dict):
        return next((f"<{key}>" for key in raw if key in KEYS), None)
    return "<numbers>" if isinstance(raw, list) else "<plain>"


_KIND = Discriminator(
    _tag,
    custom_error_type="input_kind",
    custom_error_message=f"a mapping that makes an input has one of the keys {', '.join(KEYS)}",
)
Plain = bool | int | float | str | None
_Made = (
    Annotated[ArraySpec, Tag("<array>")]
    | Annotated[ListSpec, Tag("<list>")]
    | Annotated[TupleSpec, Tag("<tuple>")]
    | Annotated[NormalSpec, Tag("<normal>")]
    | Annotated[UniformSpec, Tag("<uniform>")]
    | Annotated[LogUniformSpec, Tag("<log_uniform>")]
    | Annotated[IntegerSpec, Tag("<integer>")]
    | Annotated[ChoiceSpec, Tag("<choice>")]
    | Annotated[LinspaceSpec, Tag("<linspace>")]
    | Annotated[ZerosSpec, Tag("<zeros>")]
    | Annotated[OnesSpec, Tag("<ones>")]
    | Annotated[EyeSpec, Tag("<eye>")]
    | Annotated[ComplexSpec, Tag("<complex>")]
    | Annotated[RngSpec, Tag("<rng>")]
    | Annotated[Plain, Tag("<plain>")]
)
Input = Annotated[_Made | Annotated[Numbers, Tag("<numbers>")], _KIND]
Item = Annotated[_Made | Annotated[PlainItems, Tag("<numbers>")], _KIND]


def make_input(written: Input, rng: Generator) -> object:
    """The input that `written` stands for; a bare list is a float64 array."""
    if isinstance(written, Spec):
        return written.make(rng)
    return np.array(written, np.float64) if isinstance(written, list) else written


def make_item(written: Item, rng: Generator) -> object:
    """An item of a Python list or tuple; a bare list is a Python list."""
    return written.make(rng) if isinstance(written, Spec) else written


def _readable(drawn: npt.NDArray[np.float64] | float, limits: Range | None = None) -> object:
    """Few numbers are rounded to `DIGITS` significant digits, and stay within the limits."""
    if np.size(drawn) > MAX_ROUNDED:
        return drawn
    rounded = np.array([float(f"{number:.{DIGITS}g}") for number in np.ravel(drawn)])
    if limits is not None:
        rounded = np.clip(rounded, limits.low, limits.high)
    return rounded.reshape(np.shape(drawn)) if np.shape(drawn) else float(rounded[0])
