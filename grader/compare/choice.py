"""One word out of a few."""

from __future__ import annotations

from typing import Annotated

import msgspec

from grader.compare.arrays import PASSED, failed
from grader.compare.wording import show
from grader.records import Comparison


class Choice(msgspec.Struct, frozen=True, kw_only=True, tag="choice"):
    """A string out of `options`; case and surrounding space do not matter."""

    options: Annotated[tuple[str, ...], msgspec.Meta(min_length=2, description="the words to choose from")]
    aliases: Annotated[dict[str, str], msgspec.Meta(description="other words for an option: {big: large}")] = (
        msgspec.field(default_factory=dict)
    )

    def __call__(self, actual: object, expected: object) -> Comparison:
        """Compare."""
        if not isinstance(actual, str):
            what = (
                "nothing (None): is a `return` missing?"
                if actual is None
                else f"{show(actual)}, which is not a string."
            )
            return failed(f"It returned {what}", self._expected_one_of())
        word = self._option(actual)
        if word is None:
            return failed(f"It returned {show(actual)}.", self._expected_one_of())
        if word == expected:
            return PASSED
        return failed(f"It returned {show(word)}, expected {show(expected)}.")

    def expect(self, output: object) -> object:
        """The output, if it is one of the options."""
        if not isinstance(output, str) or output not in self.options:
            raise ValueError(f"{show(output)} is not one of the options {', '.join(self.options)}")
        return output

    def _option(self, text: str) -> str | None:
        words = {option.casefold(): option for option in self.options}
        words |= {alias.casefold(): option for alias, option in self.aliases.items()}
        return words.get(text.strip().casefold())

    def _expected_one_of(self) -> str:
        return f"Expected one of {', '.join(repr(option) for option in self.options)}."
