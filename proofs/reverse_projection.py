"""The member nearest to a target in KL(member || target): an expectation under the member, minimised step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Add, Expr, Symbol, exp, log, oo

from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_positive
from .algebra.solve import solve_one
from .algebra.tidying import tidy
from .closed_forms import entropy_of
from .expectations import expectation
from .family import Family
from .forward_projection import forward
from .projected import (
    INFINITE_IN_REVERSE,
    Projected,
    is_stationary,
    lies_inside,
    of_itself,
    parameter_domain,
    symbols_of,
)
from .targets import Member, Mixture, Table, Target


def reverse(target: Target, family: Family) -> Projected | None:
    """Return the member nearest to ``target`` in KL(member || target), by nested minimisation of a closed divergence.

    ``None`` where the expectation of the target's log-density under a member has no lemma, where the supports of
    members are not proved to lie in that of the target, or where no rule solves for a first parameter.

    >>> from thetahat import family
    >>> from thetahat.proofs.targets import Member
    >>> k = Symbol("k", positive=True)
    >>> reverse(Member.of(family("gamma"), k=k, theta=1), family("exponential")).theta
    {lambda: 1/k}
    """
    domain = symbols_of(target)
    if family.constants or family.beside or isinstance(target, Mixture):
        return None
    if special := of_itself(target, family):
        return special
    if isinstance(target, Table):
        objective = _divergence_from_table(target, family)
        if objective is oo:
            return INFINITE_IN_REVERSE
        nearest = forward(target, family)
        if nearest is not None and nearest.divergence == 0:
            return replace(nearest, argument="a divergence is zero only between equal distributions")
    elif family.bounds.free_symbols or not lies_inside(family.bounds, target.support, domain):
        return None
    else:
        objective = _reverse_divergence(target, family, domain)
    if objective is None:
        return None
    found, left = _nested(objective, family, domain)
    if not found:
        return None
    theta = _resolved(found, domain)
    whole = not left
    return Projected(
        {symbol: theta[symbol] for symbol in family.symbols if symbol in theta},
        tuple(derivative(objective, symbol).subs(theta) for symbol in left),
        left,
        tidy(objective.subs(theta), domain) if whole else None,
        "each parameter in turn has one stationary value, a minimum, whatever those left are" if whole else "",
        whole and is_stationary(objective, theta, domain),
    )


def _reverse_divergence(target: Member, family: Family, domain: Domain) -> Expr | None:
    """``-H(q) - E_q[log p]``; a log-partition that both share cancels before the expectation is taken."""
    log_p = target.log_density(family.observation)
    together = expectation(family, family.log_density - log_p, domain)
    if together is not None:
        return together.value
    own, other = entropy_of(family), expectation(family, log_p, domain)
    return None if own is None or other is None else Add(-own.value, -other.value)


def _divergence_from_table(target: Table, family: Family) -> Expr | None:
    """``KL(q || table)``, a finite sum where the table has every value of the support, and else infinite."""
    shares, values = dict(target.shares), finite_support(family)
    if family.bounds.free_symbols:
        return None
    if values is None or any(value not in shares for value in values):
        return oo
    return divergence_from_shares(family, [(value, shares[value]) for value in values])


def finite_support(family: Family) -> list[Expr] | None:
    """Return the values of a support of finitely many that no parameter moves; ``None`` for any other.

    >>> from thetahat import family
    >>> finite_support(family("bernoulli")), finite_support(family("poisson"))
    ([0, 1], None)
    """
    ends = family.bounds
    if family.also or not ends.discrete or ends.free_symbols or not (ends.hi - ends.lo).is_finite:
        return None
    return [ends.lo + place for place in range(int(ends.hi - ends.lo) + 1)]


def divergence_from_shares(family: Family, shares: Sequence[tuple[Expr, Expr]]) -> Expr:
    """Return ``KL(q || p)`` of a member ``q`` from shares ``p`` of every value of its support, in nats.

    >>> from sympy import Integer, Rational
    >>> from thetahat import family
    >>> bernoulli, half = family("bernoulli"), Rational(1, 2)
    >>> divergence_from_shares(bernoulli, [(Integer(0), half), (Integer(1), half)]).subs(bernoulli.symbols[0], half)
    0
    """
    heights = [(family.log_density.xreplace({family.observation: value}), share) for value, share in shares]
    return Add(*(exp(height) * (height - log(share)) for height, share in heights))


def _nested(objective: Expr, family: Family, beside: Domain) -> tuple[list[tuple[Symbol, Expr]], tuple[Symbol, ...]]:
    """Parameters minimised one after the other, each at the only root of its derivative, where the second is positive.

    The minimum over one parameter, as a function of the others, is minimised next: what remains is a global minimum.
    """
    domain = {**beside, **parameter_domain(family)}
    left, found = list(family.symbols), []
    while left:
        step = next((one for symbol in left if (one := _only_minimum(objective, symbol, domain)) is not None), None)
        if step is None:
            break
        symbol, value = step
        found.append(step)
        left.remove(symbol)
        objective = objective.subs(symbol, value)
    return found, tuple(left)


def _only_minimum(objective: Expr, symbol: Symbol, domain: Domain) -> tuple[Symbol, Expr] | None:
    slope = derivative(objective, symbol)
    roots = solve_one(slope, symbol, domain)
    if len(roots) != 1 or not roots[0].only:
        return None
    value, ends = roots[0].value, domain[symbol]
    rooms = [value - ends.lo] * (ends.lo != -oo) + [ends.hi - value] * (ends.hi != oo)
    bend = tidy(derivative(slope, symbol).subs(symbol, value), domain)
    if all(is_positive(room, domain) for room in rooms) and is_positive(bend, domain):
        return symbol, value
    return None


def _resolved(found: list[tuple[Symbol, Expr]], domain: Domain) -> dict[Symbol, Expr]:
    """Later values put into earlier ones."""
    theta: dict[Symbol, Expr] = {}
    for symbol, value in reversed(found):
        theta[symbol] = tidy(value.subs(theta), domain)
    return theta
