"""Plain values as float64 or complex128 arrays, and the comparison of two arrays, in the order shape, NaN, values."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from grader.compare.wording import number, plural, ratio_remark, shape, show, show_apart
from grader.records import Comparison
from grader.values import Opaque

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

Numeric: TypeAlias = "npt.NDArray[np.float64 | np.complex128]"
PASSED = Comparison(passed=True)
IMAGINARY_DUST = 1e-9  # of the largest value: what eigenvalue routines leave behind
TINY = 1e-300  # whose reciprocal is still a float
MAX_NESTING = 30  # lists inside lists; numpy itself stops at 32 or 64 dimensions


class NotNumeric(NamedTuple):
    """Why a value is not an array of numbers, as a sentence for the student."""

    reason: str


def failed(*sentences: str) -> Comparison:
    """A failed comparison; empty sentences are left out."""
    return Comparison(passed=False, gap=" ".join(sentence for sentence in sentences if sentence))


def to_array(thing: object) -> Numeric | NotNumeric:
    """`thing` as an array of its own; never broadcast, bools and texts are not numbers."""
    if isinstance(thing, np.ndarray | np.generic):
        return _from_array(np.asarray(thing))
    if isinstance(thing, list | tuple):
        return _from_items(thing)
    if isinstance(thing, int | float | complex) and not isinstance(thing, bool):
        try:
            return np.asarray(thing, np.complex128 if isinstance(thing, complex) else np.float64)
        except OverflowError:
            return NotNumeric("It returned an integer too large for a floating-point number.")
    return NotNumeric(_why_not(thing))


def _from_array(array: npt.NDArray[np.generic]) -> Numeric | NotNumeric:
    if array.dtype.kind == "c":
        return array.astype(np.complex128)
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)
    return NotNumeric("It returned truth values (True/False) where numbers are due.")


def _from_items(items: list[object] | tuple[object, ...]) -> Numeric | NotNumeric:
    arrays: list[Numeric] = []
    for item in items:
        array = to_array(item)
        if isinstance(array, NotNumeric):
            return NotNumeric(f"It returned a {type(items).__name__} that holds {show(item)} where numbers are due.")
        arrays.append(array)
    if len({array.shape for array in arrays}) > 1:
        return NotNumeric(f"It returned a {type(items).__name__} whose rows have different lengths.")
    if arrays and arrays[0].ndim >= MAX_NESTING:
        return NotNumeric(f"It returned a {type(items).__name__} that is nested too deeply.")
    return np.stack(arrays) if arrays else np.empty(0)


def _why_not(thing: object) -> str:
    if thing is None:
        return "It returned nothing (None): is a `return` missing?"
    if isinstance(thing, bool):
        return f"It returned {thing} where a number is due."
    if isinstance(thing, Opaque):
        return f"It returned {show(thing)} where numbers are due."
    return f"It returned {show(thing)}, which is not a number."


def as_real_if(array: Numeric, expected: Numeric) -> Numeric | NotNumeric:
    """A complex answer with no imaginary part as a real one, where a real one is expected."""
    if array.dtype.kind != "c" or expected.dtype.kind == "c":
        return array
    finite = np.isfinite(array)
    dust = IMAGINARY_DUST * np.abs(array.real[finite]).max(initial=0.0)
    if bool((np.abs(array.imag) <= dust).all()):
        return array.real.copy()
    return NotNumeric("It returned complex numbers where real ones are due.")


def compare_arrays(actual: object, expected: object, *, rtol: float, atol: float) -> Comparison:
    """Normwise: ‖actual - expected‖ <= atol + rtol ‖expected‖, singleton axes aside."""
    right = to_array(expected)
    if isinstance(right, NotNumeric):
        return failed("The expected value is not numeric.")
    answer = to_array(actual)
    if not isinstance(answer, NotNumeric):
        answer = as_real_if(answer, right)
    if isinstance(answer, NotNumeric):
        return failed(answer.reason, f"Expected {show(expected)}.")
    if answer.squeeze().shape != right.squeeze().shape:
        return failed(shape_gap(answer, right))
    return _compare_values(answer.squeeze(), right.squeeze(), rtol=rtol, atol=atol)


def shape_gap(actual: Numeric, expected: Numeric) -> str:
    """What is different about the shapes."""
    if actual.ndim == 0:
        return f"It returned a single number ({show(actual)}); expected {_with_shape(expected)}."
    if expected.ndim == 0:
        return f"It returned {_with_shape(actual)}; expected a single number ({show(expected)})."
    transposed = " It looks transposed." if actual.squeeze().T.shape == expected.squeeze().shape else ""
    return f"It returned shape {shape(actual.shape)}, expected {shape(expected.shape)}.{transposed}"


def _with_shape(array: Numeric) -> str:
    text, sides = show(array), shape(array.shape)
    return text if sides in text else f"{text} of shape {sides}"


def _compare_values(actual: Numeric, expected: Numeric, *, rtol: float, atol: float) -> Comparison:
    if gap := _special_gap(actual, expected):
        return failed(gap)
    finite = np.isfinite(expected)
    if not bool((actual[~finite] == expected[~finite])[~np.isnan(expected[~finite])].all()):
        return failed("Some infinite values have the wrong sign.")
    a, e = actual[finite], expected[finite]
    size = max(_largest(e), TINY)
    scale = max(_largest(a), size)  # so that no square overflows, and none vanishes
    allowed = atol / scale + rtol * (size / scale) * float(np.linalg.norm(e / size))
    a /= scale
    e /= scale
    error = float(np.linalg.norm(a - e))
    if error <= allowed:
        return PASSED
    remark = _transposed_remark(actual, expected, rtol) or ratio_remark(a, e, scale)
    return failed(_value_gap(actual, expected, error * scale, allowed * scale), remark)


def _largest(array: Numeric) -> float:
    """The largest real or imaginary part, in magnitude (the modulus itself could overflow)."""
    return float(np.abs(np.ascontiguousarray(array).view(np.float64)).max(initial=0.0))


def _transposed_remark(actual: Numeric, expected: Numeric, rtol: float) -> str:
    if actual.ndim == 2 and actual.T.shape == expected.shape and np.allclose(actual.T, expected, rtol, 0):  # noqa: PLR2004
        return "It looks transposed."
    return ""


def _special_gap(actual: Numeric, expected: Numeric) -> str:
    """Where NaN or infinity stands in one array only."""
    for name, test in (("NaN (not a number)", np.isnan), ("infinite", np.isinf)):
        wrong = test(actual) & ~test(expected)
        if bool(wrong.any()):
            return (
                f"{plural(int(wrong.sum()), 'value')} of {actual.size} {_are(int(wrong.sum()))} {name}{_first(wrong)}."
            )
        if bool((test(expected) & ~test(actual)).any()):
            return f"A value should be {name} and is not{_first(test(expected) & ~test(actual))}."
    return ""


def _value_gap(actual: Numeric, expected: Numeric, error: float, allowed: float) -> str:
    if actual.ndim == 0:
        returned, due = show_apart(actual.item(), expected.item())
        return f"It returned {returned}, expected {due}: off by {number(error)} (allowed {allowed:.2g})."
    with np.errstate(over="ignore", invalid="ignore"):  # infinity minus infinity, where both are right
        gaps = np.where(np.isfinite(expected), np.abs(actual - expected), 0.0)
    worst = np.unravel_index(int(gaps.argmax()), gaps.shape)
    wrong = int((gaps > allowed / np.sqrt(gaps.size)).sum())
    returned, due = show_apart(actual[worst].item(), expected[worst].item())
    return (
        f"{wrong} of {plural(gaps.size, 'value')} {_are(wrong)} wrong; the worst is {_at(worst)}: "
        f"it returned {returned}, expected {due}. "
        f"The whole is off by {number(error)} (allowed {allowed:.2g})."
    )


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _at(index: tuple[np.intp, ...]) -> str:
    return f"[{', '.join(str(int(position)) for position in index)}]"


def _first(mask: npt.NDArray[np.bool_]) -> str:
    if mask.ndim == 0:
        return ""
    return f", the first at {_at(tuple(np.argwhere(mask)[0]))}"
