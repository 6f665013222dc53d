"""Projections in closed form: the member nearest to a target, in either direction of the divergence.

Forward, KL(p || q) is minimised over members q, as maximum likelihood does with the distribution of the data: wherever
an estimator averages over data, the target's expectation takes its place. In reverse, KL(q || p), the divergence is an
expectation under q, and is minimised one parameter after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Expr, S, Symbol, exp, log, oo

from .algebra.atoms import Mean, Quantile, atoms_of, plain
from .algebra.derivatives import derivative
from .algebra.signs import Domain, is_nonnegative, is_positive
from .algebra.size import shortest
from .algebra.solve import solve_one, tidy
from .bounds import Bounds
from .closed_forms import entropy_of
from .derivation import Derivation, Evidence, Outcome
from .engine import derive
from .expectations import expectation
from .family import Family
from .likelihood import unfold
from .targets import Member, Mixture, Table, Target
from .zero import prove_zero


@dataclass(frozen=True)
class Projected:
    """A projection in closed form.

    Attributes
    ----------
    theta
        Each parameter that is solved, by symbol; it may contain the target's symbols and parameters of ``left``.
    equations, left
        What remains to be solved numerically, if anything, and the parameters in it.
    divergence
        The divergence at the projection, in nats; ``None`` where an entropy or expectation has no closed form.
    argument
        Why no member is nearer; empty where that is not proved.
    checked
        Whether the gradient of the divergence is proved to vanish at the projection.
    """

    theta: Mapping[Symbol, Expr]
    equations: tuple[Expr, ...]
    left: tuple[Symbol, ...]
    divergence: Expr | None
    argument: str
    checked: bool


NOWHERE_FORWARD = Projected(
    {},
    (),
    (),
    oo,
    "the target gives probability to a set to which every member gives none: the divergence is infinite",
    True,
)
INFINITE_IN_REVERSE = Projected(
    {},
    (),
    (),
    oo,
    "every member gives probability to values that the table does not have: the divergence is infinite",
    True,
)


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
    if family.constants or family.covariates:
        return None
    if (special := _equal(target, family)) or (special := _beyond(target, family, domain)):
        return special
    derivation = derive(family)
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED):
        return None
    population = _Population(target, family, {**domain, **_domain(family)})
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
        cross is not None and not derivation.unknowns and _stationary(cross, theta, domain),
    )


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
    if family.constants or family.covariates or isinstance(target, Mixture):
        return None
    if special := _equal(target, family):
        return special
    if isinstance(target, Table):
        objective = _divergence_from_table(target, family)
        if objective is oo:
            return INFINITE_IN_REVERSE
        nearest = forward(target, family)
        if nearest is not None and nearest.divergence == 0:
            return replace(nearest, argument="a divergence is zero only between equal distributions")
    elif family.bounds.free_symbols or not _inside(family.bounds, target.support, domain):
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
        whole and _stationary(objective, theta, domain),
    )


def symbols_of(target: Target) -> Domain:
    """Return where the symbols in a target's values lie, by their assumptions.

    >>> from thetahat import family
    >>> from thetahat.proofs.targets import Member
    >>> r = Symbol("r", positive=True)
    >>> symbols_of(Member.of(family("exponential_by_mean"), theta=r))[r].lo
    0
    """
    if isinstance(target, Table):
        return {}
    parts = [(S.One, target)] if isinstance(target, Member) else target.parts
    free: set[Symbol] = set()
    for weight, one in parts:
        free |= weight.free_symbols.union(*(value.free_symbols for _, value in one.theta))
    return {symbol: _by_assumptions(symbol) for symbol in sorted(free, key=str)}


def _equal(target: Target, family: Family) -> Projected | None:
    """A member of the family itself: a divergence is zero between equal members alone."""
    if not isinstance(target, Member) or target.family != family:
        return None
    return Projected(target.values, (), (), S.Zero, "a divergence is zero only between equal distributions", True)


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


def _by_assumptions(symbol: Symbol) -> Bounds:
    low = S.Zero if symbol.is_nonnegative else -oo
    high = S.Zero if symbol.is_nonpositive else oo
    return Bounds(low, high, low == 0 and not symbol.is_positive, False, bool(symbol.is_integer))


def _domain(family: Family) -> dict[Symbol, Bounds]:
    return {item.symbol: item.bounds for item in family.parameters}


@dataclass(frozen=True)
class _Population:
    """Expectations under a target in the place of averages over data."""

    target: Target
    family: Family
    domain: Domain

    def all_of(self, formulas: list[tuple[Symbol, Expr]]) -> dict[Symbol, Expr] | None:
        """Every formula with its averages replaced; ``None`` where one has an average without a closed form."""
        found = {symbol: self.of(formula) for symbol, formula in formulas}
        known = {symbol: value for symbol, value in found.items() if value is not None}
        return known if len(known) == len(found) else None

    def of(self, expression: Expr) -> Expr | None:
        """The expression with every average replaced; ``None`` where one has no closed form."""
        found: dict[Expr, Expr] = {}
        for atom in atoms_of(expression):
            value = self._atom(atom)
            if value is None:
                return None
            found[atom] = value
        return expression.xreplace(found)

    def _atom(self, atom: Expr) -> Expr | None:
        if isinstance(atom, Mean):
            inner = self.of(atom.integrand) if atoms_of(atom.integrand) else atom.integrand
            return None if inner is None else self.target.mean(inner, self.family.observation, self.domain)
        if isinstance(atom, Quantile) and atom.level in (0, 1):
            end = self.target.support.lo if atom.level == 0 else self.target.support.hi
            return end if end.is_finite else None
        return None


def _in_averages(derivation: Derivation, formulas: tuple[tuple[Symbol, Expr], ...]) -> list[tuple[Symbol, Expr]]:
    """Formulas in plain averages, without the symbols of statistics."""
    return [(symbol, plain(unfold(formula, derivation.statistics))) for symbol, formula in formulas]


def _numbered(equations: tuple[Expr, ...]) -> tuple[tuple[Symbol, Expr], ...]:
    return tuple((Symbol(f"equation_{place}"), equation) for place, equation in enumerate(equations))


def _cross_entropy(target: Target, family: Family, population: _Population) -> Expr | None:
    if target.support.discrete != family.discrete:
        return None
    if not family.bounds.free_symbols and not _inside(target.support, family.bounds, population.domain):
        return None
    found = target.mean(family.log_density, family.observation, population.domain)
    return None if found is None else -found


def _divergence_at(target: Target, cross: Expr | None, theta: Mapping[Symbol, Expr], domain: Domain) -> Expr | None:
    own = target.entropy()
    if cross is None or own is None:
        return None
    value = cross.subs(theta) - own
    return shortest((tidy(value, domain), value.expand()))


def _stationary(objective: Expr, theta: Mapping[Symbol, Expr], domain: Domain) -> bool:
    slopes = (derivative(objective, symbol).subs(theta) for symbol in theta)
    return all(prove_zero(slope, domain, list).evidence is Evidence.ALGEBRA for slope in slopes)


def _inside(inner: Bounds, outer: Bounds, domain: Domain) -> bool:
    """Whether one support is proved to lie in another, up to its ends."""
    if inner.discrete != outer.discrete:
        return False
    low = outer.lo == -oo or (inner.lo != -oo and is_nonnegative(inner.lo - outer.lo, domain))
    high = outer.hi == oo or (inner.hi != oo and is_nonnegative(outer.hi - inner.hi, domain))
    return bool(low and high)


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
    if not ends.discrete or ends.free_symbols or not (ends.hi - ends.lo).is_finite:
        return None
    return [ends.lo + place for place in range(int(ends.hi - ends.lo) + 1)]


def divergence_from_shares(family: Family, shares: Sequence[tuple[Expr, Expr]]) -> Expr:
    """Return ``KL(q || p)`` of a member ``q`` from shares ``p`` of every value of its support, in nats.

    >>> from thetahat import family
    >>> bernoulli = family("bernoulli")
    >>> divergence_from_shares(bernoulli, [(S.Zero, S.Half), (S.One, S.Half)]).subs(bernoulli.symbols[0], S.Half)
    0
    """
    heights = [(family.log_density.xreplace({family.observation: value}), share) for value, share in shares]
    return Add(*(exp(height) * (height - log(share)) for height, share in heights))


def _nested(objective: Expr, family: Family, beside: Domain) -> tuple[list[tuple[Symbol, Expr]], tuple[Symbol, ...]]:
    """Parameters minimised one after the other, each at the only root of its derivative, where the second is positive.

    The minimum over one parameter, as a function of the others, is minimised next: what remains is a global minimum.
    """
    domain = {**beside, **_domain(family)}
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
