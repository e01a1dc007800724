"""Runs a check's cases on the author's functions, as a child runs them on a student's: fresh inputs for every call."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from grader.codec import changed, freeze, thaw
from grader.plan import Case
from grader.records import Returned
from grader.rubric.calls import Failure, call_quietly, names_set
from grader.rubric.logged import logs_of
from grader.rubric.records import CheckRules, Probe
from grader.rubric.sources import Function
from grader.sandbox.log_files import on_logs


@dataclass(frozen=True, slots=True)
class Stage:
    """A namespace in which the check's function can be replaced by another."""

    check: CheckRules
    namespace: dict[str, object]  # the reference's globals

    def run(self, function: Function, case: Case, home: dict[str, object] | None = None) -> Returned | Failure:
        """What `function` gives on a case in place of the check's own; `home` holds the globals it reads."""
        return self._call(self._in_place(function), case, self.namespace if home is None else home)

    def run_plainly(self, function: Function, case: Case) -> Returned | Failure:
        """What `function` itself gives for the case's arguments, without the probe."""
        return self._call(function, case, self.namespace)

    def _call(self, target: Function, case: Case, home: dict[str, object]) -> Returned | Failure:
        arguments = [thaw(value, allow_seed=True) for value in case.arguments]
        values = {name: thaw(value) for name, value in case.globals}
        with names_set(self.namespace, values), names_set(home, values):
            result = call_quietly(lambda: Returned(value=freeze(target(*arguments))))
        if isinstance(result, Failure):
            return result
        return Returned(value=result.value, mutated=changed(case.arguments, arguments))

    def _in_place(self, function: Function) -> Function:
        probe = self.check.probe
        if probe is None:
            return function
        if self.check.reads_logs:
            return partial(_on_logs_of, function, probe)
        name = self.check.signature.name
        return lambda *arguments: probe.function({**self.namespace, name: function}, *arguments)


def _on_logs_of(function: Function, probe: Probe, *arguments: object) -> object:
    return on_logs(probe.function, logs_of(function()))(*arguments)
