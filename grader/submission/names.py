"""What a top-level statement gives and needs: the names that it defines, mutates and uses, the modules it imports."""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterator
from typing import NamedTuple

BUILTINS = frozenset(dir(builtins))
SETTINGS = frozenset(  # calls on an imported module that change how it behaves; all others are taken to change nothing
    [
        "numpy.random.seed",
        "numpy.random.set_state",
        "numpy.seterr",
        "numpy.seterrcall",
        "numpy.set_printoptions",
        "numpy.seed",
        "random.seed",
        "random.setstate",
        "warnings.filterwarnings",
        "warnings.simplefilter",
        "sys.setrecursionlimit",
        "torch.manual_seed",
        "torch.random.manual_seed",
        "torch.set_default_dtype",
        "torch.set_default_tensor_type",
        "torch.set_default_device",
        "torch.set_num_threads",
        "torch.set_grad_enabled",
        "torch.use_deterministic_algorithms",
        "torch.set_flush_denormal",
        "torch.cuda.manual_seed",
        "torch.cuda.manual_seed_all",
        "torch.autograd.set_detect_anomaly",
        "matplotlib.use",
        "matplotlib.pyplot.switch_backend",
        "sys.path.append",
        "sys.path.insert",
    ]
)


class Names(NamedTuple):
    """The names of one statement."""

    defines: frozenset[str]
    mutates: frozenset[str]
    uses: frozenset[str]
    imports: frozenset[str]
    has_star_import: bool


class Document:
    """What must be known of a whole document to judge one statement: its imports and its `global` assignments."""

    def __init__(self, nodes: list[ast.stmt]) -> None:
        self.aliases: dict[str, str] = {}  # "np" -> "numpy", "seed" -> "numpy.random.seed"
        self.assigns_globals: dict[str, frozenset[str]] = {}  # "setup" -> {"W"}
        for node in nodes:
            for part in ast.walk(node):
                self._learn(part)

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.aliases[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            self.aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
            if names:
                self.assigns_globals[node.name] = frozenset(names)

    def names_of(self, node: ast.stmt, text: str) -> Names:
        """The names of a statement of this document; `text` is its source."""
        table = symtable.symtable(text, "<statement>", "exec")
        outside_functions = list(_walk_outside_functions(node))
        defines = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
        for part in outside_functions:
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name):
                defines |= self.assigns_globals.get(part.func.id, frozenset())
        return Names(
            defines=frozenset(defines - {"*"}),
            mutates=frozenset(name for part in outside_functions for name in self._mutated(part)),
            uses=frozenset({*_used(table), *_incremented(node, outside_functions)}) - (BUILTINS - defines),
            imports=frozenset(_imported(outside_functions)),
            has_star_import=any(
                isinstance(part, ast.ImportFrom) and part.names[0].name == "*" for part in outside_functions
            ),
        )

    def _mutated(self, node: ast.AST) -> Iterator[str]:
        """Names whose value the node changes in place."""
        if isinstance(node, ast.Assign | ast.Delete):
            targets: list[ast.expr] = node.targets
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For):
            targets = [node.target]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield from self._mutated_by_call(node.value)
            return
        else:
            return
        for target in targets:
            yield from _roots_in(target)

    def _mutated_by_call(self, call: ast.Call) -> Iterator[str]:
        path, root = _dotted(call.func), _root(call.func)
        if root is None:
            return
        known = self.aliases.get(root)
        if known is None:
            if isinstance(call.func, ast.Attribute):  # X.append(…); a plain f(X) is taken to change nothing
                yield root
        elif path is not None and known + path.removeprefix(root) in SETTINGS:
            yield root


def _walk_outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _walk_outside_functions(child)


def _used(table: symtable.SymbolTable) -> Iterator[str]:
    """Module-level names that the code refers to, at any depth of functions and classes."""
    is_top = table.get_type() == "module"
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (is_top or symbol.is_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _used(child)


def _incremented(node: ast.stmt, outside_functions: list[ast.AST]) -> Iterator[str]:
    """Module-level names of `x += 1`, which the symbol table does not count as a use."""
    declared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    for part in ast.walk(node):
        target = part.target if isinstance(part, ast.AugAssign) else None
        if isinstance(target, ast.Name) and (part in outside_functions or target.id in declared):
            yield target.id


def _imported(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0]


def _roots_in(target: ast.expr) -> Iterator[str]:
    """`X` of `X[0]`, `X.a.b`, `(X[0], Y.c)`; nothing of plain names, which are definitions."""
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _roots_in(item)
    elif isinstance(target, ast.Attribute | ast.Subscript) and (root := _root(target)):
        yield root


def _root(node: ast.expr) -> str | None:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _dotted(node: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
