"""The diagnosis of `grader doctor` in a terminal."""

from __future__ import annotations

from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.diagnosis import Diagnosis, PropertyState

YES, NO = Text("active", "green"), "yellow"


def render_diagnosis(diagnosis: Diagnosis, stream: TextIO) -> None:
    """Write what was found: the machine, the layers, and whether each property holds."""
    console = Console(file=stream, highlight=False)
    _print_machine(console, diagnosis)
    console.print()
    console.print(_layers(diagnosis))
    console.print()
    console.print(_properties(diagnosis))
    console.print()
    for state in diagnosis.properties:
        _print_remedy(console, state)
    if diagnosis.is_confined():
        console.print(Text("Student code is confined here: grader run will grade.", "bold green"))
    else:
        console.print(Text("Student code is not confined here: grader run refuses to grade (exit code 7).", "bold red"))


def _print_machine(console: Console, diagnosis: Diagnosis) -> None:
    machine = diagnosis.machine
    grid = Table.grid(padding=(0, 2, 0, 0))
    memory = f"{machine.memory_megabytes} MB, {machine.free_megabytes} MB free"
    for label, text in (
        ("grader", machine.grader),
        ("python", machine.python),
        ("kernel", machine.kernel),
        ("user", machine.user),
        ("torch", machine.torch),
        ("memory", memory),
    ):
        grid.add_row(Text(label, "dim"), Text(text))
    console.print(grid)


def _layers(diagnosis: Diagnosis) -> Table:
    table = Table("layer", "state", "what it protects", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for layer in diagnosis.layers:
        state = YES if layer.is_active else _missing(layer.remark)
        table.add_row(Text(layer.name), state, Text(layer.protects))
    return table


def _missing(remark: str) -> Text:
    return Text(remark, "dim") if remark.startswith("not needed") else Text(f"not active: {remark}", NO)


def _properties(diagnosis: Diagnosis) -> Table:
    table = Table("property", "holds", "tried in a real child", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for state in diagnosis.properties:
        holds = Text("yes", "green") if state.holds else Text("NO", "bold red")
        found = f"{state.tried} of {state.tried} as it should be" if state.holds else ", ".join(state.succeeded)
        table.add_row(Text(state.name), holds, Text(found))
    return table


def _print_remedy(console: Console, state: PropertyState) -> None:
    if state.remedy:
        console.print(Text(f"{state.name}: {state.remedy}"))
        console.print()
