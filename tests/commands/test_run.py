"""`grader run` as a function: what it writes and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from assignments import SQUARES
from builders import notebook, zipped

from grader.cli import main
from grader.errors import UsageError
from grader.files import check_writable, write_atomically


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def assignment(tmp_path: Path) -> Path:
    folder = tmp_path / "assignment"
    (folder / "rubrics").mkdir(parents=True)
    (folder / "reference").mkdir()
    (folder / "rubrics" / "hw.yaml").write_text("assignment: squares\ntitle: Squares\nquestions: [q1.yaml]\n")
    (folder / "rubrics" / "q1.yaml").write_text(SQUARES)
    (folder / "reference" / "squares.py").write_text("def square(x):\n    return x * x\n")
    return folder


def run(submission: Path, assignment: Path, *options: str) -> int:
    return main(["run", str(submission), "--assignment", str(assignment), *options])


@pytest.fixture
def right(tmp_path: Path) -> Path:
    (tmp_path / "hw.zip").write_bytes(zipped({"hw.ipynb": notebook("def square(x): return x ** 2")}))
    return tmp_path / "hw.zip"


def test_run_prints_the_report(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(right, assignment) == 0
    assert "Total 2 / 2" in capsys.readouterr().out


def test_run_prints_json_for_programs(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(right, assignment, "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["score"] == 2


@pytest.mark.parametrize(("percent", "code"), [("0", 0), ("100", 0), ("50", 0)])
def test_run_ends_with_0_when_there_are_enough_points(percent: str, code: int, right: Path, assignment: Path) -> None:
    assert run(right, assignment, "--fail-under", percent) == code


@pytest.mark.parametrize(("percent", "code"), [("0", 0), ("0.1", 1), ("100", 1)])
def test_run_ends_with_1_when_there_are_too_few_points(
    percent: str, code: int, assignment: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.ipynb"
    wrong.write_bytes(notebook("def square(x): return 7"))
    assert run(wrong, assignment, "--fail-under", percent) == code


@pytest.mark.parametrize("percent", ["-1", "101", "nan", "most"])
def test_run_ends_with_2_for_what_is_no_percentage(percent: str, right: Path, assignment: Path) -> None:
    with pytest.raises(SystemExit) as ending:
        run(right, assignment, "--fail-under", percent)
    assert ending.value.code == 2


def test_run_adds_to_the_summary_of_a_step(
    right: Path, assignment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run(right, assignment, "--format", "github")
    assert summary.read_text("utf-8").startswith("before\n## ")


def test_run_writes_results(right: Path, assignment: Path, tmp_path: Path) -> None:
    run(right, assignment, "-o", str(tmp_path / "results.json"))
    assert json.loads((tmp_path / "results.json").read_text())["tests"][0]["status"] == "passed"


def test_run_follows_a_changed_reference(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(right, assignment)
    (assignment / "reference" / "squares.py").write_text("def square(x):\n    return x * x * x\n")
    run(right, assignment)
    out = capsys.readouterr().out
    assert ("Total 2 / 2" in out, "Total 0 / 2" in out) == (True, True)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("hw.zip", b"not a zip"),
        ("hw.zip", zipped({})),
        ("hw.zip", zipped({"a.txt": b"x"})),
        ("hw.pdf", b"%PDF"),
        ("hw.ipynb", b"{broken"),
        ("hw.ipynb", b""),
    ],
)
def test_run_ends_with_4_and_still_writes_a_result(name: str, data: bytes, assignment: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert run(tmp_path / name, assignment, "-o", str(tmp_path / "results.json")) == 4
    results = json.loads((tmp_path / "results.json").read_text())
    assert results["score"] == 0
    assert results["output"].startswith("This submission cannot be graded: ")


def test_run_ends_with_4_for_an_empty_folder(assignment: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(tmp_path / "empty", assignment) == 4


@pytest.mark.parametrize(
    ("submission", "output", "words"),
    [
        ("missing.zip", None, "there is no such file or folder"),
        ("hw.zip", "nowhere/results.json", "does not exist"),
        ("hw.zip", ".", "cannot be written: it is a folder"),
        ("hw.zip", "x" * 300, "cannot be written: File name too long"),
        ("hw.zip", "x" * 300 + "/results.json", "cannot be written: File name too long"),
        ("hw.zip", "hw.zip/results.json", "cannot be written: Not a directory"),
        ("x" * 300 + ".zip", None, "cannot be opened: File name too long"),
    ],
)
def test_run_ends_with_2_for_a_wrong_path(
    submission: str, output: str | None, words: str, right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["-o", str(right.parent / output)] if output else []
    assert run(right.parent / submission, assignment, *options) == 2
    assert words in capsys.readouterr().err


def test_run_writes_nothing_when_it_ends_with_2(assignment: Path, tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    assert run(tmp_path / "missing.zip", assignment, "-o", str(tmp_path / "results" / "results.json")) == 2
    assert list((tmp_path / "results").iterdir()) == []


def test_run_ends_with_2_for_an_assignment_with_too_long_a_name(
    right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(right, tmp_path / ("x" * 300)) == 2
    assert "cannot be opened as an assignment folder: File name too long" in capsys.readouterr().err


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.parametrize("barred", ["hw", "hw/rubrics"])
@pytest.mark.parametrize("mode", [0, 0o444])
def test_run_ends_with_2_for_an_assignment_that_is_barred(
    barred: str, mode: int, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("hw/rubrics").mkdir(parents=True)
    Path("hw/rubrics/q1.yaml").touch()
    Path(barred).chmod(mode)
    assert run(Path("hw.zip"), Path("hw")) == 2
    assert capsys.readouterr().err == "grader: hw cannot be opened as an assignment folder: Permission denied\n"


@pytest.mark.usefixtures("ordinary_user")
def test_run_notices_before_grading_that_it_cannot_write(capsys: pytest.CaptureFixture[str]) -> None:
    Path("results").mkdir(0o555)
    assert main(["run", "missing.zip", "-o", "results/results.json"]) == 2
    assert capsys.readouterr().err == "grader: results/results.json cannot be written: Permission denied\n"


@pytest.mark.usefixtures("ordinary_user")
def test_check_writable_notices_a_pipe_of_somebody_else() -> None:
    os.mkfifo("results", 0o444)
    with pytest.raises(UsageError, match=r"^results cannot be written: Permission denied$"):
        check_writable(Path("results"))


def test_run_prints_the_report_when_it_cannot_be_written(
    right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(right, assignment, "-o", "/dev/full") == 2
    assert "Total 2 / 2" in (captured := capsys.readouterr()).out
    assert captured.err == "grader: /dev/full cannot be written: No space left on device\n"


def test_run_writes_into_a_pipe(right: Path, assignment: Path, tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    run(right, assignment, "-o", str(pipe))
    reader.join(60)
    assert (json.loads(read[0])["score"], pipe.is_fifo()) == (2, True)


def test_run_leaves_a_device_in_its_place(right: Path, assignment: Path, tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to("/dev/null")
    assert run(right, assignment, "-o", str(tmp_path / "null")) == 0
    assert (tmp_path / "null").is_symlink()
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("exists", [True, False])
def test_run_writes_through_a_link(exists: bool, right: Path, assignment: Path, tmp_path: Path) -> None:  # noqa: FBT001
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "results.json", tmp_path / "link.json"
    link.symlink_to("there/results.json")
    if exists:
        target.write_text("old")
    run(right, assignment, "-o", str(link))
    assert (link.is_symlink(), json.loads(target.read_text())["score"]) == (True, 2)


def test_run_ends_what_it_writes_with_a_newline(
    right: Path, assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(right, assignment, "--format", "json", "-o", str(tmp_path / "results.json"))
    written = [capsys.readouterr().out, (tmp_path / "results.json").read_text()]
    assert [text[-2:] for text in written] == ["}\n", "}\n"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640)])
def test_write_atomically_gives_ordinary_permissions(umask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "results.json", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "results.json").stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("name", [b"hw\xff.zip", b"hw\xff"])
@pytest.mark.parametrize("style", ["text", "json"])
def test_run_grades_names_that_are_not_utf_8(
    name: bytes, style: str, right: Path, assignment: Path, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(name)
    if path.suffix:
        right.rename(path)
    else:
        path.mkdir()
        (path / "b\udcff.py").write_text("def square(x): return x ** 2")
    assert run(path, assignment, "--format", style, "-o", str(tmp_path / "results.json")) == 0
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 2


def test_run_says_what_is_wrong_with_a_name_that_is_not_utf_8(
    assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hw\udcff.pdf").touch()
    assert run(tmp_path / "hw\udcff.pdf", assignment) == 4
    assert "hw\ufffd.pdf: .pdf cannot be graded" in capsys.readouterr().out


def test_run_shows_notes_of_a_folder(assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "square.py").write_text("def square(x): return x ** 2")
    os.mkfifo(tmp_path / "hw" / "x.ipynb")
    assert run(tmp_path / "hw", assignment) == 0
    assert "note: x.ipynb is not an ordinary file: it was skipped" in capsys.readouterr().out


def test_run_ends_with_3_for_a_wrong_rubric(right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (assignment / "rubrics" / "q1.yaml").write_text(
        SQUARES.replace("points: 2\n    function", "pionts: 2\n    functoin")
    )
    assert run(right, assignment) == 3
    assert "rubrics/q1.yaml:7:" in (err := capsys.readouterr().err)
    assert "rubrics/q1.yaml:8:" in err


def test_run_ends_with_3_for_a_reference_that_raises(
    right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (assignment / "reference" / "squares.py").write_text("def square(x):\n    return 1 / 0\n")
    assert run(right, assignment) == 3
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_run_prints_the_view_of_a_student(
    right: Path, assignment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rubric = assignment / "rubrics" / "q1.yaml"
    rubric.write_text(SQUARES.replace("name: squares,", "name: squares, visibility: after_due_date,"))
    run(right, assignment, "--as", "student", "-o", str(tmp_path / "results.json"))
    assert "Shown 0 / 0" in capsys.readouterr().out
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 2
    run(right, assignment, "--as", "student", "--at", "after-due")
    assert "Total 2 / 2" in capsys.readouterr().out


def test_run_ends_with_2_for_a_time_without_a_student(right: Path, assignment: Path) -> None:
    assert run(right, assignment, "--at", "published") == 2


def test_run_reports_a_fault_of_the_harness_as_an_error_to_ci(
    right: Path, assignment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (assignment / "reference" / "squares.py").write_text("def square(x):\n    return 1 / 0\n")
    assert run(right, assignment, "--format", "junit") == 3
    suite = ET.fromstring(capsys.readouterr().out)  # noqa: S314
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")


def test_run_ends_with_2_without_an_assignment(right: Path, tmp_path: Path) -> None:
    assert run(right, tmp_path / "nothing") == 2


def test_write_atomically_leaves_the_old_file_when_it_fails(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="cannot be written"):
        write_atomically(tmp_path / "folder", "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder"]


def test_run_leaves_a_result_behind_when_it_is_killed(assignment: Path, tmp_path: Path) -> None:
    (tmp_path / "hw.py").write_text("def square(x):\n    while True: pass\n")
    results = tmp_path / "results.json"
    command = [
        sys.executable,
        "-m",
        "grader",
        "run",
        str(tmp_path / "hw.py"),
        "-a",
        str(assignment),
        "-o",
        str(results),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _time in range(2000):
        if results.exists():
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    result = json.loads(results.read_text())
    assert ("was stopped before it had finished" in result["output"], result["tests"][0]["output"]) == (
        True,
        "Not graded",
    )


def test_run_writes_into_a_pipe_only_once(right: Path, assignment: Path) -> None:
    read, write = os.pipe()
    run(right, assignment, "-o", f"/dev/fd/{write}")
    os.close(write)
    with os.fdopen(read) as pipe:
        assert json.loads(pipe.read())["score"] == 2
