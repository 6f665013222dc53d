"""What solving a system one unknown at a time gives: roots in order, and the equations that are left."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .combine import Combination
from .roots import Root
from .size import as_one_quotient
from .tidying import tidy


@dataclass(frozen=True)
class Solved:
    """One unknown with its root, in terms of unknowns that are solved later; ``equation`` is what it solves.

    ``clear`` is the equation without factors that are never zero, those included that would put unknowns solved before
    on an open end of their spaces.
    ``rivals`` are roots that the rule gave as well and the caller's choice discarded. ``combination`` says of which two
    equations that one was made, if it was.
    """

    unknown: Symbol
    root: Root
    equation: Expr
    clear: Expr
    rivals: tuple[Root, ...] = ()
    combination: Combination | None = None


@dataclass(frozen=True)
class Elimination:
    """What was solved, in order, and the equations that are left in the unknowns that are left.

    ``crossed`` says that some unknown was solved from the equation of another, or of two: an equation left is then not
    the derivative in its own unknown. ``cleared`` are equations that lost their denominators before any root was put
    in, keyed by the unknown each belongs to. ``instead`` says that other equations were solved, of the same zeros.
    """

    solved: tuple[Solved, ...]
    equations: tuple[Expr, ...]
    unknowns: tuple[Symbol, ...]
    crossed: bool = False
    cleared: tuple[tuple[Symbol, Expr], ...] = ()
    instead: bool = False

    @property
    def chosen(self) -> bool:
        """Whether one of several roots was chosen."""
        return any(item.rivals for item in self.solved)

    def closed(self) -> dict[Symbol, Expr]:
        """Return each solved unknown in terms of statistics and the unknowns that are left."""
        values: dict[Symbol, Expr] = {}
        for item in self.ordered():
            values[item.unknown] = tidy(as_one_quotient(item.root.value.subs(values)), {})
        return values

    def ordered(self) -> tuple[Solved, ...]:
        """Return the roots in an order in which each uses only unknowns before it or left."""
        waiting, done = list(self.solved), []
        while waiting:
            names = {item.unknown for item in waiting}
            ready = next(item for item in waiting if not item.root.value.free_symbols & (names - {item.unknown}))
            waiting.remove(ready)
            done.append(ready)
        return tuple(done)
