"""`grader pack --verify`: what it says of zips that work and of zips that do not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from assignments import homework

from grader.cli import main
from grader.commands.verify import DEFAULT, verify
from grader.errors import UsageError
from grader.gradescope.pack import archive
from grader.gradescope.rehearsal.root import require_root
from grader.gradescope.results import PROBLEM
from grader.gradescope.wheel import Member

SHELL = "#!/bin/bash\n"
RESULTS = '{{"score": 1, "tests": [{{"name": "{name}", "score": 1, "max_score": 3}}]}}'
WRITES = f"echo '{RESULTS.format(name='a check')}' > /autograder/results/results.json\n"
FAULTY = f"echo '{RESULTS.format(name=PROBLEM)}' > /autograder/results/results.json\n"


@pytest.fixture(autouse=True)
def _root() -> None:
    """Only root can make a container."""
    try:
        require_root()
    except UsageError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("setup", "run", "code", "said"),
    [
        ("true", WRITES, 0, "blank submission: 1 / 3, "),
        ("true", f"test -f submission/hw.ipynb -a -f submission/net/rules.py && {WRITES}", 0, "The zip would work"),
        ("touch /autograder/installed", f"test -f /autograder/installed && {WRITES}", 0, "The zip would work"),
        ("echo no such package; exit 3", WRITES, 1, "setup.sh ended with exit code 3:\n    no such package"),
        ("true", f"{WRITES} echo broken; exit 5", 1, "run_autograder ended with exit code 5:\n    broken"),
        ("true", "true", 1, "there is no results.json"),
        ("true", "echo '{\"score\": NaN}' > results/results.json", 1, "is not what Gradescope takes"),
        ("true", "echo '{\"tests\": [{}]}' > results/results.json", 1, "has no score"),
        ("true", FAULTY, 1, "the grader itself failed"),
        ("true", WRITES, 0, "Docker's capabilities, Docker's system calls"),
    ],
)
def test_verify_says_whether_a_zip_works(
    setup: str, run: str, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # a moment of sleep: what is in force is looked at while it runs
    members = [
        Member("setup.sh", f"{SHELL}{setup}\n".encode()),
        Member("run_autograder", f"{SHELL}sleep 0.3\n{run}\n".encode()),
    ]
    assert verify(archive(members), homework(tmp_path / "hw"), ()) == code
    assert said in capsys.readouterr().out


def test_verify_grades_the_submissions_that_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = [Member("setup.sh", b"#!/bin/bash\n"), Member("run_autograder", f"{SHELL}{WRITES}".encode())]
    paths = tuple(tmp_path / name for name in ("a.py", "b.py"))
    for path in paths:
        path.write_text("x = 1\n", "utf-8")
    verify(archive(members), homework(tmp_path / "hw"), paths)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines if ".py" in line] == ["a.py", "b.py"]


def test_verify_ends_what_takes_too_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = [Member("setup.sh", b"#!/bin/bash\n"), Member("run_autograder", f"{SHELL}sleep 1000".encode())]
    assert verify(archive(members), homework(tmp_path / "hw"), (), DEFAULT._replace(seconds=1)) == 1
    assert "it took more than 1 seconds" in capsys.readouterr().out


def test_pack_verify_with_a_submission_that_is_not_there_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pack", "-o", str(tmp_path / "a.zip"), "--verify", str(tmp_path / "no.zip")]) == 2
    assert "no such submission" in capsys.readouterr().err
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.usefixtures("ordinary_user")
@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user already: nothing to give up")
def test_pack_verify_as_an_ordinary_user_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", "-o", "a.zip", "--verify"]) == 2
    assert "can only be made by root" in capsys.readouterr().err
