"""The member nearest to a target in KL(target || member): the estimator, with expectations in place of averages.

Maximum likelihood is the same with the distribution of the data. Source: Csiszar & Shields 2004, section 3; White 1982.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Symbol, oo

from .algebra.atoms import plain
from .algebra.signs import Domain, is_positive
from .algebra.size import shortest
from .algebra.tidying import tidy
from .bounds import Bounds
from .derivation import Derivation, Outcome
from .engine import derive
from .family import Family
from .likelihood import unfold
from .population import Population
from .projected import NOWHERE_FORWARD, Projected, is_stationary, lies_inside, of_itself, parameter_domain, symbols_of
from .targets import Table, Target


def forward(target: Target, family: Family) -> Projected | None:
    """Return the member nearest to ``target`` in KL(target || member), where the estimator is made of averages.

    ``None`` where no estimator is derived, it reads quantiles off the data, or an expectation has no lemma.

    Source: Csiszar & Shields 2004, *Information Theory and Statistics*, section 3; White 1982.

    >>> from thetahat import family
    >>> from thetahat.proofs.targets import Member
    >>> k = Symbol("k", positive=True)
    >>> found = forward(Member.of(family("gamma"), k=k, theta=1), family("exponential"))
    >>> found.theta, found.divergence.subs(k, 1)
    ({lambda: 1/k}, 0)
    """
    domain = symbols_of(target)
    if family.constants or family.beside:
        return None
    if (special := of_itself(target, family)) or (special := _beyond(target, family, domain)):
        return special
    derivation = derive(family)
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED):
        return None
    population = Population(target, family, {**domain, **parameter_domain(family)})
    found = population.all_of(_in_averages(derivation, derivation.formulas))
    equations = population.all_of(_in_averages(derivation, _numbered(derivation.equations)))
    if found is None or equations is None:
        return None
    theta = {symbol: tidy(value.subs(found), domain) for symbol, value in found.items()}
    cross = _cross_entropy(target, family, population)
    value = _divergence_at(target, cross, theta, domain) if not derivation.unknowns else None
    if isinstance(target, Table) and not family.discrete:
        value = oo  # atoms have no density: the cross-entropy is what is least
    return Projected(
        {symbol: theta[symbol] for symbol in family.symbols if symbol in theta},
        tuple(equations.values()),
        derivation.unknowns,
        value,
        derivation.optimality.argument if derivation.optimality.proved else "",
        cross is not None and not derivation.unknowns and is_stationary(cross, theta, domain),
    )


def _beyond(target: Target, family: Family, domain: Domain) -> Projected | None:
    """Whether the target certainly has probability outside the support that all members share."""
    outer, inner = family.bounds, target.support
    if isinstance(target, Table):
        values = [value for value, _ in target.shares]
        outside = any(_lies_outside(value, outer) for value in values) or (outer.discrete and not target.discrete)
        return NOWHERE_FORWARD if outside else None
    low = _reaches_beyond(outer.lo, inner.lo, -1, domain)
    high = _reaches_beyond(outer.hi, inner.hi, 1, domain)
    return NOWHERE_FORWARD if low or high or (outer.discrete and not inner.discrete) else None


def _reaches_beyond(end: Expr, other: Expr, side: int, domain: Domain) -> bool:
    """Whether a target's end lies certainly beyond that of every member, which is finite or a number."""
    if end.is_infinite:
        return False
    return bool(other.is_infinite or (end.is_number and is_positive(side * (other - end), domain)))


def _lies_outside(value: Expr, ends: Bounds) -> bool:
    below = ends.lo.is_number and (value < ends.lo or (value == ends.lo and not ends.lo_closed))
    above = ends.hi.is_number and (value > ends.hi or (value == ends.hi and not ends.hi_closed))
    return bool(below or above)


def _in_averages(derivation: Derivation, formulas: tuple[tuple[Symbol, Expr], ...]) -> list[tuple[Symbol, Expr]]:
    """Formulas in plain averages, without the symbols of statistics."""
    return [(symbol, plain(unfold(formula, derivation.statistics))) for symbol, formula in formulas]


def _numbered(equations: tuple[Expr, ...]) -> tuple[tuple[Symbol, Expr], ...]:
    return tuple((Symbol(f"equation_{place}"), equation) for place, equation in enumerate(equations))


def _cross_entropy(target: Target, family: Family, population: Population) -> Expr | None:
    if target.support.discrete != family.discrete:
        return None
    if not family.bounds.free_symbols and not lies_inside(target.support, family.bounds, population.domain):
        return None
    found = target.mean(family.log_density, family.observation, population.domain)
    return None if found is None else -found


def _divergence_at(target: Target, cross: Expr | None, theta: Mapping[Symbol, Expr], domain: Domain) -> Expr | None:
    own = target.entropy()
    if cross is None or own is None:
        return None
    value = cross.subs(theta) - own
    return shortest((tidy(value, domain), value.expand()))
