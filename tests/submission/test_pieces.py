"""Text cells cut into pieces: what belongs to which part, and that nothing is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.notebook import TextCell
from grader.submission.pieces import MAX_LINES, first_lines, has_more_lines, pieces_of

PARTS = {"1": tuple("abcdefg"), "2": tuple("abcdefghi"), "4": ("a", "b")}


def cells(*texts: str) -> list[TextCell]:
    return [TextCell(number, text) for number, text in enumerate(texts)]


def scopes(*texts: str) -> list[tuple[str, str]]:
    """("1f", text) of every piece that belongs to something."""
    pieces = pieces_of(cells(*texts), PARTS)
    return [(piece.question + piece.part, piece.text) for piece in pieces if piece.question]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["**1(f)** x"], [("1f", "**1(f)** x")]),
        (["hello", "**1(f)** x"], [("1f", "**1(f)** x")]),
        (["**1(f)** x", "more", "**1(g)** y"], [("1f", "**1(f)** x"), ("1f", "more"), ("1g", "**1(g)** y")]),
        (["**1(f)** x\n\n**1(g)** y"], [("1f", "**1(f)** x\n\n"), ("1g", "**1(g)** y")]),
        (["intro\n## 1(f)\nx"], [("1f", "## 1(f)\nx")]),
        (["**1(f)** x", "## Problem 2", "y"], [("1f", "**1(f)** x"), ("2", "## Problem 2"), ("2", "y")]),
        (["**1(f)** x\n## Problem 9\ny"], [("1f", "**1(f)** x\n"), ("9", "## Problem 9\ny")]),
        (["**1(f)** x", "### Proof", "#### 1. Step"], [("1f", "**1(f)** x"), ("1f", "### Proof"), ("1f", "#### 1. Step")]),
        (["## 1(f)\nas in 1(g) we see"], [("1f", "## 1(f)\nas in 1(g) we see")]),
        (["1(f)\n====\nx"], [("1f", "1(f)\n====\nx")]),
        (["## Problem 1", "**(f)** x", "**(g)** y"], [("1", "## Problem 1"), ("1f", "**(f)** x"), ("1g", "**(g)** y")]),
        (["## Problem 1\n(f) x\n\n(g) y"], [("1", "## Problem 1\n"), ("1f", "(f) x\n\n"), ("1g", "(g) y")]),
        (["## Problem 1", "(f) x\n(g) y"], [("1", "## Problem 1"), ("1f", "(f) x\n"), ("1g", "(g) y")]),
        (["**(f)** x"], []),
        (["## Problem 9", "**(f)** x"], [("9", "## Problem 9"), ("9", "**(f)** x")]),
        (["**1(f)** x", "**(g)** y"], [("1f", "**1(f)** x"), ("1f", "**(g)** y")]),
        (["# Problem 1", "**(f)** x\n\n**(a)** y\n\n**(b)** z"], [("1", "# Problem 1"), ("1f", "**(f)** x\n\n**(a)** y\n\n**(b)** z")]),
        (["# Problem 1", "## (f)\nx\n## (a)\ny"], [("1", "# Problem 1"), ("1f", "## (f)\nx\n"), ("1a", "## (a)\ny")]),
        (["# Problem 2", "**(h)** x", "**(i)** y"], [("2", "# Problem 2"), ("2h", "**(h)** x"), ("2i", "**(i)** y")]),
        (["# Problem 2", "**(h)**\n\n(i) x\n\n(ii) y"], [("2", "# Problem 2"), ("2h", "**(h)**\n\n(i) x\n\n(ii) y")]),
        (["<!-- answer 1(f) -->\nx\n\n**(g)** y"], [("1f", "<!-- answer 1(f) -->\nx\n\n**(g)** y")]),
        (["<!-- answer 1(f) --> x <!-- answer 1(g) --> y"], [("1f", "<!-- answer 1(f) --> x "), ("1g", "<!-- answer 1(g) --> y")]),
        (["<!--Answer 1F-->x"], [("1f", "<!--Answer 1F-->x")]),
        (["<!-- answer 1(z) -->\nx"], [("1z", "<!-- answer 1(z) -->\nx")]),
        (["<!-- an answer to 1(f) -->\nx", "<!-- answers 1(f) -->"], []),
        (["**1(f)** x\n```\n## Problem 2\n```\ny"], [("1f", "**1(f)** x\n```\n## Problem 2\n```\ny")]),
        (["**1(f)** x\n```\n~~~\n```\n## Problem 2"], [("1f", "**1(f)** x\n```\n~~~\n```\n"), ("2", "## Problem 2")]),
        (["1(f) The ends decide.\n1(g) no"], [("1f", "1(f) The ends decide.\n1(g) no")]),
        (["<!-- answer 1(f) -->\n1(f) The ends decide."], [("1f", "<!-- answer 1(f) -->\n"), ("1f", "1(f) The ends decide.")]),
        (["Some words.\n1(f): no heading"], []),
        (["Some words.\n\n1(f): a heading"], [("1f", "1(f): a heading")]),
    ],
)  # fmt: skip
def test_pieces_of_cells(texts: list[str], expected: list[tuple[str, str]]) -> None:
    assert scopes(*texts) == expected


@pytest.mark.parametrize("text", ["x", "**1(g)** x", "<!-- answer 1(g) -->", "(a) x\n\n(b) y"])
def test_pieces_of_a_tagged_cell_are_the_whole_cell(text: str) -> None:
    tagged = [TextCell(0, text, ("1f",)), TextCell(1, "more")]
    assert [(piece.part, piece.text) for piece in pieces_of(tagged, PARTS)] == [("f", text), ("f", "more")]


def test_pieces_know_their_cell_and_line() -> None:
    pieces = pieces_of(cells("hello", "a\n\n**1(f)** x"), PARTS)
    assert [(piece.cell, piece.line) for piece in pieces] == [(0, 1), (1, 1), (1, 3)]


@pytest.mark.parametrize(
    ("lines", "kept"),
    [([3], [3]), ([MAX_LINES], [MAX_LINES]), ([MAX_LINES + 1], [MAX_LINES]), ([3, MAX_LINES], [3, MAX_LINES - 3])],
)
def test_first_lines(lines: list[int], kept: list[int]) -> None:
    given_cells = cells(*["\n".join("x" * count) for count in lines])
    assert [cell.text.count("x") for cell in first_lines(given_cells)] == kept
    assert has_more_lines(given_cells) == (kept != lines)


def test_first_lines_leaves_further_cells_out() -> None:
    assert len(list(first_lines(cells("\n" * MAX_LINES, "x")))) == 1


FRAGMENTS = [
    *(
        "**1(f)** ",
        "## Problem 1\n",
        "# 2. Momentum\n",
        "**(g)**",
        "(a) ",
        "(i) ",
        "(ii) ",
        "<!-- answer 1(f) -->",
        "```\n",
    ),
    *(
        "\n",
        "\n\n",
        "as in 1(f) we see ",
        "1(g): ",
        "Problem 4\n",
        "=====\n",
        "$\\sigma^2$ ",
        "word ",
        "<b>",
        " ",
        "1(f)",
    ),
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=12).map("".join)


@given(st.lists(texts, max_size=5), st.lists(st.sampled_from(["", "1f", "q2i", "x"]), min_size=5, max_size=5))
def test_pieces_lose_and_repeat_nothing(sources: list[str], tags: list[str]) -> None:
    given_cells = [TextCell(index, text, (tags[index],)) for index, text in enumerate(sources)]
    pieces = pieces_of(given_cells, PARTS)
    assert ["".join(piece.text for piece in pieces if piece.cell == index) for index in range(len(sources))] == sources


@given(texts, texts)
def test_pieces_of_a_text_do_not_depend_on_what_follows(first: str, second: str) -> None:
    alone = pieces_of(cells(first), PARTS)
    assert pieces_of(cells(first, second), PARTS)[: len(alone)] == alone
