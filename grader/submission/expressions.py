"""What an expression or a statement refers to, without recursion: students write sums of a thousand terms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

LEAVES = frozenset(["arg", "attr", "conversion", "ctx", "id", "kind", "level", "module", "op", "ops", "type_comment"])
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
DATA = (
    *(ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.BinOp, ast.UnaryOp, ast.Compare),
)
BUILTIN_DATA = frozenset(
    [
        *("abs", "bool", "complex", "dict", "float", "input", "int", "len", "list", "max", "min", "range"),
        *("round", "set", "sorted", "str", "sum", "tuple"),
    ]
)
ARRAY_MAKERS = frozenset(  # functions of numpy and torch, called through the module: `np.zeros(3)`
    [
        *("arange", "array", "asarray", "empty", "eye", "full", "identity", "linspace", "logspace", "ones"),
        *("ones_like", "rand", "randint", "randn", "tensor", "zeros", "zeros_like"),
    ]
)


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """By kind of node: the fields that can hold other nodes. Operators and contexts do not count as such."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(name for name in kind._fields if name not in LEAVES)
        return self[kind]


FIELDS = _Fields({ast.Constant: (), ast.Global: (), ast.Nonlocal: (), ast.alias: ()})


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes that a node holds, in the order of its fields."""
    found: list[ast.AST] = []
    for name in FIELDS[type(node)]:
        value = getattr(node, name)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(node: ast.AST, *, stop: tuple[type[ast.AST], ...] = SCOPES) -> Iterator[ast.AST]:
    """`node` and what is in it, in the order of the text; of a node of the kinds `stop` only the node itself."""
    pending = [node]
    while pending:
        part = pending.pop()
        yield part
        if not isinstance(part, stop):
            pending += reversed(children(part))


def root(node: ast.expr) -> str | None:
    """`X` of `X[0].a.b`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def dotted(node: ast.expr) -> str | None:
    """`np.random.seed` as text."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def is_data(value: ast.expr, name: str) -> bool:
    """Whether `name = value` obviously makes no function: `9`, `[1]`, `a + b`, `np.zeros(3)`, `name(3).T`."""
    if isinstance(value, ast.Constant):
        return value.value not in (None, ...)  # those are a gap of the handout
    if isinstance(value, DATA):
        return True
    call = _first_call(value)
    if call is None:
        return False
    path = dotted(call.func) or ""
    return path == name or path in BUILTIN_DATA or ("." in path and path.rsplit(".", 1)[-1] in ARRAY_MAKERS)


def _first_call(value: ast.expr) -> ast.Call | None:
    """The call `f(3)` of `f(3)`, `f(3)[0].T` and `f(3).sum()`."""
    found = None
    while isinstance(value, ast.Attribute | ast.Subscript | ast.Call):
        if isinstance(value, ast.Call):
            found, value = value, value.func
        else:
            value = value.value
    return found
