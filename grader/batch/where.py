"""`--where`: which submissions, by what the ledger says of them: `score<10`, `status=infra`, `place~alice`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import NamedTuple

from grader.batch.ledger import Kind, Known
from grader.errors import UsageError

NEW = "new"  # the status of what has no result
STATUSES = (*(kind.value for kind in Kind), NEW)
FIELDS = ("id", "place", "status", "score")
OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
FORM = re.compile(r"\s*(?P<field>[a-z]+)\s*(?P<sign><=|>=|!=|<|>|=|~)\s*(?P<value>.*?)\s*")
TEXT_SIGNS = ("=", "!=", "~")


class Condition(NamedTuple):
    """One comparison. `~`: the field contains the text, whatever its case."""

    field: str
    sign: str
    value: str

    def holds(self, identity: str, place: str, known: Known | None) -> bool:
        """Whether it holds for a submission. What has no score fits no comparison of scores."""
        if self.field == "score":
            score = known.score if known else None
            return score is not None and OPERATORS[self.sign](score, float(self.value))
        text = {"id": identity, "place": place, "status": known.kind.value if known else NEW}[self.field]
        if self.sign == "~":
            return self.value.casefold() in text.casefold()
        return (text == self.value) is (self.sign == "=")


def parse_condition(text: str) -> Condition:
    """A condition as on the command line. Raises UsageError with the right form."""
    match = FORM.fullmatch(text)
    if match is None or match["field"] not in FIELDS:
        raise UsageError(
            f"--where {text!r}: write FIELD=VALUE, with one of {', '.join(FIELDS)}: 'score<10', 'status=infra'"
        )
    condition = Condition(*match.groups())
    if condition.field == "score":
        _check_number(text, condition)
    elif condition.sign not in TEXT_SIGNS:
        raise UsageError(f"--where {text!r}: compare {condition.field} with =, != or ~ (contains)")
    elif condition.field == "status" and condition.sign != "~" and condition.value not in STATUSES:
        raise UsageError(f"--where {text!r}: the status is one of {', '.join(STATUSES)}")
    return condition


def _check_number(text: str, condition: Condition) -> None:
    try:
        is_number = condition.sign != "~" and float(condition.value) == float(condition.value)
    except ValueError:
        is_number = False
    if not is_number:
        raise UsageError(f"--where {text!r}: a score is compared with a number: 'score<10'")
