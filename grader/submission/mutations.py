"""Which names a statement changes in place, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from grader.submission.expressions import dotted, root
from grader.submission.parts import Binding, Comprehension, Function, Parts, in_body, outside

CALL_DEPTH = 2  # of functions that hand a parameter on to one that changes it
SETTINGS = frozenset(  # calls on an imported module that change how it behaves; all others are taken to change nothing
    [
        *("numpy.random.seed", "numpy.random.set_state", "numpy.seterr", "numpy.seterrcall"),
        *("numpy.set_printoptions", "numpy.seed", "random.seed", "random.setstate", "warnings.filterwarnings"),
        *("warnings.simplefilter", "sys.setrecursionlimit", "sys.path.append", "sys.path.insert"),
        *("torch.manual_seed", "torch.random.manual_seed", "torch.set_default_dtype"),
        *("torch.set_default_tensor_type", "torch.set_default_device", "torch.set_num_threads"),
        *("torch.set_grad_enabled", "torch.use_deterministic_algorithms", "torch.set_flush_denormal"),
        *("torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.autograd.set_detect_anomaly"),
        *("matplotlib.use", "matplotlib.pyplot.switch_backend"),
    ]
)
CHANGE_FIRST_ARGUMENT = frozenset(
    [
        *("setattr", "delattr", "next", "numpy.fill_diagonal", "numpy.copyto", "numpy.put", "numpy.place"),
        *("numpy.putmask", "numpy.put_along_axis", "numpy.random.shuffle", "numpy.add.at", "numpy.subtract.at"),
        *("numpy.multiply.at", "numpy.maximum.at", "numpy.minimum.at", "random.shuffle", "heapq.heappush"),
        *("heapq.heappop", "heapq.heapify", "heapq.heapreplace", "heapq.heappushpop", "bisect.insort"),
        *("bisect.insort_left", "bisect.insort_right"),
    ]
)
MUTATORS = frozenset(  # methods that are called for their value too: `y = L.pop()`
    [
        *("add", "append", "appendleft", "clear", "difference_update", "discard", "extend", "extendleft", "fill"),
        *("insert", "intersection_update", "pop", "popitem", "popleft", "remove", "reverse", "rotate"),
        *("setdefault", "shuffle", "sort", "update"),
    ]
)


class _Nodes(NamedTuple):
    """What tells which names are changed: nodes of a statement, or of a function's body."""

    calls: list[ast.Call]
    lines: list[ast.Expr]
    bindings: list[Binding]
    comprehensions: list[Comprehension]


class _Effects(NamedTuple):
    """What these nodes do."""

    changed: frozenset[str]  # names, whatever the called functions of the document do
    calls: list[tuple[str, list[ast.expr]]]  # of functions by their name, with the arguments
    local: frozenset[str]  # variables of comprehensions


