"""Re-proves that a log-density is a concave function of one linear predictor, and how it falls far out."""

from __future__ import annotations

from sympy import Add, Expr, S, Symbol, Tuple, oo

from .algebra.degrees import end_by_degrees
from .algebra.derivatives import derivative
from .algebra.distribution_functions import bends_down, log_slope, rising_side
from .algebra.regions import is_strictly_concave
from .algebra.signs import Domain, is_nonnegative, is_positive
from .check_context import Context, confirmed_zero, subject_of
from .curvature import has_corners
from .derivation import Evidence, Finding, Step, by_sign, weakest
from .family import Family
from .on_lines import is_on_line, moved

_LEMMA = "directions of recession"


def predictor(step: Step, context: Context) -> Finding:
    """Terms and a rest give the declared log-density, the rest without parameters; no term bends up, and some bend."""
    family, rows, terms = context.family, step.named("rows").args, _terms(step)
    coordinates, maps = step.named("coordinates").args, step.named("maps").args
    wrong = _misfit(family, rows, list(zip(coordinates, maps, strict=True)))
    if wrong:
        return Finding(Evidence.REFUTED, wrong)
    along = Add(*(phi * row for phi, row in zip(coordinates, rows, strict=True)))
    rest = moved(family, maps) - Add(*(weight * shape.subs(subject_of(step), along) for weight, shape in terms))
    # Coordinates may be any numbers, those of the parameters as well.
    places = dict(zip(coordinates, family.symbols, strict=True))
    points = [
        ({**theta, **{phi: theta[p] for phi, p in places.items()}, **row}, ())
        for theta, sample in context.points()
        for row in sample[:2]
    ]
    same = [confirmed_zero(derivative(rest, phi), family.domain, lambda: points) for phi in coordinates]
    return weakest((*same, _bend(step, family)))


def _terms(step: Step) -> list[tuple[Expr, Expr]]:
    return [(one[0], one[1]) for one in step.named("terms").args]


def _misfit(family: Family, rows: tuple[Expr, ...], scales: list[tuple[Symbol, Expr]]) -> str:
    """Why the family cannot have a linear predictor with these rows and coordinates; empty where it can."""
    if len(scales) != len(rows) or any(row.free_symbols - set(family.beside) for row in rows):
        return "a row is missing, or holds more than covariates"
    if has_corners(family) or family.bounds.free_symbols & set(family.symbols):
        return "the log-density has corners, or its support moves"
    if len(scales) != len(family.parameters) or len({phi for phi, _ in scales}) != len(scales):
        return "a coordinate is missing, or stands for two parameters"
    whole = all(is_on_line(item, phi, how) for item, (phi, how) in zip(family.parameters, scales, strict=True))
    return "" if whole else "a parameter does not take every value of its space as its coordinate runs"


def _bend(step: Step, family: Family) -> Finding:
    """Every shape but the line is strictly concave, no weight of one is negative, and they add up to more than 0."""
    eta, domain = subject_of(step), family.domain
    bent = [(weight, shape) for weight, shape in _terms(step) if shape != eta]
    if any(shape.free_symbols != {eta} for _, shape in bent):
        return Finding(Evidence.REFUTED, "a shape holds more than the predictor")
    if not all(bends_down(shape, eta) and is_nonnegative(weight, domain) for weight, shape in bent):
        return Finding(Evidence.UNDECIDED, "not proved: a term bends down")
    return by_sign(is_positive(Add(*(weight for weight, _ in bent)), domain), "some term bends at every observation")


def recession(step: Step, context: Context) -> Finding:
    """The slopes far out, by degrees; neither side is uphill for ever, and a slope of 0 is said to be 0.

    Where every log-density is strictly concave in its predictor, the likelihood has a maximum exactly where it falls
    for ever along every direction that changes a predictor: Rockafellar 1970, Convex Analysis, theorem 27.1.
    """
    before, domain = context.given(step), context.family.domain
    if before.rule != "predictor" or before.subject != step.subject:
        return Finding(Evidence.REFUTED, "does not rest on a predictor")
    for value, side in zip(step.value.args, (S.NegativeOne, S.One), strict=True):
        slopes = [(weight, slope_far_out(shape, subject_of(step), side)) for weight, shape in _terms(before)]
        if any(slope is None for _, slope in slopes):
            return Finding(Evidence.UNDECIDED, "no rule gives a slope far out")
        found = _is_slope(value, [(weight, slope) for weight, slope in slopes if slope is not None], side, domain)
        if found.evidence is not Evidence.SIGN:
            return found
    return Finding(Evidence.LEMMA, _LEMMA)


def slope_far_out(shape: Expr, eta: Symbol, side: Expr) -> Expr | None:
    """Return the limit of a shape's slope towards one side, by degrees; ``None`` where these do not tell.

    Of the logarithm of a distribution function it is that of the logarithm of its density, or 0.

    >>> from sympy import exp, log
    >>> from sympy.abc import z
    >>> [slope_far_out(-log(1 + exp(z)), z, side) for side in (S.NegativeOne, S.One)]
    [0, -1]
    """
    way = 0 if shape == eta or is_strictly_concave(shape, eta) else rising_side(shape, eta)
    if way * side > 0:
        return S.Zero
    return end_by_degrees(derivative(log_slope(shape, eta, way) if way else shape, eta), eta, side)


def _is_slope(value: Expr, slopes: list[tuple[Expr, Expr]], side: Expr, domain: Domain) -> Finding:
    """Whether a value is 0 exactly where the sum of slopes is, and the slope never leads upwards."""
    wrong_way = side * oo
    if any(slope == wrong_way for _, slope in slopes):
        return Finding(Evidence.UNDECIDED, "a side may be uphill for ever")
    endless = Add(*(weight for weight, slope in slopes if slope.is_infinite))
    finite = -side * Add(*(weight * slope for weight, slope in slopes if not slope.is_infinite)).expand()
    never = is_positive(endless, domain) or is_positive(finite, domain)
    if never:
        return by_sign(is_positive(-side * value, domain), "the slope far out is nowhere 0")
    if not is_nonnegative(finite, domain):
        return Finding(Evidence.UNDECIDED, "not proved: no side is uphill for ever")
    same = (-side * value - finite - endless).expand() == 0
    return Finding(Evidence.SIGN) if same else Finding(Evidence.REFUTED, "is not 0 where the slope far out is")


def exists(step: Step, context: Context) -> Finding:
    """The condition is about the rows of the predictor and the slopes that were proved, of all data."""
    slopes = context.given(step)
    before = context.given(slopes)
    if slopes.rule != "recession" or before.rule != "predictor":
        return Finding(Evidence.REFUTED, "does not rest on a predictor and its slopes far out")
    wanted = Tuple(before.named("rows"), *slopes.value.args, *context.family.columns)
    return Finding(Evidence.LEMMA, _LEMMA) if step.value.args == wanted.args else _OTHER


_OTHER = Finding(Evidence.REFUTED, "is about other rows or slopes")
