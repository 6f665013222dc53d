"""Whether a likelihood is smooth on every line on which one of its parameters alone moves."""

from __future__ import annotations

from sympy import Symbol

from .curvature import has_corners
from .family import Family


def has_open_space(family: Family) -> bool:
    """Return whether the parameter space is a product of open intervals with known ends.

    >>> from thetahat import family
    >>> has_open_space(family("gamma")), has_open_space(family("uniform"))
    (True, False)
    """
    boxes = [item.bounds for item in family.parameters]
    return all(not (box.free_symbols or box.lo_closed or box.hi_closed or box.discrete) for box in boxes)


def is_smooth_over_lines(family: Family, moved: Symbol) -> bool:
    """Return whether the likelihood is smooth on open intervals of all parameters, one of them the same for all data.

    >>> from thetahat import family
    >>> shifted = family("rayleigh_shifted")
    >>> [is_smooth_over_lines(shifted, one) for one in shifted.symbols]
    [False, True]
    """
    ends = family.bounds
    still = not ends.free_symbols & set(family.symbols) or not (ends.lo_closed or ends.hi_closed)
    own = moved not in ends.free_symbols and not family.beside
    return has_open_space(family) and still and own and not has_corners(family)
