"""The diagnosis as text."""

from __future__ import annotations

import io

import pytest

from grader.diagnosis import Diagnosis, Machine, PropertyState
from grader.outputs.diagnosis import render_diagnosis
from grader.records import LayerState

MACHINE = Machine(
    grader="1.2.3",
    python="3.11.7 (/usr/bin/python3)",
    kernel="Linux 6.1 x86_64",
    user="root",
    torch="2.5.0",
    memory_megabytes=8000,
    free_megabytes=1234,
)
LAYERS = (
    LayerState(name="limits", protects="memory", is_active=True),
    LayerState(name="landlock", protects="every file", is_active=False, remark="the kernel has none"),
)
HOLDS = PropertyState(name="network", holds=True, tried=4, succeeded=())
BROKEN = PropertyState(
    name="integrity", holds=False, tried=9, succeeded=("write to /tmp", "signal the grader"), remedy="Use [Linux] 5.13."
)


def lines(*properties: PropertyState, layers: tuple[LayerState, ...] = LAYERS) -> list[str]:
    """The lines, each with single spaces."""
    stream = io.StringIO()
    render_diagnosis(Diagnosis(machine=MACHINE, layers=layers, properties=properties), stream)
    return [" ".join(line.split()) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    "line",
    [
        "grader 1.2.3",
        "python 3.11.7 (/usr/bin/python3)",
        "kernel Linux 6.1 x86_64",
        "user root",
        "torch 2.5.0",
        "memory 8000 MB, 1234 MB free",
        "layer state what it protects",
        "limits active memory",
        "landlock not active: the kernel has none every file",
        "network yes 4 of 4 as it should be",
        "Student code is confined here: grader run will grade.",
    ],
)
def test_diagnosis_of_a_confined_machine(line: str) -> None:
    assert line in lines(HOLDS)


@pytest.mark.parametrize(
    "line",
    [
        "network yes 4 of 4 as it should be",
        "integrity NO write to /tmp, signal the grader",
        "integrity: Use [Linux] 5.13.",
        "Student code is not confined here: grader run refuses to grade (exit code 7).",
    ],
)
def test_diagnosis_of_a_machine_that_does_not_confine(line: str) -> None:
    assert line in lines(HOLDS, BROKEN)


def test_diagnosis_gives_remedies_only_for_what_does_not_hold() -> None:
    assert [line for line in lines(HOLDS, BROKEN) if line.startswith("network:")] == []


def test_diagnosis_shows_brackets_as_they_are() -> None:
    layer = LayerState(name="user", protects="[bold]files[/]", is_active=False, remark="[red]refused[/red]")
    assert "user not active: [red]refused[/red] [bold]files[/]" in lines(HOLDS, layers=(layer,))


def test_diagnosis_in_a_file_has_no_colours() -> None:
    assert not [line for line in lines(HOLDS, BROKEN) if "\x1b" in line]
