"""Files of NumPy's, in memory."""

from __future__ import annotations

import io

import numpy as np


def npy(array: object, *, pickled: bool = False) -> bytes:
    """An `.npy` file, as NumPy writes it."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=pickled)
    return buffer.getvalue()


def header(text: str, body: bytes = b"", version: int = 1) -> bytes:
    """An `.npy` file with this header."""
    size = 2 if version == 1 else 4
    return b"\x93NUMPY" + bytes([version, 0]) + len(text).to_bytes(size, "little") + text.encode() + body


def described(shape: str, dtype: str = "<f8", order: str = "False", body: bytes = b"") -> bytes:
    """One whose header is as NumPy writes it, with these words in it."""
    return header(f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}\n", body)
