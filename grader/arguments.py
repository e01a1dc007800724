"""What the command line takes: every verb with its options."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from grader import __version__
from grader.outputs.formats import FORMATS

EXIT_CODES = """exit codes:
  0 graded, whatever the score   1 less than --fail-under, a public check not met, or --verify failed
  2 wrong option or path         3 rubric or reference invalid  4 submission not gradable
  5 fault of the grader          6 some of a batch are not graded: run it again
  7 student code would not be confined
  130 interrupted                141 the reader of the output stopped reading"""

MOMENTS = ("before-due", "after-due", "published")
LAYOUTS = ("gradescope", "nbgrader", "moodle", "canvas", "folder")  # as in batch.layouts, which need not be imported
RETRIES = ("infra", "timeout", "all")  # as in batch.run
BATCH_FORMATS = ("json", "junit", "github")  # as in outputs.batch


def parser(verb: str = "") -> argparse.ArgumentParser:
    """Of `grader`, with every verb; for one of them, with this alone, which is made in less time."""
    parser = argparse.ArgumentParser(
        prog="grader",
        description="Grade student notebooks: find the functions, run them confined, compare with a reference.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"grader {__version__}")
    verbs = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (VERBS[verb],) if verb in VERBS else VERBS.values():
        add(verbs)
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


def _add_verb(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], name: str, what: str, description: str
) -> argparse.ArgumentParser:
    """A verb that grades: its help ends with the exit codes."""
    form = argparse.RawDescriptionHelpFormatter
    return verbs.add_parser(name, help=what, description=description, epilog=EXIT_CODES, formatter_class=form)


def _add_run(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    run = _add_verb(verbs, "run", "grade one submission", "Grade one submission and print the report.")
    run.add_argument("submission", type=_path, help="a .zip, a folder, an .ipynb or a .py")
    run.add_argument("-o", "--output", type=_path, metavar="FILE", help="also write Gradescope's results.json to FILE")
    _add_grading(run, FORMATS, "the score is less than this percentage of the points")
    _add_view(run)


def _add_grading(verb: argparse.ArgumentParser, formats: Sequence[str], low: str) -> None:
    """What grading one and grading many have in common."""
    verb.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    verb.add_argument("--format", choices=("text", *formats), default="text", help="what to print (default: text)")
    verb.add_argument("--fail-under", type=_percent, default=0.0, metavar="PERCENT", help=f"end with 1 when {low}")
    faster = "leave out the checks that only stand beside written answers, for staff: it takes less time"
    verb.add_argument("--no-evidence", action="store_true", help=faster)
    weak = "grade even where student code is not well confined: only for code that you trust"
    verb.add_argument("--allow-weak-isolation", action="store_true", help=weak)


def _add_view(verb: argparse.ArgumentParser) -> None:
    viewer = "whose view to print (default: staff)"
    verb.add_argument("--as", choices=("student", "staff"), default="staff", dest="viewer", help=viewer)
    verb.add_argument("--at", choices=MOMENTS, help="when the student looks (default: before-due)")


def _add_batch(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    batch = _add_verb(
        verbs,
        "batch",
        "grade many submissions into a folder; what is graded already is not graded again",
        "Grade many submissions. The same command again goes on where it was stopped.",
    )
    what = "a folder or a zip of submissions, a download of Gradescope, Canvas, Moodle or nbgrader, or one submission"
    batch.add_argument("sources", nargs="+", type=_path, metavar="SOURCE", help=what)
    batch.add_argument("-o", "--output", type=_path, metavar="RUN", required=True, help="the folder of the run")
    cores = "how many to grade at once (default: one per processor)"
    batch.add_argument("-j", "--workers", type=_positive, metavar="N", help=cores)
    cluster = "grade on the Dask cluster of this scheduler instead (needs the extra `cluster`): tcp://HOST:PORT"
    batch.add_argument("--scheduler", type=_scheduler, metavar="URL", help=cluster)
    batch.add_argument("--layout", choices=LAYOUTS, default="", help="how a source is laid out (default: it is found)")
    shard = "grade the I-th of N parts of the submissions: for array jobs (see merge)"
    batch.add_argument("--shard", type=_shard, default=(1, 1), metavar="I/N", help=shard)
    retry = "grade again: what the harness failed on, what had a check that was too slow, or everything"
    batch.add_argument("--retry", choices=RETRIES, default="", help=retry)
    where = "only submissions for which this holds: 'score<10', 'status=infra', 'place~export', 'id=…'; all of several"
    batch.add_argument("--where", action="append", default=[], metavar="CONDITION", help=where)
    batch.add_argument("--resume", action="store_true", help="go on with the run in RUN; this is so anyway")
    _add_grading(batch, BATCH_FORMATS, "a submission has less than this percentage of its points")


def _add_merge(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    merge = verbs.add_parser("merge", help="put the runs of several shards together into one")
    merge.add_argument("runs", nargs="+", type=_path, metavar="RUN", help="folders of runs")
    merge.add_argument("-o", "--output", type=_path, metavar="RUN", required=True, help="the folder of the whole")


def _add_show(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    show = verbs.add_parser("show", help="print the report of one submission of a run")
    show.add_argument("run", type=_path, metavar="RUN", help="the folder of the run")
    show.add_argument("id", metavar="ID", help="of the submission, or its start; see identities.csv")
    show.add_argument("--format", choices=("text", *FORMATS), default="text", help="what to print (default: text)")
    _add_view(show)


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return number


def _scheduler(text: str) -> str:
    scheme, _colon, rest = text.partition("://")
    if scheme not in {"tcp", "tls"} or not rest.rpartition(":")[2].isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not the address of a scheduler, such as tcp://10.0.0.5:8786")
    return text


def _shard(text: str) -> tuple[int, int]:
    first, _slash, second = text.partition("/")
    index, count = _positive(first), _positive(second)
    if index > count:
        raise argparse.ArgumentTypeError(f"{text!r}: there are only {count} shards")
    return index, count


def _add_check(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    check = _add_verb(
        verbs,
        "check",
        "for students: try the public checks on a notebook",
        "Try the public checks that came with the homework. At hand-in other inputs count, and more checks.",
    )
    check.add_argument("submission", type=_path, metavar="NOTEBOOK", help="an .ipynb, a .py, a .zip or a folder")
    check.add_argument("parts", nargs="*", metavar="PART", help="1a for part 1(a), 1 for question 1; all when left out")
    where = "the file of checks; when left out, the one beside the notebook or in the current folder"
    check.add_argument("--checks", type=_path, metavar="FILE", help=where)


def _add_init(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    init = verbs.add_parser(
        "init",
        help="write a small assignment to start from",
        description="Write a small assignment that grades at once: rubric, reference, example submissions, CI workflow.",
    )
    init.add_argument("folder", type=_path, metavar="DIR", help="where to write it; nothing there is overwritten")


def _add_doctor(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = verbs.add_parser("doctor", help="show how student code is confined on this machine, and what is missing")
    doctor.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    doctor.add_argument("--json", action="store_true", help="for programs")


def _add_schema(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    schema = verbs.add_parser("schema", help="print the JSON Schema of a rubric file, or check rubric files")
    kinds = "a question's file (rubric, the default) or the assignment's own"
    schema.add_argument("kind", nargs="?", choices=("rubric", "assignment"), default="rubric", help=kinds)
    paths = "check the files of these assignment folders (the current one when left out), or around these rubric files"
    schema.add_argument("--check", nargs="*", type=_path, metavar="PATH", help=paths)


def _add_handout(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    handout = verbs.add_parser(
        "handout",
        help="write what students get: notebook, .py files, public checks",
        description="Write the notebook, the .py files and the public checks that students get.",
    )
    handout.add_argument("-a", "--assignment", type=_path, metavar="DIR", help="folder with rubrics/ and reference/")
    handout.add_argument("-o", "--output", type=_path, metavar="FOLDER", required=True, help="where to write them")
    handout.add_argument("--force", action="store_true", help="replace files that have other content")


VERBS = {
    "run": _add_run,
    "batch": _add_batch,
    "merge": _add_merge,
    "show": _add_show,
    "check": _add_check,
    "init": _add_init,
    "handout": _add_handout,
    "pack": _add_pack,
    "doctor": _add_doctor,
    "schema": _add_schema,
}
