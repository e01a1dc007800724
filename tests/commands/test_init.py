"""`grader init`: what it writes, that it grades, and that it never touches what is there."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from pages import all_fences, carry_out, shell

from grader.assignment import load_plan
from grader.cli import main
from grader.new_assignment import HERE, NewFile, write_new
from grader.records import Limits
from grader.rubric.compile import compile_plan
from grader.rubric.variants import find_variants, grade_variant
from grader.sandbox.client import Sandbox

FILES = {
    ".github/workflows/grade.yml",
    ".pre-commit-config.yaml",
    "README.md",
    "reference/alternatives/describe.py",
    "reference/describe.py",
    "reference/mistakes/describe.py",
    "rubrics/assignment.schema.json",
    "rubrics/assignment.yaml",
    "rubrics/given/imports.py",
    "rubrics/q1.yaml",
    "rubrics/rubric.schema.json",
    "submissions/partly_wrong.ipynb",
    "submissions/right.ipynb",
}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "hw7"
    assert main(["init", str(folder)]) == 0
    return folder


def test_init_writes_every_file(new: Path) -> None:
    assert set(contents(new)) == FILES


def test_init_says_what_it_wrote_and_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "my hw"
    assert main(["init", str(folder)]) == 0
    written, _empty, advice = capsys.readouterr().out.partition("\n\n")
    assert set(written.splitlines()) == {str(folder / path) for path in FILES}
    assert f"  grader run '{folder}/submissions/right.ipynb' -a '{folder}'\n" in advice


def test_init_assignment_is_called_like_its_folder(new: Path) -> None:
    assert compile_plan(new).assignment == "hw7"


def test_init_in_a_folder_whose_name_cannot_be_an_assignments(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "Übung 1")]) == 0
    assert compile_plan(tmp_path / "Übung 1").assignment == "hw1"


def test_init_draws_a_secret(new: Path, tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "hw7")]) == 0
    path = "rubrics/assignment.yaml"
    assert (new / path).read_text("utf-8") != (tmp_path / "hw7" / path).read_text("utf-8")


def score(new: Path, submission: str, capsys: pytest.CaptureFixture[str]) -> tuple[float, str]:
    """The score of an example, and all that the report says."""
    assert main(["run", str(new / "submissions" / submission), "-a", str(new), "--format", "json"]) == 0
    printed = capsys.readouterr().out
    report = json.loads(printed)
    return report["score"] / report["points"], printed


def test_init_right_example_has_full_marks(new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(new, "right.ipynb", capsys)[0] == 1


def test_init_wrong_example_gets_a_hint(new: Path, capsys: pytest.CaptureFixture[str]) -> None:
    share, printed = score(new, "partly_wrong.ipynb", capsys)
    assert 0 < share < 1
    assert "divide by n, not by n - 1" in printed


def test_init_every_alternative_has_full_marks(new: Path) -> None:
    plan = load_plan(new)
    (variant,) = find_variants(new, "alternatives", plan)
    with closing(Sandbox(Limits())) as sandbox:
        assert {result.status.value for result in grade_variant(variant, plan, sandbox)} == {"passed"}


def test_init_readme_can_be_carried_out(new: Path, tmp_path: Path) -> None:
    environment = shell(tmp_path / "bin", tmp_path / "cache")
    assert [carry_out(fence, new, environment) for fence in all_fences(new / "README.md")] == [[]]
    assert {path.name for path in (new / "handout").iterdir()} == {"hw7.ipynb", "hw7.checks"}
    assert (new / "autograder.zip").is_file()


@pytest.mark.parametrize("name", ["right.ipynb", "partly_wrong.ipynb"])
def test_init_examples_are_notebooks(name: str) -> None:
    cells = json.loads((HERE / "submissions" / name).read_text("utf-8"))["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code", "code", "code"]


@pytest.mark.parametrize("name", ["assignment.yaml", "q1.yaml"])
def test_init_rubric_names_a_schema_beside_it(name: str, new: Path) -> None:
    first = (new / "rubrics" / name).read_text("utf-8").splitlines()[0]
    schema = first.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((new / "rubrics" / schema).read_text("utf-8"))["$schema"].endswith("/draft-07/schema#")


@pytest.mark.parametrize("path", sorted(FILES))
def test_init_overwrites_no_file(path: str, tmp_path: Path) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text("mine", "utf-8")
    assert main(["init", str(tmp_path)]) == 2
    assert contents(tmp_path) == {path: b"mine"}


REFUSED = [
    ("README.md", "already has README.md. "),
    ("rubrics/hw2.yaml", "already has rubrics/. "),
    ("reference/x.py", "already has reference/. "),
]


@pytest.mark.parametrize(("path", "message"), REFUSED)
def test_init_says_what_is_there(path: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).touch()
    main(["init", str(tmp_path)])
    rest = "grader init overwrites nothing: name another folder.\n"
    assert capsys.readouterr().err == f"grader: {tmp_path} {message}{rest}"


def test_init_overwrites_no_broken_link(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to("nowhere")
    assert main(["init", str(tmp_path)]) == 2
    assert os.listdir(tmp_path) == ["README.md"]  # noqa: PTH208 (a link that leads nowhere is listed too)


@pytest.mark.parametrize("name", [".", "other/../hw9"])
def test_init_by_another_name_of_the_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("hw9", "other"):
        (tmp_path / folder).mkdir()
    monkeypatch.chdir(tmp_path / "hw9" if name == "." else tmp_path)
    assert main(["init", name]) == 0
    assert 'assignment: "hw9"' in (tmp_path / "hw9/rubrics/assignment.yaml").read_text("utf-8")


def test_init_beside_other_files(tmp_path: Path) -> None:
    (tmp_path / "LICENSE").touch()
    assert main(["init", str(tmp_path)]) == 0
    assert set(contents(tmp_path)) == {"LICENSE", *FILES}


def test_init_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["init", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err == f"grader: {tmp_path}/file is a file: name the folder to write to\n"


@pytest.fixture
def closed(ordinary_user: None) -> Path:
    """A folder in which this user may not write."""
    del ordinary_user
    Path("closed").mkdir(mode=0o555)
    return Path("closed")


@pytest.mark.parametrize("name", ["", "hw1"])
def test_init_without_permission(name: str, closed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(closed / name)]) == 2
    assert capsys.readouterr().err.endswith("cannot be written: Permission denied\n")


def test_write_new_leaves_no_file_when_one_cannot_be_written(tmp_path: Path) -> None:
    files = (NewFile("a.txt", b"a"), NewFile("b" * 300, b"b"))
    with pytest.raises(Exception, match="File name too long"):
        write_new(files, tmp_path)
    assert contents(tmp_path) == {}
