"""The two kinds of YAML files in `rubrics/`: the assignment and its questions, field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Strict, Tag, model_validator
from pydantic_core import PydanticCustomError

from grader.gradescope.policy import Rules
from grader.records import Limits
from grader.rubric.comparators import Compare
from grader.rubric.derived import model_of
from grader.rubric.fields import CodeFile, Ends, Label, Many, Model, Name, Points, Positive, PythonFile, Text, YamlFile
from grader.rubric.specs import Input

MAX_CASES = 1000
DEFAULTS = Limits()


class LimitsFields(Model):
    """What student code may use."""

    call_seconds: Positive = Field(default=DEFAULTS.call_seconds, description="one call")
    define_seconds: Positive = Field(
        default=DEFAULTS.define_seconds, description="the statements that one function needs"
    )
    total_seconds: Positive = Field(default=DEFAULTS.total_seconds, description="one submission")
    memory_megabytes: Annotated[int, Field(ge=64, le=1_000_000)] = Field(
        default=DEFAULTS.memory_megabytes, description="on top of the libraries"
    )


if TYPE_CHECKING:

    class RulesFields(Model):
        """Its fields are those of Rules."""
else:
    RulesFields = model_of(Rules)


class AssignmentFile(Model):
    """An assignment: which questions it has and where answers are looked for."""

    assignment: Label = Field(description="short name: hw2")
    title: Text = Field(description="as in the homework: Homework 2")
    questions: Annotated[tuple[YamlFile, ...], Strict(False), Field(min_length=1)] = Field(
        description="the question files in this folder, in order; every other YAML file must be listed"
    )
    files: Annotated[tuple[Text, ...], Strict(False), Field(min_length=1)] = Field(
        default=("*.ipynb", "*.py"), description="patterns of the files in a submission that may hold answers"
    )
    handout: Text | None = Field(
        default=None,
        description="a notebook made by hand, relative to this folder; `grader handout` makes one when left out",
    )
    statement: Text | None = Field(default=None, description="Markdown that the handout's notebook begins with")
    given: CodeFile | None = Field(default=None, description="Python file with the first code of the notebook: imports")
    starter: Text | None = Field(
        default=None,
        description="folder with the .py files as handed out, relative to this folder: a submission that lacks one gets it",
    )
    logs: Many[Text] = Field(
        default=(), description="patterns of .npz and .json files in a submission that checks with `logs: true` read"
    )
    limits: LimitsFields = Field(default=LimitsFields(), description="what student code may use")
    rules: RulesFields = Field(default=RulesFields(), description="late work and how often one may submit (Gradescope)")
    secret: str = Field(default="", description="salt for the seeds of random cases")


class RandomInputs(Model):
    """Random cases: `count` of them, each with the inputs that `draw` and the other keys give."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Input]

    count: Annotated[int, Field(ge=1, le=MAX_CASES)] = Field(description="how many cases")
    draw: Name | None = Field(
        default=None, description="function of rubrics/draws/<reference>.py: draw(rng) -> a dict of inputs"
    )


class RandomCase(Model):
    """Many cases with drawn inputs."""

    random: RandomInputs = Field(description="how many cases, and how each input is made")


FixedCase = dict[Name, Input]


def _case_tag(raw: object) -> str | None:
    if not isinstance(raw, dict):
        return None
    return "<random>" if "random" in raw else "<fixed>"


Case = Annotated[
    Annotated[RandomCase, Tag("<random>")] | Annotated[FixedCase, Tag("<fixed>")],
    Discriminator(
        _case_tag,
        custom_error_type="case",
        custom_error_message="a case is a mapping of input names to values, such as {sigma: 1.7}",
    ),
]


class FormulaFields(Model):
    """A closed form that counts like the function: `answer_2e = "(2-beta)/(beta*sigma^2)"` in the notebook."""

    answer: Name = Field(description="the name that the text is given: answer_2e")
    expected: Text = Field(description="the right formula; several expressions for an interval or a tuple: (lo, hi)")
    also_accept: Many[Text] = Field(default=(), description="formulas that are equally right")
    where: Annotated[dict[Name, Ends], Field(min_length=1)] = Field(
        description="the variables, each with the open interval in which the formulas must agree: {beta: [0, 1]}"
    )
    regimes: Many[Text] = Field(
        default=(), description='conditions whose regions are each looked at: ["eta < 1/sigma^2", "eta > 1/sigma^2"]'
    )
    agrees_with: Name | None = Field(
        default=None,
        description="reference function of the variables that `expected` is tried against; the check's when left out",
    )


