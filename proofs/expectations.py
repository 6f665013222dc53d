"""Expected values under a family, its normalisation and its entropy, from integral lemmas on tilted densities alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

from sympy import (
    Abs,
    Add,
    Derivative,
    Dummy,
    Eq,
    Expr,
    Function,
    Integer,
    LambertW,
    Max,
    Min,
    Mul,
    Ne,
    Pow,
    S,
    Subs,
    Symbol,
    cancel,
    cos,
    digamma,
    erf,
    erfc,
    exp,
    factor,
    factor_terms,
    false,
    log,
    oo,
    polygamma,
    sign,
    sin,
    together,
    true,
)
from sympy.core.relational import Relational

from .algebra.atoms import Indicator
from .algebra.derivatives import derivative
from .algebra.logs import normal_form
from .algebra.signs import Domain, is_positive
from .algebra.size import has_low_degree, operations, shortest
from .bounds import Bounds
from .family import Family
from .integration.harmonic import mean_log_quadratic
from .lemmas import Integrated, kink_of, level_gammas, log_integral, product_of, simplified

_LINE = Bounds(-oo, oo, False, False, False)
_TILTS = tuple(Dummy(f"epsilon_{i}", real=True) for i in range(2))


@dataclass(frozen=True)
class Expected:
    """An expected value, the lemmas it rests on joined by " + ", and what they required to be positive."""

    value: Expr
    lemma: str
    conditions: tuple[Expr, ...] = ()


def normaliser(family: Family) -> Integrated | None:
    """Return the logarithm of the density's integral, or of the probabilities' sum; zero for a proper declaration.

    It is taken over the observation, for any value of the covariates. ``None`` where no lemma matches.

    >>> from thetahat import family
    >>> normaliser(family("weibull")).value, normaliser(family("weibull")).lemma
    (0, 'gamma')
    """
    return log_integral(family.log_density, family.observation, family.bounds, _domain(family))


@lru_cache(maxsize=512)
def is_normalised(family: Family) -> Integrated | None:
    """Return the normaliser with its value brought to zero where algebra can; another value is shown as it is.

    >>> from thetahat import family
    >>> is_normalised(family("negative_binomial"))
    Integrated(value=0, lemma='binomial_series', conditions=(r, p), substitution='')
    """
    found = normaliser(family)
    if found is None or found.value == 0:
        return found
    value = found.value.replace(erfc, lambda z: 1 - erf(z)) if found.value.has(erf, erfc) else found.value
    ratio = cancel(together(product_of(value)))
    return replace(found, value=S.Zero) if ratio == 1 else found


def proves_normalised(family: Family) -> bool | None:
    """Return ``True`` where a lemma proves that the density integrates, or sums, to one; ``None`` where none tells.

    >>> from thetahat import family
    >>> proves_normalised(family("negative_binomial"))
    True
    """
    found = is_normalised(family)
    return True if found is not None and found.value == 0 else None


def expectation(family: Family, statistic: Expr, beside: Domain | None = None) -> Expected | None:
    """Return ``E[T(x)]`` at a member of ``family``, in its parameters; ``None`` where no lemma gives it.

    ``E[T] = d/de log of the integral of p exp(e T)`` at ``e = 0``, and ``E[x**r]`` is a ratio of two integrals. The
    side conditions of the tilted integral are proved at ``e = 0``; being strict they hold in a neighbourhood, in which
    the integral is finite and may be differentiated. An expectation that is infinite for some members has no lemma
    that holds for all of them, hence ``None``.

    Parameters
    ----------
    statistic
        A function of the observation; it may contain parameters, covariates and other symbols.
    beside
        Where those other symbols lie, such as the parameters of a second member.

    Examples
    --------
    >>> from sympy import log
    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> expectation(gamma, gamma.observation).value
    k*theta
    >>> expectation(gamma, log(gamma.observation)).value
    log(theta) + polygamma(0, k)
    """
    measure = _measure(family, tuple((beside or {}).items()))
    return _whole(measure, statistic) or _termwise(measure, statistic)


def entropy(family: Family) -> Expected | None:
    """Return ``-E[log p(x)]``, in nats; differential entropy for densities. ``None`` where no lemma gives it.

    >>> from thetahat import family
    >>> entropy(family("exponential")).value
    1 - log(lambda)
    """
    return _entropy(family)


@lru_cache(maxsize=512)
def _entropy(family: Family) -> Expected | None:
    measure = _measure(family, ())
    found = _powered(measure) or _termwise(measure, family.log_density)
    return None if found is None else replace(found, value=_tidy(-found.value, measure.domain))


# ---------------------------------------------------------------------------------------------------- the machinery


@dataclass(frozen=True)
class _Measure:
    """A density up to a constant: its logarithm, the variable, the support, and where all other symbols lie."""

    exponent: Expr
    constant: Expr
    variable: Symbol
    ends: Bounds
    items: tuple[tuple[Symbol, Bounds], ...]

    @property
    def domain(self) -> dict[Symbol, Bounds]:
        return dict(self.items)

    @property
    def everywhere(self) -> dict[Symbol, Bounds]:
        # At the ends a logarithm may be infinite however it is written.
        return self.domain | {self.variable: self.ends.without_ends()}

    def integrated(self, tilt: Expr = S.Zero, small: tuple[Symbol, ...] = ()) -> Integrated | None:
        """The logarithm of the integral of the density times ``exp(tilt)``."""
        return log_integral(self.exponent + tilt, self.variable, self.ends, self.domain, small)


def _domain(family: Family) -> dict[Symbol, Bounds]:
    known = {symbol: ends for symbol, ends in family.domain.items() if symbol != family.observation}
    return known | dict.fromkeys(family.covariates, _LINE)


@lru_cache(maxsize=512)
def _measure(family: Family, beside: tuple[tuple[Symbol, Bounds], ...]) -> _Measure:
    domain = _domain(family) | dict(beside)
    x = family.observation
    whole = normal_form(family.log_density, (x,), domain | {x: family.bounds.without_ends()})
    constant, bulk = whole.as_independent(x, as_Add=True)
    return _Measure(bulk, constant, x, family.bounds, tuple(domain.items()))


@lru_cache(maxsize=2048)
def _total(measure: _Measure) -> Integrated | None:
    return measure.integrated()


@lru_cache(maxsize=2048)
def _whole(measure: _Measure, statistic: Expr) -> Expected | None:
    """The expectation of a sum as one statistic: its terms may have none of their own."""
    spread = normal_form(statistic, (measure.variable,), measure.everywhere)
    return _tilted(measure, spread) if isinstance(spread, Add) and not spread.has(Indicator) else None


def _termwise(measure: _Measure, statistic: Expr) -> Expected | None:
    """The expectation of a sum, term by term."""
    x = measure.variable
    spread = normal_form(statistic, (x,), measure.everywhere)
    value: Expr = S.Zero
    names: dict[str, None] = {}
    conditions: dict[Expr, None] = {}
    for term in Add.make_args(spread):
        coefficient, part = term.as_independent(x, as_Add=False)
        found = _mean(measure, part)
        if found is None:
            return None
        value += coefficient * found.value
        names |= dict.fromkeys(name for name in found.lemma.split(" + ") if name)
        conditions |= dict.fromkeys(found.conditions)
    return Expected(_tidy(value, measure.domain), " + ".join(names), tuple(conditions))


@lru_cache(maxsize=4096)
def _mean(measure: _Measure, part: Expr) -> Expected | None:
    """The expectation of one product of functions of the variable."""
    if part == 1:
        return Expected(S.One, "")
    attempts = (_at_points, _tilted, _weighted, _by_moments, _from_the_end, _by_sides, _term_by_term, _harmonic)
    return next((found for attempt in attempts if (found := attempt(measure, part)) is not None), None)


def _tilted(measure: _Measure, part: Expr) -> Expected | None:
    """``d/de log Z(e)`` with ``exp(e T)`` in the integral."""
    return _derived(measure, S.Zero, ((part, 1),))


def _weighted(measure: _Measure, part: Expr) -> Expected | None:
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


def _by_moments(measure: _Measure, part: Expr) -> Expected | None:
    """Higher derivatives: ``E[S**2]``, ``E[S T]`` and the like."""
    factors = [piece.as_base_exp() for piece in Mul.make_args(part)]
    if len(factors) > len(_TILTS) or (len(factors) == 1 and factors[0][1] == 1):
        return None
    if any(base == exp(1) or not power.is_Integer or not 0 < power <= 4 for base, power in factors):
        return None
    return _derived(measure, S.Zero, tuple((base, int(power)) for base, power in factors))


def _positive(measure: _Measure, base: Expr) -> bool:
    if measure.ends.discrete and measure.ends.lo == 0 and base.xreplace({measure.variable: S.Zero}) == 0:
        return False
    if measure.ends.lo == 0 and base == measure.variable:
        return not measure.ends.discrete
    return bool(is_positive(base, measure.everywhere))


def _derived(measure: _Measure, weight: Expr, factors: tuple[tuple[Expr, int], ...]) -> Expected | None:
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
    at_zero = dict.fromkeys(small, S.Zero)
    value, conditions, names = moment.xreplace(at_zero), found.conditions, found.lemma
    if weight != 0:
        total = _total(measure)
        if total is None:
            return None
        value *= product_of(level_gammas(simplified(found.value.xreplace(at_zero) - total.value, measure.domain)))
        conditions = tuple(dict.fromkeys((*conditions, *total.conditions)))
    if value.has(Derivative, Subs, oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(_tidy(value, measure.domain), names, conditions)


def _powered(measure: _Measure) -> Expected | None:
    """``E[log p] = d/dt log of the integral of p**(1 + t)`` at zero; few terms are better averaged one by one."""
    if measure.ends.discrete and (measure.ends.hi - measure.ends.lo).is_Integer:
        return None
    found = measure.integrated(_TILTS[0] * measure.exponent, _TILTS[:1])
    if found is None:
        return None
    value = measure.constant + derivative(found.value, _TILTS[0]).xreplace({_TILTS[0]: S.Zero})
    if value.has(Derivative, Subs, oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(value, found.lemma, found.conditions)


def _at_points(measure: _Measure, part: Expr) -> Expected | None:
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
    total = _total(measure)
    if total is None or not (measure.ends.hi is oo or measure.ends.hi.is_Integer):
        return None
    here = product_of(simplified(measure.exponent.xreplace({x: point}) - total.value, measure.domain))
    value = (part / piece).xreplace({x: point}) * here
    return Expected(_tidy(value, measure.domain), total.lemma, total.conditions)


def _point(piece: Indicator, x: Symbol) -> Expr | None:
    condition = piece.condition
    if not isinstance(condition, Eq) or x not in condition.args:
        return None
    return condition.rhs if condition.lhs == x else condition.lhs


def _from_the_end(measure: _Measure, part: Expr) -> Expected | None:
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
    moved = _Measure(bulk, constant, w, ends, measure.items)
    return _termwise(moved, part.xreplace({x: place}).expand())


_FROM_END = Dummy("w", positive=True)


def _by_sides(measure: _Measure, part: Expr) -> Expected | None:
    """Where ``part`` has a kink: each side by itself, weighted with its probability."""
    x = measure.variable
    nodes = [node for node in part.atoms(Abs, sign, Max, Min, Relational) if node.has(x)]
    total = _total(measure)
    if not nodes or total is None or measure.ends.discrete:
        return None
    node = min(nodes, key=lambda one: one.sort_key())
    if isinstance(node, (Eq, Ne)):
        return _termwise(measure, part.xreplace({node: false if isinstance(node, Eq) else true}))
    value: Expr = S.Zero
    parts = []
    for ends, replacement in _sides_of(measure, node):
        side = replace(measure, ends=ends)
        mass, inner = _total(side), part.xreplace({node: replacement})
        mean = _termwise(side, inner) if inner != 0 else Expected(S.Zero, "")
        if mass is None or mean is None:
            return None
        value += mean.value * product_of(simplified(mass.value - total.value, measure.domain))
        parts += [mass.lemma, mean.lemma]
    names = dict.fromkeys(chain.from_iterable(name.split(" + ") for name in parts if name))
    return Expected(_tidy(value, measure.domain), " + ".join(names), total.conditions) if parts else None


def _sides_of(measure: _Measure, node: Expr) -> Iterator[tuple[Bounds, Expr]]:
    found = kink_of(node, measure.variable, measure.ends, measure.domain)
    if found is None:
        return
    place, left, right = found
    yield replace(measure.ends, hi=place, hi_closed=False), left
    yield replace(measure.ends, lo=place, lo_closed=False), right


def _term_by_term(measure: _Measure, part: Expr) -> Expected | None:
    """At most twenty-one values, added."""
    span, total = measure.ends.hi - measure.ends.lo, _total(measure)
    if not measure.ends.discrete or not span.is_Integer or span > 20 or total is None:
        return None
    places = [{measure.variable: measure.ends.lo + Integer(i)} for i in range(int(span) + 1)]
    masses = [product_of(simplified(measure.exponent.xreplace(place), measure.domain)) for place in places]
    value = Add(*(part.xreplace(place) * mass for place, mass in zip(places, masses, strict=True)))
    value *= product_of(-total.value)
    if value.has(oo, -oo, S.NaN, S.ComplexInfinity):
        return None
    return Expected(_tidy(value, measure.domain), "finite_sum")


def _harmonic(measure: _Measure, part: Expr) -> Expected | None:
    """The logarithm of a quadratic under a Cauchy density."""
    if measure.ends.discrete or (measure.ends.lo, measure.ends.hi) != (-oo, oo):
        return None
    value = mean_log_quadratic(measure.exponent, part, measure.variable, measure.domain)
    return None if value is None else Expected(simplified(value, measure.domain), "poisson_integral")


def _tidy(value: Expr, domain: Mapping[Symbol, Bounds]) -> Expr:
    """The shortest of a few equal forms: logarithms split, digamma arguments levelled, fractions joined."""
    value = value.replace(lambda node: isinstance(node, exp), lambda node: product_of(node.args[0]))
    if _is_large(value):
        return value
    if value.has(LambertW):
        value = value.replace(LambertW, lambda argument: _principal(argument, domain))
    if value.has(sin):
        value = value.replace(
            lambda node: isinstance(node, Pow) and isinstance(node.base, sin) and node.exp == 2,
            lambda node: 1 - cos(node.base.args[0]) ** 2,
        )
    if value.has(digamma, polygamma):
        value = _level_digammas(value)
    if value.has(log):
        value = simplified(value, domain)
    spread = value.expand(log=False, power_base=False, power_exp=False, func=False, trig=False)
    joined = value.replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, Add),
        lambda node: factor_terms(node.base) ** node.exp,
    )
    forms = [value, spread, joined]
    if (not value.has(log) or operations(value) < 25) and has_low_degree(value):
        forms.append(factor(value))
    if not _is_large(spread) and has_low_degree(spread):
        forms.append(_grouped(spread))
    return shortest(forms)


def _is_large(value: Expr) -> bool:
    """Whether expanding or cancelling may blow up: many operations, high powers of sums, or many symbolic powers.

    Each power with a symbolic exponent is one more variable of the polynomials that cancelling works on.
    """
    powers = value.atoms(Pow)
    high = any(isinstance(power.base, Add) and power.exp.is_Integer and abs(power.exp) > 4 for power in powers)
    return high or operations(value) > 120 or sum(1 for power in powers if not power.exp.is_Rational) > 5


def _principal(argument: Expr, domain: Mapping[Symbol, Bounds]) -> Expr:
    """``W(u exp(u)) = u`` for ``-1 < u``."""
    rest, exponential = argument.as_independent(exp, as_Add=False)
    u = exponential.args[0] if isinstance(exponential, exp) else None
    return u if u is not None and u == rest and is_positive(1 + u, domain) else LambertW(argument)


def _grouped(spread: Expr) -> Expr:
    """One term for each product of logarithms and special functions, its coefficient one factored fraction."""
    coefficients: dict[Expr, Expr] = {}
    for term in Add.make_args(spread):
        special = Mul(*(piece for piece in Mul.make_args(term) if piece.has(Function) and not piece.has(exp)))
        coefficients[special] = coefficients.get(special, S.Zero) + term / special
    return Add(*(factor(coefficient) * special for special, coefficient in coefficients.items()))


def _level_digammas(value: Expr) -> Expr:
    """``psi(z + 1) = psi(z) + 1/z`` and its derivatives, down to the smallest argument."""
    value = value.rewrite(polygamma)
    nodes = sorted(value.atoms(polygamma), key=lambda node: node.sort_key())
    changes = {}
    for node in nodes:
        order, z = node.args
        steps = [(z - other.args[1]).expand() for other in nodes if other.args[0] == order]
        down = max((step for step in steps if step.is_Integer and step <= 20), default=0)
        least = (z - down).expand()
        extra = (_rung(order, least + i) for i in range(int(down)))
        changes[node] = polygamma(order, least) + Add(*extra)
    return value.xreplace(changes)


def _rung(order: Expr, z: Expr) -> Expr:
    """``psi^(m)(z + 1) - psi^(m)(z) = (-1)**m m! / z**(m + 1)``."""
    return (-1) ** order * Mul(*range(1, int(order) + 1)) / z ** (order + 1)
