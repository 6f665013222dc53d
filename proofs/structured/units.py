"""How parameters change with the unit of the observations, found from the log-density alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import product

from sympy import Expr, Symbol

from .family import StructuredFamily
from .plates import Component
from .sums import is_zero, normal
from .terms import Matrix
from .words import scalar

_FACTOR = Symbol("_c", positive=True)


@lru_cache(maxsize=64)
def unit_powers(family: StructuredFamily) -> Mapping[Expr, int] | None:
    """Return by which power of ``c`` each parameter and known term is multiplied when the data are multiplied by ``c``.

    ``None`` where the data have no unit, or where no such powers leave the density the same but for a constant.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> normal = structured("multivariate_normal")
    >>> [unit_powers(normal)[term] for term in normal.terms]
    [1, 2]
    >>> unit_powers(structured("dirichlet")) is None
    True
    """
    data = {term: 1 for term in family.observation if has_unit(term)}
    if not data:
        return None
    terms = (*family.terms, *(one.term for one in family.known))
    for powers in product(*(_candidates(term) for term in terms)):
        found = dict(zip(terms, powers, strict=True))
        if _same_but_constant(family, {**data, **found}):
            return found
    return None


def has_unit(term: Expr) -> bool:
    """Return whether an observation is measured in a unit: a matrix, or a real number, but no count and no share."""
    return isinstance(term, Matrix) or term.sign == "real"


def _candidates(term: Expr) -> tuple[int, ...]:
    if isinstance(term, Matrix) and term.kind != "spd":
        return (1, 0)
    if isinstance(term, Component) and term.sign == "real":
        return (1, 0, -1)
    return (2, 1, 0, -2, -1)


def _same_but_constant(family: StructuredFamily, powers: Mapping[Expr, int]) -> bool:
    table = {}
    for term, power in powers.items():
        indexed = isinstance(term, Component)
        for one in _atoms(family, type(term)) if indexed else (term,):
            if not indexed or one.name == term.name:
                table[one] = _FACTOR**power * one
    for left, right in family.support:
        # Sizes of differences are compared by their squares.
        if not is_zero((left.xreplace(table) * right) ** 2 - (left * right.xreplace(table)) ** 2, family.totals):
            return False
    moved = family.log_density.xreplace(table) - family.log_density
    change = normal(moved, family.totals) if family.in_plates else scalar(moved)
    # Under a sum an index has another name, so components are known by their names alone.
    named = {term.name for term in powers if isinstance(term, Component)}
    plain = [term for term in powers if not isinstance(term, Component)]
    return not change.has(*plain) and not any(one.name in named for one in change.atoms(Component))


def _atoms(family: StructuredFamily, kind: type[Expr]) -> set[Expr]:
    parts = (family.log_density, *(part for pair in family.support for part in pair))
    return {one for part in parts for one in part.atoms(kind)}
