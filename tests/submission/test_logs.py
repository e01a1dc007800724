"""Logs: plain numbers are read, everything else is a fault in words."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest
from builders import zipped
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.codec import thaw
from grader.records import File, Log
from grader.submission.logs import MAX_LOG_BYTES, log_patterns, read_logs

PATTERNS = ("submission_logs/*.npz", "submission_logs/results.json")
NPZ, JSON = "submission_logs/a.npz", "submission_logs/results.json"


def npy(array: object, *, pickled: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(array), allow_pickle=pickled)
    return buffer.getvalue()


def header(text: str, body: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text.encode() + body


def described(shape: str, dtype: str = "<f8", order: str = "False", body: bytes = b"") -> bytes:
    return header(f"{{'descr': '{dtype}', 'fortran_order': {order}, 'shape': {shape}, }}\n", body)


def read(name: str, data: bytes) -> Log:
    (log,) = read_logs((File(name=name, data=data),), PATTERNS).logs
    return log


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (NPZ, NPZ),
        (f"hw2/{NPZ}", NPZ),
        (f"a/b/{JSON}", JSON),
        (f"../{NPZ}", NPZ),
        ("submission_logs/other.json", ""),
        ("a.npz", ""),
        ("my_submission_logs/a.npz", ""),
    ],
)
def test_read_logs_takes_what_fits_a_pattern(name: str, path: str) -> None:
    files = (File(name=name, data=zipped({"x.npy": npy([1.0])})),)
    assert [log.path for log in read_logs(files, PATTERNS).logs] == ([path] if path else [])


def test_log_patterns_fit_in_any_folder_of_an_archive() -> None:
    assert log_patterns(("logs/*.npz",)) == ("logs/*.npz", "*/logs/*.npz")


@given(
    st.dictionaries(
        st.sampled_from(["train_losses", "val_accs", "x"]),
        hnp.arrays(
            st.one_of(hnp.floating_dtypes(sizes=(32, 64)), hnp.integer_dtypes(), hnp.boolean_dtypes()),
            hnp.array_shapes(max_dims=3, max_side=4),
        ),
    ),
    st.booleans(),
)
def test_read_logs_gives_back_the_arrays_of_an_npz(arrays: dict[str, np.ndarray], is_fortran: bool) -> None:  # noqa: FBT001
    order = np.asfortranarray if is_fortran else np.ascontiguousarray
    log = read(NPZ, zipped({f"{name}.npy": npy(order(array)) for name, array in arrays.items()}))
    found = thaw(log.value)
    assert isinstance(found, dict)
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], array, equal_nan=array.dtype.kind == "f") for name, array in arrays.items())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"val_acc": 0.48, "lr": null}', {"val_acc": 0.48, "lr": None}),
        ("[0.5, Infinity]", [0.5, float("inf")]),
        ("3", 3),
    ],
)
def test_read_logs_reads_json(text: str, value: object) -> None:
    assert thaw(read(JSON, text.encode()).value) == value


FAULTS = {
    "a pickle": (NPZ, zipped({"x.npy": npy([{"a": 1}], pickled=True)}), "an array holds object, not plain numbers"),
    "a pickle that says floats": (NPZ, zipped({"x.npy": described("(3,)", body=b"cos\nsystem\n")}), "not of the shape"),
    "texts": (NPZ, zipped({"x.npy": npy(["a"])}), "an array holds <U1, not plain numbers"),
    "dates": (NPZ, zipped({"x.npy": npy(np.array(["2026-01-01"], "M8[D]"))}), "an array holds datetime64[D]"),
    "records": (NPZ, zipped({"x.npy": npy(np.zeros(2, "f8,i4"))}), "not plain numbers"),
    "a huge shape": (NPZ, zipped({"x.npy": described("(1000000000, 1000000000)")}), "not of the shape that it says"),
    "a negative shape": (NPZ, zipped({"x.npy": described("(-1,)", body=bytes(8))}), "not of the shape that it says"),
    "two negative sides": (NPZ, zipped({"x.npy": described("(-1, -1)", body=bytes(8))}), "not of the shape"),
    "a shape that is code": (NPZ, zipped({"x.npy": described("__import__('os').getcwd()")}), "it is no .npz file"),
    "no dtype": (NPZ, zipped({"x.npy": described("(1,)", dtype="what")}), "it is no .npz file"),
    "an unknown version": (NPZ, zipped({"x.npy": header("{}", version=b"\x07\x00")}), "unknown format"),
    "a long header": (NPZ, zipped({"x.npy": described(f"({'1,' * 9_000})")}), "it is no .npz file"),
    "cut off": (NPZ, zipped({"x.npy": npy(np.ones(50))[:-3]}), "not of the shape that it says"),
    "no npy at all": (NPZ, zipped({"x.npy": b"hello"}), "it is no .npz file"),
    "a bomb": (NPZ, zipped({"x.npy": bytes(30 * 2**20)}), "it unpacks to more than 2 MB"),
    "many arrays": (NPZ, zipped({f"{n}.npy": npy([1.0]) for n in range(101)}), "it holds 101 arrays"),
    "not a zip": (NPZ, b"PK no", "it is no .npz file"),
    "empty": (NPZ, b"", "it is no .npz file"),
    "an unusual method": (NPZ, zipped({"x.npy": npy([1.0])}, zipfile.ZIP_LZMA), "an unusual method"),
    "too large": (JSON, b" " * (MAX_LOG_BYTES + 1), "it is larger than 2 MB"),
    "no JSON": (JSON, b"{'a': 1}", "its JSON cannot be read"),
    "deep JSON": (JSON, b"[" * 100_000, "its JSON cannot be read"),
    "wide JSON": (JSON, json.dumps([0] * 300_000).encode(), "it holds "),
    "a huge number": (JSON, b"9" * 5_000, "its JSON cannot be read"),
}


@pytest.mark.parametrize(("name", "data", "fault"), FAULTS.values(), ids=FAULTS)
def test_read_logs_says_what_is_wrong(name: str, data: bytes, fault: str) -> None:
    log = read(name, data)
    assert fault in log.fault
    assert log.value is None


def test_read_logs_takes_the_last_of_two_arrays_with_one_name() -> None:
    twice = zipped({"x.npy": npy([1.0]), "y.npy": npy([2.0])}).replace(b"y.npy", b"x.npy")
    assert thaw(read(NPZ, twice).value) == {"x": np.array([2.0])}


@given(st.binary(max_size=200))
def test_read_logs_never_raises(data: bytes) -> None:
    for name in (NPZ, JSON):
        assert read(name, data).path == name
