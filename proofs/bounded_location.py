"""Whether the support is an interval that only moves and stretches, and when a maximiser exists inside it then.

With ``a = 1/scale`` and ``b = location/scale`` each ``z = a x - b`` is linear, so that data keep ``(a, b)`` in a convex
set. Where the density vanishes at both ends, the log-likelihood falls to minus infinity at every point of its boundary,
as ``log a`` does at ``a = 0``. The set is bounded unless all observations are equal; then the likelihood is not.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Dummy, Max, S, log

from .algebra.atoms import Quantile
from .conditions import Condition
from .existence import Existence
from .family import Family
from .location import LocationScale, Z, free_of, is_regular
from .reach import reaching
from .sameness import all_equal

_RULE = "the likelihood vanishes where the support ends at an observation, and as the scale grows without bound"


@lru_cache(maxsize=512)
def bounded_location_scale(family: Family) -> LocationScale | None:
    """Return the centre of the support as location, half its length as scale; ``None`` where more than these move.

    >>> from thetahat import family
    >>> bounded_location_scale(family("uniform_from_zero")).scale
    b/2
    >>> bounded_location_scale(family("beta")) is None
    True
    """
    ends = family.bounds
    infinite = any(end.is_infinite is not False for end in (ends.lo, ends.hi) if end.is_number)
    if ends.discrete or infinite or family.beside or not ends.free_symbols & set(family.symbols):
        return None
    location, scale = ((ends.lo + ends.hi) / 2).expand(), ((ends.hi - ends.lo) / 2).expand()
    if not is_regular(location, scale, family):
        return None
    kernel = free_of(family.log_density.subs(family.observation, location + scale * Z) + log(scale), family)
    if kernel is None:
        return None
    return LocationScale(family.observation, location, scale, kernel, S.NegativeOne, S.One)


def by_vanishing_ends(family: Family, structure: LocationScale) -> Existence | None:
    """Return when a concave kernel that vanishes at both ends of a bounded support has a best place and scale.

    ``None`` where not every place, or scale, is that of a member, or a known place is no number.
    """
    estimated = set(family.symbols)
    moves, scales = (bool(one.free_symbols & estimated) for one in (structure.location, structure.scale))
    wanted = [(structure.location, Dummy("l", real=True))] * moves + [
        (structure.scale, Dummy("c", positive=True))
    ] * scales
    if not (moves or structure.location.is_number) or reaching(family, wanted) is None:
        return None
    x, place = family.observation, structure.location
    if not scales:
        return Existence((), True, _RULE, vanishing=True)
    if moves:
        return Existence((all_equal(family, x, _RULE),), True, _RULE, vanishing=True)
    furthest = Max(Quantile(1, x) - place, place - Quantile(0, x))
    return Existence((Condition(furthest, f"not all observations are {place}", _RULE),), True, _RULE, vanishing=True)
