"""Expected values as derivatives of the logarithm of tilted integrals, for which the lemmas are asked."""

from __future__ import annotations

from itertools import chain

from sympy import Abs, Add, Derivative, Dummy, Expr, Mul, S, Subs, cos, exp, log, oo, sin

from .algebra.derivatives import derivative
from .algebra.signs import is_positive
from .algebra.size import cancelled
from .expected_forms import tidy_mean
from .integration.lemma import joined_names
from .integration.quadratics import in_quadratic_powers
from .lemmas import level_gammas, product_of, simplified
from .measures import Expected, Measure, total_of

_TILTS = tuple(Dummy(f"epsilon_{i}", real=True) for i in range(2))


def tilted(measure: Measure, part: Expr) -> Expected | None:
    """``d/de log Z(e)`` with ``exp(e T)`` in the integral."""
    return _derived(measure, S.Zero, ((part, 1),))


def weighted(measure: Measure, part: Expr) -> Expected | None:
    """Powers of positive functions and exponentials join the density; whole powers of the rest become derivatives."""
    weight, factors = S.Zero, []
    for piece in Mul.make_args(part):
        base, power = piece.as_base_exp()
        if isinstance(piece, exp):
            weight += piece.args[0]
        elif not isinstance(base, (log, cos, sin, Abs)) and _positive(measure, base):
            weight += power * log(base)
        elif power.is_Integer and 0 < power <= 4:
            factors.append((base, int(power)))
        else:
            return None
    return _derived(measure, weight, tuple(factors)) if weight != 0 and len(factors) <= len(_TILTS) else None


def over_quadratics(measure: Measure, part: Expr) -> Expected | None:
    """``E[x**i q**-j]`` under a power of a quadratic with the same centre, by ``E[q**k]``."""
    x = measure.variable
    found = in_quadratic_powers(part, x, measure.domain)
    if found is None or measure.ends.discrete or (measure.ends.lo, measure.ends.hi) != (-oo, oo):
        return None
    q, powers = found
    logs = [term.as_independent(x, as_Add=False)[1] for term in Add.make_args(measure.exponent)]
    if any(not isinstance(one, log) or cancelled(one.args[0] / q).has(x) for one in logs):
        return None
    means = [(c, _derived(measure, k * log(q), ()) if k else Expected(S.One, "")) for c, k in powers]
    if any(mean is None for _, mean in means):
        return None
    value = Add(*(c * mean.value for c, mean in means if mean is not None))
    names = joined_names(mean.lemma for _, mean in means if mean is not None)
    conditions = dict.fromkeys(chain.from_iterable(mean.conditions for _, mean in means if mean is not None))
    return Expected(tidy_mean(value, measure.domain), names, tuple(conditions))


def by_moments(measure: Measure, part: Expr) -> Expected | None:
    """Higher derivatives: ``E[S**2]``, ``E[S T]`` and the like."""
    factors = [piece.as_base_exp() for piece in Mul.make_args(part)]
    if len(factors) > len(_TILTS) or (len(factors) == 1 and factors[0][1] == 1):
        return None
    if any(base == exp(1) or not power.is_Integer or not 0 < power <= 4 for base, power in factors):
        return None
    return _derived(measure, S.Zero, tuple((base, int(power)) for base, power in factors))


def _positive(measure: Measure, base: Expr) -> bool:
    if measure.ends.discrete and measure.ends.lo == 0 and base.xreplace({measure.variable: S.Zero}) == 0:
        return False
    if measure.ends.lo == 0 and base == measure.variable:
        return not measure.ends.discrete
    return bool(is_positive(base, measure.everywhere))


def _derived(measure: Measure, weight: Expr, factors: tuple[tuple[Expr, int], ...]) -> Expected | None:
    """``E[exp(weight) prod base**power]``, by derivatives of the logarithm of one tilted integral at zero."""
    small = _TILTS[: len(factors)]
    tilt = Add(weight, *(epsilon * base for epsilon, (base, _) in zip(small, factors, strict=True)))
    found = measure.integrated(tilt, small)
    if found is None or "finite_sum" in found.lemma:
        return None
    moment: Expr = S.One
    for epsilon, (_, power) in zip(small, factors, strict=True):
        slope = derivative(found.value, epsilon)
        for _step in range(power):
            moment = derivative(moment, epsilon) + moment * slope
    if moment.has(Derivative, Subs):
        # A derivative in the order of a Bessel function, say: SymPy fails where it puts zero for its variable.
        return None
    at_zero = dict.fromkeys(small, S.Zero)
    value, conditions, names = moment.xreplace(at_zero), found.conditions, found.lemma
    if weight != 0:
        total = total_of(measure)
        if total is None:
            return None
        value *= product_of(level_gammas(simplified(found.value.xreplace(at_zero) - total.value, measure.domain)))
        conditions = tuple(dict.fromkeys((*conditions, *total.conditions)))
    if value.has(Derivative, Subs, oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(tidy_mean(value, measure.domain), names, conditions)


def mean_log_density(measure: Measure) -> Expected | None:
    """Return ``E[log p] = d/dt log of the integral of p**(1 + t)`` at zero; few terms are better averaged one by one.

    >>> from thetahat import family
    >>> from thetahat.proofs.measures import measure_of
    >>> mean_log_density(measure_of(family("exponential"))).value
    log(lambda) - 1
    """
    if measure.ends.discrete and (measure.ends.hi - measure.ends.lo).is_Integer:
        return None
    found = measure.integrated(_TILTS[0] * measure.exponent, _TILTS[:1])
    if found is None:
        return None
    slope = derivative(found.value, _TILTS[0])
    if slope.has(Derivative, Subs):
        return None
    value = measure.constant + slope.xreplace({_TILTS[0]: S.Zero})
    if value.has(Derivative, Subs, oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(value, found.lemma, found.conditions)
