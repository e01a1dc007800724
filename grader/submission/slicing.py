"""The statements that a candidate needs: the transitive closure over definitions and mutations, in document order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

from grader.records import Statement
from grader.submission.names import BUILTINS

Givers = Callable[[str], list[int]]


class Slicer:
    """Slices of one document."""

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.statements = statements
        self._stars = [index for index, statement in enumerate(statements) if statement.has_star_import]
        self._definitions = _index(statement.defines for statement in statements)
        self._givers = _index(statement.defines | statement.mutates for statement in statements)

    def defining(self, name: str) -> frozenset[int]:
        """The statements that define a name."""
        return frozenset(self._definitions.get(name, ()))

    def slices(
        self, candidate: int, *, rivals: frozenset[int], given: frozenset[str], rebinds: bool, value: str = ""
    ) -> tuple[tuple[int, ...], ...]:
        """What statement `candidate` needs, in the two ways in which a student may have run the document.

        Last comes the document as it stood when the function was used: a helper that a later question redefines is the
        earlier one. Before it, when that differs, the whole document run from top to bottom. `rivals` are the other
        definitions of the candidate's name and are never run, except that `square = vectorize(square)` (`rebinds`)
        needs those before it. `given` names are set by the rubric: nothing is run to make them. `value` is the
        candidate's name where it is no `def`: a network, say. What changes it afterwards belongs to it, but its training
        does not: that takes long, and no check can count on how it comes out.
        """
        excluded = frozenset(rival for rival in rivals if rival > candidate or not rebinds) | self._trainings(value)
        until = min((rival for rival in rivals if rival > candidate), default=len(self.statements))
        start = {candidate, *self._changes(value, candidate, until)} - excluded
        known = {value} if value and not rebinds else set[str]()
        whole = self._closure(start, known, excluded, given, lambda name: self._before(name, until))
        then = self._closure(start, known, excluded, given, lambda name: self._as_it_stood(name, candidate))
        return (then,) if then == whole else (whole, then)

    def _trainings(self, value: str) -> frozenset[int]:
        """The statements that train the value and do not define it."""
        mutating = self._givers.get(value, ())
        return frozenset(
            index for index in mutating if self.statements[index].trains and value not in self.statements[index].defines
        )

    def _changes(self, value: str, start: int, end: int) -> list[int]:
        """The statements between these that change the value."""
        return [index for index in self._givers.get(value, ()) if start < index < end]

    def _closure(
        self, start: set[int], known: set[str], excluded: frozenset[int], given: frozenset[str], givers: Givers
    ) -> tuple[int, ...]:
        """`start` and what it needs, but nothing for the names that are `known`."""
        chosen, names = set(start), set(known)
        pending = set[str]().union(*(self._needs(index) for index in start)) - names
        while pending:
            name = pending.pop()
            names.add(name)
            for index in set(givers(name) if name not in given else ()) - chosen - excluded:
                chosen.add(index)
                pending |= self._needs(index) - names
        if any(self._is_unresolved(name) for name in names - given - known):
            chosen |= set(self._stars)
        return tuple(sorted(chosen))

    def _needs(self, index: int) -> set[str]:
        return set(self.statements[index].uses | self.statements[index].mutates)

    def _before(self, name: str, end: int) -> list[int]:
        """The givers before `end`, or all of them when none there defines the name."""
        is_defined = any(index < end for index in self._definitions.get(name, ()))
        return self._until(name, end) if is_defined else self._givers.get(name, [])

    def _as_it_stood(self, name: str, at: int) -> list[int]:
        """The givers up to the first redefinition after `at`; of a name defined only later, up to its second one."""
        definitions = self._definitions.get(name, [])
        later = [index for index in definitions if index > at]
        redefinitions = later if len(later) < len(definitions) else later[1:]
        return self._until(name, redefinitions[0]) if redefinitions else self._givers.get(name, [])

    def _until(self, name: str, end: int) -> list[int]:
        return [index for index in self._givers.get(name, ()) if index < end]

    def _is_unresolved(self, name: str) -> bool:
        """Whether only a star import can give this name (a builtin may be one that it replaces)."""
        return name not in self._givers or (name in BUILTINS and name not in self._definitions)


def _index(names: Iterable[frozenset[str]]) -> dict[str, list[int]]:
    """By name: the statements, in document order, that have it."""
    found: dict[str, list[int]] = defaultdict(list)
    for index, several in enumerate(names):
        for name in several:
            found[name].append(index)
    return dict(found)
