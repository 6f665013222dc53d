"""When a dataset has a maximiser in the parameter space: conditions derived from the estimator, each with its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sympy import Add, Dummy, Eq, Expr, LambertW, Mul, Pow, S, Symbol, exp, fraction, log, oo, together

from .algebra.atoms import (
    Covariance,
    Excess,
    Indicator,
    JensenGap,
    LargestTie,
    Mean,
    Quantile,
    Residual,
    atoms_of,
    plain,
    rewrite_outside,
    stand_ins,
)
from .algebra.lambert import above_end
from .algebra.regions import is_bounded_inside
from .algebra.signs import Domain, is_nonnegative, is_nonzero, is_positive, strict_sign
from .algebra.size import factored
from .algebra.tidying import tidy
from .bounds import Bounds
from .conditions import Condition
from .derivation import Statistic
from .family import Family, Parameter
from .likelihood import unfold
from .linear_predictor import LinearPredictor
from .location import LocationScale, Z
from .reach import reaching
from .sameness import all_equal, as_variance, lies_elsewhere, reaches_below_zero, spread_of
from .stable import stable_form
from .tails import tail_exponent

_LONGEST = 200
"""Characters of a condition that a reader takes in."""


@dataclass(frozen=True)
class EndClaim:
    """That near ``end`` an equation has the sign of ``value``, for data for which every one of ``given`` is positive.

    All in plain averages and order statistics of the data.
    """

    end: Expr
    above: bool
    value: Expr
    given: tuple[Expr, ...]


@dataclass(frozen=True)
class Existence:
    """The conditions under which a maximiser exists; ``proved`` says whether they are known to be enough.

    ``rule`` names the argument, ``missing`` says what is missing where ``proved`` is false. ``needed`` says whether it
    is known that no maximiser exists where a condition fails, ``none_inside`` whether that is known of the interior of
    the space alone. ``claims`` on the signs of
    ``equation`` near the ends of the space of ``unknown`` are what they follow from, or how the density falls far out
    along ``predictor``.
    """

    conditions: tuple[Condition, ...]
    proved: bool
    rule: str
    missing: str = ""
    needed: bool = True
    equation: Expr = S.Zero
    unknown: Symbol | None = None
    claims: tuple[EndClaim, ...] = ()
    none_inside: bool = False
    predictor: LinearPredictor | None = None


def inside_space(
    family: Family,
    closed: dict[Symbol, Expr],
    statistics: tuple[Statistic, ...],
    domain: Domain,
    formulas: Mapping[Symbol, Expr] = MappingProxyType({}),
) -> tuple[Condition, ...]:
    """Return what the data must satisfy for a closed-form estimate to be finite and lie in the parameter space.

    ``closed`` holds every estimate in terms of ``statistics`` and centred atoms alone. ``formulas`` holds the same in
    terms of other estimates, each of which has conditions of its own; they are looked at where Lambert's function,
    which no sign rule sees through, would be in the other form.

    >>> from thetahat import family
    >>> from thetahat.proofs.likelihood import average_form
    >>> f = family("bernoulli")
    >>> t = average_form(f).statistics
    >>> [c.meaning for c in inside_space(f, {f.symbols[0]: t[0].symbol}, t, {})]
    ['mean(x) > 0', 'mean(x) < 1']
    """
    strict: list[Expr] = []
    weak: list[Expr] = []
    owners: dict[Expr, Symbol] = {}
    divisors: dict[Expr, tuple[Expr, ...]] = {}
    chained = {p: formulas[p] for p in closed if p in formulas and closed[p].has(LambertW)}
    chained = {p: value for p, value in chained.items() if value.free_symbols & set(closed)}
    for parameter in sorted(family.parameters, key=lambda item: item.symbol in chained):
        if parameter.symbol not in closed:
            continue
        value = chained.get(parameter.symbol, closed[parameter.symbol])
        known = _sharpened(domain, strict) if parameter.symbol in chained else domain
        firm, loose = _conditions(parameter, value, closed, known)
        firm = [_without_number(one) for one in firm]
        strict += firm
        weak += loose
        owners |= dict.fromkeys(firm, parameter.symbol)
        doubtful = _divisors(closed[parameter.symbol], domain)
        divisors |= {one: min(doubtful, divisors.get(one, doubtful), key=len) for one in firm}
    divided = {one: _without_number(_divided(one, strict)) for one in strict}
    owners = {new: owners[old] for old, new in reversed(divided.items())}
    divisors = {new: divisors[old] for old, new in reversed(divided.items())}
    strict = list(dict.fromkeys(divided.values()))
    rule = "the estimate has to lie in the parameter space"
    open_ones = [one for one in _not_implied(strict, domain) if not _holds_for_each(one, family, statistics)]
    given = {one: tuple(plain(unfold(by, statistics)) for by in divisors[one]) for one in open_ones}
    told = {one: replace(describe(one, family, statistics, rule), given=given[one]) for one in open_ones}
    found = _readable([(told[one], owners[one]) for one in open_ones])
    return distinct((*found, *(describe(expression, family, statistics, rule, weak=True) for expression in weak)))


def _conditions(
    parameter: Parameter, value: Expr, closed: dict[Symbol, Expr], domain: Domain
) -> tuple[list[Expr], list[Expr]]:
    """What has to be positive, and what not negative, for the value to be a number in the parameter's space."""
    strict = _denominators(value, domain) + _logarithms(value, domain)
    weak: list[Expr] = []
    ends = parameter.bounds
    gaps = ((value - ends.lo.subs(closed), ends.lo_closed), (ends.hi.subs(closed) - value, ends.hi_closed))
    for gap, closed_end in gaps:
        if gap.has(oo) or (closed_end and is_nonnegative(gap, domain)):
            continue
        if closed_end:
            weak.append(gap.subs(closed))
        else:
            strict += above_zero(gap, domain)
    return [
        two for one in strict for two in (above_zero(one.subs(closed), domain) if one.has(*closed) else [one])
    ], weak


