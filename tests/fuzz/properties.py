"""What must hold for any bytes whatever. Hypothesis tries it in the tests, atheris with feedback from the code (drive.py).

A property raises for a finding: an assertion, or an exception that the reader does not declare.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import msgspec
import numpy as np
from builders import bundle, zip_bundle

from grader.codec import freeze, thaw
from grader.compare import Comparator
from grader.compare.choice import Choice
from grader.compare.close import Close
from grader.compare.complex_set import ComplexSet
from grader.compare.count import Count
from grader.compare.exact import Exact
from grader.compare.interval import Interval
from grader.compare.normal import Normal
from grader.compare.path import Path
from grader.compare.within import Within
from grader.errors import WireError
from grader.judging import judge
from grader.outputs.gradescope import render_gradescope
from grader.outputs.json import render_json
from grader.outputs.text import render_text
from grader.plan import Case, Check, Mistake, Part, Question
from grader.records import AskedPart, Bundle, Crashed, File, Limits, OutOfMemory, Raised, Reading, Returned, TimedOut
from grader.report import CheckResult, Report
from grader.sandbox.messages import Answer, ReadingDone, Reply, Status
from grader.sandbox.wire import HEADER, check_tokens, pack_reply, unpack
from grader.scoring import part_result, question_result
from grader.submission.archive import (
    MAX_ENTRIES,
    MAX_MEMBER_BYTES,
    MAX_RATIO,
    MAX_TOTAL_BYTES,
    RATIO_FREE_BYTES,
    open_archive,
)
from grader.submission.read import Wanted, read_submission
from grader.targets import FunctionTarget

PATTERNS = ("*.ipynb", "*.py")
ASKED = tuple(AskedPart(question="1", part=part, is_written=True, is_private=part == "b") for part in "ab")
WANTED = Wanted(("f", "g"), PATTERNS, {"f": "0" * 32}, {"g": frozenset({"W"})}, asked=ASKED)
OUTCOMES = (Returned, Raised, TimedOut, OutOfMemory, Crashed)
NONCE = b"n" * 16
LIMITS = Limits()
NORMAL = Normal()
EXPECTED: tuple[tuple[Comparator, object], ...] = (
    (Choice(options=("large", "small")), "large"),
    (Close(), np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])),
    (Close(), (0.5, np.array([1.0, 2.0]))),
    (Close(), 3.0),
    (ComplexSet(), np.array([0.5 + 0.25j, 0.5 - 0.25j])),
    (Count(), 57),
    (Exact(), [1, "x"]),
    (Interval(), (0.0, 0.25)),
    (Interval(ends="open"), (0.0, 0.25, "open")),
    (NORMAL, (np.zeros((4, 3)), 1.0)),
    (Path(), np.array([[0.0, 1.0], [1.0, 2.0], [1.5, 2.5]])),
    (Within(), (0.25, 3.5)),
)


def _checks() -> Iterator[Check]:
    for comparator, right in EXPECTED:
        expected = freeze(comparator.expect(right))
        case = Case(arguments=(1.0,), expected=(expected,), shown="1")
        yield Check(
            name=type(comparator).__name__,
            points=1,
            target=FunctionTarget(name="f", parameters=("x",)),
            compare=comparator,
            cases=(case, case),
            keeps_inputs=True,
            mistakes=(Mistake(name="m", hint="a hint", outputs=(0.5, 0.5)),),
        )


CHECKS = tuple(_checks())
PAIR = Check(
    name="a pair",
    points=1,
    target=CHECKS[3].target,
    compare=Close(),
    cases=CHECKS[3].cases,
    output=1,
    outputs=("a", "b"),
)


# --- the wire --------------------------------------------------------------------------------------------------------


def holds_for_reply(body: bytes) -> None:
    """A reply's body, as a child can send it, on its way to the texts of a report. Declared is WireError alone."""
    try:
        check_tokens(body)
        reply = unpack(body, Reply)
    except WireError:
        return
    holds_for_answer(reply.answer)


