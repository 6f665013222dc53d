"""Which loss a noise model induces: minus the log-density of an observation as a function of what is predicted.

Two things can be predicted: a location, where the density depends on the observation less a parameter, or less a
function of covariates that can be solved for one; and the mean, where it is such a function of the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain, product

from sympy import Abs, Expr, Integer, Mul, Rational, S, Symbol, exp, expand

from .algebra.logs import split_logs
from .algebra.signs import Domain, is_negative, is_positive
from .algebra.solve import solve_one
from .algebra.tidying import tidy
from .ball_data import evaluate
from .balls import precision
from .errors import DeclarationError
from .expectations import expectation
from .family import Family
from .location import location_scale
from .loss_names import DEFINITIONS, InducedLoss, LossDefinition, prediction_domain
from .probes import data_points, parameter_points

_SAME, _BITS = 1e-9, 128


@lru_cache(maxsize=512)
def induced_loss(family: Family) -> InducedLoss | None:
    """Return the loss that a family induces as a noise model; ``None`` where nothing in it can be predicted.

    >>> from thetahat import family
    >>> found = induced_loss(family("poisson"))
    >>> found.name, found.factor
    ('Poisson deviance', 1/2)
    """
    found = [_named(one) for one in _roles(family)]
    named = next((one for one in found if one.name), None)
    # Without a name, a loss in the mean is nothing but the log-density in another parametrisation.
    return named or next((one for one in found if one.role == "location"), None) or _bound(family)


def _roles(family: Family) -> Iterator[InducedLoss]:
    """What can be predicted, the terms that hold the prediction as its loss."""
    y, structure = family.observation, location_scale(family)
    # A prediction is of the observation itself, not of it in units of something that depends on the covariates.
    if structure is not None and structure.observation.free_symbols == {y}:
        m = _fresh(family, real=True)
        domain = prediction_domain(family, "location", m)
        known = structure.location.is_Symbol and structure.location not in family.symbols
        roots = [(structure.location, m)] if known else _solved(family, structure.location, m, domain)
        for parameter, replacement in roots:
            yield _unnamed(family, "location", structure.observation, m, parameter, replacement)
    ends = family.bounds
    if family.beside or ends.free_symbols & set(family.symbols):
        return
    mean = expectation(family, y)
    if mean is None:
        return
    m = _fresh(family, positive=True) if ends.lo.is_nonnegative else _fresh(family, real=True)
    for parameter, replacement in _solved(family, mean.value, m, prediction_domain(family, "mean", m)):
        yield _unnamed(family, "mean", y, m, parameter, replacement)


def _solved(family: Family, value: Expr, m: Symbol, domain: Domain) -> Iterator[tuple[Symbol, Expr]]:
    """Parameters in what is predicted, with the one value that each has in terms of the prediction."""
    for parameter in family.symbols:
        if parameter in value.free_symbols:
            roots = solve_one(value - m, parameter, domain)
            if len(roots) == 1 and roots[0].only:
                yield parameter, roots[0].value


def _fresh(family: Family, **assumptions: bool) -> Symbol:
    """The letter m, or another where the family has one of that name."""
    taken = {one.name for one in family.domain}
    return Symbol(next(name for name in ("m", "a", "b") if name not in taken), **assumptions)


def _named(one: InducedLoss) -> InducedLoss:
    """With the definition whose slope in the prediction is a positive multiple of that of minus the log-density."""
    m, y, domain = one.prediction, one.family.observation, prediction_domain(one.family, one.role, one.prediction)
    slope, points = -one.density.diff(m), _points(one)
    numbers = [_at((slope, one.observed, m), point) for point in points]
    measured = [(unit, [_at((unit,), point) for point in points]) for unit in _units(one)]
    for (unit, sizes), definition in product(measured, DEFINITIONS):
        if not _may_be_proportional(numbers, definition, sizes):
            continue
        ratio = slope * unit / definition.slope_at(one.observed / unit, m / unit)
        loss = definition.at(one.observed / unit, m / unit)
        factor = next((form for form in _forms(ratio, domain) if form.free_symbols.isdisjoint({m, y})), None)
        if factor is None or not is_positive(factor, domain):
            continue
        rest = _without(-one.density - factor * loss, m, domain)
        if rest is not None:
            return replace(one, factor=factor, loss=loss, rest=rest, name=definition.name, unit=unit)
    return one


def _forms(value: Expr, domain: Domain) -> Iterator[Expr]:
    """Ways to write a value, those that cost more work last."""
    yield tidy(value, domain)
    yield value.simplify()
    yield value.rewrite(exp).simplify()


def _units(one: InducedLoss) -> list[Expr]:
    """The observation's own unit, then what is known or estimated beside the prediction; turned round as well."""
    declared = (*one.family.constants, *one.family.parameters)
    beside = [item.symbol for item in declared if item.symbol != one.parameter and item.symbol.is_positive]
    return [S.One, S.NegativeOne, *(times * unit for unit in beside for times in (1, -1, 2))]


