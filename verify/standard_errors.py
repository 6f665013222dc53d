"""Standard errors of an estimate, from the curvature of the log-likelihood at it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from sympy import Abs, Expr, Max, Min, sign

from ..proofs.algebra.kinks import has_a_jump
from ..proofs.family import Family
from .density import compiled
from .observations import Observations
from .statistics import weighted_average


def standard_errors(family: Family, theta: NDArray[np.float64], data: Observations) -> Mapping[str, float]:
    """Return standard errors by name, from the observed information; none where that is no measure of the spread.

    It is none beside an end of the support that moves with the parameters, for whole parameters, for a density with a
    kink, and where the information is not positive definite.

    Source: Casella & Berger 2002, section 10.1.3.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> data = Observations(np.array([[1.0], [3.0]]), None, 2)
    >>> {name: round(value, 3) for name, value in standard_errors(EXPONENTIAL, np.array([0.5]), data).items()}
    {'lambda': 0.354}
    """
    rows = _hessian(family)
    moving = family.bounds.free_symbols & set(family.symbols)
    if rows is None or moving or any(p.symbol.is_integer for p in family.parameters):
        return {}
    arguments = (*family.columns, *family.symbols)

    def entry(expression: Expr) -> float:
        code = compiled(expression, arguments)
        return weighted_average(lambda rows_: code(*(c[rows_] for c in data.columns), *theta), data)

    with np.errstate(all="ignore"):
        information = -data.total * np.array([[entry(e) for e in row] for row in rows])
    if not np.isfinite(information).all() or not (np.linalg.eigvalsh(information) > 0).all():
        return {}
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return dict(zip(family.parameter_names, (float(e) for e in errors), strict=True))


@lru_cache(maxsize=512)
def _hessian(family: Family) -> tuple[tuple[Expr, ...], ...] | None:
    """The second derivatives of the log-density in the parameters; ``None`` where it has kinks."""
    density = family.log_density
    if density.has(Abs, Max, Min, sign):
        return None
    rows = tuple(tuple(density.diff(a, b) for b in family.symbols) for a in family.symbols)
    return None if any(has_a_jump(e) for row in rows for e in row) else rows