def _sharpened(domain: Domain, conditions: Iterable[Expr]) -> Domain:
    """Bound symbols from below by conditions linear in them: ``s > 1 - t`` where ``s + t - 1`` has to be positive."""
    found = dict(domain)
    for one in conditions:
        for symbol in sorted(one.free_symbols - set(found), key=str):
            rest = (symbol - one).expand()
            if rest.free_symbols <= set(domain):
                found[symbol] = Bounds(rest, oo, False, False, False)
                break
    return found


def _readable(conditions: list[tuple[Condition, Symbol]]) -> list[Condition]:
    """The conditions; one that nobody would read as written in other words, numbered, since equal words are equal ones.

    Each comes with the parameter that it keeps in its space. Expressions stay as they are.
    """
    found: list[Condition] = []
    for number, (condition, owner) in enumerate(conditions, start=1):
        words = f"the formula for {owner} gives a number in its space, part {number}"
        found.append(condition if len(condition.meaning) <= _LONGEST else replace(condition, meaning=words))
    return found


def _divided(condition: Expr, others: Iterable[Expr]) -> Expr:
    """What is left to ask of a product that has to be positive where ``others`` are: without them among its factors."""
    whole = factored(condition) if isinstance(condition, Add) else condition
    if not isinstance(whole, (Mul, Pow)):
        return condition
    rest = {one.expand() for one in others} - {condition.expand()}
    signs = {(flip * one).expand(): flip for one in rest for flip in (1, -1)}
    left = S.One
    for part in Mul.make_args(whole):
        base, exponent = part.as_base_exp()
        flip = signs.get(_without_number(base)) if exponent.is_Integer else None
        left *= part if flip is None else flip**exponent
    return left


def _without_number(condition: Expr) -> Expr:
    """The condition without a positive factor of the whole sum that is a number."""
    return condition.expand().primitive()[1] if isinstance(condition.as_coeff_Mul()[1], Add) else condition


def _not_implied(conditions: list[Expr], domain: Domain) -> list[Expr]:
    """Leave out what is positive as soon as others are: what they make of the statistics, and products of them."""
    wanted: dict[Expr, Expr] = {one: Dummy(one.name, positive=True) for one in conditions if isinstance(one, Symbol)}
    return [one for one in conditions if one in wanted or not is_positive(one.xreplace(wanted), domain)]


def positive(
    expression: Expr, family: Family, statistics: tuple[Statistic, ...], domain: Domain, why: str
) -> tuple[Condition, ...]:
    """Return what the data must satisfy for ``expression > 0``, in factors; nothing where that is proved."""
    return distinct(tuple(describe(one, family, statistics, why) for one in above_zero(expression, domain)))


def reached(
    family: Family, needed: Iterable[tuple[Expr, bool]], statistics: tuple[Statistic, ...]
) -> tuple[Condition, ...]:
    """Return what the data must satisfy to lie in the support of the member that is estimated."""
    rule = "the data have to lie in the support of one member"
    return tuple(describe(gap, family, statistics, rule, weak=closed) for gap, closed in needed)


