"""What the notebook says of every part: its header, and what is graded."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from grader.report import Visibility
from grader.rubric.records import CheckRules, PartRules, QuestionRules

MARKUP = re.compile(r"([\\`*_{}\[\]<>$|#])")
WHEN = {
    Visibility.VISIBLE: "",
    Visibility.AFTER_DUE_DATE: ", shown after the due date",
    Visibility.AFTER_PUBLISHED: ", shown when grades are published",
    Visibility.HIDDEN: ", hidden: you see only whether it passed",
}
NOTATION = (
    "Powers are written `x^2` or `x**2`, roots `sqrt(x)`; put parentheses around everything below a fraction bar."
)
PROMPT = "*Your answer here.*"
HOW_GRADED = """\
**How this is graded**

* Fill in the functions. Keep their names and the order of their arguments. You may add cells and helper functions
  wherever you like; printing, plotting and training runs do no harm. Only what a function needs is run, so an error in
  one cell does not cost the points of another.
* Return plain numbers, tuples, lists, NumPy arrays or torch tensors, and leave the arguments as they are, unless the part
  says otherwise.
* Below every part stands what is graded. Each check is all or nothing, and it calls your function with several inputs.
  You see its result when you hand in, unless the list says otherwise.
* Where `grader` is installed and the file `{checks}` lies beside this notebook, you can try the public checks yourself:
  `import grader; grader.check("{label}")` in a cell, or `grader check {notebook}` in a terminal. The inputs differ from
  those that count.
"""


def points_text(points: float) -> str:
    """`1 point`, `2.5 points`."""
    return f"{points:g} point{'' if points == 1 else 's'}"


def part_points(part: PartRules) -> float:
    """Of its checks and of what a person gives."""
    return math.fsum([*(check.points for check in part.checks), part.written.points if part.written else 0.0])


def question_header(question: QuestionRules) -> str:
    """`## Question 1. The title (18 points)`."""
    points = math.fsum(map(part_points, question.parts))
    return f"## Question {question.label}. {plain(question.title)} ({points_text(points)})"


def part_header(question: QuestionRules, part: PartRules) -> str:
    """`### 1(a) The title (2 points)`."""
    return f"### {question.label}({part.label}) {plain(part.title)} ({points_text(part_points(part))})"


def graded_text(question: QuestionRules, part: PartRules) -> str:
    """What is graded, check by check, with points and when the result is shown; and other ways to answer."""
    lines = [f"* {plain(check.name)}: {points_text(check.points)}{WHEN[check.visibility]}" for check in part.checks]
    if part.written:
        lines.append(f"* your text: {points_text(part.written.points)}, graded by a person")
    needs = " and ".join(f"{question.label}({need})" for need in part.needs)
    remark = f" (only when {needs} is right)" if needs else ""
    return "\n".join([f"**Graded**{remark}", "", *lines, *_other_ways(part)])


def _other_ways(part: PartRules) -> Iterator[str]:
    formulas = [formula for check in part.checks if (formula := _formula_text(check))]
    if formulas:
        yield ""
        yield f"Instead of code you may give the closed form as a text: {'; '.join(formulas)}. {NOTATION}"


def _formula_text(check: CheckRules) -> str:
    """`answer_2d`, as `"(lo, hi)"`, with the variables `beta` and `sigma`."""
    if check.formula is None:
        return ""
    *names, last = (f"`{name}`" for name in check.formula.compare.where)
    variables = f"{', '.join(names)} and {last}" if names else last
    several = check.output is None and len(check.signature.outputs) > 1
    form = f', in the form `"({", ".join(check.signature.outputs)})"`' if several else ""
    return f"`{check.formula.answer}`{form}, with {variables}"


def plain(text: str) -> str:
    """`text` as Markdown that shows just this."""
    return MARKUP.sub(r"\\\1", text)


def answer_cell_text(question: QuestionRules, part: PartRules) -> str:
    """The text cell to write in: the marker tells the grader which part it answers."""
    return f"<!-- answer {question.label}({part.label}) -->\n{PROMPT}"
