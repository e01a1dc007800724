"""The kill matrix: which check catches which known mistake. `python scripts/kill_matrix.py` writes docs/kill_matrix.md.

With --check nothing is written: the exit code is 1 when the page is out of date. It is 1 as well when a mistake survives
every check of its function.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from grader.rubric.compile import Kill, kills

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "kill_matrix.md"
HEAD = """# Kill matrix

Which check catches which known mistake. A row is a mistake of `reference/mistakes/`, a column is a check of the rubric; ✗
means that the mistake fails the check, and `·` that it passes it. Every mistake must fail at least one check of its
function, and every alternative of `reference/alternatives/` must pass all: `tests/test_variants.py` grades each of them
as a submission. This page is written by `python scripts/kill_matrix.py`.
"""


def page(found: Sequence[Kill]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *_summary(found), *_tables(found)]).rstrip() + "\n"


def survivors(found: Sequence[Kill]) -> list[str]:
    """The mistakes that no check of their function catches."""
    caught = frozenset[str]().union(*(kill.caught for kill in found))
    return [name for name in _mistakes(found) if name not in caught]


def _mistakes(found: Sequence[Kill]) -> list[str]:
    return list(dict.fromkeys(name for kill in found for name in kill.mistakes))


def _summary(found: Sequence[Kill]) -> Iterator[str]:
    left = survivors(found)
    names = f": {', '.join(left)}" if left else ""
    yield f"Mistakes: {len(_mistakes(found))}. Checks: {len(found)}. Mistakes that survive: {len(left)}{names}."
    yield ""


def _tables(found: Sequence[Kill]) -> Iterator[str]:
    for (question, part, function), group in groupby(found, key=lambda kill: (kill.question, kill.part, kill.function)):
        checks = list(group)
        if names := _mistakes(checks):
            yield f"## {question}({part}) {function}\n"
            yield f"| mistake | {' | '.join(kill.check for kill in checks)} |"
            yield "|---" * (len(checks) + 1) + "|"
            for name in names:
                yield f"| `{name}` | {' | '.join('✗' if name in kill.caught else '·' for kill in checks)} |"
            yield ""


def main(arguments: list[str]) -> int:
    """Write the page, or check it; the exit code."""
    found = list(kills(ROOT))
    text = page(found)
    if left := survivors(found):
        print(f"these mistakes survive every check: {', '.join(left)}")
    is_old = not PAGE.exists() or PAGE.read_text("utf-8") != text
    if "--check" not in arguments:
        PAGE.write_text(text, "utf-8")
    elif is_old:
        print("docs/kill_matrix.md is out of date: run python scripts/kill_matrix.py")
    return int(bool(left) or (is_old and "--check" in arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
