"""The bundled homework from a student's side: the handout in a folder, without reference and rubrics."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from builders import ROOT

from grader.handout.files import handout_files, write_files

COMPLETE = ROOT / "submissions_example/complete.zip"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hw2")
    write_files(handout_files(ROOT), folder, replaces=False)
    return folder


def check(folder: Path, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "grader", "check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=300)
    return done.returncode, done.stdout


def solve(folder: Path) -> None:
    """Put the complete example's cells behind those of the handout, and its files in the place of the starter's."""
    with zipfile.ZipFile(io.BytesIO(COMPLETE.read_bytes())) as archive:
        for name in archive.namelist():
            if name.startswith("deeplearning/"):
                (folder / name).write_bytes(archive.read(name))
        solution = json.loads(archive.read("hw2.ipynb"))
    notebook = json.loads((folder / "hw2.ipynb").read_bytes())
    notebook["cells"] += [{**cell, "id": f"own-{i}"} for i, cell in enumerate(solution["cells"])]
    (folder / "hw2.ipynb").write_text(json.dumps(notebook), "utf-8")


def test_handout_has_notebook_files_and_checks(handed_out: Path) -> None:
    files = sorted(path.relative_to(handed_out).as_posix() for path in handed_out.rglob("*") if path.is_file())
    assert files == [
        *(f"deeplearning/{name}" for name in ("classifiers/fc_net.py", "data_utils.py", "gradient_check.py")),
        *(f"deeplearning/{name}.py" for name in ("layer_utils", "layers", "optim", "solver")),
        "hw2.checks",
        "hw2.ipynb",
    ]


def test_blank_handout_meets_no_public_check(handed_out: Path) -> None:
    code, out = check(handed_out, "hw2.ipynb")
    assert (code, "✓" in out, "✗" in out) == (1, False, False)


def test_complete_answers_meet_every_public_check(handed_out: Path) -> None:
    solve(handed_out)
    code, out = check(handed_out, "hw2.ipynb")
    assert (code, "✗" in out) == (0, False)
