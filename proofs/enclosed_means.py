"""Encloses an expected value at one member: an integral in complex balls, a sum term by term, and a bound of the rest.

No lemma on expectations is used, and nothing is estimated: what lies beyond the last point is bounded by how fast the
density falls from there on. Where that is not seen there is no value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import acb, arb
from sympy import Add, Dummy, Expr, Integer, Symbol, exp, expand_mul, gamma, log, loggamma, oo

from .ball_data import Values
from .balls import ball, compiled, precision
from .bounds import Bounds
from .complex_balls import analytic
from .errors import DeclarationError, UndecidedError
from .family import Family
from .far_bounds import integral_beyond, sum_beyond
from .probes import at
from .sides import Side, kinks_in, sides_of, smooth_on

_BITS, _MOST_BITS = 90, 500
_Y = Dummy("y", positive=True)
# How small the rest is to be, in binary digits; at which powers of two, times their start, integrals are cut; how many
# values an integral may take; and how many terms a sum may have, and by what their number grows.
_SMALL = -55
_CUTS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 28, 40, 60, 90, 140, 200, 300, 500, 900, 1600, 3000)
_MOST_VALUES = 100_000
_MOST_TERMS, _GROWING = 4000, 1.3


def enclosed_mean(family: Family, values: Values, integrand: Expr) -> arb | None:
    """Return a ball that holds ``E[integrand]`` at one member; ``None`` where no bound of the tails is
    found, and for several observed numbers.

    Parameters
    ----------
    values
        All parameters, constants and covariates, exact; also what else stands in the integrand.

    Examples
    --------
    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> found = enclosed_mean(gamma, {s: Integer(2) for s in gamma.symbols}, gamma.observation)
    >>> found.contains(4), float(found.rad()) < 1e-14
    (True, True)
    """
    if family.also:
        return None
    known = dict(values)
    ends = at(family.bounds, known)
    height, weight = family.log_density.xreplace(known), integrand.xreplace(known)
    with precision(_BITS):
        try:
            found = (_sum if ends.discrete else _integral)(weight, height, family.observation, ends)
        except (UndecidedError, DeclarationError):
            return None
    return found if found is not None and found.is_finite() else None


def _integral(weight: Expr, height: Expr, x: Symbol, ends: Bounds) -> arb:
    kinks = kinks_in([weight, height], x)
    total = arb(0)
    for side in sides_of(ends, kinks, _Y):
        move = {x: side.place}
        inner = smooth_on(weight, x, side.inside).xreplace(move)
        outer = smooth_on(height, x, side.inside).xreplace(move) + side.log_speed
        total += _along(side, inner, outer)
    return total


def _multiplied_out(expression: Expr) -> Expr:
    """Also inside functions, so that what cancels far out does; near by, a ball around ``(y - c)**2`` is smaller."""

    def spread(node: Expr) -> Expr:
        # SymPy would move exponentials below the fraction, where they grow.
        return Add(*(term if term.has(exp) else expand_mul(term) for term in node.args))

    return expression.replace(lambda node: node.is_Add, spread)


def _along(side: Side, weight: Expr, height: Expr) -> arb:
    """The integral along one side: up to a cut, and what is beyond it."""
    if weight == 0:
        return arb(0)
    first = ball(side.start)
    spread = _multiplied_out(weight), _multiplied_out(height)
    cut, rest = _cut(lambda start: integral_beyond(*spread, _Y, start), first.max(arb(1)))
    # What is left of a difference at a large number has fewer digits than the number.
    with precision(_BITS + min(round(float(cut.log() / arb(2).log())), _MOST_BITS)):
        return _up_to(first, cut, weight, height) + arb(0, rest)


def _up_to(first: arb, cut: arb, weight: Expr, height: Expr) -> arb:
    """The integral from ``first`` to ``cut``, in ``u = log(y)``."""
    inner, outer = analytic(weight, _Y), analytic(height, _Y)

    def integrand(u: acb, _: bool) -> acb:
        y = u.exp()
        return inner(y) * (outer(y) + u).exp()

    small = arb(2) ** (_SMALL - 3)
    ends = acb(first.log()), acb(cut.log())
    return acb.integral(integrand, *ends, abs_tol=small, rel_tol=small, eval_limit=_MOST_VALUES).real


def _cut(beyond: Callable[[arb], arb], first: arb) -> tuple[arb, arb]:
    """The nearest of the points beyond which almost nothing is left, or the one beyond which the least is."""
    best: tuple[arb, arb] | None = None
    for power in _CUTS:
        start = first * arb(2) ** power
        try:
            with precision(_BITS + 2 * power):
                rest = beyond(start)
        except UndecidedError:
            continue
        if best is None or rest < best[1]:
            best = (start, rest)
        if rest < arb(2) ** _SMALL:
            break
    if best is None:
        raise UndecidedError("no cut is found beyond which the integral is bounded")
    return best


def _sum(weight: Expr, height: Expr, x: Symbol, ends: Bounds) -> arb:
    """The sum from the lower end, to the upper one or until what is left is almost nothing."""
    if not ends.lo.is_Integer or not (ends.hi.is_Integer or ends.hi is oo):
        raise UndecidedError("the sum has no first term, or its ends are no whole numbers")
    if weight == 0:
        return arb(0)
    terms = compiled((weight, height), (x,))
    first, last = int(ends.lo), int(ends.hi) if ends.hi is not oo else None
    total, place = arb(0), first
    for stop in _stops(first):
        stop = stop if last is None else min(stop, last + 1)
        for k in range(place, stop):
            value, log_p = terms(arb(k))
            total += value * log_p.exp()
        place = stop
        if last is not None and place == last + 1:
            return total
        rest = _rest(weight, height, x, place) if last is None else None
        if rest is not None and (rest < arb(2) ** _SMALL or stop >= _MOST_TERMS):
            return total + arb(0, rest)
    raise UndecidedError("the sum has too many terms")


def _stops(first: int) -> Iterator[int]:
    """How far to add up before the rest is looked at."""
    count = 16
    while count < _MOST_TERMS:
        yield first + count
        count = int(count * _GROWING)
    yield first + _MOST_TERMS


def _rest(weight: Expr, height: Expr, x: Symbol, place: int) -> arb | None:
    """A bound of the terms from ``place`` on, in a continuous variable; ``None`` where it is too early for one."""
    if place < 2:
        return None
    if kinks := kinks_in([weight, height], x):
        if any(not kink < place for kink in kinks):
            return None
        weight, height = (smooth_on(one, x, Integer(place)) for one in (weight, height))
    try:
        return sum_beyond(_continued(weight, x), _continued(height, x), _Y, arb(place))
    except UndecidedError:
        return None


def _continued(expression: Expr, x: Symbol) -> Expr:
    """The same in a variable that is no whole number, of which SymPy writes no ``log(gamma(x))``."""
    moved = expression.xreplace({x: _Y})
    return moved.replace(
        lambda node: isinstance(node, log) and isinstance(node.args[0], gamma),
        lambda node: loggamma(node.args[0].args[0]),
    )
