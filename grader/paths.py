"""Where this package and its files are, as strings: importing pathlib takes as long as starting a template."""

from __future__ import annotations

import os

PACKAGE = os.path.dirname(os.path.realpath(__file__))


def bundled_path() -> str:
    """The homework that comes with grader: installed with the package, or beside it in a checkout."""
    installed = f"{PACKAGE}/homework"
    return installed if os.path.isdir(installed) else os.path.dirname(PACKAGE)


def cache_path() -> str:
    """Where files that can be made again are kept; "" for a user without a home."""
    if own := os.environ.get("GRADER_CACHE_DIR"):
        return own
    shared, home = (os.environ.get(name, "") for name in ("XDG_CACHE_HOME", "HOME"))
    if os.path.isabs(shared):
        return f"{shared}/grader"
    return f"{home}/.cache/grader" if os.path.isabs(home) else ""
