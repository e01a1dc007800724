"""The pages say what is so: commands, exit codes, links, rubric snippets and terminal excerpts are tried."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from builders import ROOT, notebook
from pages import CUT, SNIPPET, fences, missing

from grader.cli import main
from grader.compare import REGISTRY
from grader.errors import GraderError, RubricError
from grader.rubric.compile import compile_plan
from grader.rubric.schema import AssignmentFile, CheckFields, PartFields, QuestionFile, WrittenFields
from grader.rubric.specs import KEYS
from grader.rubric.yaml_nodes import read_yaml

README = ROOT / "README.md"
TUTORIAL = ROOT / "docs/write-a-rubric.md"
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("submissions_example/*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")


class Excerpt(NamedTuple):
    """A command of a page and the lines that the page shows of its output."""

    arguments: list[str]
    lines: list[str]


def excerpts(page: Path) -> list[Excerpt]:
    texts = [text.splitlines() for text in fences(page, "console")]
    return [Excerpt(prompt.removeprefix("$ grader ").split(), lines) for prompt, *lines in texts]


def printed(arguments: list[str], folder: Path, cache: Path) -> list[str]:
    """What the command prints at 80 columns, in a process of its own; lines without spaces at the end."""
    environment = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "GRADER_CACHE_DIR": str(cache)}
    command = [sys.executable, "-m", "grader", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.fixture
def tutorial(tmp_path: Path) -> Path:
    """The assignment that the tutorial builds, with a handout."""
    texts: dict[str, str] = {
        "rubrics/handout/hw1.ipynb": notebook("def mean_square(x):\n    ...").decode(),
        "rubrics/handout/course/plots.py": "",
        "rubrics/given/imports.py": "import math\n",
    }
    for text in [*fences(TUTORIAL, "yaml"), *fences(TUTORIAL, "python")]:
        head = SNIPPET.match(text)
        assert head, f"a snippet does not say which file it belongs to: {text[:60]}"
        name, is_added = head.groups()
        assert (name in texts) == bool(is_added), f"{name} is written twice, or added to before it is written"
        texts[name] = texts.get(name, "") + text
    for name, text in texts.items():
        path = tmp_path / "hw1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path / "hw1"


def help_of(capsys: pytest.CaptureFixture[str], *verb: str) -> str:
    with pytest.raises(SystemExit):
        main([*verb, "--help"])
    return capsys.readouterr().out


def test_readme_names_every_verb(capsys: pytest.CaptureFixture[str]) -> None:
    verbs = re.findall(r"^    (\w+) {2,}\S", help_of(capsys), re.MULTILINE)
    assert verbs == list(dict.fromkeys(re.findall(r"^\| `grader (\w+)", README.read_text("utf-8"), re.MULTILINE)))


def test_readme_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    helped = "".join(
        help_of(capsys, verb)
        for verb in ("run", "batch", "merge", "show", "check", "init", "handout", "pack", "doctor", "schema")
    )
    options = set(re.findall(r"--\w[\w-]*", helped)) - {"--help"} | {"--submission"}  # of the pytest plugin
    assert options == set(re.findall(r"--\w[\w-]*", README.read_text("utf-8")))


def test_readme_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    raised = {GraderError.exit_code, *(error.exit_code for error in GraderError.__subclasses__())}
    helped = {int(code) for code in re.findall(r"(?:^| )(\d+) [a-z]", help_of(capsys).partition("exit codes:")[2])}
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", README.read_text("utf-8"), re.MULTILINE)}
    assert raised | helped == documented


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text("utf-8")) if not target.startswith("http")]
    assert [target for target in targets if not is_there(page, target)] == []


def is_there(page: Path, target: str) -> bool:
    path, _hash, anchor = target.partition("#")
    file = page.parent / path if path else page
    return file.exists() and (not anchor or anchor in anchors(file))


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def test_readme_rubric_is_the_real_one() -> None:
    (snippet,) = fences(README, "yaml")
    assert missing(snippet.splitlines(), (ROOT / "rubrics/q1.yaml").read_text("utf-8").splitlines()) == []


@pytest.mark.parametrize("excerpt", excerpts(README), ids=lambda excerpt: " ".join(excerpt.arguments))
def test_readme_terminal_is_real(excerpt: Excerpt, tmp_path: Path) -> None:
    assert missing(excerpt.lines, printed(excerpt.arguments, ROOT, tmp_path)) == []


@pytest.mark.parametrize(
    ("shown", "lost"),
    [
        (["a", "b"], []),
        (["a", CUT, "c"], []),
        (["a", "c"], ["c"]),
        ([CUT, "c", CUT, "a"], ["a"]),
        (["x"], ["x"]),
    ],
)
def test_missing_lines(shown: list[str], lost: list[str]) -> None:
    assert missing(shown, ["a", "b", "c"]) == lost


def test_tutorial_compiles(tutorial: Path) -> None:
    (question,) = compile_plan(tutorial).questions
    assert "".join(part.label for part in question.parts) == "abcdefghijklmnop"


@pytest.mark.parametrize("text", fences(TUTORIAL, "yaml"), ids=lambda text: text.splitlines()[0])
def test_tutorial_yaml_is_read(text: str) -> None:
    assert read_yaml(text.encode()).faults == ()


def test_tutorial_terminal_is_real(tutorial: Path, tmp_path: Path) -> None:
    (excerpt,) = excerpts(TUTORIAL)
    assert missing(excerpt.lines, printed(excerpt.arguments, tutorial, tmp_path / "cache")) == []


def test_tutorial_fault_is_real(tutorial: Path) -> None:
    path = tutorial / "rubrics/q1.yaml"
    path.write_text(path.read_text("utf-8").replace("    points: 2\n", "    points: 3\n", 1), "utf-8")
    with pytest.raises(RubricError) as caught:
        compile_plan(tutorial)
    assert list(caught.value.faults) == [line for text in fences(TUTORIAL, "text") for line in text.splitlines()]


def fields_of_the_format() -> list[str]:
    models = (AssignmentFile, QuestionFile, PartFields, CheckFields, WrittenFields)
    return sorted({*REGISTRY, *KEYS, *(name for model in models for name in model.model_fields)})


@pytest.mark.parametrize("word", fields_of_the_format())
def test_tutorial_snippet_uses_every_word_of_the_format(word: str) -> None:
    snippets = "\n".join(fences(TUTORIAL, "yaml"))
    table = TUTORIAL.read_text("utf-8").partition("## Inputs")[2].partition("```")[0]
    assert re.search(rf"\b{word}\b", snippets) or (word in KEYS and f"{{{word}: " in table)
