"""Bytes that are nearly what a reader expects."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FIXED = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))

NOISE = st.binary(max_size=8)


class Pieces(NamedTuple):
    """What a format is made of; long ones are kept out of the names that Hypothesis gives to strategies."""

    kind: str
    pieces: tuple[bytes, ...]

    def __repr__(self) -> str:
        return self.kind


@st.composite
def rubble(draw: st.DrawFn, pieces: Pieces) -> bytes:
    """Pieces of a format in no order."""
    return b"".join(draw(st.lists(_one_of(pieces), max_size=12)))


@st.composite
def damaged(draw: st.DrawFn, whole: st.SearchStrategy[bytes], pieces: Pieces) -> bytes:
    """Bytes of `whole` with up to four stretches replaced, taken out, or put in; some are cut short."""
    data = draw(whole)
    for _edit in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        end = start + draw(st.sampled_from((0, 1, 1, 2, 4, 50)))
        data = data[:start] + draw(_one_of(pieces)) + data[end:]
    return data[: draw(st.integers(0, len(data)))] if draw(st.integers(0, 9)) == 9 else data


def _one_of(pieces: Pieces) -> st.SearchStrategy[bytes]:
    return NOISE | st.sampled_from(pieces.pieces)
