"""Inert stand-ins for display and progress libraries that are not installed.

A function that is graded may also plot or show its progress, and a cell that defines it may start with `import
matplotlib.pyplot as plt`. Such a function is right or wrong by what it returns: a missing library that only shows things
must not cost points. Libraries that compute something are not in the table; without them the answer would be wrong. Nor
is google.colab: a notebook that asks whether it runs there must be told that it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np


class Inert:
    """Whatever is done with it gives it again, and nothing happens."""

    def __init__(self, *_arguments: object, **_options: object) -> None:
        """Takes anything, so that it can also be a base class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # else copying or inspecting it would never end
            raise AttributeError(name)
        return METHODS.get(name, self)

    def __call__(self, *_arguments: object, **_options: object) -> Any:
        """Itself."""
        return self

    def __getitem__(self, _key: object) -> Any:
        return self

    def __setitem__(self, _key: object, _value: object) -> None:
        """Nothing."""

    def __iter__(self) -> Iterator[object]:
        return iter(())

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing."""


INERT = Inert()


class Progress(Inert):
    """A progress bar that shows nothing: the items one by one."""

    def __init__(self, iterable: Any = (), *_arguments: object, **_options: object) -> None:
        super().__init__()
        self._iterable = iterable if iterable is not None else ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return INERT

    def __iter__(self) -> Iterator[object]:
        return iter(self._iterable)

    def __len__(self) -> int:
        return len(self._iterable)

    @classmethod
    def write(cls, *_arguments: object, **_options: object) -> None:
        """Nothing."""


def do_nothing(*_arguments: object, **_options: object) -> None:
    """As `display` without a screen."""


def _range(*arguments: int, **_options: object) -> Progress:
    return Progress(range(*arguments))


def _unchanged(*arguments: Any, **_options: object) -> Any:
    """A decorator that gives the function back, used with or without arguments."""
    if arguments and callable(arguments[0]):
        return arguments[0]
    return lambda function: function


def _vectorize(*arguments: Any, **_options: object) -> Any:
    """As numba's: used on a function, or with types that return the decorator."""
    return np.vectorize(arguments[0]) if arguments and callable(arguments[0]) else np.vectorize


def _subplots(nrows: int = 1, ncols: int = 1, *_arguments: object, **options: object) -> tuple[Inert, Any]:
    axes = np.empty((nrows, ncols), dtype=object)
    for place in np.ndindex(axes.shape):  # one by one: as a whole, numpy would take it for a sequence
        axes[place] = INERT
    return INERT, (axes.squeeze() if nrows * ncols > 1 else INERT) if options.get("squeeze", True) else axes


# What is unpacked by those who call it.
METHODS: dict[str, Callable[..., Any]] = {
    "subplots": _subplots,
    "plot": lambda *_arguments, **_options: [INERT],
    **dict.fromkeys(
        ("xlim", "ylim", "get_xlim", "get_ylim", "get_size_inches"), lambda *_arguments, **_options: (0.0, 1.0)
    ),
    "hist": lambda *_arguments, **_options: (INERT, INERT, INERT),
}
PROGRESS = {"tqdm": Progress, "trange": _range, "tqdm_notebook": Progress, "tnrange": _range}
DISPLAY = {"display": do_nothing, "clear_output": do_nothing}
WIDGETS = {"interact": _unchanged, "interactive": _unchanged, "interact_manual": _unchanged}
COMPILER = {"jit": _unchanged, "njit": _unchanged, "prange": range, "vectorize": _vectorize, "guvectorize": _vectorize}
# A library, or a part of one that may be there without it -> those of its names that are not simply inert.
STAND_INS: dict[str, dict[str, Any]] = {
    "matplotlib": {},
    "mpl_toolkits": {},
    "seaborn": {},
    "plotly": {},
    "tqdm": PROGRESS,
    "ipywidgets": WIDGETS,
    "IPython": DISPLAY,
    "torchviz": {},
    "numba": COMPILER,
}
NEED_FILES = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "torchviz")
NOTEBOOK_NAMES: dict[str, Any] = {"display": do_nothing, "get_ipython": INERT}  # a kernel gives them to every cell


class StandInFinder(MetaPathFinder, Loader):
    """Stand-ins for the libraries of the table, with all their submodules: the last resort of `import`.

    For those that need files (a cache of fonts, a folder for settings) it comes first, whether they are installed or not.
    """

    def __init__(self, libraries: Collection[str] = ()) -> None:
        self._libraries = libraries or STAND_INS
        self._served: set[str] = set()

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a stand-in. A missing part of a library that is there stays missing."""
        if fullname in self._libraries or fullname.rpartition(".")[0] in self._served:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Fill the module: the table's names, and for every other name something inert."""
        self._served.add(module.__name__)
        library = next(name for name in _prefixes(module.__name__) if name in STAND_INS)
        module.__dict__.update(STAND_INS[library], __version__="0", __getattr__=INERT.__getattr__)


def _prefixes(fullname: str) -> Iterator[str]:
    while fullname:
        yield fullname
        fullname = fullname.rpartition(".")[0]
