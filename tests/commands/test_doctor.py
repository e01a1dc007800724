"""`grader doctor` as a function: what it writes and how it ends."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from grader.cli import main
from grader.commands.doctor import doctor
from grader.diagnosis import Diagnosis
from grader.records import Property


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GRADER_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_doctor_ends_with_0_where_student_code_is_confined() -> None:
    assert doctor(None, as_json=True) == 0


def test_doctor_writes_a_diagnosis_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--json"])
    found = msgspec.json.decode(capsys.readouterr().out, type=Diagnosis)
    assert [state.name for state in found.properties] == [kind.value for kind in Property]


def test_doctor_writes_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    assert "Student code is confined here" in capsys.readouterr().out


def test_doctor_takes_another_assignment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    counts = []
    for name in ("notes", "rubrics"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "hw.yaml").touch()
        main(["doctor", "--json", "--assignment", str(tmp_path)])
        found = msgspec.json.decode(capsys.readouterr().out, type=Diagnosis)
        counts.append(found.properties[0].tried)
    assert counts[1] == counts[0] + 1


def test_doctor_stores_nothing(cache: Path) -> None:
    doctor(None, as_json=True)
    assert not cache.exists()
