"""The catalogue is complete, and the page that shows it is up to date."""

from __future__ import annotations

import pytest
from catalogue import ATTACKS, UNTESTED
from table import PAGE, page_with_tables
from titles import TITLES


@pytest.mark.parametrize("number", range(1, 146))
def test_number_is_tried_or_says_why_not(number: int) -> None:
    tried = any(number in attack.numbers for attack in ATTACKS)
    assert TITLES[number]
    assert tried or UNTESTED[number]


def test_names_are_unique() -> None:
    names = [attack.name for attack in ATTACKS]
    assert sorted(set(names)) == sorted(names)


def test_page_has_the_tables() -> None:
    assert PAGE.read_text("utf-8") == page_with_tables()
