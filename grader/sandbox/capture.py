"""What student code prints: kept up to a cap, then dropped, never an error for the one who prints."""

from __future__ import annotations

import io
import os
from typing import Any

from grader.codec import encodable
from grader.records import MAX_OUTPUT

OPEN = open
NULL_FD = 0  # of a child: /dev/null, open for reading and writing


class Capture(io.TextIOBase):
    """A text stream that keeps its first `MAX_OUTPUT` characters."""

    encoding = "utf-8"

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._length = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str, /) -> int:
        """Keep what still fits."""
        if self._length < MAX_OUTPUT:
            kept = str.__str__(text)[: MAX_OUTPUT - self._length]  # a subclass of str may slice as it likes
            self._parts.append(kept)
            self._length += len(kept)
        return len(text)

    def take(self) -> str:
        """What was printed since the last call."""
        text, self._parts, self._length = "".join(self._parts), [], 0
        return encodable(text)


def open_or_discard(file: Any, *arguments: Any, **options: Any) -> Any:
    """`open`, for which /dev/null stays writable: to silence what prints too much is no writing of files."""
    is_null = isinstance(file, str | os.PathLike) and os.fspath(file) == os.devnull
    return OPEN(os.dup(NULL_FD) if is_null else file, *arguments, **options)
