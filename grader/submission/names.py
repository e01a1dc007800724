"""What a top-level statement gives and needs: the names that it defines, mutates and uses, the modules it imports."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.submission.expressions import dotted
from grader.submission.mutations import CALL_DEPTH, Mutations, loop_names
from grader.submission.parts import CLASS, COMPREHENSION, FUNCTION, FUNCTIONS, Parts, outside
from grader.submission.training import Training

BUILTINS = frozenset(dir(builtins))
WRAPPERS = frozenset(["partial", "vectorize", "jit", "njit"])  # calls that make a function of a function
MODULE = "top"  # what symtable calls the module; it takes a function of this name for one, with all its variables
SCOPES = FUNCTION | CLASS | COMPREHENSION


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
        self._parts = {node: Parts(node) for node in nodes}
        for parts in self._parts.values():
            self._learn_aliases(parts)
            self._learn_builtins(parts)
        if any(parts.globals for parts in self._parts.values()):
            self._learn_globals()
        self._learn_functions()

    def _learn_aliases(self, parts: Parts) -> None:
        for node, _inside in parts.imports:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.aliases[alias.asname or alias.name.split(".")[0]] = (
                        alias.name if alias.asname else alias.name.split(".")[0]
                    )
            elif node.module and not node.level:
                self.aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})

    def _learn_builtins(self, parts: Parts) -> None:
        for binding in outside(parts.bindings, SCOPES):
            if isinstance(binding, ast.Assign) and len(binding.targets) == 1 and _is_function(binding.value):
                self._replaced.update(target.id for target in binding.targets if isinstance(target, ast.Name))
        self._shadowed.update(name.id for name in outside(parts.names, SCOPES) if isinstance(name.ctx, ast.Store))
        self._replaced.update(
            node.name for node in (*outside(parts.functions, SCOPES), *outside(parts.classes, SCOPES))
        )
        for node in outside(parts.imports, SCOPES):
            names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
            self._replaced |= BUILTINS if "*" in names else names

    def _learn_globals(self) -> None:
        """What functions assign by `global`, themselves or through those that they call."""
        for parts in self._parts.values():
            for function, _inside in parts.functions:
                for node in ast.walk(function):
                    if isinstance(node, ast.Global):
                        self._globals[function.name].update(node.names)
                    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                        self._callers[node.func.id].add(function.name)
        self._spread_globals()

    def _spread_globals(self) -> None:
        """What a function's `global` assigns is assigned by its callers too."""
        pending = list(self._globals)
        while pending:
            name = pending.pop()
            for caller in self._callers.get(name, ()):
                if not self._globals[name] <= self._globals[caller]:
                    self._globals[caller] |= self._globals[name]
                    pending.append(caller)

    def _learn_functions(self) -> None:
        functions = [(node, parts) for node, parts in self._parts.items() if isinstance(node, FUNCTIONS)]
        self._mutations.learn(functions)
        for _level in range(CALL_DEPTH):
            for node, parts in functions:
                self._training.learn(node, [call for call, _inside in parts.calls])

    def parts_of(self, node: ast.stmt) -> Parts:
        """The nodes in a statement of this document."""
        return self._parts[node]

    def names_of(self, node: ast.stmt, text: str) -> Names:
        """The names of a statement of this document; `text` is its source, about which the compiler may warn."""
        table = symtable.symtable(text, "<statement>", "exec")
        parts = self._parts[node]
        calls, imports = outside(parts.calls), outside(parts.imports)
        defines = set[str]() if isinstance(node, ast.Delete) else _assigned(table)
        defines |= self._globals_set_by(calls)
        uses = {*_used(table), *_incremented(parts)}
        return Names(
            defines=frozenset(defines - {"*"} - _only_in_comprehensions(parts)),
            mutates=self._mutations.of(parts),
            uses=frozenset(uses - self._plain_builtins(node, (uses & BUILTINS) - defines)),
            imports=frozenset(imported_modules(part for part, _inside in parts.imports)),
            has_star_import=any(isinstance(part, ast.ImportFrom) and part.names[0].name == "*" for part in imports),
            trains=self._training.happens_in(calls),
        )

    def _globals_set_by(self, calls: list[ast.Call]) -> set[str]:
        if not self._globals:
            return set()
        called = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
        return set[str]().union(*(self._globals.get(name, ()) for name in called))

    def _plain_builtins(self, node: ast.stmt, names: set[str]) -> set[str]:
        """Which of these are Python's own here. One that a scratch cell used for a number is so where it is called."""
        plain = names - self._replaced
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


def _assigned(table: symtable.SymbolTable) -> set[str]:
    return {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Module-level names that the code refers to, at any depth of functions and classes."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced())
    pending = table.get_children()
    while pending:
        part = pending.pop()
        for symbol in map(part.lookup, _names_in(part)):
            if symbol.is_referenced() and symbol.is_global():
                yield symbol.get_name()
        pending += part.get_children()


def _names_in(table: symtable.SymbolTable) -> Iterable[str]:
    """The names in a scope, but of a function only those that are no variables of its own."""
    if isinstance(table, symtable.Function) and table.get_name() != MODULE:
        return table.get_globals()
    return table.get_identifiers()


def _only_in_comprehensions(parts: Parts) -> set[str]:
    """The `k` of `[k for k in z]`: since Python 3.12 the symbol table counts it as the module's."""
    if not parts.comprehensions:
        return set()
    targets = {name for loop, _inside in parts.comprehensions for name in loop_names(loop)}
    stored = {name.id for name in outside(parts.names, COMPREHENSION) if isinstance(name.ctx, ast.Store)}
    return targets - stored - {part.target.id for part, _inside in parts.walruses}


def _incremented(parts: Parts) -> Iterator[str]:
    """Module-level names of `x += 1`, which the symbol table does not count as a use."""
    declared = {name for part, _inside in parts.globals for name in part.names}
    for part, inside in parts.bindings:
        target = part.target if isinstance(part, ast.AugAssign) else None
        if isinstance(target, ast.Name) and (not inside & FUNCTION or target.id in declared):
            yield target.id


def imported_modules(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The top-level modules that import statements among the nodes name; not those of relative imports."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]
