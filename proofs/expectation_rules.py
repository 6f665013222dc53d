"""Ways to an expected value: derivatives of tilted integrals, changes of variable, pieces of the support."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from sympy import (
    Abs,
    Add,
    Dummy,
    Eq,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Ne,
    Pow,
    S,
    Symbol,
    exp,
    false,
    oo,
    sign,
    true,
)
from sympy.core.relational import Relational
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from .algebra.atoms import Indicator
from .algebra.logs import normal_form
from .algebra.signs import is_positive
from .bounds import Bounds
from .expectation_tilts import by_moments, over_quadratics, tilted, weighted
from .expected_forms import tidy_mean
from .integration.harmonic import mean_log_quadratic
from .integration.lemma import joined_names
from .lemmas import kink_of, product_of, simplified
from .measures import Expected, Measure, total_of


@lru_cache(maxsize=2048)
def mean_as_whole(measure: Measure, statistic: Expr) -> Expected | None:
    """Return the expectation of a sum as one statistic: its terms may have none of their own.

    >>> from sympy import log
    >>> from thetahat import family
    >>> from thetahat.proofs.measures import measure_of
    >>> gamma = family("gamma")
    >>> mean_as_whole(measure_of(gamma), gamma.observation + log(gamma.observation)).value
    k*theta + log(theta) + polygamma(0, k)
    """
    spread = normal_form(statistic, (measure.variable,), measure.everywhere)
    return tilted(measure, spread) if isinstance(spread, Add) and not spread.has(Indicator) else None


def mean_by_terms(measure: Measure, statistic: Expr) -> Expected | None:
    """Return the expectation of a sum, term by term.

    >>> from thetahat import family
    >>> from thetahat.proofs.measures import measure_of
    >>> gamma = family("gamma")
    >>> mean_by_terms(measure_of(gamma), 1 + gamma.observation).value
    k*theta + 1
    """
    x = measure.variable
    spread = _spread(statistic, measure)
    value: Expr = S.Zero
    names: list[str] = []
    conditions: dict[Expr, None] = {}
    for term in Add.make_args(spread):
        coefficient, part = term.as_independent(x, as_Add=False)
        found = _mean(measure, part)
        if found is None:
            return None
        value += coefficient * found.value
        names.append(found.lemma)
        conditions |= dict.fromkeys(found.conditions)
    return Expected(tidy_mean(value, measure.domain), joined_names(names), tuple(conditions))


def _spread(statistic: Expr, measure: Measure) -> Expr:
    """The statistic as a sum of products, in which powers of sums below a fraction stay what they are.

    Multiplied out, they would be no factor that joins the density.
    """
    x = measure.variable
    statistic = statistic.replace(lambda node: isinstance(node, HyperbolicFunction), lambda node: node.rewrite(exp))
    bases = {node.base for node in statistic.atoms(Pow) if node.exp.is_negative and node.base.is_Add and node.has(x)}
    names = {base: Dummy(positive=True) for base in bases if is_positive(base, measure.everywhere)}
    kept = statistic.replace(
        lambda node: isinstance(node, Pow) and node.exp.is_negative and node.base in names,
        lambda node: names[node.base] ** node.exp,
    )
    spread = normal_form(kept, (x, *names.values()), measure.everywhere)
    return spread.xreplace({name: base for base, name in names.items()})


@lru_cache(maxsize=4096)
def _mean(measure: Measure, part: Expr) -> Expected | None:
    """The expectation of one product of functions of the variable."""
    if part == 1:
        return Expected(S.One, "")
    attempts = (
        *(_at_points, tilted, weighted, over_quadratics, by_moments, _from_the_end, _by_sides, _term_by_term),
        *(_harmonic, _unfolded),
    )
    return next((found for attempt in attempts if (found := attempt(measure, part)) is not None), None)


def _at_points(measure: Measure, part: Expr) -> Expected | None:
    """``E[[x = c] T(x)] = T(c) p(c)``."""
    x = measure.variable
    points = [(p, _point(p, x)) for p in Mul.make_args(part) if isinstance(p, Indicator)]
    first = next(((piece, point) for piece, point in points if point is not None), None)
    if first is None:
        return None
    piece, point = first
    if not measure.ends.discrete:
        return Expected(S.Zero, "")
    if not point.is_Integer or not measure.ends.lo.is_Integer:
        return None
    if point < measure.ends.lo or (measure.ends.hi.is_Integer and point > measure.ends.hi):
        return Expected(S.Zero, "")
    total = total_of(measure)
    if total is None or not (measure.ends.hi is oo or measure.ends.hi.is_Integer):
        return None
    here = product_of(simplified(measure.exponent.xreplace({x: point}) - total.value, measure.domain))
    value = (part / piece).xreplace({x: point}) * here
    return Expected(tidy_mean(value, measure.domain), total.lemma, total.conditions)


def _point(piece: Indicator, x: Symbol) -> Expr | None:
    condition = piece.condition
    if not isinstance(condition, Eq) or x not in condition.args:
        return None
    return condition.rhs if condition.lhs == x else condition.lhs


def _from_the_end(measure: Measure, part: Expr) -> Expected | None:
    """Count from an end of the support: ``x = lo + w`` or ``x = lo + (hi - lo) w``, in which powers are easy."""
    lo, hi, x = measure.ends.lo, measure.ends.hi, measure.variable
    if measure.ends.discrete or lo is -oo or (lo, hi) in ((S.Zero, oo), (S.Zero, S.One)) or not part.has(x):
        return None
    w = _FROM_END
    scale = S.One if hi is oo else hi - lo
    if not is_positive(scale, measure.domain):
        return None
    place = lo + scale * w
    ends = Bounds(S.Zero, oo if hi is oo else S.One, False, False, False)
    exponent = normal_form(measure.exponent.xreplace({x: place}), (w,), measure.domain | {w: ends})
    constant, bulk = exponent.as_independent(w, as_Add=True)
    moved = Measure(bulk, constant, w, ends, measure.items)
    return mean_by_terms(moved, part.xreplace({x: place}).expand())


_FROM_END = Dummy("w", positive=True)


def _by_sides(measure: Measure, part: Expr) -> Expected | None:
    """Where ``part`` has a kink: each side by itself, weighted with its probability."""
    x = measure.variable
    nodes = [node for node in part.atoms(Abs, sign, Max, Min, Relational) if node.has(x)]
    total = total_of(measure)
    if not nodes or total is None or measure.ends.discrete:
        return None
    node = min(nodes, key=lambda one: one.sort_key())
    if isinstance(node, (Eq, Ne)):
        return mean_by_terms(measure, part.xreplace({node: false if isinstance(node, Eq) else true}))
    value: Expr = S.Zero
    parts = []
    for ends, replacement in _sides_of(measure, node):
        side = replace(measure, ends=ends)
        mass, inner = total_of(side), part.xreplace({node: replacement})
        mean = mean_by_terms(side, inner) if inner != 0 else Expected(S.Zero, "")
        if mass is None or mean is None:
            return None
        value += mean.value * product_of(simplified(mass.value - total.value, measure.domain))
        parts += [mass.lemma, mean.lemma]
    return Expected(tidy_mean(value, measure.domain), joined_names(parts), total.conditions) if parts else None


def _sides_of(measure: Measure, node: Expr) -> Iterator[tuple[Bounds, Expr]]:
    found = kink_of(node, measure.variable, measure.ends, measure.domain)
    if found is None:
        return
    place, left, right = found
    yield replace(measure.ends, hi=place, hi_closed=False), left
    yield replace(measure.ends, lo=place, lo_closed=False), right


def _term_by_term(measure: Measure, part: Expr) -> Expected | None:
    """At most twenty-one values, added."""
    span, total = measure.ends.hi - measure.ends.lo, total_of(measure)
    if not measure.ends.discrete or not span.is_Integer or span > 20 or total is None:
        return None
    places = [{measure.variable: measure.ends.lo + Integer(i)} for i in range(int(span) + 1)]
    masses = [product_of(simplified(measure.exponent.xreplace(place), measure.domain)) for place in places]
    value = Add(*(part.xreplace(place) * mass for place, mass in zip(places, masses, strict=True)))
    value *= product_of(-total.value)
    if value.has(oo, -oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(tidy_mean(value, measure.domain), "finite_sum")


def _harmonic(measure: Measure, part: Expr) -> Expected | None:
    """The logarithm of a quadratic under a Cauchy density."""
    if measure.ends.discrete or (measure.ends.lo, measure.ends.hi) != (-oo, oo):
        return None
    value = mean_log_quadratic(measure.exponent, part, measure.variable, measure.domain)
    return None if value is None else Expected(simplified(value, measure.domain), "poisson_integral")


def _unfolded(measure: Measure, part: Expr) -> Expected | None:
    """The mean of an even function under an even density on the positive numbers, over the whole line."""
    if measure.ends.discrete or (measure.ends.lo, measure.ends.hi) != (S.Zero, oo):
        return None
    x, mirrored = _UNFOLDED, (one.xreplace({measure.variable: _UNFOLDED}) for one in (measure.exponent, part))
    exponent, inner = mirrored
    if any((one - one.xreplace({x: -x})).expand() != 0 for one in (exponent, inner)):
        return None
    line = Bounds(-oo, oo, False, False, False)
    return _mean(Measure(exponent, measure.constant, x, line, measure.items), inner)


_UNFOLDED = Dummy("u", real=True)
