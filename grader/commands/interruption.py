"""Ctrl-C and SIGTERM: both end a command in the same way, and it says how to go on."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def interruptible(say: Callable[[], str]) -> Iterator[None]:
    """In the block SIGTERM does what Ctrl-C does: whatever is under way is ended, and `say` has the last word."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"grader: {say()}\n")
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
