"""Tokens counted without decoding, against what was encoded."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.sandbox.tokens import has_more_tokens

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text()
    | st.binary()
    | st.integers(0, 70_000).map(lambda length: "x" * length)
    | st.integers(0, 70_000).map(bytes)
)
things = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


def tokens(thing: object) -> int:
    if isinstance(thing, dict):
        return 1 + sum(1 + tokens(item) for item in thing.values())
    return 1 + sum(map(tokens, thing)) if isinstance(thing, list) else 1


@given(things)
def test_has_more_tokens_counts_exactly(thing: object) -> None:
    body, count = msgspec.msgpack.encode(thing), tokens(thing)
    assert (has_more_tokens(body, count - 1), has_more_tokens(body, count)) == (True, False)


@pytest.mark.parametrize(
    "body", [msgspec.msgpack.encode(msgspec.msgpack.Ext(1, bytes(n))) for n in (1, 2, 4, 8, 16, 3, 300, 70_000)]
)
def test_has_more_tokens_takes_an_extension_for_one(body: bytes) -> None:
    assert (has_more_tokens(body + b"\xc0", 1), has_more_tokens(body + b"\xc0", 2)) == (True, False)


@given(st.binary(max_size=100))
def test_has_more_tokens_ends_on_noise(body: bytes) -> None:
    assert not has_more_tokens(body, len(body))
