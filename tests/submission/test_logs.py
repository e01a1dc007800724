"""Logs: plain numbers are read, everything else is a fault in words."""

from __future__ import annotations

import json
import pickle
import zipfile

import msgspec
import numpy as np
import pytest
from builders import zipped
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from npy_files import npy

from grader.codec import thaw
from grader.records import File, Log
from grader.submission.logs import MAX_LOG_BYTES, MAX_LOGS, log_patterns, read_logs

WHOLE = zipped({"x.npy": npy(np.arange(20.0)), "y.npy": npy([True])})
PATTERNS = ("submission_logs/*.npz", "submission_logs/results.json")
NPZ, JSON = "submission_logs/a.npz", "submission_logs/results.json"


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
    "a pickle": (NPZ, zipped({"x.npy": npy([{"a": 1}], pickled=True)}), 'its array "x" holds |O, not plain numbers'),
    "a pickle in a file that says JSON": (JSON, pickle.dumps({"val_acc": 0.5}), "its JSON cannot be read"),
    "one bad array of two": (NPZ, zipped({"x.npy": npy([1.0]), "y.npy": b"hello"}), 'its array "y" is no .npy file'),
    "a name with control characters": (NPZ, zipped({"\x1b[31m.npy": b""}), 'its array "?[31m" is no .npy file'),
    "a bomb": (NPZ, zipped({"x.npy": bytes(30 * 2**20)}), "it unpacks to more than 2 MB"),
    "a bomb in parts": (NPZ, zipped({f"{n}.npy": npy(np.zeros(10_000)) for n in range(40)}), "it unpacks to more"),
    "many arrays": (NPZ, zipped({f"{n}.npy": npy([1.0]) for n in range(101)}), "it holds 101 arrays"),
    "not a zip": (NPZ, b"PK no", "it is no .npz file"),
    "empty": (NPZ, b"", "it is no .npz file"),
    "cut off": (NPZ, zipped({"x.npy": npy(np.arange(50))})[:-30], "it is no .npz file"),
    "damaged": (NPZ, zipped({"x.npy": npy([1.0])}, zipfile.ZIP_STORED).replace(b"NUMPY", b"NUMPI"), "Bad CRC-32"),
    "an unusual method": (NPZ, zipped({"x.npy": npy([1.0])}, zipfile.ZIP_LZMA), "an unusual method"),
    "too large": (JSON, b" " * (MAX_LOG_BYTES + 1), "it is larger than 2 MB"),
    "no JSON": (JSON, b"{'a': 1}", "its JSON cannot be read"),
    "deep JSON": (JSON, b"[" * 100_000, "its JSON cannot be read"),
    "wide JSON": (JSON, json.dumps([0] * 300_000).encode(), "it holds "),
    "too many items": (JSON, json.dumps([[]] * 150_000).encode(), "all logs together hold more than 8 MB"),
    "a long text": (JSON, json.dumps("a" * 200_000).encode(), "it holds a string of 200000 characters"),
    "a huge number": (JSON, b"9" * 5_000, "its JSON cannot be read"),
    "no text": (JSON, b"\xff\xfe\x00", "its JSON cannot be read"),
}


@pytest.mark.parametrize(("name", "data", "fault"), FAULTS.values(), ids=FAULTS)
def test_read_logs_says_what_is_wrong(name: str, data: bytes, fault: str) -> None:
    log = read(name, data)
    assert fault in log.fault
    assert log.value is None


def test_read_logs_takes_the_last_of_two_arrays_with_one_name() -> None:
    twice = zipped({"x.npy": npy([1.0]), "y.npy": npy([2.0])}).replace(b"y.npy", b"x.npy")
    assert thaw(read(NPZ, twice).value) == {"x": np.array([2.0])}


def test_read_logs_limits_all_together_and_keeps_the_small_ones() -> None:
    large = {f"submission_logs/{n}.npz": zipped({"x.npy": npy(np.arange(2**17) + n)}) for n in range(10)}
    small = {"submission_logs/z.npz": zipped({"x.npy": npy([1.0])})}
    logs = read_logs(tuple(File(name=name, data=data) for name, data in {**large, **small}.items()), PATTERNS).logs
    read_ones = [log for log in logs if not log.fault]
    assert (read_ones[0].path, len(read_ones)) == ("submission_logs/z.npz", 8)


def test_read_logs_limits_their_number() -> None:
    files = tuple(File(name=f"submission_logs/{n}.npz", data=b"") for n in range(MAX_LOGS + 3))
    logs, notes = read_logs(files, PATTERNS)
    assert (len(logs), notes[-1]) == (MAX_LOGS, "3 more logs were not read: the limit is 100")


@pytest.mark.parametrize(
    ("names", "counts"),
    [
        ((JSON, f"old/{JSON}"), JSON),
        ((f"old/{JSON}", JSON), JSON),
        ((f"a/{JSON}", f"b/{JSON}"), f"b/{JSON}"),
    ],
)
def test_read_logs_of_one_path_takes_the_nearest_to_the_top(names: tuple[str, ...], counts: str) -> None:
    files = tuple(File(name=name, data=json.dumps(name).encode()) for name in names)
    logs, notes = read_logs(files, PATTERNS)
    assert [log.value for log in logs] == [counts]
    assert notes == (f"{JSON} is there 2 times: {counts} counts",)


def test_read_logs_notes_are_printable() -> None:
    logs, notes = read_logs((File(name="submission_logs/\x1b]0;\n.npz", data=b""),), PATTERNS)
    assert logs[0].fault
    assert all(note.isprintable() for note in notes)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_read_logs_gives_json_that_can_be_handed_on(value: object) -> None:
    log = read(JSON, json.dumps(value).encode())
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(log), type=Log) == log or "NaN" in json.dumps(value)


@given(st.binary(max_size=200))
def test_read_logs_never_raises(data: bytes) -> None:
    for name, content in ((NPZ, data), (JSON, data), (NPZ, zipped({"x.npy": data}))):
        assert read(name, content).path == name


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_read_logs_survives_a_damaged_npz(position: int, byte: int) -> None:
    data = bytearray(WHOLE)
    data[position % len(data)] = byte
    assert read(NPZ, bytes(data)).path == NPZ
