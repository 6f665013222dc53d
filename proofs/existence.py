"""When a dataset has a maximiser in the parameter space: conditions derived from the estimator, each with its rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from sympy import Add, Dummy, Expr, LambertW, Mul, Pow, S, Symbol, oo

from .algebra.atoms import (
    Mean,
    atoms_of,
    plain,
    stand_ins,
)
from .algebra.signs import Domain, is_nonnegative, is_positive
from .algebra.size import factored, flattened
from .bounds import Bounds
from .conditions import Condition
from .crest import Crest
from .derivation import EdgeHeight, Statistic
from .family import Family, Parameter
from .likelihood import unfold
from .linear_predictor import LinearPredictor
from .positivity import above_zero, denominators_above_zero, doubtful_divisors, logarithms_above_zero
from .profile_edges import ProfileEdges
from .slant import SlantLimits
from .wording import describe, distinct

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
    the space alone. ``claims`` on the signs of ``equation`` near the ends of the space of ``unknown`` are what they
    follow from, or how the density falls far out along ``predictor``; if ``censored``, how those of rows do that are
    seen, and others; if ``vanishing``, that the density vanishes at the ends of its support. Where ``edges`` are given,
    as by ``slant``, ``crest`` or ``profile``, some member has to be above each of them as well, which one is where all
    that is ``enough`` holds. ``one_way`` says by the place of a step on the profile, and by the way that it goes, for
    which conditions none does where one of them fails.
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
    edges: tuple[EdgeHeight, ...] = ()
    slant: SlantLimits | None = None
    crest: Crest | None = None
    profile: ProfileEdges | None = None
    censored: bool = False
    vanishing: bool = False
    enough: tuple[Condition, ...] = ()
    one_way: tuple[int, tuple[tuple[Condition, int], ...]] | None = None


def edge_heights(unknown: Symbol, heights: Mapping[Expr, Expr]) -> tuple[EdgeHeight, ...]:
    """Return what the likelihood tends to at the ends of the space of an unknown, zero and infinity, with its words.

    >>> [edge.meaning for edge in edge_heights(Symbol("p"), {oo: S.One})]
    ['p grows without bound']
    """
    words = {S.Zero: f"{unknown} tends to zero", oo: f"{unknown} grows without bound"}
    return tuple(EdgeHeight(height, words[end]) for end, height in heights.items())


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
        doubtful = doubtful_divisors(closed[parameter.symbol], domain)
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


def _between(value: Expr, low: Expr, high: Expr) -> Expr | None:
    """What is positive exactly between two ends, where it is free of the roots that the value holds; else ``None``.

    Of ``1 + r > 0`` and ``1 - r > 0`` with ``r = c / sqrt(a b)`` that is ``1 - c**2/(a b)``, which exact data decide.
    """
    if not _roots(value) or not (low.is_finite and high.is_finite):
        return None
    product = ((value - low) * (high - value)).expand()
    return None if _roots(product) else product


def _roots(value: Expr) -> bool:
    return any(node.exp.is_Rational and not node.exp.is_Integer for node in value.atoms(Pow))


def _conditions(
    parameter: Parameter, value: Expr, closed: dict[Symbol, Expr], domain: Domain
) -> tuple[list[Expr], list[Expr]]:
    """What has to be positive, and what not negative, for the value to be a number in the parameter's space."""
    strict = denominators_above_zero(value, domain) + logarithms_above_zero(value, domain)
    weak: list[Expr] = []
    ends = parameter.bounds
    between = _between(value, ends.lo.subs(closed), ends.hi.subs(closed))
    if between is not None and not (ends.lo_closed or ends.hi_closed):
        return [*strict, *above_zero(between, domain)], weak
    gaps = ((value - ends.lo.subs(closed), ends.lo_closed), (ends.hi.subs(closed) - value, ends.hi_closed))
    for gap, closed_end in gaps:
        if gap.has(oo) or (closed_end and is_nonnegative(gap, domain)):
            continue
        if closed_end:
            weak.append(gap.subs(closed))
        else:
            strict += above_zero(flattened(gap), domain)
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