class Mutations:
    """Finds them, given what the document imports ("np" -> "numpy", "seed" -> "numpy.random.seed")."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self._parameters: dict[str, frozenset[int]] = {}  # of the document's functions: those that they change

    def learn(self, functions: Iterable[tuple[Function, Parts]]) -> None:
        """Remember which of its parameters a function of the document changes: `init(params)` may fill `params`."""
        bodies = [(function, self._effects(_in_body(parts))) for function, parts in functions]
        for _level in range(CALL_DEPTH):
            for function, effects in bodies:
                self._learn(function, self._changed(effects))

    def _learn(self, function: Function, changed: frozenset[str]) -> None:
        arguments = [*function.args.posonlyargs, *function.args.args]
        positions = frozenset(index for index, argument in enumerate(arguments) if argument.arg in changed)
        if positions:
            self._parameters[function.name] = self._parameters.get(function.name, frozenset()) | positions

    def of(self, parts: Parts) -> frozenset[str]:
        """The names that a statement changes."""
        return self._changed(self._effects(_outside(parts)))

    def _effects(self, nodes: _Nodes) -> _Effects:
        local = frozenset(name for loop in nodes.comprehensions for name in loop_names(loop))
        called_for_effect = {id(call) for line in nodes.lines for call in _calls_for_effect(line)}
        by_call = {
            name for call in nodes.calls for name in self._changed_by(call, is_statement=id(call) in called_for_effect)
        }
        by_binding = {name for binding in nodes.bindings for target in _targets(binding) for name in _roots_in(target)}
        by_name = [(call.func.id, call.args) for call in nodes.calls if isinstance(call.func, ast.Name)]
        return _Effects(frozenset(by_binding | (by_call - local)), by_name, local)

    def _changed(self, effects: _Effects) -> frozenset[str]:
        """The names that are changed, also by the functions that were learned before."""
        by_function = {
            name
            for function, arguments in effects.calls
            for index in self._parameters.get(function, ())
            if index < len(arguments) and (name := root(arguments[index]))
        }
        return effects.changed | (by_function - effects.local)

    def _changed_by(self, call: ast.Call, *, is_statement: bool) -> Iterator[str]:
        function = root(call.func)
        if function is None:
            return
        path = self._path(call.func, function)
        if path in SETTINGS:
            yield function
        elif function not in self._aliases and isinstance(call.func, ast.Attribute):
            method = call.func.attr
            yield from [function] if is_statement or method in MUTATORS or _is_in_place(method) else []
        yield from _changed_arguments(call, path)

    def _path(self, called: ast.expr, function: str) -> str:
        path = dotted(called) or ""
        return self._aliases.get(function, function) + path.removeprefix(function)


def _outside(parts: Parts) -> _Nodes:
    """Those of a statement that are in no function."""
    return _Nodes(
        calls=outside(parts.calls),
        lines=outside(parts.lines),
        bindings=outside(parts.bindings),
        comprehensions=outside(parts.comprehensions),
    )


def _in_body(parts: Parts) -> _Nodes:
    """Those of the function that a statement defines, without its inner functions."""
    return _Nodes(
        calls=in_body(parts.calls),
        lines=in_body(parts.lines),
        bindings=in_body(parts.bindings),
        comprehensions=in_body(parts.comprehensions),
    )


def _changed_arguments(call: ast.Call, path: str) -> Iterator[str]:
    changed = [keyword.value for keyword in call.keywords if keyword.arg == "out"]
    is_initializer = path.startswith("torch.nn.init.") and _is_in_place(path)
    if path in CHANGE_FIRST_ARGUMENT or is_initializer or path.endswith(".shuffle"):
        changed += call.args[:1]
    yield from (name for value in changed if (name := root(value)))


def _calls_for_effect(line: ast.Expr) -> Iterator[ast.Call]:
    """The call of a line that is only a call, or a comprehension whose value nobody takes."""
    if isinstance(line.value, ast.Call):
        yield line.value
    elif isinstance(line.value, ast.ListComp | ast.SetComp | ast.GeneratorExp) and isinstance(line.value.elt, ast.Call):
        yield line.value.elt


def loop_names(loop: Comprehension) -> Iterator[str]:
    """The `k` of `[k for k in z]`."""
    for generator in loop.generators:
        yield from (part.id for part in ast.walk(generator.target) if isinstance(part, ast.Name))


def _targets(node: Binding) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign | ast.Delete) else [node.target]


def _roots_in(target: ast.expr) -> Iterator[str]:
    """`X` of `X[0]`, `X.a.b`, `(X[0], Y.c)`; nothing of plain names, which are definitions."""
    pending = [target]
    while pending:
        part = pending.pop()
        if isinstance(part, ast.Tuple | ast.List):
            pending += part.elts
        elif isinstance(part, ast.Attribute | ast.Subscript) and (name := root(part)):
            yield name


def _is_in_place(method: str) -> bool:
    """`w.add_(1)`, as torch spells it."""
    return method.endswith("_") and not method.endswith("__")
