"""Written answers: what counts as one, what is the handout's, what is kept of it."""

from __future__ import annotations

import json

import pytest
from builders import mixed_notebook, notebook, zip_bundle, zipped
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.records import MAX_PLACES, MAX_PROSE, AskedPart, Bundle, File, Writing
from grader.submission.notebook import TextCell
from grader.submission.read import Wanted, read_submission
from grader.submission.writings import answers_in, labels_of, plain_line, prompt_of

PROMPT = ("<!-- answer 1(f) -->", "**1(f)** Why do the others not matter?", "*Your answer here.*", "$$", "w = 2")
F = AskedPart(question="1", part="f", is_written=True, prompt=PROMPT)
ASKED = (
    AskedPart(question="1", part="a"),
    F,
    AskedPart(question="1", part="g", is_written=True),
    AskedPart(question="4", part="a"),
    AskedPart(question="4", part="c", is_written=True, prompt=("Ridge regression as a MAP estimate",)),
    AskedPart(question="7", part="a", is_written=True),
    AskedPart(question="7", part="b", is_written=True, is_private=True),
)
WANTED = Wanted(("square",), ("*.ipynb",), {}, {}, asked=ASKED)
SENTENCE = "I worked with Ada and Grace."


def answers(*texts: str, asked: tuple[AskedPart, ...] = ASKED) -> dict[str, str]:
    cells = [TextCell(number, text) for number, text in enumerate(texts)]
    return {answer.part.question + answer.part.part: answer.text for answer in answers_in(cells, asked)}


def hw(*cells: tuple[str, str], tags: dict[int, list[str]] | None = None) -> Bundle:
    return Bundle(name="hw.ipynb", files=(File(name="hw.ipynb", data=mixed_notebook(*cells, tags=tags)),))


def writings(thing: Bundle, wanted: Wanted = WANTED) -> tuple[Writing, ...]:
    return read_submission(thing, wanted).writings


@pytest.mark.parametrize(
    "texts",
    [
        ("\n".join(PROMPT),),
        ("**1(f)** Why do the others not matter?\n\n*Your answer here.*",),
        ("## Problem 1 (f): why do the others not matter",),
        ("**1(f)**\n\n_Your answer here, replacing this text._",),
        ("**1(f)**", "Type *Markdown* and LaTeX: $\\alpha^2$"),
        ("**1(f)**", "Double-click (or enter) to edit"),
        ("**1(f)** TODO",),
        ("**1(f)**\n\n**Answer:**",),
        ("**1(f)**\n\n---\n\n> \n\n<br>\n<!-- nothing -->\n\n$$\n$$",),
        ("1(f)\n====",),
        ("## Problem 1", "## (f)"),
        ("<!-- answer 1(f) -->",),
        ("<!-- answer 1(f) -->\n**1(f)**",),
        ("",),
        (),
    ],
)
def test_answers_of_what_was_not_filled_in(texts: tuple[str, ...]) -> None:
    assert answers(*texts) == {}


@pytest.mark.parametrize(
    ("texts", "text"),
    [
        (("**1(f)** It is convex.",), "**1(f)** It is convex."),
        (("**1(f)**\n\nIt is convex.",), "It is convex."),
        (("**1(f)**", "It is\n\n  convex.\n", "$x^2$"), "It is\n\n  convex.\n\n$x^2$"),
        (("\n".join((*PROMPT[:3], "It is convex.")),), "It is convex."),
        (("<!-- answer 1(f) -->\n\n**1(f)** Why do the others not matter?\n\nIt is.",), "It is."),
        (("<!-- answer 1(f) --> It is.",), " It is."),
        (("**1(f)** Why do the others not matter? They do.",), "**1(f)** Why do the others not matter? They do."),
        (("## Because it is convex\n## 1(f) Because the ends decide",), "## 1(f) Because the ends decide"),
        (("**1(f)**\n\n$$\nx\n$$",), "$$\nx\n$$"),
        (("**1(f)**\n\n![](attachment:photo.png)",), "![](attachment:photo.png)"),
        (("**1(f)**\n\n<img src='photo.png'>",), "<img src='photo.png'>"),
        (("**1(f)**\n\n0",), "0"),
        (("**1(f)**\n\n是的",), "是的"),
        (("**1(f)** one", "## Problem 4", "**1(f)** two"), "**1(f)** one\n\n**1(f)** two"),
    ],
)  # fmt: skip
def test_answers_of_a_part(texts: tuple[str, ...], text: str) -> None:
    assert answers(*texts)["1f"] == text


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("## Problem 4. Ridge regression as a MAP estimate", "Both are normal."), {"4c": "Both are normal."}),
        (("## Problem 4", "notes", "**4(c)** Both."), {"4c": "**4(c)** Both."}),
        (("## Problem 4", "notes", "**4(c)**"), {}),
        (("## Problem 4", "**4(a)** $X^T$"), {}),
        (("## Problem 1", "It is convex."), {}),
        (("It is convex.",), {}),
    ],
)
def test_answers_below_a_question_that_asks_for_one_text(texts: tuple[str, ...], found: dict[str, str]) -> None:
    assert answers(*texts) == found


LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=30)
PROMPTS = {plain_line(line) for line in PROMPT}


@given(st.lists(LINES, min_size=1, max_size=6), st.integers(0, 5))
def test_answers_keep_every_line_that_names_nothing(lines: list[str], cut: int) -> None:
    own = [f"= so {line}" for line in lines]  # no line starts with a label or holds only marks
    assume(not any("<" in line or plain_line(line) in PROMPTS for line in own))
    texts = ["**1(f)** it is", "\n".join(own[:cut]), "\n".join(own[cut:])]
    words = " ".join(["**1(f)** it is", *own]).split()
    assert [word for word in answers(*texts)["1f"].split() if word != "="] == [word for word in words if word != "="]


def test_writings_have_places_and_words() -> None:
    cells = [("markdown", "## Problem 1"), ("code", "1"), ("code", "2"), ("markdown", "**1(f)**\n\nIt is convex.")]
    (writing,) = writings(hw(*cells, ("code", "3"), ("raw", "Always.")))
    shown = [(place.label, place.line) for place in writing.places]
    assert (writing.part, writing.words, writing.text, shown) == (
        "1(f)",
        4,
        "It is convex.\n\nAlways.",
        [("text after cell 2", 1), ("text after cell 3", 1)],
    )


def test_writings_before_the_first_code_cell() -> None:
    (writing,) = writings(hw(("markdown", "**1(f)** x")))
    assert [place.label for place in writing.places] == ["text before cell 1"]


def test_writings_of_a_tagged_cell() -> None:
    (writing,) = writings(hw(("markdown", "It is convex."), tags={0: ["answer-1f"]}))
    assert (writing.part, writing.text) == ("1(f)", "It is convex.")


@pytest.mark.parametrize("metadata", [None, 3, [], {"tags": "1f"}, {"tags": [3, None, {}]}, {"tags": None}])
def test_writings_of_odd_metadata(metadata: object) -> None:
    cells = [{"cell_type": "markdown", "source": "It is.", "metadata": metadata}]
    data = json.dumps({"cells": cells, "nbformat": 4}).encode()
    assert writings(Bundle(name="a", files=(File(name="a.ipynb", data=data),))) == ()


def test_writings_of_an_old_notebook() -> None:
    old = [
        {"cell_type": "heading", "level": 2, "source": "1(f)", "metadata": {}},
        {"cell_type": "markdown", "source": "It is.", "metadata": {}},
    ]
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [{"cells": old}]}
    data = json.dumps(content).encode()
    assert [writing.text for writing in writings(Bundle(name="a", files=(File(name="a.ipynb", data=data),)))] == [
        "It is."
    ]


def test_writings_take_the_longest_answer_of_several_notebooks() -> None:
    texts = {"blank.ipynb": "**1(f)**", "long.ipynb": "**1(f)** It is convex.", "short.ipynb": "**1(f)** It is."}
    files = {name: mixed_notebook(("markdown", text), ("code", "x = 1")) for name, text in texts.items()}
    (writing,) = writings(zip_bundle(zipped(files)))
    assert (writing.text, writing.places[0].label) == ("**1(f)** It is convex.", "long.ipynb, text before cell 1")


def test_writings_are_cut_when_they_are_too_long() -> None:
    (writing,) = writings(hw(("markdown", "**1(f)** " + "x" * 30_000)))
    assert (len(writing.text), writing.text[-33:]) == (MAX_PROSE, "\n\n[Cut: it has 30009 characters.]"[-33:])


