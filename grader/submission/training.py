"""Which statements train something: they compute gradients as torch does."""

from __future__ import annotations

import ast
from collections.abc import Iterable

GRADIENTS = "backward"  # the method by which torch fills in gradients


class Training:
    """Learns the functions of a document that compute gradients, then tells the statements that do or call them."""

    def __init__(self) -> None:
        self._functions: set[str] = set()

    def learn(self, function: ast.FunctionDef | ast.AsyncFunctionDef, parts: Iterable[ast.AST] | None = None) -> None:
        """Remember the function if it trains; one that calls another must be learned after it. `parts`: its nodes."""
        if self.happens_in(ast.walk(function) if parts is None else parts):
            self._functions.add(function.name)

    def happens_in(self, parts: Iterable[ast.AST]) -> bool:
        """Whether one of these nodes computes gradients or calls a function that does."""
        return any(self._is_training(part.func) for part in parts if isinstance(part, ast.Call))

    def _is_training(self, called: ast.expr) -> bool:
        if isinstance(called, ast.Attribute):
            return called.attr == GRADIENTS
        return isinstance(called, ast.Name) and called.id in self._functions
