"""The zip for Gradescope: its content, and grading with what it holds in a folder laid out like the container."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from builders import SQUARE, notebook, plan

from grader.errors import UsageError
from grader.gradescope.container import PLAN
from grader.gradescope.pack import Wheels, pack
from grader.gradescope.wheel import NAME
from grader.plan import Plan, decode_plan
from grader.targets import ProbeTarget

MAGIC = "%matplotlib inline\nimport numpy as np\ndef square(x):\n    from importlib.metadata import version\n    assert version('grader')\n    return x * x"


def needing_torch() -> Plan:
    probe = ProbeTarget(name="square", probe="p", source="import torch", libraries=("torch",))
    return plan(msgspec.structs.replace(SQUARE, target=probe))


def opened(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def test_pack_gives_the_same_bytes_twice() -> None:
    assert pack(plan(SQUARE), Wheels()) == pack(plan(SQUARE), Wheels())


def test_pack_holds_the_plan_and_what_installs_it() -> None:
    with opened(pack(plan(SQUARE), Wheels())) as zipped:
        assert set(zipped.namelist()) == {"setup.sh", "run_autograder", PLAN, "requirements.txt", NAME, "manifest.json"}
        assert decode_plan(zipped.read(PLAN)) == plan(SQUARE)
        programs = [info.filename for info in zipped.infolist() if info.external_attr >> 16 & 0o111]
    assert programs == ["setup.sh", "run_autograder"]


def test_pack_names_the_hash_of_every_file() -> None:
    with opened(pack(plan(SQUARE), Wheels())) as zipped:
        named = json.loads(zipped.read("manifest.json"))["sha256"]
        assert named.keys() == set(zipped.namelist()) - {"manifest.json"}


@pytest.mark.parametrize("secret", ["homework/", "reference/", "rubrics/", "mistakes/", "first_assignment/"])
def test_wheel_has_no_homework(secret: str) -> None:
    with opened(pack(plan(SQUARE), Wheels())) as zipped, opened(zipped.read(NAME)) as wheel:
        assert [name for name in wheel.namelist() if secret in name] == []


def test_programs_have_unix_line_ends() -> None:
    with opened(pack(plan(SQUARE), Wheels())) as zipped:
        assert all(
            b"\r" not in zipped.read(name) and zipped.read(name)[:2] == b"#!" for name in ("setup.sh", "run_autograder")
        )


@pytest.mark.parametrize("name", ["requirements.txt", "torch-requirements.txt"])
def test_requirements_are_pinned_with_hashes(name: str) -> None:
    with opened(pack(needing_torch(), Wheels("https://example.org/cpu"))) as zipped:
        lines = zipped.read(name).decode().splitlines()[1:]
    assert lines
    assert [line for line in lines if "==" not in line or "--hash=sha256:" not in line] == []


def test_pack_asks_where_torch_comes_from() -> None:
    with pytest.raises(UsageError, match="--torch-index URL"):
        pack(needing_torch(), Wheels())


@pytest.mark.parametrize(
    ("wheels", "expected"),
    [(Wheels("https://example.org/cpu"), {"torch-requirements.txt", "torch.txt", "torch-index.txt"})],
)
def test_pack_takes_torch_from_an_index(wheels: Wheels, expected: set[str]) -> None:
    with opened(pack(needing_torch(), wheels)) as zipped:
        assert expected <= set(zipped.namelist())


def test_pack_takes_wheels_along(tmp_path: Path) -> None:
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(b"wheel")
    with opened(pack(needing_torch(), Wheels(house=tmp_path))) as zipped:
        assert {"torch.txt", "wheelhouse/a-1-py3-none-any.whl"} <= set(zipped.namelist())
        assert "torch-index.txt" not in zipped.namelist()


def test_pack_says_which_folder_of_wheels_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        pack(plan(SQUARE), Wheels(house=tmp_path / "none"))


def test_pack_takes_wheels_from_one_place(tmp_path: Path) -> None:
    (tmp_path / "a-1-py3-none-any.whl").write_bytes(b"wheel")
    with pytest.raises(UsageError, match="give one of them"):
        pack(needing_torch(), Wheels("https://example.org/cpu", tmp_path))


def test_pack_refuses_a_folder_without_wheels(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no wheels"):
        pack(plan(SQUARE), Wheels(house=tmp_path))


@pytest.fixture
def container(tmp_path: Path) -> Path:
    """The zip unpacked, its wheel installed in a virtual environment; the libraries are those of the tests."""
    root = tmp_path / "autograder"
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with opened(pack(plan(SQUARE), Wheels())) as zipped:
        zipped.extractall(root / "source")
        venv.create(root / "venv", symlinks=True)
        site = next((root / "venv" / "lib").glob("python3*")) / "site-packages"
        with opened(zipped.read(NAME)) as wheel:
            wheel.extractall(site)
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    tmp_path.chmod(0o755)
    return root


def run(root: Path, *cells: str) -> dict[str, Any]:
    (root / "submission" / "hw.ipynb").write_bytes(notebook(*cells))
    environment = {"PATH": os.environ["PATH"], "GRADER_ROOT": str(root)}
    command = ["bash", str(root / "source" / "run_autograder")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads((root / "results" / "results.json").read_text("utf-8"))
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="the container is Linux")
@pytest.mark.parametrize(
    ("cell", "score"), [(MAGIC, 1), ("def square(x): return 2 * x", 0), ("import os; os._exit(3)", 0)]
)
def test_run_autograder_grades_with_what_is_packed(cell: str, score: float, container: Path) -> None:
    results = run(container, cell)
    assert results["score"] == score, results
