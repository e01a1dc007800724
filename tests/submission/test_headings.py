"""Lines that name a part or a question, and lines that only look like it."""

from __future__ import annotations

import pytest

from grader.submission.headings import Line, Parts, naming, tagged

PARTS: Parts = {"1": tuple("abcdefg"), "2": tuple("abcdefghi"), "4": ("a", "b"), "5": ("init", "norm", "a")}
ALONE = {"is_first": True, "starts_paragraph": True}


def named(text: str, **around: bool) -> tuple[str, str, str] | None:
    found = naming(Line(text, **around), PARTS)
    return found and (found.kind.value, found.question, found.part)


ONE_F = [
    *(
        "**1(f)**",
        "**1(f)** Because it is convex.",
        "__1(f)__ because",
        "*1(f)*",
        "***1(f)*** because",
        "**1(f):** text",
    ),
    *("**1(f): text**", "**1(f) text**", "**1 (f)**", "**1.(f)**", "**1. (f)**", "**1-(f)**", "**1[f]**", "**(1)(f)**"),
    *("**1f**", "**1f** because", "**1.f**", "**1.f)** text", "**1f)**", "**1f:** text", "**1-f** text", "**(1f)**"),
    *(
        "## 1(f)",
        "# 1(f)",
        "### 1 (f) Singular values",
        "###1(f)",
        "#### 1.f",
        "## 1f",
        "## 1F",
        "## 1(F)",
        "  ## 1(f)",
    ),
    *("## **1(f)**", "### Problem 1(f)", "### Problem 1 (f)", "### problem 1, part (f)", "### Problem 1 part f"),
    *("### Problem 1: (f)", "### Problem 1 - f", "### PROBLEM 1F", "## Question 1f:", "## Q1(f)", "## Q1f", "## Q1.f"),
    *("## Q 1(f)", "## Q.1(f)", "## Exercise 1(f)", "## Part 1(f)", "## Answer to 1(f)", "## Answer 1(f)"),
    *("## My answer to Question 1(f):", "## Solution 1(f)", "## Solution for Problem 1(f)", "## Answer: 1(f)"),
    *("## HW2 1(f)", "## Homework 2: Problem 1(f)", "## Problem #1(f)", "## 1(f).", "## 1(f) -- intermediate values"),
    *("<b>1(f)</b> because", "<h3>1(f)</h3>", '<h3 align="left">Problem 1(f)</h3>', "<strong>1f</strong>"),
    *("<span style='color:red'>**1(f)**</span>", "- **1(f)** because", "* **1(f)**: because", "__1f__", "_1f_: x"),
]


@pytest.mark.parametrize("text", ONE_F)
def test_naming_of_a_styled_line_anywhere(text: str) -> None:
    assert named(text) == ("explicit", "1", "f")


PLAIN = [
    *("1(f)", "1(f):", "1(f): because", "1(f). Because", "1(f) - because", "1 (f):", "1.(f):", "(1)(f): x", "1(f)  "),
    *("1f)", "1f: because", "1.f) because", "1.f.", "(1f) ", "1f", "Question 1f:", "Question 1(f): text", "Q1f: text"),
    *("Problem 1 (f)", "Problem 1, part f:", "Part 1(f):", "Answer to 1(f): text", "Answer 1(f)", "q1(f):"),
]


@pytest.mark.parametrize("text", PLAIN)
def test_naming_of_a_plain_line_that_starts_a_paragraph(text: str) -> None:
    assert named(text, starts_paragraph=True) == ("explicit", "1", "f")


@pytest.mark.parametrize("text", PLAIN)
def test_naming_takes_no_plain_line_inside_a_paragraph(text: str) -> None:
    assert named(text) is None


