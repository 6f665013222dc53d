"""Closed forms of one member and of two: mean, entropy, cross-entropy, divergence, information, log-partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sympy import And, Expr, Integer, Interval, Matrix, oo, true
from sympy.logic.boolalg import Boolean

from .algebra.derivatives import derivative
from .algebra.kinks import has_kinks
from .algebra.signs import Domain, is_nonnegative
from .algebra.size import shortest
from .expectations import entropy, expectation
from .exponential import exponential_form
from .family import Family
from .forms import ClosedForm
from .integration.lemma import joined_names
from .measures import Expected
from .members import member_domain, member_symbols
from .shifted import location_with_kinks, shifted_expectation

# From where a parameter that may be any positive number is tried, if the expectation is not finite for every member.
_STARTS = (Integer(1), Integer(2))


@lru_cache(maxsize=512)
def mean(family: Family) -> ClosedForm | None:
    """Return ``E[x]``; where it is finite for some members only, with that condition. ``None`` where no lemma gives it.

    Of several observed numbers it is a column of their means.

    >>> from thetahat import family
    >>> mean(family("gamma")).value
    k*theta
    >>> mean(family("pareto_known_minimum")).where
    alpha > 1
    """
    if family.also:
        return _means(family)
    found = expectation(family, family.observation)
    if found is not None:
        return _plain(found)
    for narrower, condition in _narrowed(family):
        found = expectation(narrower, narrower.observation)
        if found is not None:
            return ClosedForm(found.value, found.lemma, condition)
    return None


def _means(family: Family) -> ClosedForm | None:
    found = [one for one in (expectation(family, x) for x in family.observed) if one is not None]
    if len(found) < len(family.observed):
        return None
    return ClosedForm(Matrix([one.value for one in found]).as_immutable(), joined_names(one.lemma for one in found))


def entropy_of(family: Family) -> ClosedForm | None:
    """Return ``-E[log p(x)]``, in nats; differential entropy for densities. ``None`` where no lemma gives it.

    >>> from thetahat import family
    >>> entropy_of(family("exponential")).value
    1 - log(lambda)
    """
    found = entropy(family)
    return None if found is None else _plain(found)


@lru_cache(maxsize=512)
def cross_entropy(family: Family) -> ClosedForm | None:
    """Return ``-E_0[log p_1(x)]`` in the parameters of members 0 and 1; infinite where supports do not nest.

    >>> from thetahat import family
    >>> cross_entropy(family("exponential")).value
    -log(lambda_1) + lambda_1/lambda_0
    """
    return _between(family, -_of_second(family), is_difference=False)


@lru_cache(maxsize=512)
def kl(family: Family) -> ClosedForm | None:
    """Return ``KL(p_0 || p_1) = E_0[log p_0 - log p_1]`` in the parameters of both members, in nats.

    It is infinite where the support of member 0 does not lie in that of member 1, which ``where`` tells. Names are
    those of the parameters with ``_0`` and ``_1``. ``None`` where no lemma gives it.

    Source: Kullback & Leibler 1951, *On information and sufficiency*, section 2.

    >>> from thetahat import family
    >>> kl(family("poisson")).value
    lambda_0*log(lambda_0) - lambda_0*log(lambda_1) - lambda_0 + lambda_1
    """
    return _between(family, family.log_density - _of_second(family), is_difference=True)


@lru_cache(maxsize=512)
def fisher_information(family: Family) -> ClosedForm | None:
    """Return the expected information of one observation: a matrix in declared order.

    It is minus the expected Hessian of the log-density; where the log-density has kinks, the covariance of the score.
    ``None`` where no lemma gives an entry, where the support depends on a parameter, and for parameters on a lattice:
    there is none then.

    Source: Lehmann & Casella 1998, *Theory of Point Estimation*, section 2.5, lemma 5.3.

    >>> from thetahat import family
    >>> fisher_information(family("normal")).value.tolist()
    [[sigma**(-2), 0], [0, 2/sigma**2]]
    """
    p = family.symbols
    if family.bounds.free_symbols & set(p) or any(item.bounds.discrete for item in family.parameters):
        return None
    slopes = [derivative(family.log_density, symbol) for symbol in p]
    kinked = has_kinks(family.log_density)

    def integrand(i: int, j: int) -> Expr:
        return slopes[i] * slopes[j] if kinked else -derivative(slopes[i], p[j])

    found: dict[tuple[int, int], Expected] = {}
    for i in range(len(p)):
        for j in range(i, len(p)):
            entry = expectation(family, integrand(i, j).expand() if kinked else integrand(i, j))
            if entry is None:
                return None
            found[i, j] = entry
    value = Matrix(len(p), len(p), lambda i, j: found[min(i, j), max(i, j)].value)
    return ClosedForm(value.as_immutable(), joined_names(one.lemma for one in found.values()))


def log_partition(family: Family) -> ClosedForm | None:
    """Return ``A`` of ``log p = eta . T(x) - A + log h(x)``, in the declared parameters; ``None`` without such a form.

    >>> from thetahat import family
    >>> log_partition(family("poisson")).value
    lambda
    """
    form = exponential_form(family)
    return None if form is None else ClosedForm(form.log_partition, "exponential form")


def members_domain(family: Family) -> Domain:
    """Return where the parameters of both members lie, and the constants, which they share.

    >>> from thetahat import family
    >>> [str(symbol) for symbol in members_domain(family("gamma"))]
    ['k_0', 'theta_0', 'k_1', 'theta_1']
    """
    constants = {item.symbol: item.bounds for item in family.constants}
    return constants | member_domain(family, 0) | member_domain(family, 1)


def _of_second(family: Family) -> Expr:
    return family.log_density.xreplace(member_symbols(family, 1))


def _between(family: Family, integrand: Expr, is_difference: bool) -> ClosedForm | None:
    """The expectation under member 0, which the family's own symbols stand for until the end."""
    moving = family.bounds.free_symbols
    if moving & set(family.observed) and moving & set(family.symbols):
        return None
    second = member_symbols(family, 1)
    found = expectation(family, integrand, member_domain(family, 1))
    location = location_with_kinks(family) if found is None else None
    if location is not None:
        found = shifted_expectation(family, location, second, integrand, member_domain(family, 1))
    if found is None and is_difference:
        own, other = entropy(family), expectation(family, -_of_second(family), member_domain(family, 1))
        if own is not None and other is not None:
            found = Expected(other.value - own.value, f"{own.lemma} + {other.lemma}")
    if found is None:
        return None
    first = member_symbols(family, 0)
    value = found.value.xreplace(first)
    return ClosedForm(shortest((value, value.expand())), found.lemma, nested(family), oo)


