"""Writes a function as a sum of terms that are concave by their shape alone: what second derivatives often hide."""

from __future__ import annotations

from sympy import Add, Dummy, Expr, Mul, Piecewise, S, Symbol, exp, fraction, log, oo

from .atoms import Indicator
from .concave_integrals import is_linear, is_log_concave_integral
from .derivatives import derivative
from .logs import split_logs
from .signs import Domain, is_nonnegative
from .size import joined, operations

LINEAR = "linear"
EXPONENTIAL = "minus an exponential of a linear function"
LOG_LINEAR = "the logarithm of a linear function"
LOG_SUM = "minus the logarithm of a sum of exponentials of linear functions (Hölder)"
LOG_INTEGRAL = "the logarithm of the integral of a log-concave function between linear ends (Prékopa)"
BENT = "with a second derivative that is nowhere positive"
_MOST_OPERATIONS = 150


def concave_terms(function: Expr, coordinates: tuple[Symbol, ...], domain: Domain) -> tuple[Expr, ...] | None:
    """Return terms, each concave by its shape, whose sum is ``function`` up to what is free of the coordinates.

    >>> a, x = Symbol("a", real=True), Symbol("x", positive=True)
    >>> concave_terms(a * x - log(1 + exp(a)), (a,), {})
    (a*x, -log(exp(a) + 1))
    >>> concave_terms(a * x + log(1 + exp(a)), (a,), {}) is None
    True
    """
    if operations(function) > _MOST_OPERATIONS or function.has(Piecewise, Indicator):
        return None
    masks = _positive(coordinates, domain)
    own, rest = tuple(masks.get(phi, phi) for phi in coordinates), {s: b for s, b in domain.items() if s not in masks}
    rest = {s: b.moved(masks) for s, b in rest.items()}
    terms = _terms(function.xreplace(masks), own, rest)
    if not all(shape_of(term, own, rest) for term in terms):
        return None
    back = {mask: phi for phi, mask in masks.items()}
    return tuple(sorted((term.xreplace(back) for term in terms), key=lambda one: one.sort_key()))


def shape_of(term: Expr, coordinates: tuple[Symbol, ...], domain: Domain) -> str:
    """Return the shape that makes a term concave in the coordinates, where all of it is positive that it takes logs of.

    >>> a = Symbol("a", real=True)
    >>> [shape_of(term, (a,), {}) for term in (2 * a, -exp(a), log(1 + a), exp(a))]
    ['linear', 'minus an exponential of a linear function', 'the logarithm of a linear function', '']
    """
    masks = _positive(coordinates, domain)
    if masks:
        rest = {s: b.moved(masks) for s, b in domain.items() if s not in masks}
        return shape_of(term.xreplace(masks), tuple(masks.get(phi, phi) for phi in coordinates), rest)
    if is_linear(term, coordinates):
        return LINEAR
    factor, moving = term.as_independent(*coordinates, as_Add=False)
    if isinstance(moving, log):
        inside = moving.args[0]
        if is_nonnegative(factor, domain):
            if is_linear(inside, coordinates):
                return LOG_LINEAR
            if is_log_concave_integral(inside, coordinates, domain):
                return LOG_INTEGRAL
        if is_nonnegative(-factor, domain) and _is_sum_of_exponentials(inside, coordinates, domain):
            return LOG_SUM
    if isinstance(moving, exp) and is_linear(moving.args[0], coordinates) and is_nonnegative(-factor, domain):
        return EXPONENTIAL
    bent = len(coordinates) == 1 and is_nonnegative(-derivative(term, coordinates[0], coordinates[0]), domain)
    return BENT if bent else ""


def _positive(coordinates: tuple[Symbol, ...], domain: Domain) -> dict[Symbol, Symbol]:
    """A symbol that says itself that it is positive, for each coordinate that is: logarithms come apart by it."""
    return {
        phi: Dummy(phi.name, positive=True)
        for phi in coordinates
        if phi in domain and not phi.is_positive and domain[phi].lo == 0 and not domain[phi].lo_closed
        if domain[phi].hi is oo
    }


def _terms(function: Expr, coordinates: tuple[Symbol, ...], domain: Domain) -> list[Expr]:
    """The function in terms: one for each logarithm, one for each linear or exponential term, and what is left."""
    inside = set(coordinates)

    def opened(node: Expr) -> Expr:
        whole = not inside & node.free_symbols or is_log_concave_integral(node.args[0], coordinates, domain)
        return node if whole else log(_as_product(node.args[0]))

    kept = split_logs(function, domain)
    flat = split_logs(kept.replace(lambda node: isinstance(node, log), opened), domain)
    found, left = list[Expr](), list[Expr]()
    opened_out = flat.expand(log=False, func=False, power_exp=False, power_base=False)
    for moving, factor in _multiples(opened_out, coordinates).items():
        if not (isinstance(moving, (log, exp)) or is_linear(moving, coordinates)):
            left += [part * moving for part in Add.make_args(factor)]
        elif inside & moving.free_symbols:
            found.append(factor.expand() * moving)
    return [term for term in (*found, Add(*left)) if term != 0]


def _multiples(total: Expr, coordinates: tuple[Symbol, ...]) -> dict[Expr, Expr]:
    """What moves with the coordinates in the terms of a sum, each with all that it is multiplied by."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(total):
        factor, moving = term.as_independent(*coordinates, as_Add=False)
        found[moving] = found.get(moving, S.Zero) + factor
    return found


def _as_product(argument: Expr) -> Expr:
    """One fraction, its numerator multiplied out."""
    top, bottom = fraction(joined(argument))
    return Mul(top.expand(log=False, func=False), 1 / bottom)


def _is_sum_of_exponentials(inside: Expr, coordinates: tuple[Symbol, ...], domain: Domain) -> bool:
    """Whether it is a sum of exponentials of linear functions, with multiples that are nowhere negative."""
    multiples = _multiples(inside.expand(log=False, func=False), coordinates)
    powers = (part for moving in multiples for part in Mul.make_args(moving))
    return all(_is_exponential(part, coordinates) for part in powers) and all(
        is_nonnegative(factor, domain) for factor in multiples.values()
    )


def _is_exponential(part: Expr, coordinates: tuple[Symbol, ...]) -> bool:
    base, exponent = part.as_base_exp()
    positive = isinstance(part, exp) or base.is_positive
    return part == 1 or bool(positive and not base.has(*coordinates) and is_linear(exponent, coordinates))
