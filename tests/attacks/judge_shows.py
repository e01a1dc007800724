"""`python judge_shows.py ENVIRONMENT`: what a child can do to the processes beside it, the judge among them, as JSON."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

import environments
from descendants import children_of

from grader.records import Limits
from grader.sandbox.client import Sandbox
from grader.sandbox.messages import SelfTest, SelfTested
from grader.sandbox.namespaces import jail
from grader.sandbox.process import TemplateProcess, import_path

WITH_NAMESPACES = ("root", "user-namespaces")
BEHIND_NAMESPACES = range(2, 12)  # the numbers that a few processes have there


def main(environment: str) -> None:
    """How many processes were there, and which trials went as they should not."""
    environments.enter(environment)
    if environment not in WITH_NAMESPACES:
        os.environ["PATH"] = (
            ""  # where bubblewrap is not installed; a template that it has failed to start has no judge
        )
    with (
        closing(TemplateProcess(jail(import_path(), ()), has_judge=True)) as first,
        closing(Sandbox(Limits(), first=first)) as sandbox,
    ):
        sandbox.order_reader()
        sandbox.reader()
        child = sandbox.child("numpy")
        beside = children_of(sandbox._templates["numpy"]._process.process.pid)
        others = {*beside, *BEHIND_NAMESPACES} - {child._started.pid}
        request = SelfTest(files=(), folders=(), processes=tuple(sorted(others)))
        answer = child.ask(request, 20)
        trials = answer.trials if isinstance(answer, SelfTested) else ()
        failed = [f"{trial.action}: {trial.detail}" for trial in trials if not trial.is_as_it_should]
        print(json.dumps({"beside": len(beside), "trials": len(trials), "failed": failed}))


if __name__ == "__main__":
    main(sys.argv[1])
