"""One attack: what it is called, which numbers of the catalogue it covers, how it is tried, what stops it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from arena import Arena


class Attack(NamedTuple):
    """An attack. `run` gives what it achieved, or "" when it was stopped."""

    numbers: tuple[int, ...]  # of docs/isolation.md
    name: str  # "open-the-reference"
    stopped_by: str  # layers and mechanisms, for docs/isolation.md
    run: Callable[[Arena], str]


def code(numbers: tuple[int, ...], name: str, stopped_by: str, body: str, kind: str = "numpy") -> Attack:
    """An attack by what a student's function does: the body of `attack(facts)`, see arena.Facts.

    It returns "succeeded: …" or the secret when it gets through. Being refused may show as any exception.
    """
    source = "def attack(facts):\n" + textwrap.indent(textwrap.dedent(body).strip(), "    ")
    return Attack(numbers, name, stopped_by, partial(Arena.attack, source=source, kind=kind))


def cell(numbers: tuple[int, ...], name: str, stopped_by: str, source: str, kind: str = "numpy") -> Attack:
    """As `code`, with the whole cell: for what happens before the function is called."""
    return Attack(numbers, name, stopped_by, partial(Arena.attack, source=textwrap.dedent(source), kind=kind))
