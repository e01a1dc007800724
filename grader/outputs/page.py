"""Lines of text for a terminal: columns, indents, wrapping. One print in the end: one per line would take far longer."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.text import Text

USUAL_WIDTH = 80
LEAST_ROOM = 10  # characters for a text, however narrow the terminal
ASCII_MARKS = {"✓": "ok", "✗": "x", "·": "-", "✎": "?", "│": "|", "…": "..."}  # where the encoding lacks the others


class _Console(Console):
    def on_broken_pipe(self) -> None:
        """Left to the command line, which knows how to end; rich would end with 1."""
        raise BrokenPipeError


class Page:
    """Lines that grow downwards. No text gets out of its column, and none begins a line of its own."""

    def __init__(self, stream: TextIO) -> None:
        self._console = _Console(file=stream, highlight=False)
        self.width = self._console.width = self._console.width or USUAL_WIDTH  # COLUMNS=0 says nothing
        self._lines: list[Text] = []

    def line(self, text: Text | None = None) -> None:
        """One line; an empty one when left out."""
        self._lines.append(text or Text())

    def row(self, title: Text, amount: str, style: str, indent: int) -> None:
        """A title at the left, further lines of it below, and an amount at the right of the first."""
        end = Text(amount, style)
        first, *rest = self.wrapped(title, self.width - indent - end.cell_len - 1) or [Text()]
        gap = self.width - indent - first.cell_len - end.cell_len
        self.line(Text.assemble(" " * indent, first, " " * max(1, gap), end))
        self._lines += [Text.assemble(" " * indent, line) for line in rest]

    def hanging(self, mark: Text, text: Text, indent: int) -> None:
        """A mark or a label at the left, and the text at its right, also its further lines."""
        start = indent + mark.cell_len
        first, *rest = self.wrapped(text, self.width - start) or [Text()]
        self.line(Text.assemble(" " * indent, mark, first))
        self._lines += [Text.assemble(" " * start, line) for line in rest]

    def wrapped(self, text: Text, width: int) -> list[Text]:
        """The lines of a text, none longer than that."""
        lines = text.wrap(self._console, max(LEAST_ROOM, width))
        for line in lines:
            line.rstrip()
        return [*lines]

    def mark(self, mark: str) -> str:
        """The mark, or what stands for it in the stream's encoding."""
        return mark if _has_marks(self._console.encoding) else ASCII_MARKS.get(mark, mark)

    def print(self) -> None:
        """Write all lines."""
        self._console.print(Text("\n").join(self._lines), soft_wrap=True)


def _has_marks(encoding: str) -> bool:
    try:
        "".join(ASCII_MARKS).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
