"""The checks that come with the handout: what students may see of a plan, as a file. Reading it needs no rubric."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from grader.errors import UsageError
from grader.plan import Plan
from grader.report import Visibility

FORMAT = 1
HEADER = b"grader checks, format "
FIRST_LINE = re.compile(re.escape(HEADER) + rb"(\d{1,9})\n")
SUFFIX = ".checks"
MAX_BYTES = 100 * 2**20
ASK = "Take the file that came with the homework."


class Later(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is graded only when the homework is handed in."""

    part: str  # "1(g)"
    name: str
    points: float
    visibility: Visibility | None = None  # of a check; None for a text, which a person grades


class PublicChecks(msgspec.Struct, frozen=True, kw_only=True):
    """The public part of a plan, drawn with other random numbers than those that count, and what it leaves out."""

    plan: Plan
    later: tuple[Later, ...] = ()


def encode_checks(checks: PublicChecks) -> bytes:
    """The file's bytes."""
    return HEADER + b"%d\n" % FORMAT + msgspec.msgpack.encode(checks)


def decode_checks(data: bytes, name: str) -> PublicChecks:
    """What `encode_checks` wrote. Raises UsageError, which calls the file `name`, for anything else."""
    match = FIRST_LINE.match(data)
    if match is None:
        raise UsageError(f"{name} is not a file of checks. {ASK}")
    if int(match[1]) != FORMAT:
        raise UsageError(
            f"{name} has format {int(match[1])}, and this version of grader reads format {FORMAT}: "
            "take the grader and the file of checks that belong together"
        )
    try:
        return msgspec.msgpack.decode(data[match.end() :], type=PublicChecks)
    except msgspec.MsgspecError:
        raise UsageError(f"{name} is damaged, or of another version of grader. {ASK}") from None


def load_checks(path: Path) -> PublicChecks:
    """The checks in a file. Raises UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is too large for a file of checks. {ASK}")
    return decode_checks(data, path.name)


def find_checks(folders: Iterable[Path]) -> Path:
    """The one file of checks in the first folder that has any. Raises UsageError when there is none, or several."""
    looked = []
    for folder in dict.fromkeys(folders):
        looked.append(str(folder))
        found = sorted(folder.glob(f"*{SUFFIX}"))
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(path.name for path in found)
            raise UsageError(f"there are several files of checks in {folder} ({names}): say which one to use")
    raise UsageError(f"there is no file of checks (*{SUFFIX}) in {', '.join(looked)}. {ASK}")


def selected(checks: PublicChecks, asked: Iterable[str]) -> PublicChecks:
    """Only the asked-for parts: "1a", "1(a)", or "1" for a whole question. Raises UsageError for one that is not there."""
    wanted = [_plain(name) for name in asked]
    plan = checks.plan
    known = {_plain(name) for pair in _names(plan) for name in pair}
    for name, written in zip(wanted, asked, strict=True):
        if name not in known:
            parts = ", ".join(dict.fromkeys(part for _question, part in _names(plan)))
            raise UsageError(f"there is no part {written!r}; the parts are {parts}")
    if not wanted:
        return checks
    labels = {part for question, part in _names(plan) if {_plain(question), _plain(part)} & set(wanted)}
    questions = (
        msgspec.structs.replace(
            question,
            parts=tuple(
                msgspec.structs.replace(part, written=None)  # texts are cut by the headings of all parts
                for part in question.parts
                if f"{question.label}({part.label})" in labels
            ),
        )
        for question in plan.questions
    )
    kept = tuple(question for question in questions if question.parts)
    later = tuple(one for one in checks.later if one.part in labels)
    return PublicChecks(plan=msgspec.structs.replace(plan, questions=kept), later=later)


def _names(plan: Plan) -> Iterator[tuple[str, str]]:
    """(question, part) of every part: ("1", "1(a)")."""
    for question in plan.questions:
        for part in question.parts:
            yield question.label, f"{question.label}({part.label})"


def _plain(name: str) -> str:
    return re.sub(r"[\s().]", "", str(name)).casefold().removeprefix("question").removeprefix("part").removeprefix("q")
