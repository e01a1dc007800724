"""The command line: parse, dispatch to one function per verb, turn faults into exit codes."""

from __future__ import annotations

import argparse
import io
import os
import select
import sys
import traceback
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from grader import __version__
from grader.errors import GraderError
from grader.outputs.formats import FORMATS

EXIT_CODES = """exit codes:
  0 graded, whatever the score   1 less than --fail-under, a public check not met, or --verify failed
  2 wrong option or path         3 rubric or reference invalid  4 submission not gradable
  5 fault of the grader          7 student code would not be confined
  130 interrupted                141 the reader of the output stopped reading"""


BUG_EXIT_CODE = 5
INTERRUPTED_EXIT_CODE = 130
BROKEN_PIPE_EXIT_CODE = 141  # of a program that SIGPIPE ends


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a report with a "?" is better than none
    options = _parser().parse_args(arguments)
    with ExitCode() as ending:
        ending.code = _dispatch(options)
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.flush()  # here and not when Python ends: whoever read it may be gone
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


def _dispatch(options: argparse.Namespace) -> int:
    """Each verb's module is imported only when it is asked for."""
    if options.command == "schema":
        from grader.commands.schema import print_schema  # noqa: PLC0415

        return print_schema(options.kind)
    if options.command == "doctor":
        from grader.commands.doctor import doctor  # noqa: PLC0415

        return doctor(options.assignment, as_json=options.json)
    if options.command == "check":
        from grader.commands import check  # noqa: PLC0415

        return check.check(check.Options(options.submission, options.checks, tuple(options.parts)))
    if options.command == "handout":
        return _handout(options)
    if options.command == "pack":
        return _pack(options)
    return _run(options)


def _handout(options: argparse.Namespace) -> int:
    from grader.assignment import bundled_folder  # noqa: PLC0415
    from grader.commands.handout import handout  # noqa: PLC0415

    return handout(options.assignment or bundled_folder(), options.output, replaces=options.force)


def _pack(options: argparse.Namespace) -> int:
    from grader.assignment import bundled_folder  # noqa: PLC0415
    from grader.commands.pack import Verification, pack_assignment  # noqa: PLC0415
    from grader.gradescope.pack import Wheels  # noqa: PLC0415

    wheels = Wheels(options.torch_index, options.wheelhouse)
    verification = Verification(options.verify is not None, tuple(options.verify or ()))
    return pack_assignment(options.assignment or bundled_folder(), options.output, wheels, verification)


def _run(options: argparse.Namespace) -> int:
    from grader.assignment import bundled_folder  # noqa: PLC0415
    from grader.commands.run import Options, run  # noqa: PLC0415

    assignment = options.assignment or bundled_folder()
    return run(
        Options(
            submission=options.submission,
            assignment=assignment,
            output=options.output,
            style=options.format,
            fail_under=options.fail_under,
            allows_weak_isolation=options.allow_weak_isolation,
            has_evidence=not options.no_evidence,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade student notebooks: find the functions, run them confined, compare with a reference.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_run(verbs)
    _add_check(verbs)
    _add_handout(verbs)
    _add_pack(verbs)
    doctor = verbs.add_parser("doctor", help="show how student code is confined on this machine, and what is missing")
    doctor.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    doctor.add_argument("--json", action="store_true", help="for programs")
    schema = verbs.add_parser("schema", help="print the JSON Schema of a rubric file")
    kinds = "a question's file (rubric, the default) or the assignment's own"
    schema.add_argument("kind", nargs="?", choices=("rubric", "assignment"), default="rubric", help=kinds)
    return parser


def _path(text: str) -> Path:
    """A path; an empty one (an unset variable of a shell) would mean the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return Path(text)


def _add_pack(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    pack = verbs.add_parser("pack", help="write the zip of an assignment that Gradescope takes as its autograder")
    pack.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    pack.add_argument("-o", "--output", type=_path, metavar="ZIP", required=True, help="where to write it")
    index = "where the image gets the CPU build of torch from, if the assignment needs it"
    pack.add_argument("--torch-index", default="", metavar="URL", help=index)
    house = "folder of wheels to put into the zip; then the image needs no package index"
    pack.add_argument("--wheelhouse", type=_path, metavar="DIR", help=house)
    verify = "then build it and grade with it as Gradescope does; a blank submission when none is given (root, Linux)"
    pack.add_argument("--verify", type=_path, nargs="*", metavar="SUBMISSION", help=verify)


def _percent(text: str) -> float:
    try:
        percent = float(text)
    except ValueError:
        percent = -1.0
    if not 0 <= percent <= 100:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text!r} is not a percentage from 0 to 100")
    return percent


def _add_run(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = verbs.add_parser(
        "run",
        help="grade one submission",
        description="Grade one submission and print the report.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("submission", type=_path, help="a .zip, a folder, an .ipynb or a .py")
    run.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    run.add_argument("-o", "--output", type=_path, metavar="FILE", help="also write Gradescope's results.json to FILE")
    run.add_argument("--format", choices=("text", *FORMATS), default="text", help="what to print (default: text)")
    fail = "end with 1 when the score is less than this percentage of the points"
    run.add_argument("--fail-under", type=_percent, default=0.0, metavar="PERCENT", help=fail)
    faster = "leave out the checks that only stand beside written answers, for staff: it takes less time"
    run.add_argument("--no-evidence", action="store_true", help=faster)
    weak = "grade even where student code is not well confined: only for code that you trust"
    run.add_argument("--allow-weak-isolation", action="store_true", help=weak)


def _add_check(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = verbs.add_parser(
        "check",
        help="for students: try the public checks on a notebook",
        description="Try the public checks that came with the homework. At hand-in other inputs count, and more checks.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("submission", type=_path, metavar="NOTEBOOK", help="an .ipynb, a .py, a .zip or a folder")
    check.add_argument("parts", nargs="*", metavar="PART", help="1a for part 1(a), 1 for question 1; all when left out")
    where = "the file of checks; when left out, the one beside the notebook or in the current folder"
    check.add_argument("--checks", type=_path, metavar="FILE", help=where)


def _add_handout(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    handout = verbs.add_parser(
        "handout",
        help="write what students get: notebook, .py files, public checks",
        description="Write the notebook, the .py files and the public checks that students get.",
    )
    handout.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    handout.add_argument("-o", "--output", type=_path, metavar="FOLDER", required=True, help="where to write them")
    handout.add_argument("--force", action="store_true", help="replace files that have other content")
