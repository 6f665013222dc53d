"""Whether a family is a location-scale family, after a logarithm if need be, and what its kernel is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import (
    Abs,
    Add,
    Expr,
    Matrix,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    exp,
    expand,
    log,
    nan,
    oo,
    powdenest,
    sign,
    sqrt,
    zoo,
)

from .algebra.derivatives import derivative
from .algebra.invertible import determinant
from .algebra.logs import split_logs
from .algebra.refute import enclosure
from .algebra.regions import is_concave
from .algebra.signs import is_nonzero, is_positive
from .algebra.solve import solve_one
from .algebra.stand_in import StandIn
from .algebra.tidying import tidy
from .balls import ball
from .family import Family
from .probes import data_points, parameter_points

Z = StandIn("z", real=True)
_MOST_OPERATIONS = 40
# Where two members are compared; positive, so that they lie in every support that a scale alone stretches.
_PLACES = (Rational(3, 7), Rational(19, 11))


@dataclass(frozen=True)
class LocationScale:
    """``y = location + scale z`` with ``z`` free of parameters, where ``y`` is the observation or its logarithm.

    Where the spread of the noise depends on the covariates, ``y`` is the observation in units of a positive function
    of them, and the scale is free of them.

    ``kernel`` is the log-density of ``z``, which lies between ``lo`` and ``hi``. If the kernel is concave, the
    likelihood is concave in ``(1 / scale, location / scale)``, where the data lie in the support.
    """

    observation: Expr
    location: Expr
    scale: Expr
    kernel: Expr
    lo: Expr = -oo
    hi: Expr = oo


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
    if ends.lo is -oo:
        return _fitted(family, family.log_density, x, x, -oo)
    y = Symbol("_y", real=True)
    scaled = _scale_alone(family)
    if scaled is not None or (ends.lo_closed and _has_a_density_at_zero(family)):
        return scaled
    return _fitted(family, family.log_density.subs(x, exp(y)) + y, y, log(x), -oo)


def _has_a_density_at_zero(family: Family) -> bool:
    """Whether zero may be observed: it has no logarithm that lies on the line of the others."""
    return not family.log_density.subs(family.observation, 0).has(oo, -oo, zoo, nan)


def _fitted(family: Family, density: Expr, line: Symbol, shown: Expr, lo: Expr) -> LocationScale | None:
    for location, scale in _candidates(family, density, line):
        unit = scale.as_independent(*family.beside, as_Add=False)[1]
        inner = location / unit, scale / unit
        if _is_refuted(location, scale, density, line, family) or not is_regular(*inner, family):
            continue
        # Substituting the data variable by an expression of other assumptions is safe: the line is all reals.
        kernel = free_of(density.subs(line, location + scale * Z) + log(scale), family)
        if kernel is not None and is_positive(unit, family.domain):
            return LocationScale(shown / unit, *inner, kernel, lo)
    return None


def _is_refuted(location: Expr, scale: Expr, density: Expr, line: Symbol, family: Family) -> bool:
    """Whether two members certainly differ in the density of ``z`` at some place: then it is not free of parameters."""
    for z in _PLACES:
        heights = []
        for member in ({s: v for s, v in one.items() if s != line} for one in _two_members(family)):
            at, size = enclosure(location, member), enclosure(scale, member)
            if at is None or size is None:
                return False
            heights.append((enclosure(density, {**member, line: at + size * ball(z)}), size.log()))
        (one, stretch), (other, stretched) = heights
        if one is None or other is None:
            return False
        if (one + stretch).is_finite() and one + stretch != other + stretched:
            return True
    return False


@lru_cache(maxsize=512)
def _two_members(family: Family) -> tuple[dict[Symbol, arb], ...]:
    """The parameters of two members, with the same constants and the same data."""
    row = data_points(family, parameter_points(family, 1, 3)[0], 1, 3)[0]
    first, second = parameter_points(family, 2, 3)
    second |= {item.symbol: first[item.symbol] for item in family.constants}
    return tuple({s: ball(v) for s, v in {**row, **theta}.items()} for theta in (first, second))


def _scale_alone(family: Family) -> LocationScale | None:
    """A positive observation in units of the one parameter, where the density of the quotient is log-concave."""
    if len(family.parameters) != 1 or family.beside:
        return None
    x, bound = family.observation, family.parameters[0].bounds
    if bound.lo != 0 or bound.hi is not oo:
        return None
    above = Symbol("_z", positive=True)
    for scale in (family.symbols[0], 1 / family.symbols[0]):
        if _is_refuted(S.Zero, scale, family.log_density, x, family):
            continue
        moved = free_of(family.log_density.subs(x, scale * above) + log(scale), family)
        if moved is not None and is_concave(moved.subs(above, Z), Z, S.Zero):
            return LocationScale(x, S.Zero, scale, moved.subs(above, Z), S.Zero)
    return None


def is_regular(location: Expr, scale: Expr, family: Family) -> bool:
    """Return whether a stationary point in the parameters is one in ``1/scale`` and the coefficients of location/scale.

    As many coordinates as parameters and an invertible derivative; or one parameter that moves along a straight line.

    >>> from thetahat import family
    >>> f = family("normal")
    >>> is_regular(*f.symbols, f)
    True
    """
    used = tuple(p for p in family.symbols if p in location.free_symbols | scale.free_symbols)
    if set(used) != set(family.symbols):
        return False
    slopes = [part / scale for part in coefficients(location, family) if part.free_symbols & set(used)]
    coordinates = [*([1 / scale] if scale.free_symbols & set(used) else []), *slopes]
    if len(coordinates) == len(used):
        whole = determinant(Matrix([[derivative(c, p) for p in used] for c in coordinates]))
        return is_nonzero(tidy(whole, family.domain), family.domain)
    if len(used) != 1 or len(coordinates) != 2:
        return False
    first, second = (derivative(c, used[0]) for c in coordinates)
    straight = expand(first * derivative(second, used[0]) - second * derivative(first, used[0])) == 0
    return bool(straight and (is_nonzero(first, family.domain) or is_nonzero(second, family.domain)))


def coefficients(location: Expr, family: Family) -> list[Expr]:
    """What stands before each function of the covariates, of which a location is the sum; itself without covariates."""
    if not family.beside:
        return [location]
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(location.expand()):
        coefficient, function = term.as_independent(*family.beside, as_Add=False)
        found[function] = found.get(function, S.Zero) + coefficient
    return list(found.values())


def free_of(moved: Expr, family: Family) -> Expr | None:
    # Powers of exponentials are joined by hand: SymPy does so only for some ways of writing them.
    moved = expand(moved).replace(
        lambda e: isinstance(e, Pow) and isinstance(e.base, exp), lambda e: exp(expand(e.base.args[0] * e.exp))
    )
    kernel = expand(split_logs(moved, family.domain), log=False)
    if kernel.free_symbols & {*family.symbols, *family.beside}:
        # exp(k log b) is b**k, which may stand beside it as its inverse.
        kernel = kernel.replace(lambda e: isinstance(e, exp), powdenest)
        kernel = tidy(
            kernel.replace(lambda e: isinstance(e, (exp, Abs)), lambda e: e.func(tidy(e.args[0].expand(), {}))),
            family.domain,
        )
        # Tidying takes the power out of b**k + b**k exp(z), which then is a term beside a logarithm.
        kernel = expand(split_logs(kernel, family.domain), log=False, power_exp=False)
    if kernel.free_symbols & {*family.symbols, *family.beside}:
        return None
    return kernel


def _candidates(family: Family, density: Expr, line: Symbol) -> Iterator[tuple[Expr, Expr]]:
    """Pairs of a location, any real function of one parameter, and a scale, a power of another or its exponential."""
    parameters = family.parameters
    real = [p.symbol for p in parameters if p.bounds.lo is -oo and p.bounds.hi is oo]
    positive = [p.symbol for p in parameters if p.bounds.lo == 0 and p.bounds.hi is oo]
    scales: list[Expr] = [form for s in positive for form in (s, 1 / s)]
    if not positive and not family.beside and len(real) == len(parameters):
        scales = [exp(way * p) for p in real for way in (1, -1)]
    if family.beside:
        modes = [root.value for root in solve_one(derivative(density, line), line, family.domain)]
        if len(modes) == 1 and _affine(modes[0], real):
            yield from ((modes[0], scale) for scale in (*scales, S.One))
        yield from _by_kink(density, line, scales)
        yield from _by_mode(family, density, line, scales)
        return
    locations: list[Expr] = [*real, *(sign_ * log(p) for p in positive for sign_ in (1, -1)), S.Zero]
    for location in locations:
        for scale in (*scales, S.One):
            if len(location.free_symbols | scale.free_symbols) == len(parameters):
                yield location, scale
    yield from _by_kink(density, line, scales)
    yield from _by_mode(family, density, line, scales)


def _by_kink(density: Expr, line: Symbol, scales: list[Expr]) -> Iterator[tuple[Expr, Expr]]:
    """Where the one absolute value is zero as location; its argument is that distance in other units.

    Where the log-density is a multiple of the absolute value and a constant, the inverse multiple is the scale.
    """
    moduli = {node for node in density.atoms(Abs) if line in node.free_symbols}
    if len(moduli) == 1:
        modulus = moduli.pop()
        distance = modulus.args[0].expand()
        slope = distance.coeff(line, 1)
        if slope.is_Rational and line not in (distance - slope * line).free_symbols:
            steepness = -density.expand().coeff(modulus, 1)
            known = [1 / steepness] if steepness.is_positive and line not in steepness.free_symbols else []
            for scale in (*scales, S.One, *known):
                yield (line - distance / slope).expand(), scale / abs(slope)


def _by_mode(family: Family, density: Expr, line: Symbol, scales: list[Expr]) -> Iterator[tuple[Expr, Expr]]:
    """The mode as location, and as scale what the curvature there is the inverse square of; any, where it is level."""
    if density.has(Abs, Piecewise, sign):
        return
    modes = [root.value for root in solve_one(derivative(density, line), line, family.domain)]
    if len(modes) == 1 and line not in modes[0].free_symbols:
        curvature = tidy(expand(-derivative(density, line, line).subs(line, modes[0])), family.domain)
        # A family of locations and scales has a short curvature at its mode; others may have one without end.
        short = modes[0].count_ops() + curvature.count_ops() <= _MOST_OPERATIONS
        if short and is_positive(curvature, family.domain):
            yield modes[0], powdenest(sqrt(1 / curvature))
        elif curvature == 0:
            yield from ((modes[0], scale) for scale in scales)


def _affine(expression: Expr, parameters: list[Symbol]) -> bool:
    return all(derivative(expression, p, q) == 0 for p in parameters for q in parameters)
