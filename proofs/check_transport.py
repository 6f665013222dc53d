"""Re-proves that a derivation carries over along a map of the observation: densities, ends, direction and formulas."""

from __future__ import annotations

from sympy import Expr, S, Symbol, limit, log, nan, oo, zoo
from sympy.core.function import PoleError

from .algebra.atoms import LargestTie, Mean, Quantile, plain
from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.signs import strict_sign
from .ball_data import Values, evaluate
from .balls import precision
from .check_context import Context, confirmed_zero
from .derivation import Evidence, Finding, Step, weakest
from .zero import prove_zero

# With an odd number of observations the median is one of them, which every increasing map keeps.
_ODD = 5


def transport(step: Step, context: Context) -> Finding:
    """The new density is the old one of the mapped value times the slope, the map one to one, and no number changes."""
    family = context.family
    image, direction = step.named("image"), int(step.named("rising"))
    if (image.free_symbols | step.value.free_symbols) & set(family.symbols):
        return Finding(Evidence.REFUTED, "the map or its slope holds a parameter")
    slope = derivative(image, family.observation)
    if strict_sign(slope, family.domain) != direction:
        return Finding(Evidence.REFUTED, "the map is not proved to be strictly monotone in the direction claimed")
    if not _same_support(step, context, direction):
        return Finding(Evidence.UNDECIDED, "that the map takes the ends of one support to those of the other")
    size = S.Zero if family.discrete else split_logs(log(direction * slope), family.domain)
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    old = step.named("density").xreplace({step.named("observation"): image})
    gaps = (step.value - size, family.log_density - old - step.value)
    found = [confirmed_zero(gap, family.domain, lambda: points) for gap in gaps]
    found += [_same_number(before, after, step, context) for before, after in step.named("pairs").args]
    return weakest(found)


def _same_support(step: Step, context: Context, direction: int) -> bool:
    """A strictly monotone map takes an interval to the interval between the images of its ends."""
    family = context.family
    ends, image = family.bounds, step.named("image")
    images = (limit_at(image, family.observation, ends.lo, "+"), limit_at(image, family.observation, ends.hi, "-"))
    pairs = zip(images[::direction], step.named("ends").args, strict=True)
    return all(
        value is not None
        and (value == end or bool(end.is_finite is not False and split_logs(value - end, family.domain).expand() == 0))
        for value, end in pairs
    )


def limit_at(image: Expr, variable: Symbol, end: Expr, side: str) -> Expr | None:
    """Return what a function tends to at an end, from inside; ``None`` where that is not found.

    >>> from sympy import exp
    >>> u = Symbol("u", real=True)
    >>> limit_at(exp(u), u, -oo, "+"), limit_at(exp(u), u, oo, "-")
    (0, oo)
    """
    value = image.subs(variable, end) if end.is_finite is not False else nan
    if not value.has(nan, zoo, oo, -oo):
        return value
    try:
        value = limit(image.xreplace({variable: _REAL}), _REAL, end, "-" if end is oo else "+" if end is -oo else side)
    except (NotImplementedError, ValueError, TypeError, PoleError):
        return None
    return None if value.has(nan, zoo, limit) else value


_REAL = Symbol("_v", real=True)


def _same_number(before: Expr, after: Expr, step: Step, context: Context) -> Finding:
    """By algebra, after the change of variable in plain averages; and in balls, of old and new data, in any case."""
    x, image = step.named("observation"), step.named("image")
    y = context.family.observation
    for theta, sample in context.points():
        rows = [dict(row) for row in sample[:_ODD]]
        mapped = [{**row, x: image.xreplace({**theta, **row})} for row in rows]
        known = {**theta, **{s: 1 + abs(theta_like) for s, theta_like in _others(before, after, theta)}}
        with precision(256):
            moved_rows = [{s: evaluate(v, {}) for s, v in row.items()} for row in mapped]
            gap = evaluate(before, known, moved_rows) - evaluate(after, known, rows)
            if gap.is_finite() and not gap.contains(0):
                return Finding(Evidence.REFUTED, f"{after} is another number than {before} of the mapped data")
    carried = _carried(plain(before), x, y, image, int(step.named("rising")) > 0)
    return prove_zero(plain(after) - carried, context.family.domain, list)


def _others(before: Expr, after: Expr, theta: Values) -> list[tuple[Symbol, Expr]]:
    """Symbols of statistics, whose numbers do not change: any value will do, the same on both sides."""
    free = sorted((before.free_symbols | after.free_symbols) - set(theta), key=str)
    return [(symbol, S(place) / 7) for place, symbol in enumerate(free, start=2)]


def _carried(flat: Expr, x: Symbol, y: Symbol, image: Expr, rising: bool) -> Expr:
    """Plain averages and order statistics of ``x`` in the data ``y``."""
    if isinstance(flat, Quantile):
        return image.xreplace({y: Quantile(flat.level if rising else 1 - flat.level, y)})
    if isinstance(flat, LargestTie):
        return LargestTie(y)
    if isinstance(flat, Mean):
        inside = _carried(flat.integrand, x, y, image, rising).xreplace({x: image})
        return Mean(inside, *(y if column == x else column for column in flat.data))
    return flat.func(*(_carried(arg, x, y, image, rising) for arg in flat.args)) if flat.has(x) and flat.args else flat
