"""The table of attacks in docs/isolation.md, made from the catalogue: `python tests/attacks/table.py` writes it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

from catalogue import ATTACKS, UNTESTED
from titles import FAMILIES, TITLES

PAGE = Path(__file__).parents[2] / "docs" / "isolation.md"
START, END = "<!-- attacks -->", "<!-- end of attacks -->"


def table() -> str:
    """Rows of Markdown, a number each: attack, what stops it, which test shows it."""
    return "\n".join(_lines())


def page_with(table_text: str) -> str:
    """The page with this table in its place."""
    before, _start, rest = PAGE.read_text("utf-8").partition(START)
    _old, _end, after = rest.partition(END)
    return f"{before}{START}\n\n{table_text}\n\n{END}{after}"


def _lines() -> Iterator[str]:
    yield "| | attack | stopped by | test |\n|---|---|---|---|"
    for number, title in TITLES.items():
        if number in FAMILIES:
            yield f"| | **{FAMILIES[number]}** | | |"
        attacks = [attack for attack in ATTACKS if number in attack.numbers]
        stopped = "; ".join(dict.fromkeys(attack.stopped_by for attack in attacks))
        tests = ", ".join(f"`{attack.name}`" for attack in attacks)
        why = UNTESTED.get(number, "")
        yield f"| {number} | {title} | {stopped} | {'; '.join(part for part in (tests, why) if part)} |"


if __name__ == "__main__":
    PAGE.write_text(page_with(table()), "utf-8")
