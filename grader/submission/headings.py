"""Which part of the homework a line of a text cell names: `**1(f)**`, `## Problem 1`, `<!-- answer 1(f) -->`."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

MAX_LABEL = 300  # characters of a line that are looked at
STRUCTURE = r"b|strong|em|i|u|big|font|center|span|div|p|h[1-6]"
MARKER = re.compile(
    r"<!--\s{0,9}answer\s{1,9}(\d{1,2})\s{0,9}\(?\s{0,9}([a-z0-9][\w.-]{0,30})\s{0,9}\)?\s{0,9}-->", re.IGNORECASE
)
TAG = re.compile(
    r"(?:part|answer|ans|question|problem|q|written|solution)?[-_ :.]{0,2}(\d{1,2})[-_ .]?\(?([a-z]\w{0,15})\)?",
    re.IGNORECASE,
)
BULLET = re.compile(r" {0,3}[-*+] +(?=[*_]{2}\S)")
HASHES = re.compile(r" {0,3}(#{1,6})(?!#)[ \t]*")
STYLE = re.compile(rf" {{0,3}}((?:<(?:{STRUCTURE})(?: [^<>]{{0,100}})?>|[*_](?=[^\s])|[ \t](?=<))*)", re.IGNORECASE)
ANSWER = (
    r"(?:(?:my +)?(?:answers?|solutions?|ans|sol|hw ?\d{1,2}|homework ?\d{1,2})\b[ \t:.,-]{0,4}(?:(?:to|for|of) +)?)?"
)
WORD = r"(?P<word>(?:problem|question|exercise|prob|ques|q|part)\b\.? *#? *|q\.?(?=\d))?"
NUMBER = r"(?P<open>\()?(?P<question>\d{1,2})(?!\d)(?(open)(?P<shut>\))?)"
GAP = r"(?P<gap>[ \t]*[.,:\u2013\u2014-]?[ \t]*(?:part\b *)?)"
NAME = r"[a-z][a-z0-9]{0,15}"
IN_PARENTHESES = rf"[(\[] *(?P<label>{NAME}) *[)\]]"
PLAIN_LETTER = rf"(?P<letter>{NAME})(?![^\W_])(?!['\u2019])(?(open)(?(shut)|\)))"
EXPLICIT = re.compile(rf"{ANSWER}{WORD}{NUMBER}{GAP}(?:{IN_PARENTHESES}|{PLAIN_LETTER})", re.IGNORECASE)
QUESTION = re.compile(rf"{ANSWER}{WORD}(?P<question>\d{{1,2}})(?![^\W_])(?!\.\d)", re.IGNORECASE)
BARE = re.compile(
    rf"{ANSWER}(?P<word>part\b *)?(?:(?P<open>\()? *(?P<label>{NAME}) *\)|(?P<letter>[a-z])(?![^\W_])(?!['\u2019]))",
    re.IGNORECASE,
)
CLOSING = re.compile(rf"(?:</(?:{STRUCTURE})>|[*_])+", re.IGNORECASE)
DELIMITER = re.compile(r"\s*(?:[:)\]]|\.(?!\w)|[\u2013\u2014-](?=\s)|$)")
UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*")
BOLD_END = re.compile(rf"(?:[*_]{{2}}|</(?:{STRUCTURE})>)[ \t#]*$", re.IGNORECASE)
BARE_NUMBER_LEVEL = 2  # "## 1. Title" is a question; "### 1. Step" is somebody's list
Parts = dict[str, tuple[str, ...]]  # the homework's parts by question, in order


class Kind(Enum):
    """How a line names what follows."""

    QUESTION = "question"  # "## Problem 1"
    EXPLICIT = "explicit"  # "**1(f)**", or a marker or tag
    BARE = "bare"  # "**(f)**", below a question's heading


class Naming(NamedTuple):
    """What a line names. `question` is empty for a bare part, `part` for a question."""

    kind: Kind
    question: str
    part: str
    is_heading: bool = False  # "## ..."; else it is bold, or plain


class Line(NamedTuple):
    """A line and what stands around it."""

    text: str
    is_first: bool = False  # of its cell, blank lines and markers aside
    starts_paragraph: bool = False
    is_underlined: bool = False  # by "====" or "----", which makes it a heading


class _Start(NamedTuple):
    """The line, and where its words begin."""

    line: Line
    at: int
    level: int  # of a heading; 0: none
    is_styled: bool  # a heading, or bold


def naming(line: Line, parts: Parts) -> Naming | None:
    """What `line` names, of the homework's `parts` by question; a bare part of any question counts."""
    start = _start(line)
    return _explicit(start, parts) or _question(start, parts) or _bare(start, parts)


