"""What each function of a printed expression does to balls; a helper that cannot tell gives no number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import methodcaller
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq, fmpz

from .errors import DeclarationError

_ZETA_ORDER = 2
_THIN = 2.0**-10  # the radius of a ball that is no wide one
_NARROW = arb(2) ** -30  # the radius of one, in its unit


def _real(value: acb) -> arb:
    return value.real if value.imag.contains(0) else arb("nan")


def _power(base: arb, exponent: arb) -> arb:
    return (exponent * base.log()).exp() if base > 0 else base**exponent


def square(base: Any) -> Any:
    """Return the square, of a ball around zero without the negative numbers that a product of two balls would hold.

    >>> square(arb(0, 2)) >= 0
    True
    """
    product = base * base
    return product.nonnegative_part() if isinstance(product, arb) and not product > 0 else product


def _log1p(z: Any) -> Any:
    return z.log1p() if isinstance(z, arb) else (1 + z).log()  # FLINT's series have no such function


def _log_of_product(product: arb, less_one: arb) -> arb:
    """The logarithm of a product, which is no number if a factor was none, by that or by what it is less one."""
    narrower = product.is_finite() and less_one.rad() < product.rad()
    return less_one.log1p() if narrower else product.log()


def _power_integer(base: arb, exponent: int) -> arb:
    return base**exponent if exponent >= 0 else 1 / base ** (-exponent)


def _compare(left: arb, relation: str, right: arb) -> bool | None:
    """Decide a relation of two balls, or answer ``None``."""
    if relation == "==":
        return True if left == right else False if left != right else None
    if relation == "!=":
        return True if left != right else False if left == right else None
    if relation == "<":
        return True if left < right else False if left >= right else None
    if relation == "<=":
        return True if left <= right else False if left > right else None
    if relation == ">":
        return _compare(right, "<", left)
    return _compare(right, "<=", left)


def _truth(decided: bool | None) -> arb:
    return arb("nan") if decided is None else arb(int(decided))


def _choose(decided: bool | None, then: Callable[[], arb], otherwise: Callable[[], arb]) -> arb:
    return arb("nan") if decided is None else then() if decided else otherwise()


def _both(parts: Sequence[bool | None]) -> bool | None:
    return False if any(part is False for part in parts) else None if None in parts else True


def _negate(part: bool | None) -> bool | None:
    return None if part is None else not part


def _whole(number: arb) -> int:
    value = number.unique_fmpz()
    if value is None:
        raise DeclarationError(f"{number} is no whole number, so no order or branch of a function")
    return int(value)


def _polygamma(order: arb, z: arb) -> arb:
    """Return a polygamma function of a ball; of a wide positive one from its ends, between which it is monotone.

    FLINT's own bound for a wide ball is far wider, and takes ten times as long. Source: NIST DLMF 5.15.1,
    where all terms have one sign.

    >>> narrow = _polygamma(arb(0), arb(40, 3))
    >>> narrow.contains(arb(37).digamma()), narrow.contains(arb(43).digamma()), bool(narrow.rad() < 0.08)
    (True, True, True)
    """
    whole = _whole(order)
    if z > 0 and z.rad() > _NARROW * z:
        return _polygamma_at(whole, z.lower()).union(_polygamma_at(whole, z.upper()))
    return _polygamma_at(whole, z)


def _polygamma_at(order: int, z: arb) -> arb:
    return z.digamma() if order == 0 else _real(acb(z).polygamma(acb(order)))


def zeta_derivative(order: int, s: Any) -> arb:
    """Return a ball around the ``order``-th derivative of Riemann's zeta function.

    >>> zeta_derivative(1, 2).contains(-0.9375482543158437538)
    True
    """
    s = arb(s)
    if order and s > order + 4 * ctx.prec:
        return zeta_derivative_far_out(order, s)
    if not s.is_finite():
        return arb("nan")
    expansion = _zeta_around(s.mid().man_exp(), s.rad().man_exp(), max(order, _ZETA_ORDER), ctx.prec)
    return expansion[order] * arb(order + 1).gamma()


@lru_cache(maxsize=8)
def _zeta_around(middle: tuple[fmpz, fmpz], radius: tuple[fmpz, fmpz], order: int, bits: int) -> arb_series:
    """The expansion around a ball, at the working precision ``bits``: all derivatives for the price of the last.

    A score and its slope ask for each of the first three at the same place.
    """
    return arb_series([arb(middle, radius), arb(1)], order + 1).zeta()


def zeta_derivative_far_out(order: int, s: arb) -> arb:
    """Return a ball around the same for ``order > 0`` and ``s > order + 4``, best where ``s`` is large.

    The term of two, and a bound of the others, of which FLINT sums ever more the larger ``s`` is, for minutes. They are
    at most ``sum_{n > 2} n**(order - s)``; all but the first of these are at most an integral, and all together at
    most ``2 * 3**(order - s)``.

    >>> zeta_derivative_far_out(1, arb(20)).overlaps(zeta_derivative(1, 20))
    True
    """
    return (-arb.const_log2()) ** order * arb(2) ** -s + arb(0, 2) * arb(3) ** (order - s)


def _sign(z: arb) -> arb:
    return arb(1) if z > 0 else arb(-1) if z < 0 else arb(0) if z == 0 else arb("nan")


def _angle(y: arb, x: arb) -> arb:
    """The angle of a point; the origin has none, while the library says zero."""
    return arb("nan") if y == 0 and x == 0 else arb.atan2(y, x)


def _at_both_ends(function: Callable[[arb, arb], arb], order: arb, z: arb) -> arb:
    """Return a modified Bessel function of a ball; of a wide one from its ends, between which it is monotone.

    Of a wide ball far out FLINT's own bound takes a tenth of a second, and is a power of two in its exponent too far.
    ``I_n`` for ``n >= 0`` grows with a positive argument, and ``K_n`` falls (NIST DLMF 10.37).

    >>> _at_both_ends(arb.bessel_i, arb(1), arb(40, 3)).contains(arb(41).bessel_i(arb(1)))
    True
    """
    if z.rad() > _THIN and z > 0 and order >= 0 and order.rad() == 0:
        return function(z.lower(), order).union(function(z.upper(), order))
    return function(z, order)


METHODS = {
    name: name
    for name in (
        *("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "atan", "asin", "acos", "asinh", "atanh"),
        *("sec", "sech", "csc", "coth", "gamma", "digamma", "zeta", "erf", "erfc"),
    )
} | {"loggamma": "lgamma"}
"""Functions that balls have as methods, by their names; a call of a method takes half as long as that of its caller."""

FUNCTIONS: dict[str, Callable[..., arb]] = {name: methodcaller(method) for name, method in METHODS.items()} | {
    "log1p": _log1p,
    "atan2": _angle,
    "Abs": abs,
    "sign": _sign,
    "factorial": lambda z: (z + 1).gamma(),
    "binomial": lambda n, k: ((n + 1).lgamma() - (k + 1).lgamma() - (n - k + 1).lgamma()).exp(),
    "beta": lambda a, b: (a.lgamma() + b.lgamma() - (a + b).lgamma()).exp(),
    "polygamma": _polygamma,
    "ZetaDerivative": lambda order, s: zeta_derivative(_whole(order), s),
    "besseli": lambda order, z: _at_both_ends(arb.bessel_i, order, z),
    "besselk": lambda order, z: _at_both_ends(arb.bessel_k, order, z),
    "LambertW": lambda z, *branch: z.lambertw(_whole(branch[0]) if branch else 0),
    "Max": lambda *zs: _extreme(zs, arb.max),
    "Min": lambda *zs: _extreme(zs, arb.min),
}


def _extreme(balls: Sequence[arb], pick: Callable[[arb, arb], arb]) -> arb:
    best = balls[0]
    for ball in balls[1:]:
        best = pick(best, ball)
    return best


_HELPERS: dict[str, Callable[..., Any]] = {
    "pi": arb.pi,
    "e": arb.const_e,
    "euler": arb.const_euler,
    "log_of_product": _log_of_product,
    "power": _power,
    "power_integer": _power_integer,
    "square": square,
    "truth": _truth,
    "choose": _choose,
    "compare": _compare,
    "both": _both,
    "negate": _negate,
}


# The prefix keeps a parameter that is called "beta" or "power" apart from the function.
NAMESPACE = {"arb": arb, "fmpq": fmpq} | {f"f_{name}": f for name, f in (FUNCTIONS | _HELPERS).items()}