def _holds_for_each(expression: Expr, family: Family, statistics: tuple[Statistic, ...]) -> bool:
    """Whether ``expression > 0`` for every single observation, where it is an average: then it is for all data."""
    unfolded = plain(unfold(expression, statistics))
    if any(not isinstance(atom, Mean) for atom in atoms_of(unfolded)):
        return False
    masks = stand_ins(unfolded)
    flat = unfolded.xreplace(masks).expand()
    if not flat.is_polynomial(*masks.values()) or any(
        flat.diff(a, b) != 0 for a in masks.values() for b in masks.values()
    ):
        return False
    return not above_zero(flat.xreplace({mask: atom.integrand for atom, mask in masks.items()}), family.domain)


def _divisors(value: Expr, domain: Domain) -> tuple[Expr, ...]:
    """What has to be positive for no fraction in a formula to be zero over zero: there any value may be as good.

    Where a denominator alone vanishes, the estimate only tends to infinity.
    """
    found: list[Expr] = []

    def visit(node: Expr) -> Expr:
        inside = (node.args[0] if isinstance(node, (Pow, log)) else S.One, value if node == value else S.One)
        for top, bottom in (fraction(together(part)) for part in inside):
            if not is_nonzero(top, domain) and not is_nonzero(bottom, domain):
                found.append(top**2 + bottom**2)
        return node

    rewrite_outside(value, visit)
    return tuple(dict.fromkeys(found))


def _denominators(value: Expr, domain: Domain) -> list[Expr]:
    _, bottom = fraction(together(value))
    found: list[Expr] = []
    for part in Mul.make_args(bottom):
        signed = next((one for one in (part, -part) if is_nonnegative(one, domain)), part**2)
        found += [] if part.is_number and not atoms_of(part) else above_zero(signed, domain)
    return found


def _logarithms(value: Expr, domain: Domain) -> list[Expr]:
    """A logarithm in an estimate is finite only above zero, whatever the space."""
    found: list[Expr] = []

    def visit(node: Expr) -> Expr:
        if isinstance(node, log):
            found.extend(above_zero(node.args[0], domain))
        return node

    rewrite_outside(value, visit)
    return found


def above_zero(expression: Expr, domain: Domain) -> list[Expr]:
    """Reduce ``expression > 0`` to conditions on its factors; empty where it is proved.

    >>> a, b = Symbol("a", real=True), Symbol("b", positive=True)
    >>> above_zero(a * b, {})
    [a]
    """
    if is_positive(expression, domain) or isinstance(expression, exp):
        # An estimate is a real number where it is one at all, and so is the exponent in it.
        return []
    inside = (
        above_end(expression, lambda one: is_positive(one, domain)) or _exponent(expression) or _argument(expression)
    )
    if inside is not None:
        return above_zero(inside, domain)
    top, bottom = fraction(together(expression))
    if bottom != 1 and is_nonnegative(-bottom, domain):
        top, bottom = -top, -bottom
    if bottom != 1 and is_nonnegative(bottom, domain):
        return above_zero(top, domain) + ([] if is_positive(bottom, domain) else above_zero(bottom, domain))
    if bottom != 1:
        # A quotient is positive exactly where the product is.
        return above_zero(factored(top * bottom), domain)
    if isinstance(expression, Pow) and expression.exp.is_positive and is_nonnegative(expression.base, domain):
        return above_zero(expression.base, domain)
    if isinstance(expression, Pow) and expression.exp == S.Half:
        return above_zero(expression.base, domain)
    whole = factored(expression) if isinstance(expression, Add) else expression
    if isinstance(whole, Mul):
        rest = [part for part in whole.args if not is_positive(part, domain)]
        if len(rest) < len(whole.args):
            return above_zero(Mul(*rest), domain)
        signed = [part for part in rest if is_nonnegative(part, domain)]
        if signed:
            left = Mul(*(part for part in rest if part not in signed))
            return [one for part in signed for one in above_zero(part, domain)] + above_zero(left, domain)
    return [whole]


def _exponent(expression: Expr) -> Expr | None:
    """What has the sign of ``1 - exp(v)``, which is ``-v``, or of ``exp(v) - 1``; ``None`` for another expression."""
    below, above = _logarithm_of(1 - expression), _logarithm_of(1 + expression)
    return above if below is None else -below


def _logarithm_of(power: Expr) -> Expr | None:
    """The exponent of an exponential, or of a power of a positive number that is none by its base alone."""
    if isinstance(power, exp):
        return power.args[0]
    if isinstance(power, Pow) and power.exp.free_symbols and power.base.is_positive:
        return power.exp * log(power.base)
    return None


def _argument(expression: Expr) -> Expr | None:
    """What has the sign of a logarithm, or of minus one."""
    flip = -1 if expression.could_extract_minus_sign() else 1
    whole = flip * expression
    return flip * (whole.args[0] - 1) if isinstance(whole, log) else None