def holds_for_status(body: bytes) -> None:
    """What the template sends. Declared is WireError alone."""
    try:
        status: Status = unpack(body, Status)  # type: ignore[arg-type] # a union is a type to msgspec
    except WireError:
        return
    assert isinstance(status, Status)


def holds_for_frame(body: bytes) -> None:
    """A body, whoever reads it."""
    holds_for_reply(body)
    holds_for_status(body)


def holds_for_answer(answer: Answer) -> None:
    """An answer that was decoded is judged and shown."""
    if isinstance(answer, ReadingDone):
        holds_for_reading(answer.reading)
    if isinstance(answer, Returned):
        _holds_for_value(answer)
    if isinstance(answer, OUTCOMES):
        results = tuple(judge(check, (answer, answer), LIMITS) for check in (*CHECKS, PAIR))
        _holds_for_results(results)


def _holds_for_value(returned: Returned) -> None:
    """Thawed, a value is plain; frozen again, it is a value that the wire takes and that thaws to the same."""
    try:
        plain = thaw(returned.value)
    except WireError:
        return
    again = freeze(plain)
    body = pack_reply(Reply(nonce=NONCE, answer=Returned(value=again)))[HEADER.size :]
    answer = unpack(body, Reply).answer
    assert isinstance(answer, Returned)
    assert msgspec.msgpack.encode(freeze(thaw(answer.value))) == msgspec.msgpack.encode(again)


def _holds_for_results(results: tuple[CheckResult, ...]) -> None:
    question = Question(label="1", title="Fuzz", parts=(Part(label="a", title="Fuzz", checks=CHECKS),))
    part = part_result(question, question.parts[0], results)
    whole = question_result(question, [part])
    report = Report(
        assignment="fuzz", title="Fuzz", submission="hw.zip", score=whole.score, points=whole.points, questions=(whole,)
    )
    assert 0 <= report.score <= report.points
    for text in (render_json(report), render_gradescope(report), _as_text(report)):
        assert "\x1b" not in text
        text.encode()


def _as_text(report: Report) -> str:
    stream = io.StringIO()
    render_text(report, stream)
    return stream.getvalue()


# --- the submission --------------------------------------------------------------------------------------------------


def holds_for_archive(data: bytes) -> None:
    """A zip that was handed in. Nothing is declared: every fault is words."""
    opened = open_archive(File(name="hw.zip", data=data), PATTERNS)
    sizes = [len(file.data) for file in opened.files]
    assert len(sizes) <= MAX_ENTRIES
    assert max(sizes, default=0) <= min(MAX_MEMBER_BYTES, max(RATIO_FREE_BYTES, MAX_RATIO * len(data)))
    assert sum(sizes) <= MAX_TOTAL_BYTES
    _holds_for_what_was_read(read_submission(zip_bundle(data), WANTED))


def holds_for_notebook(data: bytes) -> None:
    """A notebook and a module of these bytes. Nothing is declared: every fault is words."""
    files = (File(name="hw.ipynb", data=data), File(name="b.py", data=data))
    _holds_for_what_was_read(read_submission(Bundle(name="hw", files=files), WANTED))


def holds_for_source(data: bytes) -> None:
    """A code cell with this text (beside one that is right); bytes that are not UTF-8 become lone surrogates."""
    text = data.decode("utf-8", "surrogateescape")
    _holds_for_what_was_read(read_submission(bundle(text, "def f(x): return x"), WANTED))


def holds_for_reading(reading: Reading) -> None:
    """What was read crosses the wire unchanged."""
    body = pack_reply(Reply(nonce=NONCE, answer=ReadingDone(reading=reading)))[HEADER.size :]
    check_tokens(body)
    answer = unpack(body, Reply).answer
    assert isinstance(answer, ReadingDone)
    assert answer.reading == reading


def _holds_for_what_was_read(reading: Reading) -> None:
    """Besides, every candidate lies where it says, and needs statements that are there."""
    holds_for_reading(reading)
    for candidate in reading.candidates:
        statements = reading.documents[candidate.document].statements
        assert candidate.name in WANTED.names
        assert {candidate.statement, *candidate.slice} <= set(range(len(statements)))