@pytest.mark.parametrize("text", ["1(f) Because it is convex.", "Problem 1(f) The ends decide."])
def test_naming_of_a_sentence_after_a_label_at_the_start_of_a_cell(text: str) -> None:
    assert (named(text, **ALONE), named(text, starts_paragraph=True)) == (("explicit", "1", "f"), None)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "as in 1(f) we see",
            "As in **1(f)** we see",
            "1(f) shows that",
            "1(f), as we saw",
            "1(f)-like",
            "1(f)'s bound",
        ),
        *(
            "Problem 1(f) asks for",
            "In 1(f): x",
            "(see 1(f))",
            "2 d arrays",
            "**2 d arrays**",
            "## 2 d arrays",
            "1.5",
            "1e-3",
        ),
        *(
            "1e-3: the learning rate",
            "1a-like",
            "f(x) = 1",
            "**f(x)**",
            "11(f)",
            "**101(f)**",
            "1(z)",
            "**1(z)**",
            "**9(a)**",
        ),
        *("$1(f)$", "`1(f)`", "| 1(f) | x |", "> 1(f)", "- 1(f): x", "* 1(f): x", "1. f is convex", "1) f is convex"),
        *(
            "**2D plots**",
            "## 2D plots of it",
            "2d plots",
            "**2(x+1)**",
            "**2(ii)**",
            "**1(f**",
            "**1(fg)**",
            "",
            "#",
            "**",
        ),
        *("    1(f)", "####### 1(f)", "1f is better", "1(f", "word 1(f)", "see Problem 1(f):", "1 f:", "## 1.0"),
        *("Problem set 1(f)", "1a.m.", "5(init", "(1 f)", "\\textbf{1(f)}", "![1(f)](x.png)", "[1(f)](#x)"),
    ],
)
def test_naming_takes_no_sentence(text: str) -> None:
    assert named(text, **ALONE) is None


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("**5(init)**", "init"),
        ("## Problem 5 (norm)", "norm"),
        ("**5(a)**", "a"),
        ("## 5.norm", "norm"),
        ("**5(INIT)**", "init"),
    ],
)
def test_naming_of_parts_with_long_labels(text: str, part: str) -> None:
    assert named(text) == ("explicit", "5", part)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        *(("## Problem 1", "1"), ("# Problem 1. Why", "1"), ("### Problem 1: Why", "1"), ("## Problem 1 Why", "1")),
        *(("**Problem 1**", "1"), ("**Problem 1.** Why", "1"), ("**Problem 1: Why**", "1"), ("**Problem 1 Why**", "1")),
        *(
            ("# Q1", "1"),
            ("## question 2", "2"),
            ("## Exercise 4", "4"),
            ("## 1", "1"),
            ("## 1. Why", "1"),
            ("# 2) Momentum", "2"),
        ),
        *(
            ("<h2>Problem 4</h2>", "4"),
            ("## Problem 9", "9"),
            ("## Problem 12", "12"),
            ("# Homework 2: Problem 4", "4"),
        ),
        *(("__Question 4__", "4"), ("## Solutions to Problem 4", "4")),
    ],
)
def test_naming_of_a_question(text: str, question: str) -> None:
    assert named(text) == ("question", question, "")


@pytest.mark.parametrize("text", ["Problem 4", "Problem 4:", "Question 4."])
def test_naming_of_a_plain_question_on_a_line_of_its_own(text: str) -> None:
    assert (named(text, starts_paragraph=True), named(text)) == (("question", "4", ""), None)


def test_naming_of_an_underlined_line() -> None:
    assert named("Problem 4 is about ridge regression", is_underlined=True) == ("question", "4", "")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Problem 4 is easy",
            "**Problem 4** asks for",
            "### 1. First step",
            "## 3. Title",
            "**1. First**",
            "1. First",
            "1.",
        ),
        *(
            "## Part 1",
            "**Part 1**",
            "## Step 1",
            "## 1.5 times",
            "Problem",
            "## Problems",
            "# Homework 2",
            "## 1st step",
        ),
        *("## Problem 123", "2", "**2**", "## Problem 1.5"),
    ],
)
def test_naming_takes_no_other_number_for_a_question(text: str) -> None:
    assert named(text, **ALONE) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "**(f)**",
            "**(f)** because",
            "**f)**",
            "**f.** because",
            "**f:** because",
            "## (f)",
            "### f)",
            "### f.",
            "### f",
        ),
        *(
            "### (f) Because",
            "**Part (f)**",
            "**Part f:** x",
            "## Part f",
            "*(f)*",
            "<b>(f)</b>",
            "**( f )**",
            "## Answer (f)",
            "**(F)**",
        ),
    ],
)
def test_naming_of_a_bare_part(text: str) -> None:
    assert named(text) == ("bare", "", "f")


@pytest.mark.parametrize(("text", "is_part"), [("(f) because", True), ("Part f: because", True), ("f) because", False)])
def test_naming_of_a_plain_bare_part(text: str, *, is_part: bool) -> None:
    shown = (named(text), named(text, starts_paragraph=True), named(text, **ALONE))
    bare = ("bare", "", "f")
    assert shown == (None, bare if is_part else None, bare)


@pytest.mark.parametrize(
    "text",
    [
        "**a** is the state",
        "a is the state",
        "**A** is",
        "### a is",
        "**f(x)** is",
        "**(ii)**",
        "(z) no",
        "f(x)",
        "a.",
        "**(f+1)**",
        "**fa)**",
    ],
)
def test_naming_takes_no_letter_for_a_bare_part(text: str) -> None:
    assert named(text, **ALONE) is None


@pytest.mark.parametrize(
    "text", ["**" * 5000, "<b>" * 5000, "1" * 5000, "(" * 5000, " " * 5000 + "1(f)", "#" * 5000, "problem " * 900]
)
def test_naming_looks_at_the_start_only(text: str) -> None:
    assert named(text, **ALONE) is None


@pytest.mark.parametrize(
    "tag",
    [
        "1f",
        "1F",
        "1(f)",
        "part-1f",
        "Part 1f",
        "answer-1f",
        "answer_1(f)",
        "q1f",
        "Q1.f",
        "1-f",
        "1.f",
        " 1f ",
        "problem1f",
        "answer:1f",
    ],
)
def test_tagged_part(tag: str) -> None:
    assert tagged(("written", tag, "hide-input"), PARTS) == ("1", "f")


@pytest.mark.parametrize("tags", [(), ("1",), ("f",), ("1z",), ("9a",), ("1f", "1g"), ("x1f",), ("1ff",), ("not 1f",)])
def test_tagged_no_part(tags: tuple[str, ...]) -> None:
    assert tagged(tags, PARTS) is None


def test_tagged_part_with_a_long_label() -> None:
    assert tagged(("5init",), PARTS) == ("5", "init")
