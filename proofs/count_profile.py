"""The slope of a profile of counts that turns once: an average difference of digamma functions beside a logarithm.

For a distribution on the whole numbers from zero on, with mean ``m > 0`` and variance ``v``, the function

    h(u) = E[digamma(u + X)] - digamma(u) - log(1 + m / u)    for u > 0

is positive everywhere if ``v <= m``; else it has one zero, where it turns from positive to negative.

Source: Levin & Reeds 1977, Annals of Statistics 5, 79-87; Simonsen 1976, Scandinavian Actuarial Journal, 220-228.

Proof. As ``digamma(u + x) - digamma(u)`` is the sum of ``1 / (u + j)`` over ``j < x``, and ``log(1 + m / u)`` the
integral of ``1 / (u + y)`` over ``0 < y < m``, ``h`` is the Laplace transform of that of the signed measure with mass
``P(X > j)`` at each ``j`` and density ``-1`` on ``(0, m)``. Let ``N(y)`` be what it gives to ``[0, y]``, and ``M`` the
integral of ``N`` from zero on: the inner transform is ``t^2`` times that of ``M``. A Laplace transform has no more
zeros, counted with multiplicity, than the function has changes of sign (Polya & Szego 1925, part V, problem 80), so
that it is enough to show that ``M`` has one at most, from positive to negative. Beyond ``m`` it falls, since ``N`` is
negative there. Up to ``m``, between ``j`` and ``j + 1``, ``N(y) = 1 - C(j) - (y - j)``, where ``C(j)`` is the sum of
``P(X <= i)`` over ``i <= j``, so that ``M`` is concave there, and ``M(j)`` the sum of ``1/2 - C(i)`` over ``i < j``.
As ``C`` is a sum of growing terms, ``C(i) <= (i + 1) C(j) / (j + 1)``. Were ``C(j) < 1``, then ``M(j) > 0``. So once
``M(j) <= 0``, ``N`` is negative from ``j`` on, and ``M`` falls. It tends to ``(m - v) / 2``: for ``v > m`` it changes
its sign; for ``v <= m``, falling from ``m`` on to something that is not negative, it never does.
"""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, S, Symbol, limit, log, oo, polygamma

from .algebra.atoms import Mean
from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_positive, strict_sign
from .derivation import Statistic, Step
from .existence import Existence
from .family import Family
from .wording import describe


def count_slope(size: Expr, unknown: Symbol, observation: Symbol) -> Expr:
    """Return the slope in ``unknown`` of a profile that the theorem is about, ``u`` being ``size``.

    >>> r, x = Symbol("r", positive=True), Symbol("x", integer=True, nonnegative=True)
    >>> count_slope(r, r, x)
    Mean(polygamma(0, r + x), x) + log(r) - log(r + Mean(x, x)) - polygamma(0, r)
    """
    counted = Mean(polygamma(0, size + observation), observation) - polygamma(0, size)
    return derivative(size, unknown) * (counted - log(size + Mean(observation, observation)) + log(size))


def turns_once(size: Expr, unknown: Symbol, family: Family, domain: Domain) -> bool:
    """Return whether the theorem applies: to counts, and to a positive size that moves one way with ``unknown``.

    >>> from thetahat import family
    >>> counts = family("negative_binomial")
    >>> r, p = counts.symbols
    >>> turns_once(r, r, counts, counts.domain), turns_once(r - 1, r, counts, counts.domain)
    (True, False)
    """
    counts = family.bounds.discrete and not family.beside and family.bounds.lo == S.Zero
    moves = strict_sign(derivative(size, unknown), domain)
    return bool(counts and size.free_symbols == {unknown} and is_positive(size, domain) and moves)


def sizes(profile: Expr, observation: Symbol) -> list[Expr]:
    """Return what stands beside the observation in gamma functions or their logarithm's derivatives.

    >>> r, x = Symbol("r", positive=True), Symbol("x", integer=True, nonnegative=True)
    >>> sizes(Mean(polygamma(0, r + x), x), x)
    [r]
    """
    found = (node.args[-1] - observation for node in profile.atoms(polygamma))
    return sorted({size for size in found if size and observation not in size.free_symbols}, key=str)


def by_counts(family: Family, statistics: tuple[Statistic, ...], steps: Iterable[Step]) -> Existence | None:
    """Return when the slope turns, if a step says that it is one of these and its size may be any positive number.

    >>> from thetahat import derive, family
    >>> counts = derive(family("negative_binomial"))
    >>> by_counts(counts.family, counts.statistics, counts.steps).conditions[0].meaning
    'mean(x)**2 + mean(x) - mean(x**2) < 0'
    """
    step = next((step for step in steps if step.rule == "ridge-counts"), None)
    if step is None or not isinstance(step.subject, Symbol):
        return None
    size, unknown, box = step.named("size"), step.subject, family.domain[step.subject]
    try:
        ends = {limit(size, unknown, box.lo, "+"), limit(size, unknown, box.hi, "-")}
    except NotImplementedError:
        return None
    if ends != {S.Zero, oo}:
        return None
    x = family.observation
    over = Mean(x**2, x) - Mean(x, x) ** 2 - Mean(x, x)
    why = "the derivative along the ridge is positive for every dataset whose variance is no larger than its mean"
    return Existence((describe(over, family, statistics, why),), True, "the derivative along the ridge turns")