def describe(
    expression: Expr, family: Family, statistics: tuple[Statistic, ...], why: str, weak: bool = False
) -> Condition:
    """Return the condition ``expression > 0`` (``>= 0`` if ``weak``) in data atoms, with its meaning in words.

    Equal conditions get equal words: a spread, a Jensen gap or an excess is positive unless all values are equal.
    """
    folded = expression.xreplace({s.definition: s.symbol for s in statistics})
    unfolded = unfold(stable_form(folded, family, statistics), statistics)
    if weak:
        return Condition(plain(unfolded), _words(unfolded, "="), why, weak=True)
    equal = spread_of(as_variance(plain(unfolded), family.columns) or unfolded, family)
    if equal is not None:
        return all_equal(family, equal, why)
    place = lies_elsewhere(unfolded)
    if place is not None:
        return Condition(unfolded, f"not all observations are {place}", why)
    beyond = reaches_below_zero(unfolded, family)
    shown = unfolded if beyond is None else beyond
    return Condition(plain(shown), _words(shown), why)


def _words(expression: Expr, equal: str = "") -> str:
    """The inequality with what depends on data on the left, in plain text."""
    shown = rewrite_outside(expression, _bar)
    names = {symbol for symbol in shown.free_symbols if "(" in symbol.name}
    right, left = shown.expand().as_independent(*names, as_Add=True)
    if left.could_extract_minus_sign():
        return f"{-left} <{equal} {right}"
    return f"{left} >{equal} {-right}"


def _bar(node: Expr) -> Expr:
    """A symbol that reads like the atom."""
    if isinstance(node, Mean) and isinstance(node.integrand, Indicator):
        case = node.integrand.condition
        return Symbol(f"share({case.lhs} = {case.rhs})" if isinstance(case, Eq) else f"share({case})")
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
    """Return ``conditions`` without repetitions: equal words stand for equal conditions."""
    return tuple({condition.meaning: condition for condition in reversed(conditions)}.values())[::-1]


def by_tails(family: Family, structure: LocationScale) -> Existence | None:
    """Return the existence condition of a family of locations, of scales, or of both, with a kernel that is bounded.

    The likelihood falls to zero towards every edge of the parameter space exactly when no single value carries the
    share ``1 - 1/a`` of the data, where the density of the kernel falls like ``|z|**(-a)``: with ``location`` at
    that value and ``scale -> 0`` the mean log-likelihood behaves like ``((a - 1)(1 - share) - share) log scale``. With
    a known location only the share at it counts; with a known scale there is no such edge. Where the share is just
    that, the likelihood tends to a positive limit, which it may or may not exceed elsewhere: for two observations of a
    Cauchy distribution it is level along a half-circle (Copas 1975, Biometrika 62).
    """
    exponent = tail_exponent(structure.kernel, structure.lo)
    bounded = is_bounded_inside(structure.kernel, Z, structure.lo)
    if exponent is None or not bounded or family.covariates or len(family.parameters) > 2:
        return None
    rule = "the likelihood vanishes at every edge of the parameter space (tails of the location-scale kernel)"
    if exponent is not oo and not is_positive(exponent - 1, family.domain):
        return None
    estimated = set(family.symbols)
    moves, scales = (bool(e.free_symbols & estimated) for e in (structure.location, structure.scale))
    if not _runs_over_all(family, structure, moves, scales):
        return None
    if not scales or structure.lo == 0:
        return Existence((), True, rule)
    x = family.observation
    if moves and len(family.parameters) == 1:
        return None
    if exponent is oo and moves:
        return Existence((all_equal(family, x, rule),), True, rule)
    share = 1 - 1 / exponent
    if moves:
        tied = f"no single value carries a share of {share} or more of the data"
        return Existence((Condition(share - LargestTie(x), tied, rule, open_at_zero=True),), True, rule)
    if structure.observation != x:
        return None
    at = Mean(Indicator(Eq(x, structure.location)), x)
    tied = f"less than a share of {share} of the data is {structure.location}"
    return Existence((Condition(share - at, tied, rule, open_at_zero=True),), True, rule)


def _runs_over_all(family: Family, structure: LocationScale, moves: bool, scales: bool) -> bool:
    """Whether every location and every scale is that of a member: the edges of the space are where these are infinite.

    At an end of a smaller space the likelihood need not vanish.
    """
    wanted = [(structure.location, Dummy("l", real=True))] if moves else []
    wanted += [(structure.scale, Dummy("c", positive=True))] if scales else []
    return reaching(family, wanted) is not None


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
