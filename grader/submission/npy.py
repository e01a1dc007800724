"""One array from the bytes of an `.npy` file: plain numbers only. Its header is matched, never evaluated.

NumPy's own reader evaluates the header as a Python literal, after the tokenizer where that fails; both raise whatever a
hostile header makes them raise.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from grader.codec import MAX_DIMENSIONS

if TYPE_CHECKING:
    import numpy.typing as npt  # which would import NumPy at once: see later.py

MAGIC = b"\x93NUMPY"
SIZES = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}  # by version: bytes of the header's length
MAX_HEADER = 10_000
MAX_SIDE = 2**31 - 1  # what a message between two processes may hold
HEADER = re.compile(
    rb"\{'descr': ?'(?P<descr>[^'\\]{1,20})', ?'fortran_order': ?(?P<order>True|False),"
    rb" ?'shape': ?\((?P<shape>(?:\d{1,10}, ?)*(?:\d{1,10})?)\)(?:, ?)?\}\s*"
)
PLAIN = re.compile(r"[<>|=]?[biufc]\d{1,2}")


class NpyError(ValueError):
    """Bytes that are no array of plain numbers; the message says why, after the array's name."""


def read_array(data: bytes) -> npt.NDArray[np.generic]:
    """The array of an `.npy` file of kind b, i, u, f or c. Raises NpyError for anything else."""
    header, body = _parts(data)
    match = HEADER.fullmatch(header)
    if match is None:
        raise NpyError("does not have the header of an array of plain numbers")
    dtype = _dtype(match["descr"].decode("ascii", "replace"))
    shape = tuple(int(side) for side in match["shape"].split(b",") if side.strip())
    if len(shape) > MAX_DIMENSIONS or max(shape, default=0) > MAX_SIDE:
        raise NpyError("has too many or too long sides")
    if math.prod(shape) * dtype.itemsize != len(body):
        raise NpyError("is not of the size that its shape says")
    return _shaped(np.frombuffer(body, dtype), shape, is_fortran=match["order"] == b"True")


def _parts(data: bytes) -> tuple[bytes, bytes]:
    size = SIZES.get(data[6:8]) if data.startswith(MAGIC) else None
    if size is None:
        raise NpyError("is no .npy file")
    start = 8 + size
    length = int.from_bytes(data[8:start], "little")
    if length > MAX_HEADER or start + length > len(data):
        raise NpyError("is cut off, or its header is too long")
    return data[start : start + length], data[start + length :]


def _dtype(text: str) -> np.dtype[np.generic]:
    try:
        return np.dtype(text if PLAIN.fullmatch(text) else "")
    except TypeError:  # "<f3"
        shown = text if text.isprintable() else "something else"
        raise NpyError(f"holds {shown}, not plain numbers") from None


def _shaped(flat: npt.NDArray[np.generic], shape: tuple[int, ...], *, is_fortran: bool) -> npt.NDArray[np.generic]:
    try:
        return flat.reshape(shape, order="F" if is_fortran else "C")
    except ValueError:  # an empty array whose other sides overflow
        raise NpyError("has a shape that does not exist") from None
