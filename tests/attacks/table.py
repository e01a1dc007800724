"""The tables of docs/isolation.md, made from the catalogue and from layers_off.json: run this to write them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]  # as pytest puts them

from catalogue import ATTACKS, UNTESTED
from layers_off import ROWS, stored
from titles import FAMILIES, TITLES

PAGE = Path(__file__).parents[2] / "docs" / "isolation.md"
MOST_NAMES = 8  # of attacks in a row


def page_with_tables() -> str:
    """The page with both tables in their places."""
    page = PAGE.read_text("utf-8")
    for name, lines in (("attacks", _lines()), ("layers", _layer_lines())):
        start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _start, rest = page.partition(start)
        page = f"{before}{start}\n\n" + "\n".join(lines) + f"\n\n{end}{rest.partition(end)[2]}"
    return page


def _layer_lines() -> Iterator[str]:
    """A row for each layer: where it was left out, with which others, and what then got through."""
    yield "| left out | where | attacks that then succeed |\n|---|---|---|"
    for off in ROWS:
        names = stored()[off.layer]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        shown = ", ".join(f"`{name}`" for name in names[:MOST_NAMES]) + more
        yield f"| {', '.join(off.omitted)} | {off.environment} | {len(names)}: {shown} |"


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
    PAGE.write_text(page_with_tables(), "utf-8")
