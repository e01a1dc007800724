"""What the grader asks a child, and what it answers. Every answer repeats the request's nonce."""

from __future__ import annotations

import msgspec

from grader.records import (
    AskedPart,
    Bundle,
    Candidate,
    Crashed,
    Document,
    LayerState,
    Log,
    Message,
    Module,
    OutOfMemory,
    Raised,
    Reading,
    Returned,
    TimedOut,
    Trial,
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
    values: tuple[str, ...] = ()  # wanted names that stand for data, not for functions
    logs: tuple[str, ...] = ()  # patterns of the files that are read as evidence
    asked: tuple[AskedPart, ...] = ()  # every part of the homework; none where no text is wanted


class Load(msgspec.Struct, frozen=True, kw_only=True, tag="load"):
    """Keep these statements and modules at hand; nothing is run. The answer is Done."""

    documents: tuple[Document, ...]
    modules: tuple[Module, ...]
    logs: tuple[Log, ...] = ()


class Define(msgspec.Struct, frozen=True, kw_only=True, tag="define"):
    """Run the candidate's slice in a fresh namespace. The answer is Done, the outcome that prevented it, or Stale.

    `globals` are set before the slice runs, which may use them, and again after it, which may have replaced them.
    """

    candidate: Candidate
    globals: tuple[tuple[str, Value], ...] = ()
    is_first: bool = False  # of its checks: what they find must be as in a new child


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """Call a target on the namespace of the last Define. The answer is an Outcome."""

    target: Target
    arguments: tuple[Value, ...]


class Calls(msgspec.Struct, frozen=True, kw_only=True, tag="calls"):
    """Call a target on one case after the other, each answered as a Call is.

    The code can look at all cases from the first call on: only for inputs that students see anyway.
    """

    target: Target
    cases: tuple[tuple[Value, ...], ...]  # the arguments of each

    def each(self) -> tuple[Call, ...]:
        """Call by call."""
        return tuple(Call(target=self.target, arguments=arguments) for arguments in self.cases)


class SelfTest(msgspec.Struct, frozen=True, kw_only=True, tag="self-test"):
    """Try what student code must not be able to do. The answer is SelfTested."""

    files: tuple[bytes, ...]  # that are there, and that no child may read
    folders: tuple[bytes, ...]  # in which no child may make a file
    processes: tuple[int, ...]  # to signal, trace and look into, besides the template


Request = Read | Load | Define | Call | Calls | SelfTest


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The request was carried out."""


class Stale(msgspec.Struct, frozen=True, kw_only=True, tag="stale"):
    """Nothing was run: other code has left something in this process. A new one is needed."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready"):
    """A child's first words, before it has seen any student code."""

    layers: tuple[LayerState, ...]


class ReadingDone(msgspec.Struct, frozen=True, kw_only=True, tag="reading"):
    """The answer to Read."""

    reading: Reading


class SelfTested(msgspec.Struct, frozen=True, kw_only=True, tag="self-tested"):
    """What became of the trials."""

    trials: tuple[Trial, ...]


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """Our own code in the child failed: its traceback. A student's code could send this too; it gains nothing by it."""

    traceback: Message


Answer = Done | Stale | Ready | ReadingDone | SelfTested | Failed | Returned | Raised | TimedOut | OutOfMemory | Crashed


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A request on its way to the child."""

    nonce: bytes
    request: Request


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer on its way to the grader."""

    nonce: bytes
    answer: Answer


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Grader to template, first of all: what it imports, and what holds for all its children."""

    kind: str  # a key of template.LIBRARIES
    private: tuple[bytes, ...] = ()  # paths, as the system spells them, that no child may read, wherever they lie
    omitted: frozenset[str] = frozenset()  # layers to leave out
    is_single: bool = False  # for one submission, which is not worth any practice
    has_reader: bool = (
        False  # the first child is ordered at once, to read only: it is forked before the libraries are there
    )


class Fork(msgspec.Struct, frozen=True, kw_only=True, tag="fork"):
    """Grader to template: fork a child on the two descriptors that come along."""

    uid: int | None  # the user to become; None keeps this one
    memory_bytes: int  # address space on top of the template's
    cpu_seconds: int
    reads: bool = False  # it is to read a submission: what that takes is imported first, where it is not there already


class Reap(msgspec.Struct, frozen=True, kw_only=True, tag="reap"):
    """Grader to template: end this child, if it has not ended by itself in so many seconds, and wait for it."""

    pid: int
    grace_seconds: float = 0.0


Command = Fork | Reap


class Forked(msgspec.Struct, frozen=True, kw_only=True, tag="forked"):
    """Template to grader: the child's process id."""

    pid: int


class Reaped(msgspec.Struct, frozen=True, kw_only=True, tag="reaped"):
    """Template to grader: how the child ended (as os.waitstatus_to_exitcode: negative for a signal)."""

    code: int
    was_killed: bool = False  # by the template, because it had not ended by itself


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """Template to grader: why the command was not carried out."""

    reason: str


Status = Forked | Reaped | Refused
