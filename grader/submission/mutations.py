"""Which names a statement changes in place, as far as its text tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.submission.expressions import dotted, root, walk

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
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


class Mutations:
    """Finds them, given what the document imports ("np" -> "numpy", "seed" -> "numpy.random.seed")."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self._parameters: dict[str, frozenset[int]] = {}  # of the document's functions: those that they change

    def learn(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Remember which of its parameters a function of the document changes: `init(params)` may fill `params`."""
        changed = self.of([part for statement in function.body for part in walk(statement)])
        arguments = [*function.args.posonlyargs, *function.args.args]
        positions = frozenset(index for index, argument in enumerate(arguments) if argument.arg in changed)
        self._parameters[function.name] = self._parameters.get(function.name, frozenset()) | positions

    def of(self, parts: list[ast.AST]) -> frozenset[str]:
        """The names that one statement changes; `parts` are its nodes outside functions."""
        loops = [part for part in parts if isinstance(part, COMPREHENSIONS)]
        local = {name for loop in loops for name in _loop_names(loop)}
        called_for_effect = {id(call) for part in parts for call in _calls_for_effect(part)}
        found = {name for part in parts for target in _targets(part) for name in _roots_in(target)}
        for part in parts:
            if isinstance(part, ast.Call):
                found.update(set(self._changed_by(part, is_statement=id(part) in called_for_effect)) - local)
        return frozenset(found)

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
        if isinstance(call.func, ast.Name):
            positions = self._parameters.get(function, frozenset())
            yield from (name for index in positions if index < len(call.args) and (name := root(call.args[index])))

    def _path(self, called: ast.expr, function: str) -> str:
        path = dotted(called) or ""
        return self._aliases.get(function, function) + path.removeprefix(function)


def _changed_arguments(call: ast.Call, path: str) -> Iterator[str]:
    changed = [keyword.value for keyword in call.keywords if keyword.arg == "out"]
    is_initializer = path.startswith("torch.nn.init.") and _is_in_place(path)
    if path in CHANGE_FIRST_ARGUMENT or is_initializer or path.endswith(".shuffle"):
        changed += call.args[:1]
    yield from (name for value in changed if (name := root(value)))


def _calls_for_effect(part: ast.AST) -> Iterator[ast.Call]:
    """The calls of a line that is only a call, or a comprehension whose value nobody takes."""
    if not isinstance(part, ast.Expr):
        return
    if isinstance(part.value, ast.Call):
        yield part.value
    elif isinstance(part.value, ast.ListComp | ast.SetComp | ast.GeneratorExp) and isinstance(part.value.elt, ast.Call):
        yield part.value.elt


def _loop_names(loop: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(loop):
        if isinstance(child, ast.comprehension):
            yield from (part.id for part in ast.walk(child.target) if isinstance(part, ast.Name))


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign | ast.Delete):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign | ast.For) else []


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
