"""What a document's functions do with their arguments: train them, hand them back."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from grader.submission.expressions import dotted, walk

Function = ast.FunctionDef | ast.AsyncFunctionDef
Position = int | None  # in the returned tuple; None: it is what is returned
SAME_OBJECT = frozenset(
    ["to", "train", "eval", "cuda", "cpu", "float", "double", "requires_grad_"]
)  # methods of a network
GRADIENTS = "backward"  # the method by which torch fills in gradients


class Handling:
    """Learns the functions of a document, then says what a statement does by calling them."""

    def __init__(self) -> None:
        self._training: set[str] = set()
        self._returned: dict[str, frozenset[tuple[Position, str, int]]] = {}  # of parameters: (where, name, index)

    def learn(self, function: Function) -> None:
        """Remember what the function does; of several of one name, what all of them do."""
        if self.trains(ast.walk(function)):
            self._training.add(function.name)
        found = frozenset(_returned_parameters(function))
        self._returned[function.name] = self._returned.get(function.name, found) & found

    def trains(self, parts: Iterator[ast.AST] | list[ast.AST]) -> bool:
        """Whether one of these nodes computes gradients as torch does, or calls a function that does."""
        calls = (part.func for part in parts if isinstance(part, ast.Call))
        return any(
            called.attr == GRADIENTS if isinstance(called, ast.Attribute) else dotted(called) in self._training
            for called in calls
        )

    def handed_back(self, node: ast.stmt) -> frozenset[str]:
        """The names of `model, losses = train(model)` that are still the same object afterwards."""
        if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.value, ast.Call):
            return frozenset()
        returned = self._returned.get(dotted(node.value.func) or "", frozenset())
        return frozenset(
            name
            for where, parameter, index in returned
            if (name := _name_of(_item(node.targets[0], where)))
            and name == _name_of(_argument(node.value, parameter, index))
        )


def _returned_parameters(function: Function) -> Iterator[tuple[Position, str, int]]:
    """The parameters that every `return` gives back, untouched by assignments."""
    parts = [part for statement in function.body for part in walk(statement)]
    returns = [part.value for part in parts if isinstance(part, ast.Return)]
    if not returns or any(isinstance(part, ast.Yield | ast.YieldFrom) for part in parts):
        return
    replaced = _replaced(parts)
    for index, argument in enumerate([*function.args.posonlyargs, *function.args.args]):
        name = argument.arg
        if name not in replaced:
            shared = set.intersection(*(set(_positions(value, name)) for value in returns))
            yield from ((where, name, index) for where in shared)


def _positions(value: ast.expr | None, name: str) -> Iterator[Position]:
    if isinstance(value, ast.Tuple):
        yield from (where for where, item in enumerate(value.elts) if _name_of(item) == name)
    elif _name_of(value) == name:
        yield None


def _replaced(parts: list[ast.AST]) -> set[str]:
    """The names that get another value; `net = net.to(device)` is the same network."""
    kept = {id(part.targets[0]) for part in parts if isinstance(part, ast.Assign) and _is_same_object(part)}
    names = [part for part in parts if isinstance(part, ast.Name) and id(part) not in kept]
    return {name.id for name in names if isinstance(name.ctx, ast.Store | ast.Del)}


def _is_same_object(assignment: ast.Assign) -> bool:
    target, call = assignment.targets[0], assignment.value
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute) or len(assignment.targets) > 1:
        return False
    return call.func.attr in SAME_OBJECT and _name_of(call.func.value) == _name_of(target) != ""


def _item(target: ast.expr, where: Position) -> ast.expr | None:
    """What gets the returned value at this place."""
    if where is None:
        return target
    items = target.elts if isinstance(target, ast.Tuple | ast.List) else []
    is_plain = not any(isinstance(item, ast.Starred) for item in items)
    return items[where] if is_plain and where < len(items) else None


def _argument(call: ast.Call, parameter: str, index: int) -> ast.expr | None:
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    if index < len(call.args):
        return call.args[index]
    return next((keyword.value for keyword in call.keywords if keyword.arg == parameter), None)


def _name_of(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""
