"""The command line: parse, dispatch to one function per verb, turn faults into exit codes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from grader import __version__
from grader.errors import GraderError

EXIT_CODES = """exit codes:
  0 graded, whatever the score   2 wrong option or path     3 rubric or reference invalid
  4 submission not gradable      5 fault of the grader      130 interrupted"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _dispatch(options)
    except GraderError as error:
        sys.stderr.write(f"grader: {error}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("grader: interrupted\n")
        return 130


def _dispatch(options: argparse.Namespace) -> int:
    """Each verb's module is imported only when it is asked for."""
    if options.command == "schema":
        from grader.commands.schema import print_schema  # noqa: PLC0415

        return print_schema(options.kind)
    from grader.commands.run import run  # noqa: PLC0415

    return run(options.submission, options.assignment, output=options.output, style=options.format)


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
    schema = verbs.add_parser("schema", help="print the JSON Schema of a rubric file")
    schema.add_argument("kind", nargs="?", choices=("rubric", "assignment"), default="rubric")
    return parser


def _add_run(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = verbs.add_parser(
        "run",
        help="grade one submission",
        description="Grade one submission and print the report.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("submission", type=Path, help="a .zip, a folder, an .ipynb or a .py")
    run.add_argument("-a", "--assignment", type=Path, metavar="DIR", help="folder with rubrics/ and reference/")
    run.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write Gradescope's results.json to FILE")
    run.add_argument("--format", choices=("text", "json"), default="text", help="what to print (default: text)")
