"""Rubric and reference to a plan: every case's inputs, the right outputs, and what the mistakes would give."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader.codec import thaw
from grader.errors import RubricError
from grader.generators import known_generators
from grader.judging import recognizable
from grader.plan import Case, Check, Mistake, Part, Plan, Question
from grader.records import Returned
from grader.report import Status
from grader.rubric.calls import Failure
from grader.rubric.expected import expected_item, expected_value, verdict
from grader.rubric.faults import Fault, path_text, report
from grader.rubric.formulas import equivalent_check
from grader.rubric.inputs import Inputs, make_inputs
from grader.rubric.load import load_rubric
from grader.rubric.logged import log_faults
from grader.rubric.outcomes import Stage
from grader.rubric.prompts import with_prompts
from grader.rubric.records import CheckRules, PartRules, QuestionRules, Rubric, Wrong
from grader.rubric.signature import order_arguments
from grader.rubric.sources import Function
from grader.submission.names import imported_modules
from grader.targets import FunctionTarget, LogTarget, ProbeTarget, Target, ValueTarget
from grader.values import Opaque, Value


def compile_plan(folder: Path, secret: str | None = None) -> Plan:
    """The plan of an assignment folder; `secret` takes the place of the assignment's own.

    It is the same every time, also where the author's code draws from a library's generator: shards compile it on their own.
    Raises RubricError with every fault found.
    """
    with known_generators():
        return plan_of(load_rubric(folder, secret))


def plan_of(rubric: Rubric) -> Plan:
    """The plan of a rubric. Raises RubricError with every fault found."""
    return _compiled(rubric, refuses_survivors=True).plan


class Kill(NamedTuple):
    """Which of the mistakes that are tried on a check it catches."""

    question: str
    part: str
    function: str
    check: str
    mistakes: tuple[str, ...]  # that are tried
    caught: frozenset[str]


class Survey(NamedTuple):
    """A plan, and what every check of it catches."""

    plan: Plan
    kills: tuple[Kill, ...]


def survey(folder: Path) -> Survey:
    """The same with every mistake that a check catches. Mistakes that pass every check are no fault here."""
    return _compiled(load_rubric(folder), refuses_survivors=False)


def _compiled(rubric: Rubric, *, refuses_survivors: bool) -> Survey:
    if faults := [*log_faults(rubric)]:
        raise RubricError(report(faults))
    compiler = _Compiler()
    questions = tuple(compiler.question(rules) for rules in rubric.questions)
    if faults := compiler.faults + (compiler.survivors if refuses_survivors else []):
        raise RubricError(report(faults))
    plan = Plan(
        assignment=rubric.assignment,
        title=rubric.title,
        questions=with_prompts(questions, rubric.notebook),
        files=rubric.files,
        limits=rubric.limits,
        handout=rubric.handout,
        rules=rubric.rules,
        logs=rubric.logs,
    )
    return Survey(plan, tuple(compiler.kills))


class _Compiler:
    """Collects the faults of all questions, the mistakes that survive, and what every check catches."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.survivors: list[Fault] = []
        self.kills: list[Kill] = []

    def question(self, rules: QuestionRules) -> Question:
        parts = tuple(self.part(part, rules) for part in rules.parts)
        return Question(label=rules.label, title=rules.title, parts=parts, source=rules.spot.file)

    def part(self, rules: PartRules, question: QuestionRules) -> Part:
        compiled = [CheckCompiler(check, question) for check in (*rules.checks, *rules.evidence)]
        checks = tuple(self.check(one, question.label, rules.label) for one in compiled)
        caught = frozenset[str]().union(*(one.caught for one in compiled))
        missed = {wrong.name: wrong for one in reversed(compiled) for wrong in reversed(one.missed)}
        self.survivors += [_survivor(wrong) for name, wrong in missed.items() if name not in caught]
        count = len(rules.checks)
        return Part(
            label=rules.label,
            title=rules.title,
            needs=rules.needs,
            checks=checks[:count],
            written=rules.written,
            evidence=checks[count:],
        )

    def check(self, compiled: CheckCompiler, question: str, part: str) -> Check:
        check = compiled.check()
        self.faults += compiled.faults
        names = tuple(wrong.name for wrong in compiled.rules.mistakes)
        self.kills.append(Kill(question, part, check.target.name, check.name, names, frozenset(compiled.caught)))
        return check


def _survivor(wrong: Wrong) -> Fault:
    return wrong.spot.fault(f'"{wrong.name}" passes every case: add one that tells it from the right answer')


