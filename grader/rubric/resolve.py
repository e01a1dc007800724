"""A question file against its signatures and its Python files: names looked up, defaults filled in, faults collected."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from grader.compare.closed_form import ClosedForm
from grader.plan import Written
from grader.report import Visibility
from grader.rubric.faults import Fault, Spot, did_you_mean
from grader.rubric.inputs import check_inputs
from grader.rubric.partial import ReadPart, ReadQuestion
from grader.rubric.records import Cases, CheckRules, FormulaRules, PartRules, Probe, QuestionRules, Wrong
from grader.rubric.schema import CheckFields, FixedCase, PartFields, RandomCase
from grader.rubric.signature import Parameter, Signature, SignatureError, parse_signature
from grader.rubric.sources import Function, Source, Sources, first_paragraph
from grader.rubric.unexecuted import ANY_NAME

SUM_TOLERANCE = 1e-9


def resolve_question(read: ReadQuestion, sources: Sources, secret: str) -> tuple[QuestionRules, list[Fault]]:
    """The question's rules, and all faults; with faults, the rules are only good for finding more of them."""
    resolver = _Resolver(sources)
    label = read.fields.question if read.fields else ""
    resolver.check_labels([(part.spot.at("part"), part.fields.part) for part in read.parts], "part")
    parts = tuple(resolver.part(part, (secret, label)) for part in read.parts)
    resolver.check_needs(read.parts, _all_labels(read))
    rules = QuestionRules(
        spot=read.spot,
        label=label,
        title=read.fields.title if read.fields else "",
        parts=parts,
        reference=sources.reference,
        mistakes=sources.mistakes,
    )
    return rules, resolver.faults


def _all_labels(read: ReadQuestion) -> list[str]:
    """Of all parts in the file, those with faults too."""
    data = read.spot.root.data
    parts = data.get("parts", []) if isinstance(data, dict) else []
    return [str(part.get("part", "")) if isinstance(part, dict) else "" for part in parts]


def _no_function(*_arguments: object) -> None:
    """Stands for a function that does not exist: there is a fault, so nothing will call it."""


