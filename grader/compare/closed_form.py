"""A formula as a text, compared as a function: exactly where it is rational, else at points of every regime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from grader.compare.arrays import failed
from grader.compare.wording import show
from grader.records import Comparison

if TYPE_CHECKING:  # only what asks for a formula pays for importing it
    from grader.formula import Domain, Formula, Verdict

LATER = "Whether it is right is decided when you hand in."


class ClosedForm(msgspec.Struct, frozen=True, kw_only=True, tag="formula"):
    """A formula as a text, such as "(2-beta)/(beta*sigma^2)"; what cannot be decided awaits a person."""

    where: Annotated[
        dict[str, tuple[float, float]],
        msgspec.Meta(min_length=1, description="the open interval of every variable: {beta: [0, 1], sigma: [0.2, 4]}"),
    ]
    regimes: Annotated[
        tuple[str, ...],
        msgspec.Meta(description='conditions whose regions are each looked at: ["eta < 1/sigma^2", "eta > 1/sigma^2"]'),
    ] = ()

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare. An `expected` of None only reads the answer: students' own checks do not know what is right."""
        from grader import formula  # noqa: PLC0415

        if isinstance(actual, tuple | list) and actual and all(isinstance(item, str) for item in actual):
            actual = f"({', '.join(actual)})"  # the two ends of a range, each as a text
        if not isinstance(actual, str):
            return failed(f"It is {show(actual)}, not a text.", self.in_quotes)
        try:
            answer = self.parse(actual)
        except formula.FormulaError as error:
            return failed(f"The formula cannot be read. {error}")
        if expected is None:
            return Comparison(
                passed=False, gap=f"Your answer was read as {formula.show(answer)}. {LATER}", is_undecided=True
            )
        verdict = formula.compare(answer, self.parse(str(expected)), self.domain())
        return _comparison(verdict, formula.explain(answer, verdict))

    def expect(self, output: object) -> object:
        """The text itself, if it is a formula that can be compared with itself. Raises ValueError."""
        from grader import formula  # noqa: PLC0415

        if not isinstance(output, str):
            raise ValueError(f"a formula is a text, not {show(output)}")
        try:
            parsed = self.parse(output)
            outcome = formula.compare(parsed, parsed, self.domain()).outcome
        except formula.FormulaError as error:
            raise ValueError(f"{output!r}: {error}") from None
        if outcome != "equal":
            raise ValueError(f"{output!r} cannot be told to equal itself: another form or other ranges are needed")
        return output

    @property
    def in_quotes(self) -> str:
        """Advice, with an example of this question's variables."""
        return f'Write the formula as a text, in quotes: "{"*".join([*self.where][:2])}^2".'

    def parse(self, text: str) -> Formula:
        """The formula of this text. Raises FormulaError."""
        from grader.formula import parse  # noqa: PLC0415

        return parse(text, self.where)

    def domain(self) -> Domain:
        """Where formulas must agree. Raises FormulaError or ValueError for a regime or a range that is none."""
        from grader.formula import domain  # noqa: PLC0415

        return domain(*self.regimes, **self.where)


def _comparison(verdict: Verdict, lines: tuple[str, ...]) -> Comparison:
    if verdict.outcome == "equal":
        return Comparison(passed=True, note=" ".join(lines))
    return Comparison(passed=False, gap=" ".join(lines), is_undecided=verdict.outcome == "undecided")