def test_writings_have_few_places() -> None:
    cells = [("markdown", "**1(f)** x"), *[("code", "1"), ("markdown", "more")] * 20]
    (writing,) = writings(hw(*cells))
    assert (len(writing.places), writing.words) == (MAX_PLACES, 22)


def test_writings_remark_images() -> None:
    (writing,) = writings(hw(("markdown", "**1(f)** ![](data:image/png;base64," + "A" * 50_000 + ")")))
    assert writing.text == "**1(f)** ![](data:image/png;base64,…)\n\n[It has an image: look into the notebook.]"


def test_writings_leave_a_private_text_behind() -> None:
    (writing,) = writings(hw(("markdown", f"**7(b)** {SENTENCE}")))
    place = writing.places[0]
    assert (writing, place.source) == (Writing(part="7(b)", places=(place,)), "")


@pytest.mark.parametrize(
    "texts",
    [
        (f"**7(a)** books.\n(b) {SENTENCE}",),
        (f"**7(a)** books. **7(b)** {SENTENCE} **7(c)** 3",),
        ("**7(a)** books.", f"### Study group\n{SENTENCE}"),
        (f"**7(a)** books.\n```\n{SENTENCE}\n```",),
        ("**7(b)** nobody", f"**7(a)** books, and for 7b: {SENTENCE}"),
    ],
)
def test_writings_withhold_a_text_that_a_private_one_may_stand_in(texts: tuple[str, ...]) -> None:
    found = writings(hw(*(("markdown", text) for text in texts)))
    assert found
    assert not any(SENTENCE in writing.text for writing in found)


def test_writings_beside_a_private_one_with_its_own_heading_are_shown() -> None:
    found = writings(hw(("markdown", "**7(a)** books"), ("markdown", f"**7(b)** {SENTENCE}")))
    assert [writing.text for writing in found] == ["**7(a)** books", ""]


def test_reading_holds_no_private_text() -> None:
    thing = hw(("code", "x = 1"), ("markdown", f"**7(b)** {SENTENCE}"), ("code", "def square(x): return x"))
    assert "Ada" not in repr(read_submission(thing, WANTED))


def test_writings_are_not_looked_for_where_none_are_wanted() -> None:
    assert writings(hw(("markdown", "**1(f)** x")), WANTED._replace(asked=())) == ()


def test_reading_notes_text_that_is_too_long() -> None:
    reading = read_submission(hw(("code", "x = 1"), ("markdown", "x\n" * 20_000)), WANTED)
    assert reading.notes == ("hw.ipynb: only the first 20000 lines of its text cells were read",)


def test_prompt_of_a_handout() -> None:
    handout = mixed_notebook(
        ("markdown", "## Problem 1. Why\n\nDescent on L."),
        ("markdown", "<!-- answer 1(f) -->\n**1(f)** Why?\n\n*Your answer here.*"),
        ("code", "x = 1"),
        ("markdown", "A remark."),
        ("markdown", "**1(g)** How?"),
    )
    assert prompt_of(handout, F, ASKED) == (
        "## Problem 1. Why",
        "Descent on L.",
        "<!-- answer 1(f) -->",
        "**1(f)** Why?",
        "*Your answer here.*",
        "A remark.",
    )


def test_prompt_of_a_file_that_is_no_notebook() -> None:
    with pytest.raises(ValueError, match="not a notebook"):
        prompt_of(b"no", F, ASKED)


def test_prompt_of_a_handout_without_text_cells() -> None:
    assert prompt_of(notebook("x = 1"), F, ASKED) == ()


def test_labels_of_the_parts() -> None:
    assert labels_of(ASKED) == {"1": ("a", "f", "g"), "4": ("a", "c"), "7": ("a", "b")}


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("**1(f)** Why?", "why"),
        ("### Problem 1 (f): *Why*", "why"),
        ("(f) Why", "why"),
        ("<!-- answer 1(f) -->", "<!-- answer 1(f) -->"),
        ("  a   b ", "a b"),
        ("---", ""),
        ("## 2. Title", "title"),
        ("## Q1 f)", ")"),
        ("## Problem 1. Why", "why"),
        ("## Problem 1 Why", "why"),
    ],
)
def test_plain_line(line: str, plain: str) -> None:
    assert plain_line(line) == plain
