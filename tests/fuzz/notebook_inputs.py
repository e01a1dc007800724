"""Notebooks of every format, with things where they do not belong."""

from __future__ import annotations

import json
from typing import Any

from fuzz.inputs import Pieces, damaged
from fuzz.source_inputs import sources
from hypothesis import strategies as st

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 99)
    | st.floats()
    | sources()
    | st.sampled_from([2**64, 10**300, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def odd(draw: st.DrawFn) -> Any:
    """Any JSON."""
    return draw(ANYTHING)


kinds = st.sampled_from(["code", "markdown", "raw", "heading", "html", "plaintext"]) | odd()
contents = sources() | st.lists(sources(), max_size=3) | odd()
outputs = st.lists(
    st.fixed_dictionaries(
        {
            "output_type": st.sampled_from(["stream", "pyout", "pyerr", "display_data", "execute_result", "error"])
            | odd()
        },
        optional={
            "text": contents,
            "png": contents,
            "data": odd(),
            "metadata": odd(),
            "stream": odd(),
            "name": odd(),
            "prompt_number": odd(),
        },
    ),
    max_size=2,
)
OPTIONAL = {
    "source": contents,
    "input": contents,
    "outputs": outputs | odd(),
    "metadata": odd(),
    "collapsed": odd(),
    "language": odd(),
    "prompt_number": odd(),
    "level": st.integers(-2, 9) | odd(),
    "id": odd(),
    "attachments": odd(),
}
cells = st.fixed_dictionaries({"cell_type": kinds}, optional=OPTIONAL) | odd()
cell_lists = st.lists(cells, max_size=4) | odd()
worksheets = (
    st.lists(st.fixed_dictionaries({}, optional={"cells": cell_lists, "metadata": odd()}) | odd(), max_size=2) | odd()
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "cells": cell_lists,
        "nbformat": st.sampled_from([1, 2, 3, 4, 5, 99, 4.0, "4", None]) | odd(),
        "nbformat_minor": st.integers(0, 6) | odd(),
        "metadata": st.fixed_dictionaries({"name": odd()}) | st.just({}) | odd(),
        "worksheets": worksheets,
        "orig_nbformat": odd(),
    },
)
written = {"cell_type": kinds, "input": contents, "source": contents}
rest = {name: strategy for name, strategy in OPTIONAL.items() if name not in written}
plain = {"language": "python", "metadata": {}, "collapsed": False}
right_cells = st.builds(
    lambda text, shown: {"cell_type": "code", "input": text, "source": text, "outputs": shown, **plain},
    sources() | st.lists(sources(), max_size=3),
    st.just([]) | outputs,
)
old_cells = st.lists(right_cells, min_size=1, max_size=3) | st.lists(
    right_cells | st.fixed_dictionaries(written, optional=rest), max_size=3
)
old_documents = st.builds(
    lambda version, inner: {
        "nbformat": version,
        "nbformat_minor": 0,
        "metadata": {"name": ""},
        "worksheets": [{"cells": inner}],
        "cells": inner,
    },
    st.sampled_from([1, 2, 3]),
    old_cells,
)
new_documents = st.builds(
    lambda several: {"nbformat": 4, "cells": [{"cell_type": "code", "source": one} for one in several]},
    st.lists(contents, max_size=4),
)


def as_json(thing: object) -> bytes:
    """JSON as Python writes it: with NaN, and with lone surrogates as escapes."""
    return json.dumps(thing).encode()


JSON_PIECES = Pieces(
    "json",
    (
        *(
            b"[" * 3000,
            b'{"a":' * 2000,
            b"9" * 5000,
            b"NaN",
            b"-Infinity",
            b'"\\ud800"',
            b'"\\u0000"',
            b"\xef\xbb\xbf",
            b"\xff\xfe",
            b"\xed\xa0\x80",
        ),
        *(
            b'"nbformat": 3, ',
            b'"nbformat": 99, ',
            b'"cells": [], ',
            b'"cells": null, ',
            b"1e999",
            b"\x00",
            b"null",
            b"[]",
            b"{}",
            b'"',
            b",",
        ),
    ),
)
notebooks = damaged((documents | old_documents | new_documents).map(as_json), JSON_PIECES) | st.builds(
    lambda document, encoding: json.dumps(document, ensure_ascii=False).encode(encoding, "surrogatepass"),
    documents | new_documents,
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be"]),
)
