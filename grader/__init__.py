"""Grade student notebooks: find the functions, run them confined, compare with a trusted reference."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False  # as in typing, whose import would cost every start
if TYPE_CHECKING:
    from os import PathLike

    from grader.in_notebook import Checked


def check(*parts: str, checks: str | PathLike[str] | None = None) -> Checked:
    """Try the public checks on the functions of this notebook, print what came out, and return it.

    `parts`: "1a" for part 1(a), "1" for question 1; all when left out. `checks`: the file of checks that came with the
    homework; when left out, the one in the current folder or in one above.
    """
    from grader.in_notebook import check_here  # noqa: PLC0415 (importing grader stays cheap)

    return check_here(parts, checks)
