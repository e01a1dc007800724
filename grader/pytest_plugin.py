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


@pytest.hookimpl(tryfirst=True)  # before anything of the settings takes effect, such as `pythonpath`
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse settings that a student may have handed in.

    pytest looks for them beside every path on the command line, and takes the value of an option that it does not know yet
    for one: `--submission PATH`, where `--submission=PATH` is none.
    """
    options, settings = early_config.known_args_namespace, early_config.inipath
    if options.submission is None or settings is None or options.inifilename:
        return
    here = early_config.invocation_params.dir
    collected = [(here / path.partition("::")[0]).resolve() for path in options.file_or_dir or ["."]]
    if not any(path.is_relative_to(settings.resolve().parent) for path in collected):
        raise pytest.UsageError(
            f"pytest would take its settings from {settings}, which may belong to the submission. "
            "Write --submission=PATH, with an equals sign, or say with -c which settings count."
        )


def pytest_configure(config: pytest.Config) -> None:
    """Collect rubric files when there is a submission."""
    if config.getoption("submission") is None:
        return
    from grader.pytest_rubrics import Rubrics  # noqa: PLC0415 (other projects' tests must not pay for it)

    config.pluginmanager.register(Rubrics(config), "grader-rubrics")
