"""What must not change an estimate, or changes it in a known way: order, repetition, weights, unit, parametrisation."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from sympy import Reals, Symbol, exp, oo

from ..proofs.derivation import Verdict
from ..proofs.errors import DeclarationError, ExistenceError, UnsolvedError
from ..proofs.family import Family, Parameter
from ..proofs.symmetry import unit_change
from .drawn import Array, Drawn, against_certificate, agree, feasible
from .ends import outside_space
from .fitting import fit_with
from .known_values import kept_with
from .likelihood import nats_lost
from .refusals import require_existence
from .report import Case
from .tolerance import THETA_ULPS, UNIT_ROUNDOFF
from .valid_data import require_data


def refit(drawn: Drawn, x: Array, weights: Array | None = None) -> Array | None:
    """Return the estimate for other data of the same family, or ``None`` where it is refused."""
    try:
        return fit_with(drawn.derivation, x, weights).theta
    except (ExistenceError, UnsolvedError):
        return None


def _cost_of(drawn: Drawn, place: int, step: float) -> float:
    """Nats lost when one parameter moves by a step, either way."""
    cost = 0.0
    for sign_ in (1, -1):
        moved = drawn.fit.theta.copy()
        moved[place] += sign_ * step
        if feasible(drawn.family, moved):
            lost = -nats_lost(drawn.family, tuple(drawn.fit.theta), tuple(moved), drawn.data)
            cost += max(0.0, float(lost.mid())) if lost.is_finite() else 0.0
    return cost


def _same(drawn: Drawn, theta: Array | None, what: str, more: float = 0.0) -> Case:
    """Two estimates of one likelihood: neither loses more than is allowed, and ``more``, of the exact maximum.

    Without a certificate neither may be better than the other by more than that.
    """
    if theta is None:
        return Case(Verdict.UNDECIDED, f"{what}: refused")
    if outside_space(drawn.family, theta.tolist()) is not None:
        # Brought back from another unit or scale, a double may vanish, overflow or round onto an open end.
        return Case(Verdict.UNDECIDED, f"{what}: {theta} leaves the parameter space in doubles")
    certified, own = against_certificate(drawn, theta, what, more), drawn.own
    if certified is not None and own is not None:
        return own if certified.verdict is Verdict.AGREE else certified
    first = drawn.judged(drawn.fit.theta, theta, what, more)
    return first if first.verdict is not Verdict.AGREE else drawn.judged(theta, drawn.fit.theta, what, more)


def order_does_not_matter(drawn: Drawn) -> Case:
    """The estimate for permuted data."""
    order = np.random.default_rng(drawn.seed).permutation(len(drawn.x))
    return _same(drawn, refit(drawn, drawn.x[order]), "permuted data")


def repetition_does_not_matter(drawn: Drawn) -> Case:
    """The estimate for the data taken three times."""
    return _same(drawn, refit(drawn, np.concatenate([drawn.x] * 3)), "data taken three times")


def weights_are_repetitions(drawn: Drawn) -> Case:
    """Integer weights against repeated rows, compared with each other; both or neither have a maximiser."""
    w = np.random.default_rng(drawn.seed).integers(1, 4, len(drawn.x)).astype(float)
    long = np.repeat(drawn.x, w.astype(int), axis=0)
    (exists, weighted), (exists_too, repeated) = _asked(drawn, drawn.x, w), _asked(drawn, long)
    if exists is not exists_too:
        return Case(Verdict.DISAGREE, f"only one has a maximiser: weights {w.tolist()} for x = {drawn.x.tolist()}")
    if not exists:
        return agree()
    if weighted is None or repeated is None:
        return Case(Verdict.UNDECIDED, "refused")
    data = require_data(drawn.family, long)
    first = drawn.judged(weighted, repeated, "repeated rows against weights", repeated=data)
    if first.verdict is not Verdict.AGREE:
        return first
    return drawn.judged(repeated, weighted, "weights against repeated rows", repeated=data)


def _asked(drawn: Drawn, x: Array, weights: Array | None = None) -> tuple[bool, Array | None]:
    """Whether there is a maximiser, by the conditions or a search in their place; and the estimate, unless refused."""
    searched = drawn.derivation.existence_searched
    try:
        if not searched:
            require_existence(drawn.derivation, require_data(drawn.family, x, weights))
    except ExistenceError:
        return False, None
    try:
        return True, fit_with(drawn.derivation, x, weights).theta
    except ExistenceError:
        return not searched, None
    except UnsolvedError:
        return True, None


def zero_weight_removes(drawn: Drawn) -> Case:
    """Rows of weight zero against the data without them."""
    n = len(drawn.x)
    doubled = np.concatenate([drawn.x, drawn.x[::-1]])
    return _same(drawn, refit(drawn, doubled, np.concatenate([np.ones(n), np.zeros(n)])), "rows of weight zero")


def unit_carries_over(drawn: Drawn) -> Case:
    """The estimate in another unit, a power of two, brought back."""
    change = unit_change(drawn.family)
    if change is None:
        return Case(Verdict.UNDECIDED, "the family has no change of unit")
    unit, cost = 8.0, 0.0
    theta = refit(drawn, drawn.x * unit)
    if theta is None:
        return _same(drawn, None, "another unit")
    back = theta.copy()
    for place, symbol in enumerate(drawn.family.symbols):
        back[place] /= unit ** change.powers[symbol]
        if change.shifts[symbol]:
            # A logarithm stored as a double fixes a scale to a relative error that grows with the logarithm.
            back[place] -= change.shifts[symbol] * math.log(unit)
            cost += _cost_of(drawn, place, 2 * UNIT_ROUNDOFF * (math.log(unit) + abs(float(theta[place]))))
    return _same(drawn, back, "another unit", cost)


@lru_cache(maxsize=512)
def in_logarithms(family: Family) -> tuple[Family, int] | None:
    """Return the family with one parameter on another scale, and its place: ``None`` where no parameter allows it."""
    for place, item in enumerate(family.parameters):
        ends = item.bounds
        if item.symbol.is_integer or ends.free_symbols or item.symbol in family.bounds.free_symbols:
            continue
        if any(item.symbol in other.bounds.free_symbols for other in family.parameters):
            continue
        phi = Symbol("phi", real=True)
        if ends.lo == 0 and ends.hi is oo:
            value = exp(phi)
        elif ends.lo is -oo and ends.hi is oo:
            value = 2 * phi
        else:
            continue
        kept = [p if p is not item else Parameter(phi, Reals) for p in family.parameters]
        try:
            return family.reparametrise("other_scale", kept, {item.name: value}), place
        except DeclarationError:
            return None
    return None


def parametrisation_carries_over(drawn: Drawn) -> Case:
    """The estimate of the same family with one parameter on another scale, brought back."""
    # Derived once for all values of the constants where the declaration allows it: that is the work in this check.
    general = None if drawn.declared is None else in_logarithms(drawn.declared)
    other = general or in_logarithms(drawn.family)
    if other is None:
        return Case(Verdict.UNDECIDED, "no parameter is put on another scale")
    family, place = other
    # That derivation is not what is checked here: one that was kept does as well.
    derivation = kept_with(family, drawn.constants if general else {})
    try:
        theta = fit_with(derivation, drawn.x).theta
    except (ExistenceError, UnsolvedError) as refusal:
        return Case(Verdict.UNDECIDED, f"refused: {refusal}")
    positive = drawn.family.parameters[place].bounds.lo == 0
    if not positive:
        with np.errstate(over="ignore"):
            theta[place] *= 2
        return _same(drawn, theta, "another parametrisation")
    # A logarithm stored as a double fixes the parameter to a relative error that grows with the logarithm.
    steps = THETA_ULPS * (1 + abs(theta[place])) * UNIT_ROUNDOFF
    with np.errstate(over="ignore", under="ignore"):
        theta[place] = np.exp(theta[place])
    case = _same(drawn, theta, "another parametrisation")
    # What that costs is asked for only where it makes a difference.
    if case.verdict is Verdict.AGREE:
        return case
    cost = _cost_of(drawn, place, 2 * steps * float(drawn.fit.theta[place]))
    return _same(drawn, theta, "another parametrisation", cost)
