"""Short, safe texts for values and differences. What is shown may be hostile: lengths are capped, control marks dropped."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from grader.values import Opaque

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

MAX_SHOWN = 120
MAX_ITEMS = 6
NICE_FACTORS = (2, 3, 4, 5, 6, 8, 10, 100)


MAX_NESTING = 4


def show(thing: object) -> str:
    """`thing` in at most about `MAX_SHOWN` characters, as a student would write it."""
    text = _show(thing)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 1]}…"


def _show(thing: object, depth: int = 0) -> str:
    if isinstance(thing, Opaque):
        return _printable(thing.what)
    if isinstance(thing, np.ndarray | np.generic):
        return _show_array(np.asarray(thing))
    if isinstance(thing, float | complex) and not isinstance(thing, bool):
        return number(thing)
    if isinstance(thing, str):
        return repr(_printable(thing))
    if isinstance(thing, list | tuple):
        if depth > MAX_NESTING:
            return "[…]"
        items = [_show(item, depth + 1) for item in thing[:MAX_ITEMS]] + ["…"] * (len(thing) > MAX_ITEMS)
        return f"({', '.join(items)})" if isinstance(thing, tuple) else f"[{', '.join(items)}]"
    if isinstance(thing, dict):
        keys = ", ".join(_printable(str(key)) for key in list(thing)[:MAX_ITEMS])
        return f"a dict with the keys {keys}" if keys else "an empty dict"
    return _printable(repr(thing))


def _show_array(array: npt.NDArray[np.generic]) -> str:
    if array.ndim == 0:
        item = array.item()
        return _printable(str(item)) if isinstance(item, np.generic) else _show(item)  # a long double stays what it is
    if array.size <= MAX_ITEMS and array.size:
        return _show(array.tolist())
    return f"an array of shape {shape(array.shape)}"


def number(value: complex, digits: int = 6) -> str:
    """That many significant digits; complex numbers as a ± bi."""
    if isinstance(value, complex):
        sign = "-" if math.copysign(1, value.imag) < 0 else "+"
        return f"{value.real:.{digits}g} {sign} {abs(value.imag):.{digits}g}i"
    return f"{value:.{digits}g}"


def show_apart(actual: complex, expected: complex) -> tuple[str, str]:
    """Both numbers, with as many digits as it takes to see that they differ."""
    for digits in (6, 10, 17):
        texts = number(actual, digits), number(expected, digits)
        if texts[0] != texts[1]:
            break
    return texts


def shape(sides: tuple[int, ...]) -> str:
    """`(3, 2)`."""
    return str(tuple(int(side) for side in sides))


def plural(count: int, noun: str) -> str:
    """`1 value`, `3 values`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def ratio_remark(actual: npt.NDArray[np.generic], expected: npt.NDArray[np.generic], unit: float = 1.0) -> str:
    """What simple thing the answer is to the expected one (its double, its negative, shifted), or "".

    Both arrays are given in units of `unit`, with no value much above 1.
    """
    a, e = actual.astype(np.complex128).ravel(), expected.astype(np.complex128).ravel()
    size = float(np.linalg.norm(e))
    if size == 0:
        return ""
    factor = complex(np.vdot(e, a)) / size**2
    if factor != 0 and np.linalg.norm(a - factor * e) <= 1e-6 * np.linalg.norm(a):
        return _factor_remark(factor, is_single=a.size == 1) or _square_remark(a * unit, e * unit)
    shift = a - e
    if a.size > 1 and np.abs(shift - shift[0]).max() <= 1e-6 * np.abs(e).max():
        return f"Every value is off by the same amount, {number(_real(complex(shift[0]) * unit))}."
    return ""


def _square_remark(a: npt.NDArray[np.complex128], e: npt.NDArray[np.complex128]) -> str:
    root = np.sqrt(np.abs(a))
    if a.size == 1 and bool(np.abs(root - np.abs(e)) <= 1e-6 * root) and bool(a.real > 0):
        return "Your value is the square of the expected one."
    return ""


def _factor_remark(factor: complex, *, is_single: bool) -> str:
    subject = "Your value is" if is_single else "Your values are"
    if abs(factor + 1) < 1e-6:  # noqa: PLR2004 (rounding)
        return f"{subject} right except for the sign."
    for nice in NICE_FACTORS:
        if abs(factor - nice) < 1e-6 * nice:
            return f"{subject} {nice} times the expected one{'' if is_single else 's'}."
        if abs(factor * nice - 1) < 1e-6:  # noqa: PLR2004
            return f"{subject} 1/{nice} of the expected one{'' if is_single else 's'}."
    if is_single:  # any two numbers have some ratio: it says nothing
        return ""
    return f"{subject} {number(_real(factor))} times the expected ones."


def _real(value: complex) -> complex:
    return value.real if abs(value.imag) <= 1e-9 * abs(value) else value


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[: 2 * MAX_SHOWN])
