"""`grader merge`: shards become the run that there would have been without them."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from builders import zipped
from runs import FIVE, SIX, SLOW, ZERO, answer, hand_in, reports_of, rows_of, small_homework

from grader.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course whose submissions have been graded as a whole and as three shards."""
    folder = tmp_path_factory.mktemp("shards")
    small_homework(folder / "hw")
    files = {f"{number:02}.ipynb": answer(number) for number in range(12)}
    odd = {"a.ipynb": SIX, "b.zip": zipped({"hw.ipynb": FIVE}), "c.ipynb": SIX, "d.zip": b"no zip", "e.ipynb": SLOW}
    hand_in(folder / "course", files | odd | {"f.ipynb": ZERO, "g.pdf": b"%"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE_DIR", str(folder / "cache"))
        assert batch(folder, "whole") == 0
        for index in (1, 2, 3):
            assert batch(folder, f"shard{index}", "--shard", f"{index}/3") == 0
    return folder


def batch(folder: Path, run: str, *options: str, course: str = "course", hw: str = "hw") -> int:
    arguments = [str(folder / course), "-a", str(folder / hw), "-o", str(folder / run), "-j", "2"]
    return main(["batch", *arguments, *options])


def merge(output: Path, *runs: Path) -> int:
    return main(["merge", *map(str, runs), "-o", str(output)])


def lines(run: Path, name: str) -> list[list[str]]:
    with (run / name).open(encoding="utf-8", newline="") as file:
        return sorted(csv.reader(file))


@pytest.fixture
def shards(place: Path) -> list[Path]:
    return [place / f"shard{index}" for index in (1, 2, 3)]


def test_merge_gives_what_one_run_gives(place: Path, shards: list[Path], tmp_path: Path) -> None:
    assert merge(tmp_path / "merged", *shards) == 0
    assert reports_of(tmp_path / "merged") == reports_of(place / "whole")
    for name in ("scores.csv", "identities.csv"):
        assert lines(tmp_path / "merged", name) == lines(place / "whole", name)


def test_merge_prints_the_summary_of_one_run(place: Path, shards: list[Path], tmp_path: Path, capsys: Captured) -> None:
    merge(tmp_path / "merged", *shards)
    merge(tmp_path / "again", place / "whole")
    out = capsys.readouterr().out
    assert out[: len(out) // 2] == out[len(out) // 2 :]


def test_shards_share_nothing_and_lack_nothing(place: Path, shards: list[Path]) -> None:
    ids = [row.id for shard in shards for row in rows_of(shard)]
    assert sorted(ids) == [row.id for row in rows_of(place / "whole")]


def test_merge_in_steps_is_the_same(place: Path, shards: list[Path], tmp_path: Path) -> None:
    codes = [merge(tmp_path / "merged", *shards[:2]), merge(tmp_path / "merged", shards[2])]
    assert (codes, reports_of(tmp_path / "merged")) == ([6, 0], reports_of(place / "whole"))


def test_merge_into_one_of_the_runs_adds_the_others(place: Path, shards: list[Path], tmp_path: Path) -> None:
    shutil.copytree(shards[0], tmp_path / "merged")
    assert merge(tmp_path / "merged", tmp_path / "merged", *shards[1:]) == 0
    assert reports_of(tmp_path / "merged") == reports_of(place / "whole")


def test_merge_names_the_shards_that_are_missing(shards: list[Path], tmp_path: Path, capsys: Captured) -> None:
    assert merge(tmp_path / "merged", shards[0], shards[2]) == 6
    assert "grader: there are no results of shard 2/3\n" in capsys.readouterr().err


def test_a_merged_run_goes_on(place: Path, shards: list[Path], tmp_path: Path) -> None:
    merge(tmp_path / "merged", *shards)
    before = rows_of(tmp_path / "merged")
    options = ["-a", str(place / "hw"), "-o", str(tmp_path / "merged")]
    assert main(["batch", str(place / "course"), *options]) == 0
    assert rows_of(tmp_path / "merged") == before


def test_a_shard_can_be_graded_into_the_run_of_another(place: Path) -> None:
    for index in (1, 2, 3):
        batch(place, "one_by_one", "--shard", f"{index}/3")
    assert json.loads((place / "one_by_one" / "run.json").read_text())["shards"] == [[1, 3], [2, 3], [3, 3]]
    assert reports_of(place / "one_by_one") == reports_of(place / "whole")


@pytest.mark.parametrize(
    ("swap", "words"),
    [
        (("return w + 1", "return w + 2"), "were graded with different rubric: grade one of them again"),
        (("assignment: hw", "assignment: hw9"), "were graded with different rubric"),
    ],
)
def test_merge_refuses_runs_of_different_rubrics(
    swap: tuple[str, str], words: str, shards: list[Path], tmp_path: Path, capsys: Captured
) -> None:
    small_homework(tmp_path / "hw", swap)
    hand_in(tmp_path / "course", {"x.ipynb": SIX})
    batch(tmp_path, "other")
    assert merge(tmp_path / "merged", shards[0], tmp_path / "other") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "merged").exists()


def test_merge_refuses_runs_of_different_versions(shards: list[Path], tmp_path: Path, capsys: Captured) -> None:
    shutil.copytree(shards[0], tmp_path / "other")
    about = json.loads((tmp_path / "other" / "run.json").read_text()) | {"environment": "another"}
    (tmp_path / "other" / "run.json").write_text(json.dumps(about))
    assert merge(tmp_path / "merged", shards[1], tmp_path / "other") == 2
    assert "different versions of grader, Python or the libraries" in capsys.readouterr().err


@pytest.mark.parametrize("missing", ["ledger.sqlite", "run.json"])
def test_merge_refuses_what_is_no_run(missing: str, shards: list[Path], tmp_path: Path, capsys: Captured) -> None:
    shutil.copytree(shards[0], tmp_path / "other")
    (tmp_path / "other" / missing).unlink()
    assert merge(tmp_path / "merged", shards[1], tmp_path / "other") == 2
    assert f"other is not the folder of a run: it has no {missing}" in capsys.readouterr().err


def test_merge_refuses_a_broken_ledger(shards: list[Path], tmp_path: Path, capsys: Captured) -> None:
    shutil.copytree(shards[0], tmp_path / "other")
    (tmp_path / "other" / "ledger.sqlite").write_bytes(b"broken" * 100)
    assert merge(tmp_path / "merged", shards[1], tmp_path / "other") == 2
    assert "ledger.sqlite cannot be used: file is not a database" in capsys.readouterr().err
