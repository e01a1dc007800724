"""What a child can say: honest, forged and damaged."""

from __future__ import annotations

import msgspec
from fuzz.inputs import Pieces, damaged
from hypothesis import strategies as st

from grader.codec import DTYPES
from grader.records import Crashed, OutOfMemory, Place, Raised, Reading, Returned, TimedOut
from grader.sandbox.messages import Done, Failed, ReadingDone, Ready, Reply
from grader.values import Array, Complex, Items, Mapping, Opaque, Seed, Value

texts = st.text(max_size=12) | st.sampled_from(
    ["large", "(0, 0.25)", "[1, x)", "\x1b[31m", "\u202eabc", "nan", "x" * 500]
)
sides = st.integers(0, 3) | st.sampled_from([-1, 2**31, 2**31 + 1, 2**62])
dtypes = st.sampled_from([*sorted(DTYPES), "|O8", "<U4", "<m8", ">f8", "", "<f8,<f8", "f"])


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    """Arrays whose bytes mostly fit their shape."""
    shape = tuple(draw(st.lists(sides, max_size=draw(st.sampled_from((4, 4, 4, 40))))))
    dtype = draw(dtypes)
    count = 1
    for side in shape:
        count *= side
    size = count * int(dtype[2:]) if dtype in DTYPES and 0 <= count <= 100 else draw(st.integers(0, 9))
    data = draw(st.binary(min_size=size, max_size=size) | st.sampled_from([bytes(size), b"\xff" * size]))
    return Array(dtype, shape, data, draw(st.sampled_from(("numpy", "torch", "sympy"))))


scalars: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    texts,
    st.builds(Complex, st.floats(), st.floats()),
    st.builds(Opaque, texts),
    st.builds(Seed, st.integers(-5, 5)),
    arrays(),
)


def _containers(inner: st.SearchStrategy[Value]) -> st.SearchStrategy[Value]:
    items = st.lists(inner, max_size=4).map(tuple)
    pairs = st.lists(st.tuples(texts, inner), max_size=3).map(tuple)
    return st.builds(Items, st.sampled_from(("list", "tuple", "set")), items) | st.builds(Mapping, pairs)


def _nested(value: Value, depth: int) -> Value:
    for _level in range(depth):
        value = Items("list", (value,))
    return value


values: st.SearchStrategy[Value] = st.recursive(scalars, _containers, max_leaves=8) | st.builds(
    _nested, scalars, st.sampled_from((29, 31, 63, 64, 65, 66, 300))
)
RIGHT = st.sampled_from([3.0, 57, "large"])  # what the properties' checks expect
small = st.integers(-3, 3) | st.sampled_from([-(2**63), 2**63 - 1])
places = st.builds(Place, label=texts, line=small, source=st.text(max_size=20))
some_places = st.lists(places, max_size=6).map(tuple)
answers = st.one_of(
    st.builds(Returned, value=values | RIGHT, mutated=st.lists(small, max_size=3).map(tuple), stdout=texts),
    st.builds(Raised, kind=texts, message=texts, places=some_places, while_defining=st.booleans(), stdout=texts),
    st.builds(TimedOut, seconds=st.floats(), while_defining=st.booleans(), is_assumed=st.booleans()),
    st.builds(OutOfMemory, places=some_places, while_defining=st.booleans()),
    st.builds(Crashed, reason=texts, exit_code=st.none() | small, detail=texts),
    st.builds(Failed, traceback=texts),
    st.sampled_from([Done(), Ready(layers=()), ReadingDone(reading=Reading(notes=("a",)))]),
)
bodies = st.builds(lambda answer: msgspec.msgpack.encode(Reply(nonce=b"n" * 16, answer=answer)), answers)
TOKENS = Pieces(
    "tokens",
    (
        *(
            b"\xc0",
            b"\xc1",
            b"\x90",
            b"\xdd\xff\xff\xff\xff",
            b"\xdf\x00\x01\x00\x00",
            b"\xdb\xff\xff\xff\xff",
            b"\xc7\x01\xff\x00",
        ),
        *(
            b"\x91" * 2000,
            b"\xcb\x7f\xf8" + bytes(6),
            b"\xa3\xed\xa0\x80",
            b"\xcf" + b"\xff" * 8,
            b"\x81\xa4type\xa5array",
        ),
    ),
)
frames = damaged(bodies, TOKENS)
