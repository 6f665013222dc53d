"""The logarithm of an integral or a sum of ``exp(log_kernel)``, by lemmas with sources, matched by structure."""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, S, Symbol

from .algebra.signs import Domain
from .bounds import Bounds
from .integration.integrals import log_of_integral
from .integration.kernel import Kernel
from .integration.kinks import kink_of
from .integration.lemma import Integrated, Lemma
from .integration.sums import log_sum
from .integration.table import LEMMAS, RULES
from .integration.values import level_gammas, product_of, simplified


def log_integral(
    log_kernel: Expr, variable: Symbol, ends: Bounds, domain: Domain, small: tuple[Symbol, ...] = ()
) -> Integrated | None:
    """Return the logarithm of the integral, or sum where ``ends.discrete``, of ``exp(log_kernel)`` over the support.

    Parameters
    ----------
    log_kernel
        In any form whose logarithms split by the signs that ``domain`` proves.
    ends
        The support; its ends may contain symbols of ``domain``.
    domain
        Where every symbol but ``variable`` lies; those not listed are taken at their assumptions.
    small
        Symbols near zero: side conditions are proved at zero, and hold near it because they are strict.

    Returns
    -------
    ``None`` where no lemma matches or a side condition is not proved.

    Examples
    --------
    >>> from sympy import Interval, Symbol, log, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> positive = bounds(Interval.open(0, oo))
    >>> log_integral((k - 1) * log(x) - 2 * x, x, positive, {k: positive})
    Integrated(value=-k*log(2) + loggamma(k), lemma='gamma', conditions=(k,), substitution='')
    """
    kernel = Kernel(log_kernel, variable, ends.lo, ends.hi, dict(domain), small)
    found = log_sum(kernel) if ends.discrete else log_of_integral(kernel)
    if found is None or found.value.has(S.NaN):
        return None
    value = found.value if small else simplified(found.value, domain)
    return replace(found, value=value)


__all__ = [
    "LEMMAS",
    "RULES",
    "Integrated",
    "Lemma",
    "kink_of",
    "level_gammas",
    "log_integral",
    "product_of",
    "simplified",
]
