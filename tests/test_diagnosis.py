"""What `grader doctor` finds on this machine."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from pathlib import Path

import msgspec
import pytest

from grader import __version__
from grader.diagnosis import Diagnosis, PropertyState, _property, _version_of, diagnose
from grader.isolation import REMEDIES, Isolation
from grader.places import bundled_folder
from grader.records import Property, Trial


@pytest.fixture(scope="module")
def diagnosis() -> Diagnosis:
    return diagnose(bundled_folder())


def test_diagnose_judges_every_property(diagnosis: Diagnosis) -> None:
    assert [state.name for state in diagnosis.properties] == [kind.value for kind in Property]


def test_diagnose_has_tried_every_property(diagnosis: Diagnosis) -> None:
    assert [state.name for state in diagnosis.properties if state.tried == 0] == []


def test_diagnose_finds_student_code_confined_here(diagnosis: Diagnosis) -> None:
    assert ([state.succeeded for state in diagnosis.properties if state.succeeded], diagnosis.is_confined()) == (
        [],
        True,
    )


def test_diagnose_shows_namespaces_and_then_the_child_s_layers(diagnosis: Diagnosis) -> None:
    assert [layer.name for layer in diagnosis.layers[:2]] == ["namespaces", "descriptors"]


def test_diagnose_says_why_a_layer_is_not_active(diagnosis: Diagnosis) -> None:
    assert [layer.name for layer in diagnosis.layers if layer.is_active == bool(layer.remark)] == []


def test_diagnose_tries_to_read_the_rubric(tmp_path: Path) -> None:
    (tmp_path / "rubrics").mkdir()
    before = {state.name: state.tried for state in diagnose(tmp_path).properties}
    (tmp_path / "rubrics" / "hw.yaml").touch()
    after = {state.name: state.tried for state in diagnose(tmp_path).properties}
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {"confidentiality": 1}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("grader", __version__),
        ("python", f"{platform.python_version()} ({sys.executable})"),
        ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("user", "root" if os.geteuid() == 0 else f"an ordinary user ({os.geteuid()})"),
        ("torch", importlib.metadata.version("torch")),
        ("memory_megabytes", os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20),
    ],
)
def test_diagnose_describes_the_machine(diagnosis: Diagnosis, field: str, expected: object) -> None:
    assert getattr(diagnosis.machine, field) == expected


def test_diagnose_gives_free_memory_within_the_whole(diagnosis: Diagnosis) -> None:
    assert 0 < diagnosis.machine.free_megabytes <= diagnosis.machine.memory_megabytes


def test_version_of_a_library_that_is_not_installed() -> None:
    assert _version_of("no-such-library") == "not installed: answers that use it cannot be graded"


def test_diagnosis_survives_the_way_to_json_and_back(diagnosis: Diagnosis) -> None:
    assert msgspec.json.decode(msgspec.json.encode(diagnosis), type=Diagnosis) == diagnosis


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ((), PropertyState(name="network", holds=True, tried=0, succeeded=())),
        ((True, True), PropertyState(name="network", holds=True, tried=2, succeeded=())),
        (
            (True, False, False),
            PropertyState(
                name="network", holds=False, tried=3, succeeded=("try 1", "try 2"), remedy=REMEDIES[Property.NETWORK]
            ),
        ),
    ],
)
def test_property_holds_when_every_trial_of_it_passed(passed: tuple[bool, ...], expected: PropertyState) -> None:
    trials = tuple(
        Trial(property=Property.NETWORK, action=f"try {number}", is_as_it_should=each)
        for number, each in enumerate(passed)
    )
    other = Trial(property=Property.RESOURCES, action="take it", is_as_it_should=False)
    assert _property(Isolation(layers=(), trials=(other, *trials)), Property.NETWORK) == expected


def test_one_property_that_does_not_hold_is_enough(diagnosis: Diagnosis) -> None:
    broken = PropertyState(name="network", holds=False, tried=1, succeeded=("open a TCP socket",))
    assert not msgspec.structs.replace(diagnosis, properties=(*diagnosis.properties, broken)).is_confined()