def _points(one: InducedLoss) -> list[dict[Symbol, Expr]]:
    """A few observations and predictions, with parameters at one point of their space."""
    (theta,) = parameter_points(one.family, 1, 3)
    found = []
    for at, row in enumerate(data_points(one.family, theta, 3, 3)):
        low, high = (_finite(end.subs(theta), other) for end, other in _hull(one))
        found.append({**theta, **row, one.prediction: low + (high - low) * Rational(at + 2, 7)})
    return found


def _at(values: Sequence[Expr], point: dict[Symbol, Expr]) -> list[complex]:
    """The values in doubles, not a number where there is none; SymPy itself would first work out powers exactly."""
    try:
        with precision(_BITS):
            found = [evaluate(value, point) for value in values]
    except DeclarationError:  # of a function that has no ball evaluation
        return [complex("nan") for _ in values]
    return [complex(float(value)) if value.is_finite() else complex("nan") for value in found]


def _may_be_proportional(numbers: list[list[complex]], definition: LossDefinition, units: list[list[complex]]) -> bool:
    """Whether a few points do not rule out that the slope is a constant times that of a defined loss."""
    ratios = []
    for (slope, observed, predicted), (unit,) in zip(numbers, units, strict=True):
        try:
            ratios.append(slope * unit / definition.slope_in_numbers(observed / unit, predicted / unit))
        except ZeroDivisionError:  # no slope, or none but zero: not what is looked for
            return False
    return max(abs(ratio - ratios[0]) for ratio in ratios) <= _SAME * abs(ratios[0])


def _hull(one: InducedLoss) -> list[tuple[Expr, Expr]]:
    ends = prediction_domain(one.family, one.role, one.prediction)[one.prediction]
    return [(ends.lo, Rational(-5, 3)), (ends.hi, Rational(23, 7))]


def _finite(end: Expr, other: Expr) -> Expr:
    return end if end.is_finite else other


def _without(value: Expr, m: Symbol, domain: Domain) -> Expr | None:
    """The value written without the prediction, if it does not depend on it."""
    spread = expand(split_logs(expand(value), domain))
    return next((form for form in chain((value, spread), _forms(value, domain)) if m not in form.free_symbols), None)


def _unnamed(family: Family, role: str, observed: Expr, m: Symbol, parameter: Symbol, replacement: Expr) -> InducedLoss:
    density = family.log_density.subs(parameter, replacement)
    whole = expand(split_logs(expand(-density), prediction_domain(family, role, m)), log=False)
    rest, loss = whole.as_independent(m, as_Add=True)
    return InducedLoss(family, role, observed, m, parameter, replacement, Integer(1), loss, rest, "")


def _bound(family: Family) -> InducedLoss | None:
    """Equally likely residuals up to a bound that is estimated: the least bound is the best."""
    y, ends = family.observation, family.bounds
    if len(family.parameters) != 1 or ends.discrete or ends.hi != family.symbols[0] or ends.lo != -ends.hi:
        return None
    (bound,) = family.symbols
    if y in family.log_density.free_symbols or not is_negative(family.log_density.diff(bound), family.domain):
        return None
    m = _fresh(family, real=True)
    rest = Mul(-1, family.log_density)
    return InducedLoss(family, "bound", y, m, bound, bound, S.One, Abs(y - m), rest, "largest absolute error")
