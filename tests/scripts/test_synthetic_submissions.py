"""Synthetic submissions: the same for the same seed, of every kind, and each as its name says."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from builders import ROOT, notebook, zipped
from synthetic_submissions import HOSTILE, MAKERS, Made, Right, main, read_right, synthetic

from grader.pipeline import grade
from grader.plan import Plan
from grader.records import Bundle, File
from grader.rubric.compile import compile_plan
from grader.sandbox.client import Sandbox

FIRST = ROOT / "grader" / "first_assignment"
NOTEBOOK = FIRST / "submissions" / "right.ipynb"


@pytest.fixture(scope="module")
def plan() -> Plan:
    return compile_plan(FIRST)


@pytest.fixture(scope="module")
def many() -> list[Made]:
    return list(synthetic(1000, read_right(NOTEBOOK), hostile=5))


def score(made: Made, plan: Plan, sandbox: Sandbox) -> float:
    is_archive = made.name.endswith(".zip")
    file = File(name=f"hw{Path(made.name).suffix}", data=made.data)
    return grade(Bundle(name="hw", files=(file,), is_archive=is_archive), plan, sandbox).score


def first(kind: str, many: list[Made]) -> Made:
    return next(made for made in many if made.kind == kind)


def test_synthetic_is_the_same_for_the_same_seed(many: list[Made]) -> None:
    assert list(synthetic(1000, read_right(NOTEBOOK), hostile=5)) == many


def test_synthetic_starts_alike_whatever_the_count(many: list[Made]) -> None:
    assert list(synthetic(50, read_right(NOTEBOOK), hostile=5)) == many[:50]


def test_synthetic_is_another_for_another_seed(many: list[Made]) -> None:
    other = synthetic(1000, read_right(NOTEBOOK), seed=2, hostile=5)
    assert sum(a.data == b.data for a, b in zip(many, other, strict=True)) < 20


def test_synthetic_has_every_kind(many: list[Made]) -> None:
    counts = Counter(made.kind for made in many)
    assert set(counts) == set(MAKERS)
    assert min(counts.values()) >= 30


def test_duplicates_are_what_they_repeat(many: list[Made]) -> None:
    copies = [made for made in many if "-as-" in made.name]
    data = {made.name[:6]: made.data for made in many}
    assert len(copies) > 50
    assert all(made.data == data[made.name.partition(".")[0][-6:]] for made in copies)


@pytest.mark.parametrize(("kind", "lowest", "highest"), [("right", 5, 5), ("blank", 0, 0), ("partial", 0, 5)])
def test_each_kind_has_its_points(
    kind: str, lowest: float, highest: float, many: list[Made], plan: Plan, sandbox: Sandbox
) -> None:
    assert lowest <= score(first(kind, many), plan, sandbox) <= highest


def test_wrong_ones_lose_points(many: list[Made], plan: Plan, sandbox: Sandbox) -> None:
    scores = [score(made, plan, sandbox) for made in many if made.kind == "wrong"]
    assert min(scores) < 5


def test_hostile_ones_do_what_they_can() -> None:
    texts = [
        made.data.decode()
        for made in synthetic(400, Right((("code", "def f(x): return 1"),), ()), hostile=100)
        if made.name.endswith(".ipynb")
    ]
    used = {
        snippet
        for snippet in HOSTILE
        for text in texts
        if snippet.split(";")[0].replace("'", "") in text.replace("'", "")
    }
    assert len(used) > len(HOSTILE) / 2


def test_right_takes_the_other_files_along(tmp_path: Path) -> None:
    (tmp_path / "hw.zip").write_bytes(zipped({"hw.ipynb": notebook("x = 1"), "src/optim.py": b"y = 2"}))
    (made,) = synthetic(1, read_right(tmp_path / "hw.zip"), hostile=0, torch=100)
    (tmp_path / "made.zip").write_bytes(made.data)
    with zipfile.ZipFile(tmp_path / "made.zip") as opened:
        assert (made.name[-4:], opened.namelist()) == (".zip", ["hw.ipynb", "src/optim.py"])


def test_light_ones_lack_what_needs_torch() -> None:
    light = read_right(ROOT / "submissions_example" / "complete.zip").light()
    text = "".join(text for _kind, text in light.cells)
    assert ("def joint_cov" in text, "import torch" in text, light.files) == (True, False, ())


@pytest.mark.parametrize("name", ["made.zip", "made"])
def test_main_writes_a_zip_or_a_folder(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / name
    assert main(["20", str(target), "--right", str(NOTEBOOK)]) == 0
    names = zipfile.ZipFile(target).namelist() if target.is_file() else [path.name for path in target.iterdir()]
    assert (len(names), capsys.readouterr().out) == (20, f"20 submissions in {target}\n")
