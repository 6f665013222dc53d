"""The mean of the logarithm of a quadratic under a Cauchy density, by the Poisson integral of the upper half plane."""

from __future__ import annotations

from sympy import Expr, Poly, Symbol, log, sqrt

from ..algebra.signs import Domain, is_positive
from ..algebra.size import cancelled


def mean_log_quadratic(exponent: Expr, part: Expr, x: Symbol, domain: Domain) -> Expr | None:
    """Return the mean of ``part = log(c ((x - n)**2 + t**2))`` under the density in proportion to ``exp(exponent)``.

    The density has to be one over a quadratic, ``(x - m)**2 + s**2`` up to a factor. ``log((x - n)**2 + t**2)`` is on
    the real line what ``2 log|z - n + i t|`` is, which is harmonic in the upper half plane and grows slowly; its mean
    is its value at ``m + i s``. ``None`` for other shapes.

    Source
    ------
    Axler, Bourdon & Ramey 2001, *Harmonic Function Theory*, chapter 7; Chyzak & Nielsen 2019, *A closed-form formula
    for the Kullback-Leibler divergence between Cauchy distributions*.

    Examples
    --------
    >>> x = Symbol("x", real=True)
    >>> mean_log_quadratic(-log(x**2 + 1), log(x**2 + 4), x, {})
    log(9)
    """
    if not (isinstance(exponent, log) or isinstance(-exponent, log)) or not isinstance(part, log):
        return None
    own = _completed(exp_of_minus(exponent), x, domain)
    other = _completed(part.args[0], x, domain)
    if own is None or other is None:
        return None
    (_, m, s), (lead, n, t) = own, other
    return log(lead) + log((m - n) ** 2 + (s + t) ** 2)


def exp_of_minus(exponent: Expr) -> Expr:
    """Return ``q`` of ``-log(q)``, or of ``log(1/q)``.

    >>> from sympy.abc import a
    >>> exp_of_minus(-log(a)), exp_of_minus(log(a))
    (a, 1/a)
    """
    return (-exponent).args[0] if isinstance(-exponent, log) else 1 / exponent.args[0]


def _completed(quadratic: Expr, x: Symbol, domain: Domain) -> tuple[Expr, Expr, Expr] | None:
    """``c ((x - m)**2 + s**2)`` as ``c``, ``m`` and ``s``, the first and last positive."""
    if not quadratic.is_polynomial(x) or Poly(quadratic, x).degree() != 2:
        return None
    lead, middle, constant = Poly(quadratic, x).all_coeffs()
    centre = cancelled(-middle / (2 * lead))
    square = cancelled(constant / lead - centre**2)
    if not (is_positive(lead, domain) and is_positive(square, domain)):
        return None
    return lead, centre, sqrt(square)