class CheckCompiler:
    """One check: its faults, and which of its mistakes it catches and misses."""

    def __init__(self, rules: CheckRules, question: QuestionRules) -> None:
        self.rules = rules
        self.question = question
        self.stage = Stage(rules, question.reference.namespace)
        self.inputs, self.faults = make_inputs(rules)
        self.caught: set[str] = set()
        self.missed: list[Wrong] = []

    def check(self) -> Check:
        """The check; with faults, it is not fit for use."""
        rules = self.rules
        bare = Check(
            name=rules.name,
            points=rules.points,
            target=_target(rules),
            compare=rules.compare,
            cases=tuple(_case(rules, inputs) for inputs in self.inputs),
            visibility=rules.visibility,
            output=rules.output,
            outputs=rules.signature.outputs,
            keeps_inputs=rules.keeps_inputs,
        )
        variants = [self.main_values(bare), *(self.variant_values(bare, *variant) for variant in rules.also_accept)]
        if self.faults:
            return bare
        check = _with_expected(bare, variants)
        for index, (name, function) in enumerate([(rules.signature.name, rules.answer), *rules.also_accept]):
            self.verify(_with_expected(bare, [variants[index]]), name, function)
        equivalent, faults = equivalent_check(check, rules)
        self.faults += faults
        mistakes = tuple(self.mistake(check, wrong) for wrong in rules.mistakes)
        return msgspec.structs.replace(check, mistakes=mistakes, equivalent=equivalent)

    def main_values(self, bare: Check) -> list[Value]:
        """What `expected_from` gives, called plainly; without it, what the reference's own function gives."""
        if self.rules.expected_from is None:
            return self.variant_values(bare, self.rules.signature.name, self.rules.answer)
        name, function = self.rules.expected_from
        outcomes = [self.stage.run_plainly(function, case) for case in bare.cases]
        return self.values(name, outcomes, lambda output: expected_value(bare, output))

    def variant_values(self, bare: Check, name: str, function: Function) -> list[Value]:
        """What `function` gives in place of the check's own."""
        outcomes = [self.stage.run(function, case) for case in bare.cases]
        return self.values(name, outcomes, lambda output: expected_item(bare, output))

    def values(self, name: str, outcomes: list[Returned | Failure], read: Callable[[Value], Value]) -> list[Value]:
        """The outcomes as expected values; those that cannot be one are faults."""
        values: list[Value] = []
        for inputs, outcome in zip(self.inputs, outcomes, strict=True):
            if isinstance(outcome, Failure):
                self.case_fault(inputs, f"reference {name} raised {outcome}")
                continue
            try:
                values.append(read(outcome.value))
            except (ValueError, TypeError) as error:
                self.case_fault(inputs, f"reference {name}: {error}")
        return values

    def case_fault(self, inputs: Inputs, message: str) -> None:
        """Note what is wrong with one case."""
        shown = f" ({inputs.shown})" if inputs.shown else ""
        path = f"{path_text(self.rules.spot.path)} case {self.inputs.index(inputs) + 1}{shown}"
        self.faults.append(Fault(inputs.spot.file, inputs.spot.line, path, message))

    def verify(self, check: Check, name: str, function: Function) -> None:
        """The reference must pass its own check, and each accepted variant the check against itself."""
        outcomes = [self.stage.run(function, case) for case in check.cases]
        failures = [
            (inputs, one) for inputs, one in zip(self.inputs, outcomes, strict=True) if isinstance(one, Failure)
        ]
        for inputs, failure in failures:
            self.case_fault(inputs, f"reference {name} raised {failure}")
        result = verdict(check, outcomes)
        if not failures and result.status is not Status.PASSED:
            text = " ".join(result.message.split())
            self.faults.append(self.rules.spot.fault(f"reference {name} does not pass this check itself: {text}"))

    def mistake(self, check: Check, wrong: Wrong) -> Mistake:
        """What a mistake gives; whether the check catches it is noted."""
        home = self.question.mistakes.namespace
        outcomes = [self.stage.run(wrong.function, case, home) for case in check.cases]
        if verdict(check, outcomes).status is Status.PASSED:
            self.missed.append(wrong)
        else:
            self.caught.add(wrong.name)
        if self.rules.probe is None and not all(_fits(wrong.function, case) for case in check.cases):
            name = self.rules.signature.name
            self.faults.append(wrong.spot.fault(f'"{wrong.name}" cannot be called with the arguments of {name}'))
        outputs = tuple(_output(check, outcome) for outcome in outcomes)
        return Mistake(name=wrong.name, hint=wrong.hint, outputs=outputs)


def _target(rules: CheckRules) -> Target:
    if rules.is_value:
        return ValueTarget(name=rules.signature.name)
    names = tuple(parameter.name for parameter in rules.parameters)
    if rules.probe is None:
        return FunctionTarget(name=rules.signature.name, parameters=names)
    probe = rules.probe
    libraries = tuple(sorted({*imported_modules(ast.walk(ast.parse(probe.source)))}))
    kind = LogTarget if rules.reads_logs else ProbeTarget
    return kind(name=rules.signature.name, probe=probe.name, source=probe.source, parameters=names, libraries=libraries)


def _case(rules: CheckRules, inputs: Inputs) -> Case:
    """The case without its expected values."""
    return Case(
        arguments=order_arguments(rules.parameters, dict(inputs.arguments)),
        expected=(),
        globals=inputs.globals,
        shown=inputs.shown,
    )


def _with_expected(check: Check, variants: list[list[Value]]) -> Check:
    """The check with the variants' values, each a list by case, in its cases."""
    cases = zip(check.cases, zip(*variants, strict=True), strict=True)
    return msgspec.structs.replace(
        check, cases=tuple(msgspec.structs.replace(case, expected=expected) for case, expected in cases)
    )


def _output(check: Check, outcome: Returned | Failure) -> Value:
    if isinstance(outcome, Failure):
        return Opaque(f"raised {outcome.kind}")
    return recognizable(check, thaw(outcome.value))


def _fits(function: Function, case: Case) -> bool:
    """Whether the function takes this many arguments."""
    try:
        inspect.signature(function).bind(*case.arguments)
    except TypeError:
        return False
    return True
