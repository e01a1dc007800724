"""The statements that a candidate needs: the transitive closure over definitions and mutations, in document order."""

from __future__ import annotations

from collections import defaultdict

from grader.records import Statement


class Slicer:
    """Slices of one document. `given` names are set by the rubric: nothing is run to make them."""

    def __init__(self, statements: tuple[Statement, ...], given: frozenset[str]) -> None:
        self._statements = statements
        self._given = given
        self._givers: dict[str, list[int]] = defaultdict(list)
        self._stars = [index for index, statement in enumerate(statements) if statement.has_star_import]
        for index, statement in enumerate(statements):
            for name in statement.defines | statement.mutates:
                self._givers[name].append(index)

    def slice(self, candidate: int, name: str, rivals: frozenset[int]) -> tuple[int, ...]:
        """What statement `candidate` needs to define `name`.

        `rivals` are the other definitions of that name: never run. Before the next one the document is taken as it stood
        then, unless a name is defined only later.
        """
        end = min((rival for rival in rivals if rival > candidate), default=len(self._statements))
        chosen, names = {candidate}, set(self._statements[candidate].uses)
        pending = list(names | self._statements[candidate].mutates)
        while pending:
            for index in self._needed(pending.pop(), end) - chosen - rivals:
                chosen.add(index)
                fresh = (self._statements[index].uses | self._statements[index].mutates) - names
                names |= fresh
                pending += fresh
        if self._is_unresolved(names - {name}):
            chosen |= set(self._stars)
        return tuple(sorted(chosen))

    def _needed(self, name: str, end: int) -> set[int]:
        if name in self._given:
            return set()
        givers = self._givers.get(name, [])
        earlier = {index for index in givers if index < end}
        return earlier if any(name in self._statements[index].defines for index in earlier) else set(givers)

    def _is_unresolved(self, names: set[str]) -> bool:
        return bool(self._stars) and any(name not in self._givers and name not in self._given for name in names)