class _Resolver:
    """Collects the faults of one question file."""

    def __init__(self, sources: Sources) -> None:
        self.sources = sources
        self.faults: list[Fault] = []

    def part(self, read: ReadPart, seed: tuple[str, ...]) -> PartRules:
        fields = read.fields
        self.check_labels([(spot.at("name"), check.name) for spot, check in read.checks], "check")
        self.check_labels([(spot.at("name"), check.name) for spot, check in read.evidence], "evidence")
        self.check_points(read)
        self.check_unused(read)
        seed = (*seed, fields.part)
        return PartRules(
            label=fields.part,
            title=fields.title,
            needs=fields.needs,
            checks=tuple(self.check(spot, check, read, seed) for spot, check in read.checks),
            written=_written(fields),
            evidence=tuple(self.check(spot, check, read, seed) for spot, check in read.evidence),
        )

    def check_points(self, read: ReadPart) -> None:
        due, written = read.fields.points, read.fields.written
        total = sum(check.points for _spot, check in read.checks) + (written.points if written else 0)
        if read.is_whole and not math.isclose(total, due, abs_tol=SUM_TOLERANCE):
            whose = "the checks' points and the written answer's" if written else "the checks' points"
            self.fault(read.spot.at("points"), f"is {due:g}, but {whose} sum to {total:g}")

    def check(self, spot: Spot, fields: CheckFields, part: ReadPart, seed: tuple[str, ...]) -> CheckRules:
        function = self.function_name(spot, fields, part.fields)
        found = self.signature(spot, fields, part, function)
        signature = found or Signature(function)
        parameters = self.parameters(spot, fields, signature)
        self.check_globals(spot, fields, parameters)
        if found or fields.parameters is not None:  # else the inputs cannot be judged
            self.check_cases(spot, fields, parameters)
        reference = self.sources.reference
        return CheckRules(
            spot=spot,
            name=fields.name,
            points=fields.points,
            visibility=Visibility(fields.visibility),
            signature=signature,
            parameters=parameters,
            compare=fields.compare,
            cases=tuple(self.cases(spot.at("cases", index), case) for index, case in enumerate(fields.cases)),
            answer=self.value(spot, fields.value)
            if fields.value
            else self.lookup(_function_spot(spot, fields, part), function, reference),
            expected_from=self.expected_from(spot, fields),
            also_accept=tuple(
                (name, self.lookup(spot.at("also_accept", index), name, reference))
                for index, name in enumerate(fields.also_accept)
            ),
            output=self.output(spot, fields, signature) if found else None,
            globals=fields.globals,
            keeps_inputs=fields.keeps_inputs,
            mistakes=self.mistakes(spot, fields, part),
            probe=self.probe(spot, fields),
            is_value=fields.value is not None,
            reads_logs=fields.logs,
            formula=self.formula(spot.at("formula"), fields),
            seed=(*seed, fields.name),
        )

    def fault(self, spot: Spot, message: str) -> None:
        self.faults.append(spot.fault(message))

    def check_labels(self, labels: Iterable[tuple[Spot, str]], what: str) -> None:
        seen: set[str] = set()
        for spot, label in labels:
            if label in seen:
                self.fault(spot, f'another {what} is called "{label}" too')
            seen.add(label)

    def check_needs(self, parts: tuple[ReadPart, ...], labels: list[str]) -> None:
        for part in parts:
            own = labels.index(part.fields.part)
            for index, label in enumerate(part.fields.needs):
                spot = part.spot.at("needs", index)
                if label not in labels:
                    self.fault(spot, f'there is no part "{label}" in this question{did_you_mean(label, labels)}')
                elif labels.index(label) >= own:
                    self.fault(spot, f'part "{label}" does not come before this one')

    def check_unused(self, part: ReadPart) -> None:
        """Mistakes of the part count for the checks of the part's own function, which must exist."""
        used = any(part.fields.gives_mistakes_to(check) for _spot, check in (*part.checks, *part.evidence))
        if part.fields.mistakes and part.is_whole and not used:
            self.fault(
                part.spot.at("mistakes"), "no check uses them: give `mistakes` to the checks that name a function"
            )

    def function_name(self, spot: Spot, fields: CheckFields, part: PartFields) -> str:
        name = fields.value or fields.function or part.function
        if name is None:
            self.fault(spot, '"function" is missing, here and in the part')
        if fields.value and (fields.function or fields.probe):
            self.fault(spot.at("value"), "a check is about a value or a function, not both")
        return name or ""

    def signature(self, spot: Spot, fields: CheckFields, part: ReadPart, function: str) -> Signature | None:
        text = fields.signature or part.fields.signature
        if fields.value:
            return Signature(fields.value)
        if text is None:
            self.fault(spot, '"signature" is missing, here and in the part')
            return None
        place = (spot if fields.signature else part.spot).at("signature")
        try:
            signature = parse_signature(text)
        except SignatureError as error:
            self.fault(place, str(error))
            return None
        if function and signature.name != function:
            place = spot.at("signature") if fields.function else place
            self.fault(place, f'is that of "{signature.name}", but the function is "{function}"')
        return signature

    def parameters(self, spot: Spot, fields: CheckFields, signature: Signature) -> tuple[Parameter, ...]:
        if fields.parameters is None:
            return signature.parameters
        if fields.probe is None:
            self.fault(spot.at("parameters"), "is only for a check with a probe")
        self.check_labels(((spot.at("parameters", i), name) for i, name in enumerate(fields.parameters)), "parameter")
        return tuple(Parameter(name) for name in fields.parameters)

    def check_globals(self, spot: Spot, fields: CheckFields, parameters: tuple[Parameter, ...]) -> None:
        names = {parameter.name for parameter in parameters}
        for index, name in enumerate(fields.globals):
            if name in names:
                self.fault(
                    spot.at("globals", index), f'"{name}" is a parameter too: an input is either passed or global'
                )

    def check_cases(self, spot: Spot, fields: CheckFields, parameters: tuple[Parameter, ...]) -> None:
        for index, case in enumerate(fields.cases):
            place = spot.at("cases", index)
            if isinstance(case, RandomCase):
                given, drawn = set(case.random.model_extra or {}), case.random.draw is not None
                self.faults += check_inputs(place.at("random"), given, parameters, fields.globals, is_partial=drawn)
            else:
                self.faults += check_inputs(place, set(case), parameters, fields.globals)

    def cases(self, spot: Spot, case: RandomCase | FixedCase) -> Cases:
        if not isinstance(case, RandomCase):
            return Cases(spot=spot, inputs=(*case.items(),))
        spot = spot.at("random")
        return Cases(
            spot=spot,
            inputs=(*(case.random.model_extra or {}).items(),),
            count=case.random.count,
            draw=self.optional(spot.at("draw"), case.random.draw, self.sources.draws),
        )

    def output(self, spot: Spot, fields: CheckFields, signature: Signature) -> int | None:
        if fields.output is None:
            return None
        if fields.output in signature.outputs and len(signature.outputs) > 1:
            return signature.outputs.index(fields.output)
        if signature.outputs == (fields.output,):
            self.fault(spot.at("output"), f'the signature returns only "{fields.output}": leave `output` out')
            return None
        outputs = ", ".join(signature.outputs) or "no named ones"
        remark = did_you_mean(fields.output, signature.outputs)
        self.fault(
            spot.at("output"), f'"{fields.output}" is not one of several outputs of the signature ({outputs}){remark}'
        )
        return None

    def value(self, spot: Spot, name: str) -> Function:
        reference = self.sources.reference
        if name not in reference.namespace and ANY_NAME not in reference.namespace:
            self.fault(spot.at("value"), f'{reference.name} has no name "{name}"')
            return _no_function
        return lambda: reference.namespace[name]

    def expected_from(self, spot: Spot, fields: CheckFields) -> tuple[str, Function] | None:
        name = fields.expected_from
        if name is None:
            return None
        return name, self.lookup(spot.at("expected_from"), name, self.sources.reference)

    def probe(self, spot: Spot, fields: CheckFields) -> Probe | None:
        if fields.probe is None:
            if fields.logs:
                self.fault(spot.at("logs"), "needs a `probe`, which reads them")
            return None
        probes = self.sources.probes
        return Probe(
            name=fields.probe, function=self.lookup(spot.at("probe"), fields.probe, probes), source=probes.text
        )

    def formula(self, spot: Spot, fields: CheckFields) -> FormulaRules | None:
        if fields.formula is None:
            return None
        return FormulaRules(
            spot=spot,
            answer=fields.formula.answer,
            expected=(fields.formula.expected, *fields.formula.also_accept),
            compare=ClosedForm(where=fields.formula.where, regimes=fields.formula.regimes),
            function=self.optional(spot.at("agrees_with"), fields.formula.agrees_with, self.sources.reference),
        )

    def mistakes(self, spot: Spot, fields: CheckFields, part: ReadPart) -> tuple[Wrong, ...]:
        if fields.mistakes is not None:
            place, names = spot.at("mistakes"), fields.mistakes
        elif part.fields.gives_mistakes_to(fields):
            place, names = part.spot.at("mistakes"), part.fields.mistakes
        else:
            return ()
        for name, count in Counter(names).items():
            if count > 1:
                self.fault(place, f'"{name}" is listed {count} times')
        return tuple(self.mistake(place.at(index), name) for index, name in enumerate(names))

    def mistake(self, spot: Spot, name: str) -> Wrong:
        function = self.lookup(spot, name, self.sources.mistakes)
        hint = first_paragraph(function)
        if not hint and function is not _no_function:
            file = self.sources.mistakes.name
            self.fault(spot, f'"{name}" in {file} has no docstring: it is the hint that students read')
        return Wrong(spot=spot, name=name, hint=hint, function=function)

    def optional(self, spot: Spot, name: str | None, source: Source) -> Function | None:
        return None if name is None else self.lookup(spot, name, source)

    def lookup(self, spot: Spot, name: str, source: Source) -> Function:
        if name in source.functions:
            return source.functions[name]
        reason = source.why_missing(name) if name else ""
        if reason and (source.exists or source is not self.sources.reference):  # a missing reference is reported once
            self.fault(spot, reason)
        return _no_function


def _written(fields: PartFields) -> Written | None:
    if fields.written is None:
        return None
    return Written(points=fields.written.points, checklist=fields.written.checklist, is_private=fields.written.private)


def _function_spot(spot: Spot, fields: CheckFields, part: ReadPart) -> Spot:
    return (spot if fields.function else part.spot).at("function")
