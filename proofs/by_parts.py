"""Functions of mean zero by integrating by parts: ``g' + g (log p)'``, where ``g p`` vanishes at both ends."""

from __future__ import annotations

from sympy import Abs, Add, Dummy, Expr, Heaviside, Max, Min, Mul, Piecewise, Poly, S, fraction, log, oo, sign, together

from .algebra.atoms import Indicator
from .algebra.derivatives import derivative
from .algebra.logs import normal_form
from .algebra.signs import Domain, is_negative, is_positive
from .algebra.size import cancelled
from .bounds import Bounds
from .family import Family

_JUMPS = (Heaviside, Indicator, Max, Min, Piecewise, sign)
_U = Dummy("u", positive=True)
_NEAR = Bounds(S.Zero, oo, False, False, False)


def means_of_zero(family: Family, domain: Domain) -> list[Expr]:
    """Return functions of the observation whose mean is zero for every member.

    The integral of ``(g p)'`` over the support is what ``g p`` is at the ends, and that is zero. Tried are powers of
    the observation, its distances from finite ends and from kinks, and what cancels the poles of the slope. A density
    may have kinks, but no jumps inside the support.

    >>> from thetahat import family
    >>> one = family("normal_mean")
    >>> means_of_zero(one, one.domain)[0].factor()
    -(-mu + x)/sigma**2
    """
    x, ends = family.observation, family.bounds
    if ends.discrete or family.log_density.has(*_JUMPS):
        return []
    slope = derivative(family.log_density, x)
    distances = Mul(*(x - end if end == ends.lo else end - x for end in (ends.lo, ends.hi) if end.is_finite))
    poles = fraction(together(slope))[1].as_independent(x, as_Add=False)[1]
    kinks = sorted((one for one in family.log_density.atoms(Abs) if one.has(x)), key=lambda one: one.sort_key())
    tried = dict.fromkeys((S.One, x, x**2, *(factor * one for one in (distances, poles, *kinks) for factor in (1, x))))
    return [
        derivative(g, x) + (cancelled(g * slope) if not kinks else (g * slope).expand())
        for g in tried
        if all(_vanishes(g, family, end, domain) for end in (ends.lo, ends.hi))
    ]


def _vanishes(g: Expr, family: Family, end: Expr, domain: Domain) -> bool:
    """Whether ``g p`` is proved to tend to zero at that end."""
    x = family.observation
    if end.is_infinite:
        place: Expr = _U if end is oo else -_U
    else:
        place = end + _U if end == family.bounds.lo else end - _U
    near = {s: b for s, b in domain.items() if s != x} | {_U: _NEAR}
    factors = Add(*(power * log(Abs(base)) for base, power in (one.as_base_exp() for one in Mul.make_args(g))))
    whole = (factors + family.log_density).xreplace({x: place})
    if end.is_infinite:
        whole = whole.replace(Abs, lambda inner: _far_modulus(inner, near))
    powers: dict[Expr, Expr] = {}
    logs: Expr = S.Zero
    for term in Add.make_args(normal_form(whole, (_U,), near)):
        coefficient, part = term.as_independent(_U, as_Add=False)
        exponent, degree = _exponent(part), _degree(part, near) if end.is_infinite else None
        if part == log(_U):
            logs += coefficient
        elif degree is not None:
            logs += coefficient * degree
        elif exponent is not None:
            powers[exponent] = powers.get(exponent, S.Zero) + coefficient
        elif end.is_infinite or not _is_bounded(part, near):
            return False
    return _falls(powers, logs, far=bool(end.is_infinite), domain=near)


def _far_modulus(inner: Expr, domain: Domain) -> Expr:
    """``|inner|`` for all ``u`` beyond some place: a polynomial has the sign of its leading coefficient there."""
    sign_of = _leading(inner, domain)
    return Abs(inner) if sign_of is None else sign_of[1] * inner


def _leading(inner: Expr, domain: Domain) -> tuple[int, int] | None:
    """The degree in ``u`` and the sign of the leading coefficient."""
    if not (inner.has(_U) and inner.is_polynomial(_U)):
        return None
    polynomial = Poly(inner, _U)
    if is_positive(polynomial.LC(), domain):
        return int(polynomial.degree()), 1
    return (int(polynomial.degree()), -1) if is_negative(polynomial.LC(), domain) else None


def _degree(part: Expr, domain: Domain) -> int | None:
    """How many times ``log u`` a logarithm of a polynomial is, far out and up to something bounded."""
    found = _leading(part.args[0], domain) if isinstance(part, log) else None
    return found[0] if found is not None and found[1] == 1 else None


def _is_bounded(part: Expr, domain: Domain) -> bool:
    """Whether the function is continuous where ``u`` falls to zero: finite there, logarithms of positive numbers."""
    limit = part.xreplace({_U: S.Zero})
    stand_ins = {one: Dummy(real=True) for one in limit.atoms(log) if is_positive(one.args[0], domain)}
    return bool(limit.xreplace(stand_ins).is_finite)


def _exponent(part: Expr) -> Expr | None:
    """``r`` of ``u**r``; ``None`` for other functions."""
    base, exponent = part.as_base_exp()
    if part == 1:
        return S.Zero
    return exponent if base == _U and exponent.is_Rational else None


def _falls(powers: dict[Expr, Expr], logs: Expr, far: bool, domain: Domain) -> bool:
    """Whether the sum tends to minus infinity: by the power that counts most there, else by the logarithms."""
    side = 1 if far else -1
    growing = {r: c for r, c in powers.items() if r * side > 0 and c != 0}
    if growing:
        return is_negative(growing[max(growing, key=lambda r: r * side)], domain)
    return is_negative(logs, domain) if far else is_positive(logs, domain)
