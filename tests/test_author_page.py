"""docs/author-an-assignment.md is carried out from top to bottom, as a reader would: commands, edits, what is printed.

`grader` and `python` are those that run the tests. The clone that the page speaks of is this checkout.
"""

from __future__ import annotations

from pathlib import Path

from builders import ROOT
from pages import all_fences, carry_out, shell

PAGE = ROOT / "docs/author-an-assignment.md"


def test_author_page_can_be_carried_out(tmp_path: Path) -> None:
    environment = shell(tmp_path / "bin", tmp_path / "cache")
    desk = tmp_path / "desk"
    desk.mkdir()
    (desk / "grader").symlink_to(ROOT)
    for number, fence in enumerate(all_fences(PAGE), 1):
        assert carry_out(fence, desk, environment) == [], f"block {number} of {PAGE.name}: {fence.text}"
    assert (desk / "autograder.zip").is_file()
