"""The frozen values that are handed from one step of grading to the next (see docs/architecture.md)."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec

from grader.values import Value

# Caps on what a child says (it may be hostile): generous for what an honest one writes, small for a report.
MAX_PLACES = 5
MAX_OUTPUT = 10_000
Label = Annotated[str, msgspec.Meta(max_length=70_000)]  # a name inside an archive has at most 65,535 bytes
Line = Annotated[str, msgspec.Meta(max_length=200)]
Phrase = Annotated[str, msgspec.Meta(max_length=200)]
Message = Annotated[str, msgspec.Meta(max_length=5_000)]
Output = Annotated[str, msgspec.Meta(max_length=MAX_OUTPUT)]
MAX_PROSE = 20_000
Prose = Annotated[str, msgspec.Meta(max_length=MAX_PROSE)]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the submission, as a student would look for it."""

    label: Label  # "hw2.ipynb, cell 7" or "optim.py"
    line: int  # 1-based, within that cell or file
    source: Line = ""  # the text of the line, stripped


Places = Annotated[tuple[Place, ...], msgspec.Meta(max_length=MAX_PLACES)]


# --- running it ------------------------------------------------------------------------------------------------------


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What student code may use."""

    call_seconds: float = 5.0  # one call
    define_seconds: float = 20.0  # the statements that one candidate needs
    total_seconds: float = 300.0  # one submission
    memory_megabytes: int = 1024  # on top of the libraries


# --- reading a submission --------------------------------------------------------------------------------------------


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file as handed in; `name` is only a label and is never opened."""

    name: str
    data: bytes


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """What was handed in: the bytes of one archive, or single files."""

    name: str  # what the student handed in, for the report
    files: tuple[File, ...]
    is_archive: bool = False  # then `files` is the one zip
    notes: tuple[str, ...] = ()  # what a person should know ("data.py is 30 MB: it was skipped")


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One top-level statement of a document, with what it gives and what it needs."""

    label: str  # "hw2.ipynb, cell 7"
    line: int  # where `text` starts in that cell or file, 1-based
    text: str
    defines: frozenset[str] = frozenset()  # names that exist because of it
    mutates: frozenset[str] = frozenset()  # names whose value it changes (`X[0] = 1`, `np.random.seed(0)`)
    uses: frozenset[str] = frozenset()  # module-level names it needs, when run or when called
    imports: frozenset[str] = frozenset()  # top-level modules ("torch"), also those that a function imports
    has_star_import: bool = False
    trains: bool = False  # whether it computes gradients as torch does, itself or in a function of the document
    fault: str = ""  # why it cannot be run ("invalid syntax"); such a statement is never executed


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One notebook or one `.py` file: statements that share a namespace, in document order."""

    name: str
    is_notebook: bool
    statements: tuple[Statement, ...]


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """A `.py` file of the submission that the others may import."""

    path: str  # "deeplearning/optim.py"
    source: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A definition of a wanted name."""

    name: str
    document: int  # index into Reading.documents
    statement: int  # index into that document's statements
    place: Place
    slice: tuple[int, ...]  # the statements that it needs, itself included, in document order
    is_placeholder: bool = False
    fault: str = ""  # "does not parse: invalid syntax"
    libraries: frozenset[str] = frozenset()  # top-level modules that its slice imports


class AskedPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the homework, as far as a reader of text cells needs to know it."""

    question: str  # "1"
    part: str  # "f"
    is_written: bool = False  # whether a text is wanted; the others end the text before them
    is_private: bool = False
    prompt: tuple[str, ...] = ()  # lines of the handout, which are no answer


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What a student wrote for a part, in text cells."""

    part: str  # "1(f)"
    places: Places  # "text after cell 7": only code cells are counted
    words: int = 0  # none where it is private
    text: Prose = ""  # as written (Markdown); empty where it is private


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A file that came with the code: what an `.npz` or a `.json` holds."""

    path: str  # "submission_logs/results.json"
    value: Value = None
    fault: str = ""  # why it cannot be read


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a submission contains, as far as grading needs it."""

    documents: tuple[Document, ...] = ()
    modules: tuple[Module, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    other_names: tuple[tuple[str, Place], ...] = ()  # top-level functions that nobody asked for: near misses
    writings: tuple[Writing, ...] = ()
    logs: tuple[Log, ...] = ()
    notes: tuple[str, ...] = ()  # what a person should know ("optim.py is not UTF-8: skipped")
    fault: str = ""  # why nothing can be graded; empty when something can


# --- running it ------------------------------------------------------------------------------------------------------


class Returned(msgspec.Struct, frozen=True, kw_only=True, tag="returned"):
    """The call gave a value."""

    value: Value
    mutated: tuple[int, ...] = ()  # positions of the arguments that the call changed
    stdout: Output = ""


class Raised(msgspec.Struct, frozen=True, kw_only=True, tag="raised"):
    """The call, or a statement that defines the function, raised."""

    kind: Phrase  # "ZeroDivisionError"
    message: Message
    places: Places = ()  # the student's own lines, outermost first
    while_defining: bool = False
    stdout: Output = ""


class TimedOut(msgspec.Struct, frozen=True, kw_only=True, tag="timed_out"):
    """No answer within the deadline; the process was killed."""

    seconds: float
    while_defining: bool = False
    is_assumed: bool = False  # not tried: the candidate died too often before


class OutOfMemory(msgspec.Struct, frozen=True, kw_only=True, tag="out_of_memory"):
    """The memory limit was hit."""

    places: Places = ()
    while_defining: bool = False


class Crashed(msgspec.Struct, frozen=True, kw_only=True, tag="crashed"):
    """The process ended or broke the protocol; `reason` is a phrase ("a segmentation fault")."""

    reason: Phrase
    exit_code: int | None = None  # of a process that ended by itself
    while_defining: bool = False
    is_assumed: bool = False  # not tried: the candidate died too often before
    is_forbidden: bool = False  # by a system call that the kernel ended it for
    is_tampering: bool = False  # it sent or did something that no honest answer does
    detail: Message = ""  # for staff: the traceback of our own code, says the child


Outcome = Returned | Raised | TimedOut | OutOfMemory | Crashed


class LayerState(msgspec.Struct, frozen=True, kw_only=True):
    """A layer of isolation as it was found in a child."""

    name: str
    protects: str
    is_active: bool
    remark: str = ""  # why it is not active


class Property(Enum):
    """What isolation is for."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    NETWORK = "network"
    PROCESSES = "processes"
    RESOURCES = "resources"
    LIBRARIES = "libraries"


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Something that student code must not be able to do (or must be able to do), tried in a real child."""

    property: Property
    action: Label  # "read rubrics/hw2.yaml"
    is_as_it_should: bool
    detail: Label = ""  # the system's answer


# --- judging it ------------------------------------------------------------------------------------------------------


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate and what it gave: outcomes per check and case. A death ends a check's outcomes early."""

    candidate: Candidate
    outcomes: tuple[tuple[Outcome, ...], ...]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome against the expected value."""

    passed: bool
    gap: str = ""  # for the student: what differs, by how much, where
    note: str = ""  # for the student even when it passed: how an answer was read
    is_undecided: bool = False  # a person must look
