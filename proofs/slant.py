"""Whether a family of places and scales is slanted by a factor, and by what.

Its log-density is ``g(z) - log(scale) + h(slant z)`` with ``z = (x - location)/scale``, and ``h`` rises from minus
infinity to a ceiling, as logarithms of distribution functions do. Source: Azzalini 1985, Scandinavian Journal of
Statistics 12, 171-178.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, S, Symbol, oo

from .algebra.distribution_functions import risen_to
from .algebra.stand_in import StandIn
from .algebra.tidying import tidy
from .family import Family
from .location import LocationScale, location_scale

V = StandIn("v", real=True)


@dataclass(frozen=True)
class Slant:
    """How a family of places and scales is slanted by ``parameter``.

    ``level`` is the family without slant, ``structure`` its places and scales, of the observation or its logarithm;
    ``shape`` is what the slant adds, as a function of ``V``, which is ``parameter`` times the distance from the place
    over ``unit``, and ``ceiling`` what it rises to.
    """

    parameter: Symbol
    level: Family
    structure: LocationScale
    unit: Expr
    shape: Expr
    ceiling: Expr

    @property
    def place(self) -> Symbol:
        """The parameter that is the place."""
        return self.structure.location


@dataclass(frozen=True)
class SlantLimits:
    """What the likelihood tends to with the place at either end of the data, and there the ``best`` of the ``scale``.

    ``best`` is in averages, and may contain the place.
    """

    slant: Slant
    scale: Symbol
    best: Expr
    heights: tuple[Expr, Expr]


@lru_cache(maxsize=512)
def find_slant(family: Family) -> Slant | None:
    """Return how a family is slanted, ``None`` where it is not seen to be.

    >>> from thetahat import family
    >>> found = find_slant(family("skew_normal"))
    >>> found.parameter, found.ceiling
    (alpha, log(2))
    >>> find_slant(family("student_t")) is None
    True
    """
    if len(family.parameters) != 3 or family.beside or family.discrete:
        return None
    anything = [item for item in family.parameters if item.bounds.lo is -oo and item.bounds.hi is oo]
    tried = (_slanted_by(item.symbol, family) for item in anything if not item.bounds.discrete)
    return next((found for found in tried if found is not None), None)


def _slanted_by(slant: Symbol, family: Family) -> Slant | None:
    """How the parameter slants the family of the two others, if it does."""
    level = family.fix(**{str(slant): 0})
    structure = location_scale(level)
    if structure is None or not structure.location.is_Symbol:
        return None
    added = family.log_density - level.log_density
    for unit in (structure.scale, S.One):
        moved = added.subs(structure.observation, structure.location + unit * V / slant)
        shape = moved.replace(lambda node: bool(node.args), lambda node: tidy(node, {}))
        ceiling = risen_to(shape, V) if shape.free_symbols == {V} else None
        if ceiling is not None:
            return Slant(slant, level, structure, unit, shape, ceiling)
    return None
