"""The command line: parse (arguments.py), call the verb (dispatch.py), turn faults into exit codes."""

from __future__ import annotations

import gc
import io
import os
import select
import sys
from contextlib import AbstractContextManager
from types import TracebackType

from grader.early import Early
from grader.errors import GraderError

BUG_EXIT_CODE = 5
INTERRUPTED_EXIT_CODE = 130
BROKEN_PIPE_EXIT_CODE = 141  # of a program that SIGPIPE ends


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a report with a "?" is better than none
    arguments = sys.argv[1:] if arguments is None else arguments
    with ExitCode() as ending, Early(arguments) as early:
        from grader.arguments import parser  # noqa: PLC0415 (while the template starts)
        from grader.dispatch import dispatch  # noqa: PLC0415

        ending.code = dispatch(parser(*arguments[:1]).parse_args(arguments), early)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.flush()  # here and not when Python ends: whoever read it may be gone
    gc.freeze()  # or else Python looks through all that there is before it ends
    return ending.code


class ExitCode(AbstractContextManager["ExitCode"]):
    """The one place where a fault becomes a message and an exit code."""

    def __init__(self) -> None:
        self.code = 0

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> bool:
        """Say what went wrong on standard error; only SystemExit passes."""
        if error is None or isinstance(error, SystemExit):
            return False
        self.code = _report(error)
        return True


def _report(error: BaseException) -> int:
    if isinstance(error, GraderError):
        sys.stderr.write(f"grader: {error}\n")
        return error.exit_code
    if isinstance(error, KeyboardInterrupt):
        sys.stderr.write("grader: interrupted\n")
        return INTERRUPTED_EXIT_CODE
    if isinstance(error, BrokenPipeError) and _is_unread():
        return BROKEN_PIPE_EXIT_CODE
    import traceback  # noqa: PLC0415 (only here)

    traceback.print_exception(error)
    sys.stderr.write("grader: this is a fault of the grader, not of the submission; nobody has lost points by it\n")
    return BUG_EXIT_CODE


def _is_unread() -> bool:
    """Whether nobody reads standard output any more (`grader run … | head -1`); what is left of it is then dropped."""
    poll = select.poll()
    try:
        poll.register(sys.stdout, 0)
    except (OSError, ValueError, TypeError):  # not a file of the system
        return False
    if not poll.poll(0):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more when it ends
    return True
