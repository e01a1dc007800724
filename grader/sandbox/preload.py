"""What a template imports before its first child, so that no child has to."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path

from grader.later import import_now

LIBRARY = Path(__file__).parents[2]  # that this package lies in
NUMPY = ("numpy", "numpy.random")  # NumPy 2 imports the latter when it is first used: in every child
LIBRARIES = {"numpy": NUMPY, "torch": (*NUMPY, "torch")}
# Where children cannot open files, they can only use what is there already: what answers to exercises are made with.
STANDARD = (
    "abc", "argparse", "array", "asyncio", "base64", "bisect", "calendar", "cmath", "collections.abc", "colorsys",
    "concurrent.futures", "contextlib", "contextvars", "copy", "csv", "ctypes", "dataclasses", "datetime", "decimal",
    "difflib", "dis", "doctest", "enum", "fractions", "functools", "gc", "getpass", "glob", "graphlib",
    "gzip", "hashlib", "heapq", "hmac", "html", "importlib.metadata", "importlib.resources", "inspect", "io",
    "itertools", "json", "keyword", "linecache", "locale", "logging", "lzma", "math", "mmap", "multiprocessing",
    "numbers", "operator", "os", "pathlib", "pickle", "platform", "pprint", "queue", "random", "re", "secrets",
    "shutil", "signal", "statistics", "string", "struct", "subprocess", "sys", "tempfile", "textwrap", "threading",
    "time", "timeit", "traceback", "types", "typing", "unicodedata", "unittest.mock", "urllib.request", "uuid",
    "warnings", "weakref", "zipfile", "zlib",
)  # fmt: skip
SCIENTIFIC = (
    "numpy.ctypeslib", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.polynomial", "numpy.random", "numpy.testing",
    "scipy", "scipy.fft", "scipy.integrate", "scipy.interpolate", "scipy.linalg", "scipy.optimize",
    "scipy.sparse.linalg", "scipy.spatial.distance", "scipy.special", "scipy.stats", "pandas",
)  # fmt: skip
ENCODINGS = (
    "ascii", "cp1252", "cp437", "idna", "latin_1", "mac_roman", "punycode", "raw_unicode_escape", "unicode_escape",
    "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7", "utf_8", "utf_8_sig",
)  # fmt: skip
READING = ("grader.submission.read", "IPython.core.inputtransformer2", "nbformat.converter")
OLD_NOTEBOOKS = tuple(b'{"nbformat": %d, "metadata": {}, "worksheets": []}' % version for version in (2, 3))
TORCH = ("torch.distributions", "torch.nn.functional", "torch.optim", "torch.utils.data", "torch.profiler")


def import_libraries(kind: str) -> None:
    """Import what this kind of template is for; `kind` is a key of `LIBRARIES`."""
    import_now("numpy")
    for name in LIBRARIES[kind]:
        import_if_there(name)


def practise() -> None:
    """Do once what is slow the first few times; only for many children is it worth the time."""
    from grader.sandbox import practice  # noqa: PLC0415

    practice.practise()


def train() -> None:
    """One step of training: what torch imports and finds out about the processor then, no child has to.

    With the one thread that a template has, this leaves nothing behind that a fork could hang on.
    """
    torch = sys.modules.get("torch")
    if torch is None:
        return
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.Adam(layer.parameters())
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    torch.linalg.svd(torch.eye(2))


def import_readers() -> None:
    """What notebooks with magics, and those of old formats, are read with: a fifth of a second for each that has one."""
    from grader.submission.notebook import read_cells  # noqa: PLC0415 (a template without readers does not need it)

    for name in READING:
        import_if_there(name)
    for notebook in OLD_NOTEBOOKS:
        read_cells(notebook)  # nbformat opens its schemas then


def list_folders() -> None:
    """Remember what can be imported: children may be unable to list a folder, but not to open what is in it."""
    importlib.util.find_spec("_not_there_")  # fills the finders' lists of what is in each folder
    if LIBRARY.name in ("site-packages", "dist-packages"):
        list_distributions()


def import_what_is_wanted() -> None:
    """Import all that answers may want: for children that can open no files, there is nothing else to import."""
    for name in (
        *(f"encodings.{name}" for name in ENCODINGS),
        *STANDARD,
        *SCIENTIFIC,
        *(TORCH if "torch" in sys.modules else ()),
    ):
        import_if_there(name)
    import_readers()
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not PathFinder]


def list_distributions() -> None:
    """Remember which distributions are installed where: their folder cannot be listed when this package lies in it."""
    from importlib import metadata  # noqa: PLC0415 (only there; some libraries ask for versions when they are imported)

    with contextlib.suppress(metadata.PackageNotFoundError):
        metadata.distribution("_not_there_")


def import_if_there(name: str) -> None:
    """Import a module; without it, an answer that needs it fails by itself, and says so."""
    with contextlib.suppress(ImportError, OSError):  # some want a place for files when they are imported
        importlib.import_module(name)
