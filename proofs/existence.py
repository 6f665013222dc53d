"""When a dataset has a maximiser in the parameter space: conditions derived from the estimator, each with its rule."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Abs, Add, Expr, Mul, Pow, S, Symbol, fraction, oo, together

from .algebra.atoms import (
    Covariance,
    Excess,
    Indicator,
    JensenGap,
    LargestTie,
    Mean,
    Quantile,
    Residual,
    plain,
    rewrite_outside,
)
from .algebra.signs import Domain, is_nonnegative, is_positive, strict_sign
from .algebra.size import factored
from .algebra.solve import tidy
from .conditions import Condition
from .derivation import Statistic
from .family import Family
from .likelihood import unfold
from .limits import end_value
from .location import LocationScale, tail_exponent
from .stable import stable_form


@dataclass(frozen=True)
class Existence:
    """The conditions under which a maximiser exists; ``proved`` says whether they are known to be enough.

    ``rule`` names the argument, ``open`` says what is missing where ``proved`` is false.
    """

    conditions: tuple[Condition, ...]
    proved: bool
    rule: str
    missing: str = ""


def inside_space(
    family: Family, closed: dict[Symbol, Expr], statistics: tuple[Statistic, ...], domain: Domain
) -> tuple[Condition, ...]:
    """Return what the data must satisfy for a closed-form estimate to lie in the parameter space.

    ``closed`` holds every estimate in terms of ``statistics`` and centred atoms alone.

    >>> from thetahat import family
    >>> from thetahat.proofs.likelihood import average_form
    >>> f = family("bernoulli")
    >>> t = average_form(f).statistics
    >>> [c.meaning for c in inside_space(f, {f.symbols[0]: t[0].symbol}, t, {})]
    ['mean(x) > 0', 'mean(x) < 1']
    """
    needed: list[Expr] = []
    for parameter in family.parameters:
        if parameter.symbol not in closed:
            continue
        value = closed[parameter.symbol]
        ends = parameter.bounds
        lo, hi = ends.lo.subs(closed), ends.hi.subs(closed)
        needed += _denominators(value, domain)
        for gap, closed_end in ((value - lo, ends.lo_closed), (hi - value, ends.hi_closed)):
            if not gap.has(oo) and not (closed_end and is_nonnegative(gap, domain)):
                needed += _strict(gap, domain)
    rule = "the estimate has to lie in the parameter space"
    return distinct(tuple(describe(expression, family, statistics, rule) for expression in needed))


def _denominators(value: Expr, domain: Domain) -> list[Expr]:
    _, bottom = fraction(together(value))
    found: list[Expr] = []
    for part in Mul.make_args(bottom):
        found += _strict(part if is_nonnegative(part, domain) else part**2, domain) if part.free_symbols else []
    return found


def _strict(expression: Expr, domain: Domain) -> list[Expr]:
    """Reduce ``expression > 0`` to conditions on its factors; empty where it is proved."""
    if is_positive(expression, domain):
        return []
    top, bottom = fraction(together(expression))
    if bottom != 1 and is_nonnegative(bottom, domain):
        return _strict(top, domain) + ([] if is_positive(bottom, domain) else _strict(bottom, domain))
    if isinstance(expression, Pow) and expression.exp.is_positive and is_nonnegative(expression.base, domain):
        return _strict(expression.base, domain)
    if isinstance(expression, Pow) and expression.exp == S.Half:
        return _strict(expression.base, domain)
    whole = factored(expression) if isinstance(expression, Add) else expression
    if isinstance(whole, Mul):
        rest = [part for part in whole.args if not is_positive(part, domain)]
        if len(rest) < len(whole.args):
            return _strict(Mul(*rest), domain)
        if all(is_nonnegative(part, domain) for part in rest):
            return [one for part in rest for one in _strict(part, domain)]
    return [whole]


def describe(expression: Expr, family: Family, statistics: tuple[Statistic, ...], why: str) -> Condition:
    """Return the condition ``expression > 0`` in data atoms, with its meaning in words.

    Equal conditions get equal words: a spread, a Jensen gap or an excess is positive unless all values are equal.
    """
    folded = expression.xreplace({s.definition: s.symbol for s in statistics})
    unfolded = unfold(stable_form(folded, family, statistics), statistics)
    for symbol in family.columns:
        if unfolded in (Quantile(1, symbol) - Quantile(0, symbol),):
            return all_equal(family, symbol, why)
    equal = _spread_of(unfolded, family)
    if equal is not None:
        return all_equal(family, equal, why)
    return Condition(plain(unfolded), _words(unfolded), why)


def all_equal(family: Family, variable: Symbol, why: str) -> Condition:
    """Return the condition that not all values of ``variable`` are equal."""
    what = "the observations" if variable == family.observation else f"the values of {variable}"
    return Condition(Quantile(1, variable) - Quantile(0, variable), f"{what} are not all equal", why)


def _spread_of(expression: Expr, family: Family) -> Symbol | None:
    """The data variable whose spread alone decides whether a nonnegative atom is positive."""
    variance = isinstance(expression, Covariance) and expression.args[0] == expression.args[1]
    if variance or isinstance(expression, (JensenGap, Excess)):
        function = expression.args[0]
    elif isinstance(expression, Mean) and isinstance(expression.integrand, Abs):
        function = expression.integrand.args[0]
        centre = Add(*(term for term in Add.make_args(function) if isinstance(abs_free(term), Quantile)))
        if abs_free(centre) == 0 and centre == 0:
            return None
        function = function - centre
    else:
        return None
    return _injective_in(function, family)


def abs_free(term: Expr) -> Expr:
    """Return ``term`` without a sign in front."""
    return -term if term.could_extract_minus_sign() else term


def _injective_in(function: Expr, family: Family) -> Symbol | None:
    """The one data variable that ``function`` is strictly monotone in; then equal values mean equal data."""
    used = [symbol for symbol in family.columns if symbol in function.free_symbols]
    if len(used) != 1:
        return None
    domain = family.domain
    return used[0] if strict_sign(function.diff(used[0]), domain) else None


def _words(expression: Expr) -> str:
    """The inequality with what depends on data on the left, in plain text."""
    shown = rewrite_outside(expression, _bar)
    names = {symbol for symbol in shown.free_symbols if "(" in symbol.name}
    right, left = shown.expand().as_independent(*names, as_Add=True)
    if left.could_extract_minus_sign():
        return f"{-left} < {right}"
    return f"{left} > {-right}"


def _bar(node: Expr) -> Expr:
    """A symbol that reads like the atom."""
    if isinstance(node, Mean) and isinstance(node.integrand, Indicator):
        return Symbol(f"share({node.integrand.condition.lhs} = {node.integrand.condition.rhs})")
    if isinstance(node, (Mean, Residual)):
        return Symbol(f"mean({node.args[0]})")
    if isinstance(node, Covariance):
        f, g = node.args[:2]
        return Symbol(f"var({f})" if f == g else f"cov({f}, {g})")
    if isinstance(node, Quantile):
        return Symbol({0: "min", 1: "max"}.get(node.level, "quantile") + f"({node.args[1]})")
    if isinstance(node, (JensenGap, Excess)):
        return rewrite_outside(node.definition(), _bar)
    return node


def distinct(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return ``conditions`` without repetitions."""
    return tuple({condition.expression: condition for condition in reversed(conditions)}.values())[::-1]


