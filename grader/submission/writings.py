"""Written answers: what somebody has written in text cells for the parts that a person grades."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from grader.records import MAX_PLACES, MAX_PROSE, AskedPart, Place, Writing
from grader.submission.headings import MARKER, Parts, without_label
from grader.submission.notebook import TextCell, read_cells
from grader.submission.pieces import Piece, pieces_of

CONTENT = re.compile(r"[^\s*_#>\-=~|$`:.()\[\]]")
MARKUP = re.compile(r"<!--[^\n]{0,200}?-->|</?(?!img\b)[a-z][^<>]{0,200}>", re.IGNORECASE)
IMAGE = re.compile(r"!\[|<img\b", re.IGNORECASE)
IMAGE_DATA = re.compile(r"(data:[\w/+.-]{1,60};base64,)[A-Za-z0-9+/=]{100,}")
EMPHASIS = re.compile(r"[*_#~`]")
REMEMBERED = 1024  # lines: the parts of a question have most of their prompts' lines in common
AROUND = " .:;!?\u2013\u2014-"  # what does not matter at the ends of a line
PLACEHOLDERS = frozenset(
    {
        *("answer", "your answer", "solution", "your solution", "todo", "your answer here", "your solution here"),
        *("type your answer here", "write your answer here", "put your answer here", "enter your answer here"),
        *("your answer here, replacing this text", "type your answer here, replacing this text"),
        *("double-click (or enter) to edit", "double click to edit", "type markdown and latex: $\\alpha^2$"),
    }
)


class Answer(NamedTuple):
    """What somebody has written for a part in one notebook."""

    part: AskedPart
    places: tuple[Place, ...]
    text: str
    is_withheld: bool = False  # a private text may be part of it


def labels_of(asked: Sequence[AskedPart]) -> Parts:
    """The homework's parts by question, in order."""
    questions = dict.fromkeys(part.question for part in asked)
    return {question: tuple(part.part for part in asked if part.question == question) for question in questions}


def answers_in(texts: Sequence[TextCell], asked: Sequence[AskedPart], prefix: str = "") -> Iterator[Answer]:
    """What a notebook holds for every written part; `prefix` stands before the places' "text after cell 7"."""
    pieces = pieces_of(texts, labels_of(asked))
    for part in asked:
        own = _pieces_for(part, pieces, asked) if part.is_written else []
        if own and (answer := _answer(part, own, texts, prefix)):
            yield answer._replace(is_withheld=_may_hold_private(part, answer.text, pieces, asked))


def _may_hold_private(part: AskedPart, text: str, pieces: list[Piece], asked: Sequence[AskedPart]) -> bool:
    """Whether the text is private, or stands where a private one of its question may have been written without a heading."""
    private = [other for other in asked if other.question == part.question and other.is_private]
    named = {(piece.question, piece.part) for piece in pieces}
    return part.is_private or any(
        (other.question, other.part) not in named or _mentions(other, text) for other in private
    )


def _mentions(part: AskedPart, text: str) -> bool:
    """Whether "7(b)", "7b" or "(b)" stands in a text."""
    question, label = re.escape(part.question), re.escape(part.part)
    return re.search(rf"\b{question}\s*[.(]?\s*{label}\b|\(\s*{label}\s*\)", text, re.IGNORECASE) is not None


def _pieces_for(part: AskedPart, pieces: list[Piece], asked: Sequence[AskedPart]) -> list[Piece]:
    """Those of the part; where nothing names it, those of a question that asks for one text only."""
    own = [piece for piece in pieces if (piece.question, piece.part) == (part.question, part.part)]
    rivals = [other for other in asked if other.question == part.question and other.is_written]
    if own or len(rivals) > 1:
        return own
    return [piece for piece in pieces if (piece.question, piece.part) == (part.question, "")]


def _answer(part: AskedPart, pieces: list[Piece], texts: Sequence[TextCell], prefix: str) -> Answer | None:
    known = frozenset(plain_line(line) for line in part.prompt if _has_content(line)) | PLACEHOLDERS
    written = [(piece, own) for piece in pieces if (own := own_text(piece, known))]
    if not written:
        return None
    lines: dict[str, int] = {}
    for piece, _own in written:
        lines.setdefault(f"{prefix}{_place(texts[piece.cell])}", piece.line)
    places = tuple(Place(label=label, line=line) for label, line in lines.items())[:MAX_PLACES]
    return Answer(part, places, "\n\n".join(own for _piece, own in written))


def _place(cell: TextCell) -> str:
    return f"text after cell {cell.after}" if cell.after else "text before cell 1"


def own_text(piece: Piece, known: frozenset[str]) -> str:
    """A piece without its marker and the lines that are `known`; empty when nothing but labels is left."""
    marker = MARKER.match(piece.text)
    first, *others = piece.text[marker.end() if marker else 0 :].split("\n")
    rest = without_label(first) if piece.is_named else first
    lines = [(first, rest)] if _has_content(rest) or not piece.is_named else []
    lines += [(line, line) for line in others]
    kept = [(line, rest) for line, rest in lines if plain_line(line) not in known]
    if not any(_has_content(rest) for _line, rest in kept):
        return ""
    return "\n".join(line for line, _rest in kept).strip("\n").rstrip()


@lru_cache(REMEMBERED)
def _has_content(line: str) -> bool:
    return bool(CONTENT.search(MARKUP.sub("", line)))


@lru_cache(REMEMBERED)
def plain_line(line: str) -> str:
    """A line for comparing: without label, emphasis and capitals."""
    return " ".join(EMPHASIS.sub("", without_label(line)).split()).casefold().strip(AROUND)


def writings_of(answers: Sequence[Answer]) -> tuple[Writing, ...]:
    """For every part the longest answer of all notebooks. The text of a private one is left behind here."""
    best: dict[str, Answer] = {}
    for answer in answers:
        label = f"{answer.part.question}({answer.part.part})"
        if label not in best or len(answer.text) > len(best[label].text):
            best[label] = answer
    return tuple(_writing(label, answer) for label, answer in best.items())


def _writing(label: str, answer: Answer) -> Writing:
    if answer.is_withheld:
        return Writing(part=label, places=answer.places)
    return Writing(part=label, places=answer.places, words=len(answer.text.split()), text=_shortened(answer.text))


def _shortened(text: str) -> str:
    remark = "\n\n[It has an image: look into the notebook.]" if IMAGE.search(text) else ""
    text = IMAGE_DATA.sub(r"\1…", text)
    if len(text) + len(remark) > MAX_PROSE:
        remark = f"\n\n[Cut: it has {len(text)} characters.]{remark}"
        text = text[: MAX_PROSE - len(remark)]
    return text + remark


def prompt_of(handout: bytes, part: AskedPart, asked: Sequence[AskedPart]) -> tuple[str, ...]:
    """The lines of a handout's notebook that stand where the answer goes, and those below the question's heading.

    Raises ValueError when it cannot be read.
    """
    cells = read_cells(handout, with_texts=True)
    if cells.fault:
        raise ValueError(cells.fault)
    pieces = pieces_of(cells.texts, labels_of(asked))
    scopes = {(part.question, part.part), (part.question, "")}
    texts = [piece.text for piece in pieces if (piece.question, piece.part) in scopes]
    return tuple(dict.fromkeys(line.strip() for text in texts for line in text.split("\n") if line.strip()))
