"""`grader show`: the report of one submission of a run."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.batch.about import read_about
from grader.batch.ledger import Key, reading
from grader.commands.run import print_report, viewed
from grader.errors import UsageError
from grader.naming import label


def show(run: Path, identity: str, style: str, moment: str | None) -> int:
    """Print it as `grader run` would. `identity`: the submission's id, or as much of its start as is unique."""
    about = read_about(run)
    with reading(run) as ledger:
        found = [row for row in ledger.rows(about.plan, about.environment) if row.id.startswith(identity)]
        if len(found) != 1:
            how_many = "no submission" if not found else f"{len(found)} submissions"
            raise UsageError(f"{how_many} of {label(run)} with the id {identity!r}: identities.csv lists them")
        report = ledger.report(Key(found[0].submission, about.plan, about.environment))
    if report is None:
        raise UsageError(f"{found[0].id} has no report: {found[0].detail or 'it has not been graded yet'}")
    print_report(viewed(msgspec.structs.replace(report, submission=found[0].id), moment), style)
    return 0
