"""Notebooks and sources that are damaged, odd, or made to break a reader."""

from __future__ import annotations

from fuzz.inputs import FIXED, rubble
from fuzz.notebook_inputs import JSON_PIECES, notebooks
from fuzz.properties import holds_for_notebook, holds_for_source
from fuzz.source_inputs import sources
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(FIXED, max_examples=300)
@given(st.binary(max_size=300) | rubble(JSON_PIECES))
def test_notebook_holds_for_noise(data: bytes) -> None:
    holds_for_notebook(data)


@settings(FIXED, max_examples=300)
@given(notebooks)
def test_notebook_holds_for_damaged_and_odd_notebooks(data: bytes) -> None:
    holds_for_notebook(data)


@settings(FIXED, max_examples=400)
@given(sources())
def test_source_holds_for_what_is_nearly_python(text: str) -> None:
    holds_for_source(text.encode("utf-8", "surrogatepass"))
