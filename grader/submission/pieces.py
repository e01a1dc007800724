"""Text cells cut where a part, a question or a marker is named. Nothing is lost: a cell's pieces are the whole cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from grader.submission.headings import MARKER, UNDERLINE, Kind, Line, Naming, Parts, naming, tagged
from grader.submission.notebook import TextCell

MAX_LINES = 20_000  # of one notebook's text cells
FENCE = re.compile(r" {0,3}(```|~~~)")
ROMAN_TWO = re.compile(r"\W{0,6}\(?ii[).]", re.IGNORECASE)
ROMAN_AHEAD = 200  # lines in which "(ii)" tells that "(i)" is no part


class Piece(NamedTuple):
    """A stretch of a text cell, and the part that it belongs to."""

    question: str  # empty before anything is named
    part: str  # empty below the heading of a question
    cell: int  # index of the text cell
    line: int  # where it starts in that cell, 1-based
    text: str
    is_named: bool = False  # begins with a heading or marker


class _Scope(NamedTuple):
    """What a text belongs to until something else is named."""

    question: str = ""
    part: str = ""
    kind: Kind = Kind.EXPLICIT


class _Cut(NamedTuple):
    """Where a piece starts."""

    offset: int
    line: int
    scope: _Scope
    is_named: bool = True


def pieces_of(texts: Sequence[TextCell], parts: Parts) -> list[Piece]:
    """The pieces of a notebook's text cells, in order. `parts`: the homework's parts by question."""
    slicer = _Slicer(parts)
    return [piece for index, cell in enumerate(first_lines(texts)) for piece in slicer.pieces(index, cell)]


def first_lines(texts: Sequence[TextCell]) -> Iterator[TextCell]:
    """The cells up to `MAX_LINES` lines; the one that goes beyond is cut."""
    left = MAX_LINES
    for cell in texts:
        lines = cell.text.split("\n", left)
        if len(lines) > left:
            yield cell._replace(text="\n".join(lines[:left]))
            return
        left -= len(lines)
        yield cell


def has_more_lines(texts: Sequence[TextCell]) -> bool:
    """Whether some are left out."""
    return sum(cell.text.count("\n") + 1 for cell in texts) > MAX_LINES


class _Slicer:
    """Goes through a notebook's text cells; what was named last holds on in the cells that follow."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._scope = _Scope()

    def pieces(self, index: int, cell: TextCell) -> Iterator[Piece]:
        """One cell's pieces. A tag decides about the whole cell."""
        tag = tagged(cell.tags, self._parts)
        if tag:
            self._scope = _Scope(*tag)
            cuts = [_Cut(0, 1, self._scope)]
        else:
            cuts = [_Cut(0, 1, self._scope, is_named=False), *self._cuts(cell.text)]
        ends = [cut.offset for cut in cuts[1:]] + [len(cell.text)]
        for cut, end in zip(cuts, ends, strict=True):
            if cut.offset < end:
                scope, text = cut.scope, cell.text[cut.offset : end]
                yield Piece(scope.question, scope.part, index, cut.line, text, cut.is_named)

    def _cuts(self, text: str) -> Iterator[_Cut]:
        lines = text.split("\n")
        reader = _Lines(lines)
        offset = 0
        for number, line in enumerate(lines, 1):
            if not reader.is_code(line):
                for start, scope in self._named(reader, number - 1):
                    self._scope = scope
                    yield _Cut(offset + start, number, scope)
            offset += len(line) + 1

    def _named(self, reader: _Lines, index: int) -> Iterator[tuple[int, _Scope]]:
        """(offset in the line, what it names)."""
        line = reader.lines[index]
        markers = list(MARKER.finditer(line)) if "<!--" in line else []
        for marker in markers:
            yield marker.start(), _Scope(marker.group(1), marker.group(2).casefold())
        found = None if markers else naming(reader.line(index), self._parts)
        scope = self._scope_of(found, reader.lines[index:]) if found else None
        if scope:
            yield 0, scope
        if line.strip():
            reader.note(is_naming=bool(markers or scope), is_marker=bool(markers))

    def _scope_of(self, found: Naming, lines: list[str]) -> _Scope | None:
        if found.kind is not Kind.BARE:
            return _Scope(found.question, found.part, found.kind)
        known = self._parts.get(self._scope.question, ())
        if self._scope.kind is Kind.EXPLICIT or found.part not in known or _is_roman(found.part, lines):
            return None
        if self._scope.part and not found.is_heading and known.index(found.part) <= known.index(self._scope.part):
            return None  # "(a) …, (b) …" inside of an answer
        return _Scope(self._scope.question, found.part, Kind.BARE)


class _Lines:
    """A cell's lines and what stands around the one at hand."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._fence = ""
        self._is_first = True
        self._follows_naming = True

    def is_code(self, line: str) -> bool:
        """Whether it belongs to a fenced block of code."""
        fence = FENCE.match(line)
        if fence and self._fence in {"", fence.group(1)}:
            self._fence = "" if self._fence else fence.group(1)
            return True
        return bool(self._fence)

    def line(self, index: int) -> Line:
        """The line with what a heading is told by."""
        before = self.lines[index - 1].strip() if index else ""
        after = self.lines[index + 1] if index + 1 < len(self.lines) else ""
        return Line(
            text=self.lines[index],
            is_first=self._is_first,
            starts_paragraph=not before or self._follows_naming,
            is_underlined=bool(UNDERLINE.fullmatch(after)),
        )

    def note(self, *, is_naming: bool, is_marker: bool) -> None:
        """A line that is not blank has been looked at."""
        self._is_first = self._is_first and is_marker
        self._follows_naming = is_naming


def _is_roman(part: str, lines: list[str]) -> bool:
    """Whether "(i)" begins a list: "(ii)" follows."""
    return part == "i" and any(ROMAN_TWO.match(line) for line in lines[1:ROMAN_AHEAD])