def tagged(tags: tuple[str, ...], parts: Parts) -> tuple[str, str] | None:
    """The (question, part) that a cell's tags name; None where they name none, or several."""
    matches = (TAG.fullmatch(tag.strip()[:MAX_LABEL]) for tag in tags)
    known = {
        (match.group(1), match.group(2).casefold())
        for match in matches
        if match and match.group(2).casefold() in parts.get(match.group(1), ())
    }
    return known.pop() if len(known) == 1 else None


def without_label(text: str) -> str:
    """A line without a label at its start, whether it counts as a heading or not."""
    start = _start(Line(text))
    explicit = EXPLICIT.match(start.line.text, start.at)
    if explicit and (explicit.group("label") or len(explicit.group("letter")) == 1):
        return text[explicit.end() :]
    question = QUESTION.match(start.line.text, start.at)
    if question and (start.is_styled or question.group("word")):
        return text[question.end() :]
    bare = BARE.match(start.line.text, start.at)
    return text[bare.end() if bare and bare.group("label") else start.at :]


def _start(line: Line) -> _Start:
    text = line.text[:MAX_LABEL]
    bullet = BULLET.match(text)
    at = bullet.end() if bullet else 0
    hashes = HASHES.match(text, at)
    level = len(hashes.group(1)) if hashes else int(line.is_underlined)
    style = STYLE.match(text, hashes.end() if hashes else at)
    end = style.end() if style else at
    cut = line if text == line.text else line._replace(text=text)
    return _Start(cut, end, level, bool(level or (style and style.group(1).strip())))


def _explicit(start: _Start, parts: Parts) -> Naming | None:
    match = EXPLICIT.match(start.line.text, start.at)
    if match is None:
        return None
    question, part = match.group("question"), (match.group("label") or match.group("letter")).casefold()
    if part not in parts.get(question, ()) or not _is_label(start, match):
        return None
    return Naming(Kind.EXPLICIT, question, part, bool(start.level))


def _is_label(start: _Start, match: re.Match[str]) -> bool:
    """Whether "1(f)" or "1f" at the start of a line names what follows; a sentence may begin so too."""
    rest = start.line.text[match.end() :]
    if match.group("label"):
        return start.is_styled or _stands_alone(start.line, rest)
    has_word = bool(match.group("word"))
    if not has_word and not _is_attached(match):
        return False  # "2 d arrays"
    if start.is_styled and (CLOSING.match(rest) or has_word) and match.group("letter").islower():
        return True
    return bool(DELIMITER.match(CLOSING.sub("", rest, count=1))) and (start.is_styled or start.line.starts_paragraph)


def _is_attached(match: re.Match[str]) -> bool:
    """Whether number and letter are one word, as in "1f" and "1.f"."""
    return not any(space in match.group("gap") for space in " \t")


def _stands_alone(line: Line, rest: str) -> bool:
    """Of a plain "1(f)": whether a colon, the line's end or, at the cell's start, a sentence of its own follows."""
    if line.is_first and rest.lstrip()[:1].isupper():
        return True
    return line.starts_paragraph and bool(DELIMITER.match(rest))


def _question(start: _Start, parts: Parts) -> Naming | None:
    match = QUESTION.match(start.line.text, start.at)
    if match is None or (match.group("word") or "").casefold().startswith("part"):
        return None
    number, rest = match.group("question"), start.line.text[match.end() :]
    found = Naming(Kind.QUESTION, number, "", bool(start.level))
    if match.group("word"):
        return found if _is_question(start, rest) else None
    is_numbered = 0 < start.level <= BARE_NUMBER_LEVEL and number in parts
    return found if is_numbered and DELIMITER.match(CLOSING.sub("", rest, count=1)) else None


def _is_question(start: _Start, rest: str) -> bool:
    if start.level:
        return True
    if start.is_styled:
        return bool(DELIMITER.match(CLOSING.sub("", rest, count=1)) or BOLD_END.search(rest))
    return start.line.starts_paragraph and not rest.strip(" \t:.")


def _bare(start: _Start, parts: Parts) -> Naming | None:
    match = BARE.match(start.line.text, start.at)
    if match is None:
        return None
    part = (match.group("label") or match.group("letter")).casefold()
    known = any(part in labels for labels in parts.values())
    if not known or not _is_bare_label(start, match):
        return None
    return Naming(Kind.BARE, "", part, bool(start.level))


def _is_bare_label(start: _Start, match: re.Match[str]) -> bool:
    rest = start.line.text[match.end() :]
    if match.group("label"):
        return start.is_styled or start.line.is_first or bool(match.group("open") and start.line.starts_paragraph)
    ends = CLOSING.sub("", rest, count=1)
    if start.level and not ends.strip():
        return True
    has_delimiter = bool(DELIMITER.match(ends)) and bool(ends.strip() or match.group("word"))
    return has_delimiter and (start.is_styled or bool(match.group("word") and start.line.starts_paragraph))
