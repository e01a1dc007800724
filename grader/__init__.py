"""Grade student notebooks: find the functions, run them confined, compare with a trusted reference."""

from __future__ import annotations

__version__ = "0.1.0"
__all__ = ["Assignment", "Report", "Session", "check", "grade", "load_assignment", "open_session"]

TYPE_CHECKING = False  # as in typing, whose import would cost every start
if TYPE_CHECKING:
    from os import PathLike

    from grader.api import Assignment, Session, grade, load_assignment, open_session
    from grader.in_notebook import Checked
    from grader.report import Report
else:

    def __getattr__(name: str) -> object:
        """The names for scripts, looked up when they are asked for: importing grader stays cheap."""
        if name in __all__:
            from grader import api  # noqa: PLC0415

            return getattr(api, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def check(*parts: str, checks: str | PathLike[str] | None = None) -> Checked:
    """Try the public checks on the functions of this notebook, print what came out, and return it.

    `parts`: "1a" for part 1(a), "1" for question 1; all when left out. `checks`: the file of checks that came with the
    homework; when left out, the one in the current folder or in one above.
    """
    from grader.in_notebook import check_here  # noqa: PLC0415 (importing grader stays cheap)

    return check_here(parts, checks)
