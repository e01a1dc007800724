"""The command line in fresh processes: start-up, streams, exit codes, and what is imported."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import __version__
from grader.cli import ExitCode, main

ROOT = Path(__file__).resolve().parent.parent
BLANK = ROOT / "submissions_example" / "blank.zip"


def grader(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command, env = [sys.executable, "-m", "grader", *arguments], os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False, timeout=120, env=env)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["unknown"],
        ["run"],
        ["run", ""],
        ["run", "x.zip", "-a", ""],
        ["run", "x.zip", "--format", "xml"],
        ["schema", "x"],
    ],
)
def test_cli_ends_with_2_for_wrong_arguments(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"]])
def test_help_names_the_exit_codes(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "4 submission not gradable" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out == f"grader {__version__}\n"


def test_a_fault_of_the_grader_ends_with_5(capsys: pytest.CaptureFixture[str]) -> None:
    with ExitCode() as ending:
        raise ZeroDivisionError
    assert ending.code == 5
    assert "fault of the grader" in capsys.readouterr().err


def test_a_broken_pipe_inside_the_grader_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    with ExitCode() as ending:
        raise BrokenPipeError
    assert ending.code == 5
    assert "BrokenPipeError" in capsys.readouterr().err


def test_schema_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("http://json-schema.org/draft-07")


def test_run_works_from_any_folder(tmp_path: Path) -> None:
    done = grader("run", str(BLANK), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Total 0 / 96" in done.stdout


def test_run_keeps_faults_off_standard_output(tmp_path: Path) -> None:
    done = grader("run", "missing.zip", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "grader: missing.zip: there is no such file or folder\n"


@pytest.mark.parametrize("arguments", [["run", str(BLANK)], ["run", str(BLANK), "--format", "json"], ["schema"]])
def test_cli_ends_quietly_when_nobody_reads(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "grader", *arguments]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


def test_run_ends_quietly_when_its_reader_leaves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "run", str(BLANK), "-o", str(tmp_path / "results.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, "")
    assert json.loads((tmp_path / "results.json").read_text())["score"] == 0


def test_batch_ends_quietly_when_its_reader_leaves(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "grader", "batch", str(BLANK), "-o", str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
    assert (process.returncode, err) == (141, "grader: blank.zip: 1 submission (one submission)\n")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "ascii:strict"])
def test_run_prints_what_the_encoding_can_say(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "hw.py").write_text("def gd_stable_range(sigma): raise ValueError('σ')\n", encoding="utf-8")
    done = grader("run", str(tmp_path / "hw.py"), PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert " x the range of stable learning rates  [raised an exception]" in done.stdout
    assert "ValueError: ?" in done.stdout


def test_run_prints_json_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "hw.py").write_text("def gd_stable_range(sigma): raise ValueError('σ😀')\n", encoding="utf-8")
    done = grader("run", str(tmp_path / "hw.py"), "--format", "json", PYTHONIOENCODING="ascii")
    report = json.loads(done.stdout)
    assert "σ😀" in report["questions"][0]["parts"][0]["checks"][0]["message"]


@pytest.mark.parametrize(("columns", "width"), [("60", 60), ("120", 120), ("0", 80)])
def test_run_fills_the_columns(columns: str, width: int) -> None:
    lines = grader("run", str(BLANK), COLUMNS=columns).stdout.splitlines()
    assert max(len(line) for line in lines) == width


@pytest.mark.parametrize(("settings", "has_colour"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_run_has_no_colour_when_asked(settings: dict[str, str], has_colour: bool) -> None:  # noqa: FBT001
    terminal = {"FORCE_COLOR": "1", "TERM": "xterm", "COLORTERM": "", "NO_COLOR": ""}
    done = grader("run", str(BLANK), cwd=None, **(terminal | settings))
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-7]m", done.stdout)) == has_colour


HEAVY = {
    "torch",
    "pydantic",
    "yaml",
    "scipy",
    "jinja2",
    "matplotlib",
    "pytest",
    "IPython",
    "nbformat",
    "grader.rubric",
    "reference",
}


def imported_by(script: str) -> set[str]:
    code = f"import sys\n{script}\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return set(done.stdout.splitlines())


def test_help_imports_next_to_nothing() -> None:
    modules = imported_by(
        "import contextlib, io\nfrom grader.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    main(['--help'])"
    )
    assert not modules & (HEAVY | {"numpy", "msgspec", "rich", "subprocess"})


def test_run_with_a_cached_plan_imports_nothing_of_the_authors_side() -> None:
    grade = f"import io, contextlib\nfrom grader.cli import ExitCode, main\nwith contextlib.redirect_stdout(io.StringIO()):\n    main(['run', {str(BLANK)!r}])"
    imported_by(grade)
    modules = imported_by(grade)
    assert not modules & (
        HEAVY | {"numpy.linalg"}
    )  # of NumPy there is a stand-in: the answers are judged in another process
    assert {"numpy", "rich"} <= modules


def test_run_can_be_interrupted(tmp_path: Path) -> None:
    (tmp_path / "hw.py").write_text("def gd_stable_range(sigma):\n    while True: pass\n")
    command = [sys.executable, "-m", "grader", "run", str(tmp_path / "hw.py")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    time.sleep(2.5)
    os.kill(process.pid, signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "grader: interrupted\n")