class CheckFields(Model):
    """One thing that a part is tested for; it passes when all its cases pass."""

    name: Text = Field(description="what is checked, in the homework's words")
    points: Points = Field(description="all or nothing")
    visibility: Literal["visible", "after_due_date", "after_published", "hidden"] = Field(
        default="visible", description="when students see the result"
    )
    function: Name | None = Field(default=None, description="the function to call; the part's when left out")
    value: Name | None = Field(
        default=None, description="a name whose value is compared, in the submission and the reference: answer_2e"
    )
    signature: Text | None = Field(default=None, description="the part's when left out: name(a, b=0.0) -> (x, y)")
    mistakes: Many[Name] | None = Field(
        default=None, description="functions of reference/mistakes/<reference>.py; the part's when left out"
    )
    expected_from: Name | None = Field(
        default=None, description="another reference function that gives the expected value for the same arguments"
    )
    also_accept: Many[Name] = Field(
        default=(), description="reference functions whose outputs are equally right; one must fit all cases"
    )
    output: Name | None = Field(default=None, description="compare only this item of the returned tuple")
    globals: Many[Name] = Field(default=(), description="inputs that are set as global names instead of being passed")
    keeps_inputs: bool = Field(default=False, description="whether changing an argument fails the check")
    probe: Name | None = Field(
        default=None, description="function of rubrics/probes/<reference>.py: probe(namespace, *arguments)"
    )
    parameters: Many[Name] | None = Field(
        default=None, description="what the probe takes; the signature's parameters when left out"
    )
    logs: bool = Field(
        default=False, description="whether the probe gets the submission's logs: probe(logs, *arguments)"
    )
    formula: FormulaFields | None = Field(default=None, description="a closed form that counts like the function")
    cases: Annotated[tuple[Case, ...], Strict(False), Field(min_length=1)] = Field(description="the calls to compare")
    compare: Compare = Field(description="how an answer is compared with the expected value")


class EvidenceFields(CheckFields):
    """A check without points: what the data say about a claim of the written answer. For staff."""

    points: Annotated[float, Field(ge=0, le=0)] = Field(default=0, description="none: a person gives the points")
    visibility: Literal["hidden"] = Field(default="hidden", description="students do not see it")


class WrittenFields(Model):
    """A written answer, in text cells, that a person grades."""

    points: Points = Field(description="what the person can give")
    checklist: Annotated[tuple[Text, ...], Strict(False), Field(min_length=1)] = Field(
        description="what a full answer says, point by point; students do not see it"
    )
    private: bool = Field(default=False, description="whether the text must never be copied into a report")


class StubFile(Model):
    """Code with a gap, for a function whose handed-out body is more than empty."""

    file: CodeFile = Field(description="Python file, relative to this folder: stubs/run_gdm.py; `?` may mark a gap")


def _stub_tag(raw: object) -> str:
    return "<file>" if isinstance(raw, dict) else "<text>"


Stub = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[StubFile, Tag("<file>")],
    Discriminator(_stub_tag),
]


class PartFields(Model):
    """A part of a question: checks, a written answer, or both."""

    part: Label = Field(description="its letter in the homework: a")
    title: Text = Field(description="a few words")
    points: Points = Field(description="the sum of its checks' points and of the written answer's")
    statement: Text | None = Field(default=None, description="the task, in Markdown, for the handout's notebook")
    given: CodeFile | None = Field(
        default=None, description="Python file with code that stands before the stubs: data, functions that are given"
    )
    stubs: dict[Name, Stub] = Field(
        default={},
        description="functions to fill in: name -> docstring, or a file with a gap; the signature is that of the checks",
    )
    function: Name | None = Field(default=None, description="what the checks call, in the submission and the reference")
    signature: Text | None = Field(default=None, description="how it is called: name(a, b=0.0) -> (x, y)")
    needs: Many[Label] = Field(default=(), description="earlier parts that must have full marks, else this is skipped")
    mistakes: Many[Name] = Field(
        default=(), description="known wrong variants: functions of reference/mistakes/<reference>.py with a docstring"
    )
    checks: Many[CheckFields] = Field(default=(), description="what is tested, each worth some of the points")
    written: WrittenFields | None = Field(default=None, description="what a person grades")
    evidence: Many[EvidenceFields] = Field(
        default=(), description="checks without points whose results are shown beside the written answer"
    )

    def gives_mistakes_to(self, check: CheckFields) -> bool:
        """Whether the part's mistakes are mistakes of this check: it tests the part's function."""
        return check.mistakes is None and check.value is None and check.function in (None, self.function)

    @model_validator(mode="after")
    def _check_work(self) -> PartFields:
        if not self.checks and self.written is None:
            raise PydanticCustomError("no_work", "has neither checks nor a written answer")
        if self.evidence and self.written is None:
            raise PydanticCustomError("no_written", "has evidence, but no written answer that it stands beside")
        return self


class QuestionFile(Model):
    """A question: its parts, their checks and points."""

    question: Label = Field(description="its number in the homework: 1")
    title: Text = Field(description="as in the homework")
    reference: PythonFile | None = Field(default=None, description="file in reference/ with the right functions")
    statement: Text | None = Field(default=None, description="what its parts share, in Markdown, for the notebook")
    given: CodeFile | None = Field(default=None, description="Python file with code that its parts share")
    parts: Annotated[tuple[PartFields, ...], Strict(False), Field(min_length=1)] = Field(
        description="in the homework's order"
    )


FILES: dict[str, type[Model]] = {"rubric": QuestionFile, "assignment": AssignmentFile}
