"""What a top-level statement gives and needs: the names that it defines, mutates and uses, the modules it imports."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.submission.expressions import dotted, walk
from grader.submission.mutations import COMPREHENSIONS, Mutations
from grader.submission.training import Training

BUILTINS = frozenset(dir(builtins))
WRAPPERS = frozenset(["partial", "vectorize", "jit", "njit"])  # calls that make a function of a function
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CALL_DEPTH = 2  # of functions that hand a parameter on to one that changes it
SCOPES = (*FUNCTIONS, ast.Lambda, ast.ClassDef, *COMPREHENSIONS)


class Names(NamedTuple):
    """The names of one statement."""

    defines: frozenset[str]
    mutates: frozenset[str]
    uses: frozenset[str]
    imports: frozenset[str]
    has_star_import: bool
    trains: bool = False  # whether it computes gradients as torch does


class Context:
    """What must be known of a whole document to judge one statement: imports, `global`s, builtins that it replaces."""

    def __init__(self, nodes: list[ast.stmt]) -> None:
        self.aliases: dict[str, str] = {}  # "np" -> "numpy", "seed" -> "numpy.random.seed"
        self._globals: dict[str, set[str]] = defaultdict(set)  # "setup" -> {"W"}
        self._callers: dict[str, set[str]] = defaultdict(set)
        self._replaced: set[str] = set()  # builtins that are functions of the document: `from numpy import sum`
        self._shadowed: set[str] = set()  # those that are its variables: `list = [1, 2]`
        self._mutations = Mutations(self.aliases)
        self._training = Training()
        for node in nodes:
            for part in ast.walk(node):
                self._learn(part)
            for part in walk(node, stop=SCOPES):
                self._learn_builtins(part)
        self._spread_globals()
        for _level in range(CALL_DEPTH):
            for node in nodes:
                if isinstance(node, FUNCTIONS):
                    self._mutations.learn(node)
                    self._training.learn(node)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            self.aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, FUNCTIONS):
            for part in ast.walk(node):
                if isinstance(part, ast.Global):
                    self._globals[node.name].update(part.names)
                elif isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                    self._callers[part.func.id].add(node.name)

    def _learn_builtins(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            (self._replaced if _is_function(node.value) else self._shadowed).add(name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self._shadowed.add(node.id)
        elif isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            self._replaced.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
            self._replaced |= BUILTINS if "*" in names else names

    def _spread_globals(self) -> None:
        """What a function's `global` assigns is assigned by its callers too."""
        pending = list(self._globals)
        while pending:
            name = pending.pop()
            for caller in self._callers.get(name, ()):
                if not self._globals[name] <= self._globals[caller]:
                    self._globals[caller] |= self._globals[name]
                    pending.append(caller)

    def names_of(self, node: ast.stmt, text: str) -> Names:
        """The names of a statement of this document; `text` is its source."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the student's code
            table = symtable.symtable(text, "<statement>", "exec")
        parts = list(walk(node))
        defines = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        if isinstance(node, ast.Delete):
            defines = set()
        called = {part.func.id for part in parts if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)}
        defines = defines.union(*(self._globals.get(name, ()) for name in called))
        return Names(
            defines=frozenset(defines - {"*"} - _only_in_comprehensions(node)),
            mutates=self._mutations.of(parts),
            uses=frozenset({*_used(table), *_incremented(node, parts)}) - self._plain_builtins(node, defines),
            imports=frozenset(imported_modules(ast.walk(node))),
            has_star_import=any(isinstance(part, ast.ImportFrom) and part.names[0].name == "*" for part in parts),
            trains=self._training.happens_in(parts),
        )

    def _plain_builtins(self, node: ast.stmt, defines: set[str]) -> frozenset[str]:
        """The builtins that are Python's own here. One that a scratch cell used for a number is so where it is called."""
        plain = BUILTINS - defines - self._replaced
        shadowed = plain & self._shadowed
        return plain - (_values(node) & shadowed if shadowed else shadowed)


def _is_function(value: ast.expr) -> bool:
    if isinstance(value, ast.Call):
        return (dotted(value.func) or "").rsplit(".", 1)[-1] in WRAPPERS
    return isinstance(value, ast.Name | ast.Attribute | ast.Lambda)


def _values(node: ast.stmt) -> set[str]:
    """The names that are used other than to call them."""
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in called}


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Module-level names that the code refers to, at any depth of functions and classes."""
    pending = [table]
    while pending:
        part = pending.pop()
        is_top = part.get_type() == "module"
        for symbol in part.get_symbols():
            if symbol.is_referenced() and (is_top or symbol.is_global()):
                yield symbol.get_name()
        pending += part.get_children()


def _only_in_comprehensions(node: ast.stmt) -> set[str]:
    """The `k` of `[k for k in z]`: since Python 3.12 the symbol table counts it as the module's."""
    targets = {
        name.id
        for part in ast.walk(node)
        if isinstance(part, ast.comprehension)
        for name in ast.walk(part.target)
        if isinstance(name, ast.Name)
    }
    outside = walk(node, stop=COMPREHENSIONS)
    stored = {part.id for part in outside if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    walrus = {part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr)}
    return targets - stored - walrus


def _incremented(node: ast.stmt, parts: list[ast.AST]) -> Iterator[str]:
    """Module-level names of `x += 1`, which the symbol table does not count as a use."""
    outside = {id(part) for part in parts}
    declared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    for part in ast.walk(node):
        target = part.target if isinstance(part, ast.AugAssign) else None
        if isinstance(target, ast.Name) and (id(part) in outside or target.id in declared):
            yield target.id


def imported_modules(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The top-level modules that import statements among the nodes name; not those of relative imports."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
