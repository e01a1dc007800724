"""The print statement of Python 2 as a call."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.submission.literals import COMMENT_OR_TEXT

TOKEN = re.compile(COMMENT_OR_TEXT + r"|\\\n|\w+|[ \t]+|.", re.DOTALL)
TO_FILE = re.compile(r">>[ \t]*([\w.]+)[ \t]*,?")
STARTS_NO_VALUE = frozenset("(=.,)]}:;#\n+*/%&|<>^")


def rewrite_prints(text: str) -> str:
    """`print 'a', b  # why` as `print('a', b)  # why`, wherever a statement can start; the lines stay where they are."""
    output: list[str] = []
    for statement in _statements(text):
        word = next((index for index, token in enumerate(statement) if token.strip(" \t")), len(statement))
        output += statement[:word]
        output.append(_rewritten(statement[word:]))
    return "".join(output)


def _statements(text: str) -> Iterator[list[str]]:
    """The tokens of what lies between newlines, `;` and `:` outside brackets, each with its end."""
    depth, statement = 0, list[str]()
    for part in TOKEN.findall(text):
        depth = max(0, depth + (part in "([{") - (part in ")]}"))
        statement.append(part)
        if depth == 0 and part in "\n;:":
            yield statement
            statement = []
    yield statement


def _rewritten(parts: list[str]) -> str:
    statement = "".join(parts)
    following = statement.removeprefix("print").lstrip(" \t")
    if parts[:1] != ["print"] or not following or (following[0] in STARTS_NO_VALUE and not following.startswith(">>")):
        return statement
    end = len(parts) - (parts[-1] in "\n;")
    end -= parts[end - 1].startswith("#")
    text = "".join(parts[1:end])
    value = text.strip(" \t").removesuffix(",")
    if match := TO_FILE.match(value):
        value = ", ".join(part for part in (value[match.end() :].strip(), f"file={match.group(1)}") if part)
    return f"print({value})" + text[len(text.rstrip(" \t")) :] + "".join(parts[end:])
