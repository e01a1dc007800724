"""The documentation as something that can be carried out: its commands, its files, its edits, its terminal."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPET = re.compile(r"# (\S+\.(?:yaml|py))(, added)?\n")
EDITED = "--- "
CUT = "…"


class Fence(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str


def all_fences(page: Path) -> list[Fence]:
    return [Fence(*found) for found in FENCE.findall(page.read_text("utf-8"))]


def fences(page: Path, language: str) -> list[str]:
    return [text for kind, text in all_fences(page) if kind == language]


def section(page: Path, title: str) -> str:
    """What stands below a title of the second level."""
    return page.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def missing(shown: list[str], real: list[str]) -> list[str]:
    """The shown lines that do not occur, in this order, in the real ones. Lines may only be left out at a `…`."""
    lost, position = [], 0
    for index, line in enumerate(shown):
        if line == CUT:
            continue
        is_after_cut = index == 0 or shown[index - 1] == CUT
        rest = real[position:] if is_after_cut else real[position : position + 1]
        if line in rest:
            position += rest.index(line) + 1
        else:
            lost.append(line)
    return lost


def program(folder: Path, name: str, command: list[str]) -> None:
    """A program that stands for this command."""
    path = folder / name
    path.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', "utf-8")
    path.chmod(0o755)


def shell(folder: Path, cache: Path) -> dict[str, str]:
    """The environment of a shell at 80 columns in which `grader` and `python` are those that run the tests."""
    folder.mkdir()
    program(folder, "python", [sys.executable])
    program(folder, "grader", [sys.executable, "-m", "grader"])
    own = {"PATH": f"{folder}:{os.environ['PATH']}", "COLUMNS": "80", "NO_COLOR": "1", "GRADER_CACHE_DIR": str(cache)}
    return {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")} | own


class Done(NamedTuple):
    """What a command printed, both streams as a terminal shows them, and its exit code."""

    lines: list[str]
    code: int


def bash(script: str, folder: Path, environment: Mapping[str, str]) -> Done:
    """The script as `bash` runs it: it ends at the first command that fails. Lines have no spaces at the end."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return Done([line.rstrip() for line in done.stdout.splitlines()], done.returncode)


def carry_out(fence: Fence, folder: Path, environment: Mapping[str, str]) -> list[str]:
    """Do what a block of a page says. What is not as it says, as lines: none is as it should be."""
    if fence.language in ("sh", "console"):
        prompt, *shown = fence.text.splitlines() if fence.language == "console" else [fence.text, CUT]
        done = bash(prompt.removeprefix("$ "), folder, environment)
        return done.lines if done.code else missing(shown, done.lines) + unshown(shown, done.lines)
    if fence.language == "diff":
        return edit(fence.text, folder)
    head = SNIPPET.match(fence.text)
    assert head, f"a snippet does not say which file it belongs to: {fence.text[:60]}"
    path = folder / head[1]
    assert head[2], f"{head[1]} is not added to: a change of a file is a diff"
    path.write_text(path.read_text("utf-8") + "\n\n" + fence.text.partition("\n")[2], "utf-8")
    return []


def unshown(shown: list[str], real: list[str]) -> list[str]:
    """The last line, when the page ends before the output does."""
    return [] if not real or shown[-1:] in ([CUT], real[-1:]) else [f"not shown: {real[-1]}"]


def edit(diff: str, folder: Path) -> list[str]:
    """Make the change of a diff: its old lines must be in the file, in one place."""
    head, *lines = diff.splitlines(keepends=True)
    path = folder / head.removeprefix(EDITED).strip()
    old = "".join(line[1:] or "\n" for line in lines if line[0] != "+")
    new = "".join(line[1:] or "\n" for line in lines if line[0] != "-")
    text = path.read_text("utf-8")
    if text.count(old) != 1:
        return [f"{path.name} has {text.count(old)} times: {old}"]
    path.write_text(text.replace(old, new), "utf-8")
    return []
