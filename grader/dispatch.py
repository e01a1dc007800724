"""From parsed arguments to one function per verb, whose module is imported only when it is asked for."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from grader.arguments import MOMENTS
from grader.early import Early
from grader.errors import UsageError


def dispatch(options: argparse.Namespace, early: Early) -> int:
    """Carry out the verb; the exit code. `early`: the template that `run` will use."""
    return _run(options, early) if options.command == "run" else VERBS[options.command](options)


def _init(options: argparse.Namespace) -> int:
    from grader.commands.init import init  # noqa: PLC0415

    return init(options.folder)


def _doctor(options: argparse.Namespace) -> int:
    from grader.commands.doctor import doctor  # noqa: PLC0415

    return doctor(options.assignment, as_json=options.json)


def _check(options: argparse.Namespace) -> int:
    from grader.commands import check  # noqa: PLC0415

    return check.check(check.Options(options.submission, options.checks, tuple(options.parts)))


def _schema(options: argparse.Namespace) -> int:
    from grader.commands.schema import check_rubrics, print_schema  # noqa: PLC0415

    if options.check is None:
        return print_schema(options.kind)
    return check_rubrics(tuple(options.check) or (Path(),))


def _handout(options: argparse.Namespace) -> int:
    from grader.commands.handout import handout  # noqa: PLC0415
    from grader.places import bundled_folder  # noqa: PLC0415

    return handout(options.assignment or bundled_folder(), options.output, replaces=options.force)


def _pack(options: argparse.Namespace) -> int:
    from grader.commands.pack import Verification, pack_assignment  # noqa: PLC0415
    from grader.gradescope.pack import Wheels  # noqa: PLC0415
    from grader.places import bundled_folder  # noqa: PLC0415

    wheels = Wheels(options.torch_index, options.wheelhouse)
    verification = Verification(options.verify is not None, tuple(options.verify or ()))
    return pack_assignment(options.assignment or bundled_folder(), options.output, wheels, verification)


def _run(options: argparse.Namespace, early: Early) -> int:
    from grader.commands.run import Options, run  # noqa: PLC0415
    from grader.places import bundled_folder  # noqa: PLC0415

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
            moment=_moment(options),
        ),
        early,
    )


def _moment(options: argparse.Namespace) -> str | None:
    """When the student looks whose view is asked for; None for that of the staff."""
    if options.viewer == "staff" and options.at:
        raise UsageError("--at is about what a student sees: add --as student")
    return None if options.viewer == "staff" else options.at or MOMENTS[0]


def _batch(options: argparse.Namespace) -> int:
    from grader.commands.batch import Options, batch  # noqa: PLC0415
    from grader.places import bundled_folder  # noqa: PLC0415

    return batch(
        Options(
            sources=tuple(options.sources),
            assignment=options.assignment or bundled_folder(),
            folder=options.output,
            workers=options.workers,
            scheduler=options.scheduler or "",
            layout=options.layout,
            shard=options.shard,
            retry=options.retry,
            where=tuple(options.where),
            style=options.format,
            fail_under=options.fail_under,
            allows_weak_isolation=options.allow_weak_isolation,
            has_evidence=not options.no_evidence,
        )
    )


def _merge(options: argparse.Namespace) -> int:
    from grader.commands.merge import merge  # noqa: PLC0415

    return merge(tuple(options.runs), options.output)


def _show(options: argparse.Namespace) -> int:
    from grader.commands.show import show  # noqa: PLC0415

    return show(options.run, options.id, options.format, _moment(options))


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "batch": _batch,
    "merge": _merge,
    "show": _show,
    "check": _check,
    "init": _init,
    "handout": _handout,
    "pack": _pack,
    "doctor": _doctor,
    "schema": _schema,
}
