"""`grader show`: one report of a run, as `grader run` would print it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import FIVE, SIX, ZERO, hand_in, rows_of, small_homework

from grader.cli import main

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over three submissions, of which one is left out."""
    folder = tmp_path_factory.mktemp("show")
    small_homework(folder / "hw")
    hand_in(folder / "course", {"ada.ipynb": SIX, "bob.ipynb": FIVE, "twin.ipynb": FIVE, "new.ipynb": ZERO})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_CACHE_DIR", str(folder / "cache"))
        options = ["-a", str(folder / "hw"), "-o", str(folder / "run"), "--where", "place!=course: new.ipynb"]
        assert main(["batch", str(folder / "course"), *options]) == 6
    return folder


def with_score(place: Path, score: float | None) -> str:
    return next(row.id for row in rows_of(place / "run") if row.score == score)


def test_show_prints_what_run_prints(place: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(place / "cache"))
    main(["run", str(place / "course" / "bob.ipynb"), "-a", str(place / "hw")])
    told = capsys.readouterr().out
    identity = with_score(place, 5)
    assert main(["show", str(place / "run"), identity]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[1:] == [line.replace("bob.ipynb", "submission.ipynb") for line in told.splitlines()[1:]]
    assert shown.splitlines()[0].endswith(identity)


def test_show_takes_the_start_of_an_id(place: Path, capsys: Captured) -> None:
    assert main(["show", str(place / "run"), with_score(place, 6)[:8], "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["score"] == 6


def test_show_gives_each_of_two_alike_its_own_id(place: Path, capsys: Captured) -> None:
    ids = [row.id for row in rows_of(place / "run") if row.score == 5]
    for identity in ids:
        main(["show", str(place / "run"), identity, "--format", "json"])
    shown = capsys.readouterr().out.replace("}\n{", "}\n\0{").split("\0")
    assert [json.loads(report)["submission"] for report in shown] == ids


def test_show_prints_the_view_of_a_student(place: Path, capsys: Captured) -> None:
    identity = with_score(place, 6)
    main(["show", str(place / "run"), identity, "--as", "student"])
    main(["show", str(place / "run"), identity, "--as", "student", "--at", "after-due"])
    out = capsys.readouterr().out
    assert ("Shown 5 / 5" in out, "Total 6 / 6" in out) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "zzz"], "no submission of run with the id 'zzz': identities.csv lists them"),
        (["run", ""], "4 submissions of run with the id ''"),
        (["hw", "a"], "hw is not the folder of a run: it has no run.json"),
        (["missing", "a"], "missing is not the folder of a run"),
        (["run", "a", "--at", "published"], "add --as student"),
    ],
)
def test_show_ends_with_2_for_what_it_cannot_show(
    arguments: list[str], words: str, place: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    assert main(["show", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_show_says_that_there_is_no_report_yet(place: Path, capsys: Captured) -> None:
    assert main(["show", str(place / "run"), with_score(place, None)]) == 2
    assert "has no report: it has not been graded yet" in capsys.readouterr().err
