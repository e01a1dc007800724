"""The kill matrix: which check catches which known mistake. `python scripts/kill_matrix.py` writes docs/kill_matrix.md.

Every mistake must fail a check of its function, every alternative must pass all of them, and so must a mistake that is
proven equivalent to the right answer. The exit code is 1 when one does not. With --check nothing is written, and the
exit code is also 1 when the page is out of date. Another assignment's folder can be named: its page is in its docs/.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from grader.records import Limits
from grader.rubric.compile import Kill, survey
from grader.rubric.variants import EQUIVALENT, Variant, find_variants, grade_variant
from grader.sandbox.client import Sandbox

ROOT = Path(__file__).parents[1]
PAGE = Path("docs") / "kill_matrix.md"
HEAD = """# Kill matrix

Which check catches which known mistake. A row is a function of `reference/mistakes/` or of `reference/alternatives/`, a
column is a check of the rubric.

- A mistake fails (✗) or passes (·) a check; where nothing stands, it is not tried on that check. It must fail at least one
  check of its function.
- A mistake that is proven to be equivalent to the right answer (its docstring begins with `Equivalent:`) passes all checks
  and is listed with its proof.
- An alternative is as right as the reference. It must pass (✓) all checks of its function.

Mistakes are tried as the rubric is compiled; the others are graded as submissions. This page is written by
`python scripts/kill_matrix.py`.
"""


class Graded(NamedTuple):
    """A variant that must pass every check of its function, and the checks that it passes and fails."""

    variant: Variant
    passed: tuple[str, ...]
    failed: tuple[str, ...]


class Matrix(NamedTuple):
    """Everything that the page says."""

    kills: tuple[Kill, ...]
    equivalents: tuple[Graded, ...] = ()
    alternatives: tuple[Graded, ...] = ()
    unlisted: tuple[str, ...] = ()  # mistakes that no check of the rubric tries


def measure(folder: Path) -> Matrix:
    """The matrix of an assignment. Raises RubricError when its rubric has other faults than mistakes that survive."""
    plan, kills = survey(folder)
    mistakes = find_variants(folder, "mistakes", plan)
    tried = {name for kill in kills for name in kill.mistakes}
    with closing(Sandbox(Limits())) as sandbox:

        def graded(variant: Variant) -> Graded:
            results = grade_variant(variant, plan, sandbox)
            passed = tuple(result.name for result in results if result.score == result.points)
            return Graded(variant, passed, tuple(result.name for result in results if result.score < result.points))

        return Matrix(
            kills,
            tuple(graded(one) for one in mistakes if one.is_equivalent()),
            tuple(graded(one) for one in find_variants(folder, "alternatives", plan)),
            tuple(one.name for one in mistakes if one.name not in tried and not one.is_equivalent()),
        )


def faults(matrix: Matrix) -> list[str]:
    """What must not be, each in a line."""
    caught = frozenset[str]().union(*(kill.caught for kill in matrix.kills))
    return [
        *(f"mistake {name} survives every check" for name in _mistakes(matrix.kills) if name not in caught),
        *(f"mistake {name} is in no list of the rubric" for name in matrix.unlisted),
        *(
            f"mistake {one.variant.name} is not equivalent: it fails {_quoted(one)}"
            for one in _failing(matrix.equivalents)
        ),
        *(f"alternative {one.variant.name} fails {_quoted(one)}" for one in _failing(matrix.alternatives)),
    ]


def _failing(graded: tuple[Graded, ...]) -> list[Graded]:
    return [one for one in graded if one.failed]


def _quoted(graded: Graded) -> str:
    return ", ".join(f'"{name}"' for name in graded.failed)


def page(matrix: Matrix) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_summary(matrix), *_equivalents(matrix), *_tables(matrix)]).rstrip() + "\n"


def _mistakes(kills: tuple[Kill, ...]) -> list[str]:
    return list(dict.fromkeys(name for kill in kills for name in kill.mistakes))


def _summary(matrix: Matrix) -> Iterator[str]:
    caught = frozenset[str]().union(*(kill.caught for kill in matrix.kills))
    survivors = [name for name in _mistakes(matrix.kills) if name not in caught]
    yield f"{len(matrix.kills)} checks."
    yield f"{len(_mistakes(matrix.kills))} mistakes, {len(survivors)} survive. {len(matrix.equivalents)} proven equivalent."
    yield f"{len(matrix.alternatives)} alternatives, {len(_failing(matrix.alternatives))} fail."
    yield from (f"\n**{fault}**" for fault in faults(matrix))
    yield ""


def _equivalents(matrix: Matrix) -> Iterator[str]:
    if matrix.equivalents:
        yield "## Proven equivalent\n\n| mistake | proof |\n|---|---|"
        for one in matrix.equivalents:
            yield f"| `{one.variant.name}` | {' '.join(one.variant.doc.removeprefix(EQUIVALENT).split())} |"
        yield ""


def _tables(matrix: Matrix) -> Iterator[str]:
    for (question, part, function), group in groupby(
        matrix.kills, lambda kill: (kill.question, kill.part, kill.function)
    ):
        checks = tuple(group)
        rows = [f"| `{name}` | {' | '.join(_cell(kill, name) for kill in checks)} |" for name in _mistakes(checks)]
        alternatives = [one for one in matrix.alternatives if one.variant.function == function]
        rows += [f"| alternative `{one.variant.name}` | {_verdicts(one, checks)} |" for one in alternatives]
        if rows:
            yield f"## {question}({part}) {function}\n"
            yield f"| variant | {' | '.join(kill.check for kill in checks)} |"
            yield "|---" * (len(checks) + 1) + "|"
            yield from rows
            yield ""


def _cell(kill: Kill, name: str) -> str:
    if name not in kill.mistakes:
        return ""
    return "✗" if name in kill.caught else "·"


def _verdicts(graded: Graded, checks: tuple[Kill, ...]) -> str:
    return " | ".join("✗" if kill.check in graded.failed else "✓" for kill in checks)


def main(arguments: list[str]) -> int:
    """Write the page, or check it; the exit code."""
    folder = next((Path(one) for one in arguments if not one.startswith("-")), ROOT)
    matrix = measure(folder)
    found, path, text = faults(matrix), folder / PAGE, page(matrix)
    if "--check" not in arguments:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    elif not path.exists() or path.read_text("utf-8") != text:
        found.append(f"{PAGE} is out of date: run python scripts/kill_matrix.py")
    print("\n".join(found) or " ".join(_summary(matrix)).strip())
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
