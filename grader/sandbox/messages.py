"""What the grader asks a child, and what it answers. Every answer repeats the request's nonce."""

from __future__ import annotations

import msgspec

from grader.records import (
    Bundle,
    Candidate,
    Crashed,
    Document,
    LayerState,
    Module,
    OutOfMemory,
    Raised,
    Reading,
    Returned,
    TimedOut,
)
from grader.targets import Target
from grader.values import Value


class Read(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """Read a submission; the answer is a Reading."""

    bundle: Bundle
    wanted: tuple[str, ...]
    patterns: tuple[str, ...]
    handout: tuple[tuple[str, str], ...]
    given: tuple[tuple[str, frozenset[str]], ...]  # (wanted name, globals that the rubric sets for it)


class Load(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """Keep these statements and modules at hand; nothing is run. The answer is Done."""

    documents: tuple[Document, ...]
    modules: tuple[Module, ...]


class Define(msgspec.Struct, frozen=True, kw_only=True, tag="define"):
    """Run the candidate's slice in a fresh namespace. The answer is Done, or the outcome that prevented it.

    `globals` are set before the slice runs, which may use them, and again after it, which may have replaced them.
    """

    candidate: Candidate
    globals: tuple[tuple[str, Value], ...] = ()


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """Call a target on the namespace of the last Define. The answer is an Outcome."""

    target: Target
    arguments: tuple[Value, ...]


Request = Read | Load | Define | Call


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The request was carried out."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """A child's first words, before it has seen any student code."""

    layers: tuple[LayerState, ...]


class ReadingDone(msgspec.Struct, frozen=True, kw_only=True, tag="reading"):
    """The answer to Read."""

    reading: Reading


Answer = Done | Ready | ReadingDone | Returned | Raised | TimedOut | OutOfMemory | Crashed


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way to the child."""

    nonce: bytes
    request: Request


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer on its way to the grader."""

    nonce: bytes
    answer: Answer


class Fork(msgspec.Struct, frozen=True, kw_only=True, tag="fork"):
    """Grader to template: fork a child on the two descriptors that come along."""

    uid: int | None  # the user to become; None keeps this one
    memory_bytes: int  # address space on top of the template's
    cpu_seconds: int


class Reap(msgspec.Struct, frozen=True, kw_only=True, tag="reap"):
    """Grader to template: wait for this child, which has ended or is about to."""

    pid: int


Command = Fork | Reap


class Forked(msgspec.Struct, frozen=True, kw_only=True, tag="forked"):
    """Template to grader: the child's process id."""

    pid: int


class Reaped(msgspec.Struct, frozen=True, kw_only=True, tag="reaped"):
    """Template to grader: how the child ended (as os.waitstatus_to_exitcode: negative for a signal)."""

    code: int


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """Template to grader: why the command was not carried out."""

    reason: str


Status = Forked | Reaped | Refused
