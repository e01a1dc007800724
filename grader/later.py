"""Modules that are imported when they are first used."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from types import ModuleType


class _Later(ModuleType):
    """Stands for a module until somebody wants something of it."""

    def __getattr__(self, name: str) -> object:
        if name == "__path__":  # asked for by an import of a submodule, for which it is too late now
            raise AttributeError(f"import_now({self.__name__!r}) must come before the import of a submodule")
        module = import_now(self.__name__)
        self.__dict__.update(module.__dict__)  # so that this is not asked again
        return getattr(module, name)


def import_later(name: str) -> None:
    """Let `import name` give a stand-in, which becomes the module when it is first used.

    For a command that mostly does without: modules may name it at their top as usual, but none of its submodules; before
    other code is run that may do so, there must be an `import_now`. Only for a top-level module of which nothing has been
    imported yet; else nothing happens.
    """
    spec = None if name in sys.modules else PathFinder.find_spec(name)
    if spec is not None:
        module = sys.modules[name] = _Later(name)
        module.__spec__ = spec


def import_now(name: str) -> ModuleType:
    """The module, imported if there is only a stand-in so far. Raises ImportError when it cannot be."""
    if isinstance(sys.modules.get(name), _Later):
        del sys.modules[name]
    return importlib.import_module(name)
