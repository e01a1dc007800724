"""A loaded rubric: every name looked up, every default filled in, each record with its place in the file."""

from __future__ import annotations

from dataclasses import dataclass

from grader.compare import Comparator
from grader.compare.closed_form import ClosedForm
from grader.gradescope.policy import Rules
from grader.plan import Handout, Written
from grader.records import Limits
from grader.report import Visibility
from grader.rubric.faults import Spot
from grader.rubric.signature import Parameter, Signature
from grader.rubric.sources import Function, Source
from grader.rubric.specs import Input


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """One entry of `cases`: a single case, or `count` random ones."""

    spot: Spot
    inputs: tuple[tuple[str, Input], ...]
    count: int | None = None  # None: not random
    draw: Function | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """A mistake: a known wrong variant of the check's function."""

    spot: Spot
    name: str
    hint: str
    function: Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """The author's function that runs on a namespace instead of a plain call."""

    name: str
    function: Function
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaRules:
    """A closed form, and the reference's function of its variables (None: they are the check's parameters)."""

    spot: Spot
    answer: str  # the name of the text: "answer_2e"
    expected: tuple[str, ...]  # the right formula, then those that are accepted too
    compare: ClosedForm
    function: Function | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRules:
    """A check, with what it inherits from its part."""

    spot: Spot
    name: str
    points: float
    visibility: Visibility
    signature: Signature
    parameters: tuple[Parameter, ...]  # the signature's, or the probe's own
    compare: Comparator
    cases: tuple[Cases, ...]
    answer: Function  # the reference's function
    expected_from: tuple[str, Function] | None
    also_accept: tuple[tuple[str, Function], ...]
    output: int | None
    globals: tuple[str, ...]
    keeps_inputs: bool
    mistakes: tuple[Wrong, ...]
    probe: Probe | None
    is_value: bool
    reads_logs: bool
    formula: FormulaRules | None
    seed: tuple[str, ...]  # secret, question, part, check


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """A function as handed out: a docstring below its signature, or code with a gap."""

    spot: Spot
    name: str
    docstring: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the handout says and gives for an assignment, a question or a part."""

    spot: Spot | None = None
    statement: str = ""  # Markdown
    given: str = ""  # code before the stubs
    stubs: tuple[Stub, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRules:
    """A part of a question."""

    label: str
    title: str
    needs: tuple[str, ...]
    checks: tuple[CheckRules, ...]
    written: Written | None
    evidence: tuple[CheckRules, ...]
    task: Task = Task()


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRules:
    """A question, and the files whose namespaces its functions read their globals from."""

    spot: Spot
    label: str
    title: str
    parts: tuple[PartRules, ...]
    reference: Source
    mistakes: Source
    task: Task = Task()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """An assignment without faults."""

    assignment: str
    title: str
    questions: tuple[QuestionRules, ...]
    files: tuple[str, ...]
    limits: Limits
    task: Task
    handout: Handout
    notebook: bytes | None  # the handout's: made by hand, or from the tasks
    rules: Rules
    logs: tuple[str, ...]