def nested(family: Family) -> Boolean:
    """Return when the support of member 0 lies in that of member 1, up to a null set.

    >>> from thetahat import family
    >>> nested(family("uniform")), nested(family("gamma"))
    ((a_0 >= a_1) & (b_0 <= b_1), True)
    """
    first, second = member_symbols(family, 0), member_symbols(family, 1)
    lo, hi = family.bounds.lo, family.bounds.hi
    below = _at_most(lo.xreplace(second), lo.xreplace(first), family)
    above = _at_most(hi.xreplace(first), hi.xreplace(second), family)
    return And(below, above)


def _at_most(lower: Expr, upper: Expr, family: Family) -> Boolean:
    if lower == upper or is_nonnegative(upper - lower, members_domain(family)):
        return true
    return upper >= lower if lower.sort_key() > upper.sort_key() else lower <= upper


def _narrowed(family: Family) -> Iterator[tuple[Family, Boolean]]:
    """The family with one positive parameter kept above one, then above two."""
    for start in _STARTS:
        for item in family.parameters:
            ends = item.bounds
            if ends.lo != 0 or ends.hi is not oo or ends.discrete:
                continue
            above = replace(item, space=Interval.open(start, oo))
            items = tuple(above if one is item else one for one in family.parameters)
            yield replace(family, parameters=items), item.symbol > start


def _plain(found: Expected) -> ClosedForm:
    return ClosedForm(found.value, found.lemma)
