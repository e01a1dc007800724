"""Notebooks of every format, and things that only look like one."""

from __future__ import annotations

import json

import pytest
from builders import notebook
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.notebook import Cells, read_cells

V3 = {
    "metadata": {"name": ""},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {"cells": [{"cell_type": "code", "input": "x = 3", "language": "python", "outputs": []}], "metadata": {}}
    ],
}
V2 = {
    "metadata": {"name": ""},
    "nbformat": 2,
    "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 2", "language": "python", "outputs": []}]}],
}


def test_read_cells_takes_text_and_lists_of_lines() -> None:
    assert read_cells(notebook("a = 1\nb = 2", ["c = 3\n", "d = 4"])).sources == ("a = 1\nb = 2", "c = 3\nd = 4")


@pytest.mark.parametrize(("content", "source"), [(V3, "x = 3"), (V2, "x = 2")])
def test_read_cells_upgrades_old_formats(content: dict[str, object], source: str) -> None:
    assert read_cells(json.dumps(content).encode()).sources == (source,)


def test_read_cells_logs_nothing_about_old_notebooks(caplog: pytest.LogCaptureFixture) -> None:
    outputs = [{"output_type": "\ud800", "text": "\ud800"}]
    cells = [{"cell_type": "code", "input": "x = 3", "language": "python", "outputs": outputs}]
    odd = {**V3, "worksheets": [{"cells": cells, "metadata": {}}], "cells": []}
    read_cells(json.dumps(odd).encode())
    assert caplog.records == []


def test_read_cells_ignores_cells_that_are_not_code() -> None:
    cells = [
        {"cell_type": "markdown", "source": "# hi"},
        {"cell_type": "code", "source": "x"},
        "junk",
        {"cell_type": "code"},
    ]
    assert read_cells(json.dumps({"cells": cells, "nbformat": 4}).encode()).sources == ("x", "")


@pytest.mark.parametrize("level", [2**62, 2**64])
def test_read_cells_refuses_a_heading_that_would_fill_the_memory(level: int) -> None:
    heading = {"cell_type": "heading", "level": level, "source": "x", "metadata": {}}
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": [heading]}]}
    assert read_cells(json.dumps(content).encode()).fault.startswith("its notebook format cannot be read")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_read_cells_understands_encodings(encoding: str) -> None:
    text = notebook("σ = 1").decode()
    assert read_cells(text.encode(encoding)).sources == ("σ = 1",)


def test_read_cells_cleans_what_could_not_be_written_again() -> None:
    assert read_cells(notebook("a\r\nb\x00\ud800")).sources == ("a\nb?",)


def test_read_cells_takes_a_notebook_without_a_format() -> None:
    assert read_cells(b'{"cells": [{"cell_type": "code", "source": "x"}]}').sources == ("x",)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"not json", "it is not a notebook: its JSON cannot be read"),
        (b"", "it is not a notebook: its JSON cannot be read"),
        (b"[" * 100_000, "it is not a notebook: its JSON cannot be read"),
        (b"\xff\xfe\x00", "it is not a notebook: its JSON cannot be read"),
        (b"[1, 2]", "it is not a notebook: its JSON is not an object"),
        (b'{"cells": 3, "nbformat": 4}', "it is not a notebook: it has no list of cells"),
        (b'{"nbformat": 99, "cells": []}', "its notebook format cannot be read"),
        (b'{"nbformat": 3}', "its notebook format cannot be read"),
        (b"{}", "its notebook format cannot be read"),
    ],
)
def test_read_cells_says_what_is_wrong(data: bytes, fault: str) -> None:
    assert read_cells(data).fault.startswith(fault)


@pytest.mark.parametrize(
    "content",
    [
        {"nbformat": 1, "cells": [{"cell_type": 2.5, "code": "x=1"}]},
        {"nbformat": 3, "nbformat_minor": "x", "metadata": None, "worksheets": [{"cells": [{"cell_type": True}]}]},
    ],
)
def test_read_cells_survives_what_the_converters_do_not(content: dict[str, object]) -> None:
    assert isinstance(read_cells(json.dumps(content).encode()), Cells)


def test_read_cells_stops_after_very_many() -> None:
    cells = read_cells(notebook(*["x"] * 5001))
    assert (len(cells.sources), cells.note) == (5000, "it has 5001 code cells: only the first 5000 were read")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["cells", "nbformat", "worksheets", "cell_type", "source", "x"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(
    json_values
    | st.fixed_dictionaries({"nbformat": st.sampled_from([2, 3, 4]), "worksheets": json_values, "cells": json_values})
)
def test_read_cells_never_raises(content: object) -> None:
    assert isinstance(read_cells(json.dumps(content).encode()), Cells)
