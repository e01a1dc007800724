"""The page about the Python API says what is so: its examples are run, in the project's folder."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable

import pytest
from builders import ROOT

import grader
from grader.api import Session
from grader.errors import GraderError

PAGE = (ROOT / "docs/python-api.md").read_text("utf-8")
EXAMPLES = "\n".join(re.findall(r"^```pycon\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


def test_page_examples_are_real(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    examples = doctest.DocTestParser().get_doctest(EXAMPLES, {}, "docs/python-api.md", None, None)
    found = doctest.DocTestRunner().run(examples)
    assert (found.failed, found.attempted > 10) == (0, True), capsys.readouterr().out


def test_page_names_every_error() -> None:
    assert set(re.findall(r"^\| `(\w+Error)` \|", PAGE, re.MULTILINE)) == {
        error.__name__ for error in GraderError.__subclasses__()
    }


def signatures(text: str, name: str) -> list[str]:
    """The parameters that the page names, with their defaults."""
    (shown,) = re.findall(rf"`{re.escape(name)}\((.*?)\)(?: -> \w+)?`", text)
    return re.split(r", ", shown.replace("()", "<>"))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("load_assignment", grader.load_assignment),
        ("grade", grader.grade),
        ("open_session", grader.open_session),
        ("Session.grade", Session.grade),
        ("Session.by_part", Session.by_part),
    ],
)
def test_page_signatures_are_real(name: str, function: Callable[..., object]) -> None:
    parameters = [each for each in inspect.signature(function).parameters.values() if each.name != "self"]
    real = [str(each.replace(annotation=each.empty)).replace("()", "<>") for each in parameters]
    assert [each for each in signatures(PAGE.partition("## Names")[2], name) if each != "*"] == real
