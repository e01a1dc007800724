"""The pytest plugin: `pytest rubrics/ --submission hw2.zip` grades a submission, a test for every check.

pytest imports this module in every project of an environment that has grader. Without `--submission` that is all.
PYTEST_DONT_REWRITE: there is no assertion here, and rewriting takes time.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("grader", "grading a submission")
    group.addoption(
        "--submission",
        metavar="PATH",
        help="grade this .zip, folder, .ipynb or .py: every check of the rubric files in rubrics/ is a test",
    )
    group.addoption(
        "--allow-weak-isolation",
        action="store_true",
        help="grade even where student code is not well confined: only for code that you trust",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Collect rubric files when there is a submission."""
    if config.getoption("submission") is None:
        return
    from grader.pytest_rubrics import Rubrics  # noqa: PLC0415 (other projects' tests must not pay for it)

    config.pluginmanager.register(Rubrics(config), "grader-rubrics")
