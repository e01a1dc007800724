"""Faults of an assignment's files, each with its place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from grader.rubric.yaml_nodes import Node

Step = str | int


@dataclass(frozen=True, order=True, slots=True)
class Fault:
    """One fault. `file` is relative to the assignment folder; line 0 means the file or folder as a whole."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.path}: {self.message}" if self.path else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a YAML file, as a path from its root; steps that the file does not have are allowed at the end."""

    file: str
    root: Node
    path: tuple[Step, ...] = ()

    def at(self, *steps: Step) -> Spot:
        """A place below this one."""
        return Spot(self.file, self.root, self.path + steps)

    def fault(self, message: str) -> Fault:
        """A fault here: the line is that of the node, or of its nearest parent that exists."""
        return Fault(self.file, self.line, path_text(self.path), message)

    @property
    def line(self) -> int:
        """1-based."""
        node = self.root
        for step in self.path:
            if step not in node.children:
                break
            node = node.children[step]
        return node.line


def path_text(path: Iterable[Step]) -> str:
    """`parts[0].points`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean "points"?` when a known name is close, else an empty text."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def report(faults: Iterable[Fault]) -> tuple[str, ...]:
    """The faults as lines, by file and line, each once."""
    return tuple(str(fault) for fault in sorted(set(faults)))