def by_ends(
    family: Family, equation: Expr, unknown: Symbol, statistics: tuple[Statistic, ...], domain: Domain, only: bool
) -> tuple[Condition, ...] | None:
    """Return conditions under which a continuous reduced equation changes sign over its unknown's domain.

    Where every root is known to be the ``only`` maximum, any change of sign will do; else the profile likelihood has
    to rise at the lower end and fall at the upper one. ``None`` where the signs at the ends are not proved so.
    """
    ends = family.domain[unknown]
    if ends.free_symbols:
        return None
    equation = unfold(equation, statistics)
    low = end_value(equation, unknown, ends.lo, True, family.domain)
    high = end_value(equation, unknown, ends.hi, False, family.domain)
    if low is None or high is None:
        return None
    rule = f"the reduced equation in {unknown} changes sign between the ends of the parameter space"
    for sign in (1, -1) if only else (1,):
        try_low, try_high = _strict(sign * low, domain), _strict(-sign * high, domain)
        if not any(_impossible(expression, domain) for expression in (*try_low, *try_high)):
            return distinct(tuple(describe(e, family, statistics, rule) for e in (*try_low, *try_high)))
    return None


def _impossible(expression: Expr, domain: Domain) -> bool:
    return is_nonnegative(-expression, domain)


def by_tails(family: Family, structure: LocationScale) -> Existence | None:
    """Return the existence condition of a location-scale family with both parameters free.

    The likelihood falls to zero towards every edge of the parameter space exactly when no single value carries the
    share ``1 - 1/a`` of the data, where the density of the kernel falls like ``|z|**(-a)``: with ``location`` at
    that value and ``scale -> 0`` the mean log-likelihood behaves like ``((a - 1)(1 - share) - share) log scale``.
    """
    exponent = tail_exponent(structure.kernel)
    if exponent is None or family.covariates:
        return None
    rule = "the likelihood vanishes at every edge of the parameter space (tails of the location-scale kernel)"
    if exponent is oo:
        return Existence((all_equal(family, family.observation, rule),), True, rule)
    if not is_positive(exponent - 1, family.domain):
        return None
    share = 1 - 1 / exponent
    condition = Condition(
        share - LargestTie(family.observation), f"no single value carries a share of {share} or more of the data", rule
    )
    return Existence((condition,), True, rule)


def by_faces(family: Family, statistics: tuple[Expr, ...]) -> Existence | None:
    """Return the existence condition of a full regular family with two statistics on an open interval.

    The maximiser exists exactly when the mean statistic is interior to the convex hull of the statistic's range
    (Barndorff-Nielsen 1978, theorem 9.13). The range is a curve; where one coordinate is a strictly convex function
    of the other, its faces are single points, so that only data that are all equal lie on one.
    """
    ends = family.bounds
    if len(statistics) != 2 or ends.discrete or family.covariates or (ends.lo_closed and ends.hi_closed):
        return None
    x = family.observation
    first, second = (t.diff(x) for t in statistics)
    domain = family.domain
    if not strict_sign(first, domain) or not strict_sign(tidy((second / first).diff(x), domain), domain):
        return None
    rule = (
        "the mean statistic is interior to its convex support, whose faces are single points (Barndorff-Nielsen 1978)"
    )
    return Existence((all_equal(family, x, rule),), True, rule)
