"""Arrays of plain numbers, read as NumPy reads them; every other header is refused, whatever it looks like."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from npy_files import described, header, npy

from grader.codec import freeze, thaw
from grader.submission.npy import NpyError, read_array

PLAIN = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?"),
)
FLOAT = "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n"


@given(hnp.arrays(PLAIN, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)), st.booleans())
def test_read_array_reads_what_numpy_writes(array: npt.NDArray[np.generic], is_fortran: bool) -> None:  # noqa: FBT001
    data = npy(np.asfortranarray(array) if is_fortran else array)
    np.testing.assert_array_equal(read_array(data), np.load(io.BytesIO(data), allow_pickle=False))


@pytest.mark.parametrize("version", [1, 2, 3])
def test_read_array_of_every_version(version: int) -> None:
    assert read_array(header(FLOAT, np.float64(1.5).tobytes(), version)).tolist() == [1.5]


def test_read_array_in_fortran_order() -> None:
    data = described("(2, 3)", order="True", body=np.arange(6.0).tobytes())
    assert read_array(data).tolist() == [[0, 2, 4], [1, 3, 5]]


SIZE, HEADER, SIDES = "is not of the size that its shape says", "does not have the header", "too many or too long sides"
HOSTILE = {
    "a pickle": (npy([{"a": 1}], pickled=True), "holds |O, not plain numbers"),
    "a pickle that says floats": (described("(3,)", body=b"cos\nsystem\n"), SIZE),
    "texts": (npy(["a"]), "holds <U1"),
    "dates": (npy(np.array(["2026-01-01"], "M8[D]")), "holds <M8[D]"),
    "records": (npy(np.zeros(2, "f8,i4")), HEADER),
    "arrays in an array": (header("{'descr': ('<f8', (2,)), 'fortran_order': False, 'shape': (1,), }\n"), HEADER),
    "a width that does not exist": (described("(1,)", "<f3", body=bytes(3)), "holds <f3"),
    "an alias that warns": (described("(1,)", "a8", body=bytes(8)), "holds a8"),
    "control characters": (described("(1,)", "\x1b[31m"), "holds something else"),
    "a huge shape": (described("(1000000000, 1000000000)"), SIZE),
    "a shape beyond 64 bits": (described(f"({2**70},)"), HEADER),
    "nothing, but long": (described(f"(0, {2**33})"), SIDES),
    "nothing, but large": (described(f"(0, {', '.join(['2147483647'] * 5)})"), "does not exist"),
    "forty sides": (described(f"({'1,' * 40})", body=bytes(8)), SIDES),
    "a negative side": (described("(-1,)", body=bytes(8)), HEADER),
    "a shape that is code": (described("__import__('os').getcwd()"), HEADER),
    "an order that is code": (described("(1,)", order="print(1)", body=bytes(8)), HEADER),
    "a header that the tokenizer gives up on": (header("{'descr': '<f8', 'shape': ((\n"), HEADER),
    "a text that does not end": (header("{'descr': '''\n"), HEADER),
    "indentation": (header("if 1:\n   a\n  b\n"), HEADER),
    "brackets": (header("[" * 9_000), HEADER),
    "signs": (header("-" * 9_000 + "1"), HEADER),
    "commas": (described(f"({'1,' * 4_000}x)"), HEADER),
    "two types": (header("{'descr': '<f8', 'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"), HEADER),
    "numbers of Python 2": (described("(1L,)", body=bytes(8)), HEADER),
    "an unknown version": (header("{}", version=7), "is no .npy file"),
    "a long header": (header(" " * 11_000 + FLOAT, bytes(8)), "its header is too long"),
    "a header that is not there": (b"\x93NUMPY\x02\x00\xff\xff\xff\xff", "is cut off"),
    "cut off": (npy(np.ones(50))[:-3], SIZE),
    "too long": (npy(np.ones(50)) + b"more", SIZE),
    "no npy": (b"hello", "is no .npy file"),
    "empty": (b"", "is no .npy file"),
}


@pytest.mark.parametrize(("data", "words"), HOSTILE.values(), ids=HOSTILE)
def test_read_array_refuses(data: bytes, words: str) -> None:
    with pytest.raises(NpyError) as caught:
        read_array(data)
    assert words in str(caught.value)


@given(
    st.builds(
        header,
        st.lists(st.sampled_from([*"{}()[],:' \n", "'descr'", "'<f8'", "'|O'", "False", "2", "0", "-1"])).map("".join)
        | st.text(max_size=40),
        st.binary(max_size=40),
    )
    | st.binary(max_size=100)
)
@example(header(FLOAT, bytes(8)))
def test_read_array_gives_data_or_refuses(data: bytes) -> None:
    try:
        array = read_array(data)
    except NpyError:
        return
    assert thaw(freeze(array)) is not None


def read_or_refused(data: bytes) -> str:
    try:
        return f"{read_array(data).nbytes} bytes"
    except NpyError as error:
        return str(error)


@given(st.integers(0, len(FLOAT) - 1), st.characters(codec="ascii"))
def test_read_array_with_one_other_character(position: int, character: str) -> None:
    found = read_or_refused(header(FLOAT[:position] + character + FLOAT[position + 1 :], bytes(8)))
    assert found.isprintable()
    assert found == "8 bytes" or "bytes" not in found
