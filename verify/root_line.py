"""Where the unknown of the only equation is looked for: its space, and of it what the data leave."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, oo

from ..proofs.derivation import Derivation
from ..proofs.likelihood import unfold
from .line import Line
from .observations import Observations
from .statistics import evaluate


def root_line(derivation: Derivation, table: Observations) -> Line:
    """Return the interval that holds the root, if there is one.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> table = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> root_line(derive(family("rayleigh_shifted")), table)
    Line(lo=-inf, hi=1.0)
    """
    return Line(*(evaluate(end, table, {}) for end in _ends(derivation)))


@lru_cache(maxsize=512)
def _ends(derivation: Derivation) -> tuple[Expr, Expr]:
    unknown = derivation.unknowns[0]
    space = derivation.family.domain[unknown]
    lo, hi = next(((a, b) for symbol, a, b in derivation.within if symbol == unknown), (space.lo, space.hi))
    # An end that is another parameter is known with the root only: roots beyond it are left out one by one.
    parameters = set(derivation.family.symbols)
    lo, hi = (far if end.free_symbols & parameters else end for end, far in ((lo, -oo), (hi, oo)))
    return unfold(lo, derivation.statistics), unfold(hi, derivation.statistics)
