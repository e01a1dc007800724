"""Zips with odd members, odd headers and damage."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

from builders import DATE
from fuzz.inputs import Pieces, damaged
from fuzz.notebook_inputs import notebooks
from fuzz.source_inputs import sources
from hypothesis import strategies as st

NAMES = (
    *(
        "hw.ipynb",
        "a/b.py",
        "b.PY",
        "../x.py",
        "/x.py",
        "C:\\x.py",
        "a\\b.py",
        "\\\\s\\x.py",
        "x.zip",
        "folder/",
        "é.py",
        "e\u0301.py",
    ),
    *(
        "__MACOSX/._hw.ipynb",
        "a\x1b[31m.py",
        "\u202eyp.py",
        "x" * 300 + ".py",
        "CON.py",
        ".py",
        "f.py",
        "con\nnl.ipynb",
        "data.csv",
    ),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "external_attr": st.sampled_from([0, 0o120777 << 16, 0o104755 << 16, 0o60777 << 16, 2**32 - 1]),
    "flag_bits": st.sampled_from([0, 1, 8, 0x20, 0x40, 0x800, 0xFFFF]),
    "create_system": st.integers(0, 255),
    "extra": st.binary(max_size=12) | st.just(b"\x01\x00\x10\x00" + b"\xff" * 16),
    "comment": st.binary(max_size=5),
}
members = st.tuples(
    st.sampled_from(NAMES),
    sources().map(lambda text: text.encode("utf-8", "replace"))
    | notebooks
    | st.sampled_from([70_000, 2**21]).map(bytes),
    st.sampled_from(
        [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    ),
    st.fixed_dictionaries({}, optional=FIELDS),
)


def zip_of(several: Sequence[tuple[str, bytes, int, dict[str, Any]]]) -> bytes:
    """A zip of (name, content, method, odd() fields), duplicates included."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about two members of one name
        for name, data, method, fields in several:
            entry = zipfile.ZipInfo("x", DATE)
            entry.filename, entry.compress_type = name, method
            for field in sorted(fields.keys() - {"flag_bits"}):
                setattr(entry, field, fields[field])
            archive.writestr(entry, data, method)
            entry.flag_bits |= fields.get("flag_bits", 0)
    return buffer.getvalue()


ZIP_PIECES = Pieces(
    "headers",
    (
        *(
            b"PK\x03\x04",
            b"PK\x01\x02",
            b"PK\x05\x06" + bytes(18),
            b"PK\x06\x07" + bytes(16),
            b"PK\x06\x06",
            b"\xff\xff\xff\xff",
            bytes(4),
            b"\xff\xff",
        ),
    ),
)
archives = damaged(st.lists(members, max_size=4).map(zip_of), ZIP_PIECES)
