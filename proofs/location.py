"""Whether a family is a location-scale family, after a logarithm if need be, and what its kernel is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from sympy import Abs, Expr, Pow, S, Symbol, exp, expand, limit, log, oo, powdenest, sign
from sympy.core.function import PoleError

from .algebra.logs import split_logs
from .algebra.signs import is_negative, is_nonnegative
from .algebra.solve import solve_one, tidy
from .family import Family

Z = Symbol("z", real=True)


@dataclass(frozen=True)
class LocationScale:
    """``y = location + scale z`` with ``z`` free of parameters, where ``y`` is the observation or its logarithm.

    ``kernel`` is the log-density of ``z``; ``inverse_scale`` is a parametrisation in which it is concave if the
    kernel is: ``(1 / scale, location / scale)``.
    """

    observation: Expr
    location: Expr
    scale: Expr
    kernel: Expr


@lru_cache(maxsize=512)
def location_scale(family: Family) -> LocationScale | None:
    """Return the location-scale structure of ``family``, or ``None`` where no candidate fits.

    >>> from thetahat import family
    >>> location_scale(family("logistic")).kernel
    -z - 2*log(1 + exp(-z))
    """
    ends = family.bounds
    if ends.discrete or ends.hi is not oo or ends.lo not in (-oo, S.Zero):
        return None
    x = family.observation
    y = Symbol("_y", real=True)
    if ends.lo is -oo:
        density, shown = family.log_density, x
        line = x
    else:
        density, shown = family.log_density.subs(x, exp(y)) + y, log(x)
        line = y
    for location, scale in _candidates(family, density, line):
        # Substituting the data variable by an expression of other assumptions is safe: the line is all reals.
        moved = density.subs(line, location + scale * Z) + log(scale)
        kernel = _free_of(moved, family)
        if kernel is not None:
            return LocationScale(shown, location, scale, kernel)
    return None


def _free_of(moved: Expr, family: Family) -> Expr | None:
    # Powers of exponentials are joined by hand: SymPy does so only for some ways of writing them.
    moved = expand(moved).replace(
        lambda e: isinstance(e, Pow) and isinstance(e.base, exp), lambda e: exp(expand(e.base.args[0] * e.exp))
    )
    kernel = expand(split_logs(moved, family.domain), log=False)
    if kernel.free_symbols & {*family.symbols, *family.covariates}:
        # exp(k log b) is b**k, which may stand beside it as its inverse.
        kernel = kernel.replace(lambda e: isinstance(e, exp), powdenest)
        kernel = tidy(
            kernel.replace(lambda e: isinstance(e, (exp, Abs)), lambda e: e.func(tidy(e.args[0].expand(), {}))),
            family.domain,
        )
        kernel = expand(kernel, log=False, power_exp=False)
    if kernel.free_symbols & {*family.symbols, *family.covariates}:
        return None
    return kernel


def _candidates(family: Family, density: Expr, line: Symbol) -> Iterator[tuple[Expr, Expr]]:
    """Pairs of a location, any real function of one parameter, and a scale, a power of another."""
    parameters = family.parameters
    real = [p.symbol for p in parameters if p.bounds.lo is -oo and p.bounds.hi is oo]
    positive = [p.symbol for p in parameters if p.bounds.lo == 0 and p.bounds.hi is oo]
    scales: list[Expr] = [form for s in positive for form in (s, 1 / s)]
    if family.covariates:
        modes = [root.value for root in solve_one(density.diff(line), line, family.domain)]
        if len(modes) == 1 and _affine(modes[0], real):
            yield from ((modes[0], scale) for scale in (*scales, S.One))
        return
    locations: list[Expr] = [*real, *(sign_ * log(p) for p in positive for sign_ in (1, -1)), S.Zero]
    for location in locations:
        for scale in (*scales, S.One):
            used = location.free_symbols | scale.free_symbols
            if len(used) == len(parameters):
                yield location, scale
            if location.free_symbols and scale.free_symbols and location.free_symbols != scale.free_symbols:
                continue


def _affine(expression: Expr, parameters: list[Symbol]) -> bool:
    return all(expression.diff(p, q) == 0 for p in parameters for q in parameters)


def is_log_concave(kernel: Expr) -> bool:
    """Return whether the kernel's second derivative is proved never positive; kinks of ``-|z|`` are concave.

    >>> is_log_concave(-Abs(Z)), is_log_concave(-log(1 + Z**2))
    (True, False)
    """
    slope = kernel.replace(
        lambda e: isinstance(e, Abs) and e.args[0] in (Z, -Z), lambda e: Symbol("_abs", nonnegative=True)
    )
    kink = Symbol("_abs", nonnegative=True)
    if kink in slope.free_symbols:
        weight = slope.diff(kink)
        if weight.free_symbols or not weight.is_negative:
            return False
        slope = slope.subs(kink, 0)
    return is_nonnegative(-_second(slope), {})


def is_strictly_log_concave(kernel: Expr) -> bool:
    """Return whether the kernel's second derivative is proved negative everywhere.

    >>> is_strictly_log_concave(-Z**2 / 2)
    True
    """
    return not kernel.has(Abs) and is_negative(_second(kernel), {})


def _second(kernel: Expr) -> Expr:
    """The second derivative with ``exp(z)`` as the variable where that makes it rational."""
    second = kernel.diff(Z, 2)
    w = Symbol("_w", positive=True)
    rational = second.expand(power_exp=True).subs(exp(-Z), 1 / w).subs(exp(Z), w)
    return second if Z in rational.free_symbols else tidy(rational, {})


def tail_exponent(kernel: Expr) -> Expr | None:
    """Return ``a`` such that the density falls like ``|z|**(-a)`` on both sides, infinity for faster; else ``None``.

    >>> tail_exponent(-log(1 + Z**2))
    2
    """
    z = Symbol("z", positive=True)
    found = set()
    for side in (z, -z):
        ratio = (-kernel.subs(Z, side) / log(z)).replace(sign, lambda e: sign(e))
        try:
            found.add(limit(ratio, z, oo))
        except (NotImplementedError, ValueError, PoleError):
            return None
    return found.pop() if len(found) == 1 else None
