"""Which densities another variable has that is mapped one to one onto the observation: support, slope, monotonicity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sympy import (
    Dummy,
    Expr,
    Integer,
    Integers,
    Interval,
    Naturals,
    Naturals0,
    Range,
    Reals,
    Set,
    Symbol,
    asinh,
    atanh,
    limit,
    log,
    nan,
    oo,
    sinh,
    tanh,
    zoo,
)
from sympy.core.function import PoleError

from .algebra.logs import split_logs
from .algebra.signs import Domain, strict_sign
from .algebra.size import factored
from .algebra.solve import solve_one
from .bounds import Bounds
from .errors import DeclarationError

if TYPE_CHECKING:
    from .family import Family

_INVERSES = {sinh: asinh, asinh: sinh, atanh: tanh}
"""Functions that rise through all real numbers, each with the one that leads back from any of them."""


@dataclass(frozen=True)
class Change:
    """The set that is mapped onto the support, and the logarithm of the map's slope in absolute value."""

    support: Set
    log_slope: Expr


def change_of_variable(family: Family, variable: Symbol, image: Expr) -> Change:
    """Return what the densities of ``variable`` need, where ``image`` is the observation written in it.

    The map is inverted by a rule, its strict monotonicity on the set found is proved, and both ends of that set
    are put back into the map.

    Raises
    ------
    DeclarationError
        When one of these fails, or when counts are not mapped to counts by a shift or a reflection.

    Source
    ------
    Casella & Berger 2002, *Statistical Inference*, theorem 2.1.5.
    """
    who = f"family {family.name!r}: the map {family.observation} = {image}"
    known = {item.symbol: item.bounds for item in (*family.constants, *family.parameters)}
    foreign = image.free_symbols - {variable, *known}
    if variable not in image.free_symbols or foreign:
        raise DeclarationError(f"{who} has to contain {variable}, and beside it only declared parameters and constants")
    if family.discrete:
        return _of_counts(family, variable, image, who)
    found = one_to_one(family.observation, family.bounds, variable, image, known, who, f"the support {family.support}")
    sign = 1 if found.rises else -1
    return Change(found.space, split_logs(log(sign * found.slope), {**known, variable: found.ends}))


@dataclass(frozen=True)
class OneToOne:
    """The set that a strictly monotone map takes to an interval, the slope of the map, and whether it rises."""

    space: Set
    ends: Bounds
    slope: Expr
    rises: bool


def one_to_one(old: Symbol, ends: Bounds, new: Symbol, image: Expr, known: Domain, who: str, where: str) -> OneToOne:
    """Return what is mapped onto the interval between ``ends`` where ``old`` is written as ``image`` in ``new``.

    ``who`` begins the words of an error, ``where`` is what is called the interval in them.

    >>> from sympy import exp
    >>> scale, phi = Symbol("s", positive=True), Symbol("phi", real=True)
    >>> half_line = Bounds(Integer(0), oo, False, False, False)
    >>> found = one_to_one(scale, half_line, phi, exp(phi), {}, "s = exp(phi)", "the space of s")
    >>> found.space, found.slope, found.rises
    (Reals, exp(phi), True)

    Raises
    ------
    DeclarationError
        Where the map is not inverted by a rule, or not proved to be strictly monotone and onto.
    """
    inverse = _inverse(old, ends, new, image, known, who)
    pairs = [
        (value_at(inverse, old, end, side), end, closed)
        for end, side, closed in ((ends.lo, "+", ends.lo_closed), (ends.hi, "-", ends.hi_closed))
    ]
    rising = _is_rising(pairs, known)
    first, last = pairs if rising else pairs[::-1]
    for (end, target, _), side in ((first, "+"), (last, "-")):
        if end is None or not _same(value_at(image, new, end, side), target, known):
            raise DeclarationError(f"{who} is not seen to end where {where} does")
    slope = factored(image.diff(new))
    # A closed end at which the slope is zero or infinite carries no density: it is left out, with probability zero.
    lo_closed, hi_closed = (closed and _has_slope(slope, new, end, known) for end, _, closed in (first, last))
    space = Interval(first[0], last[0], not lo_closed, not hi_closed) if first[0] != -oo or last[0] != oo else Reals
    reached = Bounds(first[0], last[0], lo_closed, hi_closed, False)
    if strict_sign(slope, {**known, new: reached}) != (1 if rising else -1):
        raise DeclarationError(
            f"{who} is not proved to be strictly monotone on {space}; densities carry over only one to one. "
            "Split the support, or choose another map"
        )
    return OneToOne(space, reached, slope, rising)


def _of_counts(family: Family, variable: Symbol, image: Expr, who: str) -> Change:
    """Integers go to integers, one to one and without gaps, by a shift or a reflection."""
    slope = image.diff(variable)
    offset = (image - slope * variable).expand()
    if slope not in (1, -1) or not offset.is_integer:
        raise DeclarationError(
            f"{who} does not map counts to counts; only {variable} + c and c - {variable} with an integer c do"
        )
    lo, hi = ((slope * (end - offset)) for end in (family.bounds.lo, family.bounds.hi))
    first, last = (lo, hi) if slope == 1 else (hi, lo)
    named = {(0, oo): Naturals0, (1, oo): Naturals, (-oo, oo): Integers}
    return Change(named.get((first, last)) or Range(first, last + 1), Integer(0))


def _inverse(old: Symbol, ends: Bounds, new: Symbol, image: Expr, known: Domain, who: str) -> Expr:
    """The new variable in terms of the old one, where a rule gives exactly one value."""
    roots = _preimages(image, new, old, {**known, old: ends})
    if len(roots) != 1:
        found = "no rule inverts it" if not roots else "several values of the variable have the same image"
        raise DeclarationError(
            f"{who} is not inverted: {found}; declare {new} with its sign, such as positive=True, "
            "or write the map with exp, log and powers"
        )
    return roots[0]


def _preimages(image: Expr, variable: Symbol, value: Expr, domain: Domain) -> list[Expr]:
    """What the image has that value for; of a function in the table that is alone with the variable, step by step."""
    nodes = [node for node in image.atoms(*_INVERSES) if variable in node.free_symbols]
    outer = [node for node in nodes if not any(other != node and other.has(node) for other in nodes)]
    mask = Dummy(real=True)
    if len(outer) != 1 or variable in image.xreplace({outer[0]: mask}).free_symbols:
        return [root.value for root in solve_one(image - value, variable, domain)]
    roots = solve_one(image.xreplace({outer[0]: mask}) - value, mask, domain)
    backwards = _INVERSES[type(outer[0])]
    return [one for root in roots for one in _preimages(outer[0].args[0], variable, backwards(root.value), domain)]


def value_at(expression: Expr, symbol: Symbol, place: Expr, side: str) -> Expr | None:
    """Return the limit of the expression at an end, from inside; ``None`` where it is not found.

    >>> from sympy import exp
    >>> value_at(1 / (1 + exp(-Symbol("q", real=True))), Symbol("q", real=True), oo, "-")
    1
    """
    if place.is_finite is not False:
        value = expression.subs(symbol, place)
        if not value.has(nan, zoo, oo, -oo):
            return value
    # The limit needs no sign of the symbol, and one that excludes the end would mislead it.
    free = Symbol("_v", real=True)
    try:
        value = limit(expression.subs(symbol, free), free, place, "-" if place is oo else "+" if place is -oo else side)
    except (NotImplementedError, ValueError, TypeError, PoleError):
        return None
    return None if value.has(nan, zoo, limit) else value


def _same(value: Expr | None, target: Expr, known: Domain) -> bool:
    if value is None:
        return False
    return bool(value == target or split_logs(value - target, known).expand() == 0)


def _is_rising(pairs: list[tuple[Expr | None, Expr, bool]], known: Domain) -> bool:
    """Whether the end that the lower one comes from is the lower one again; what is wrong here is refused later."""
    low, high = pairs[0][0], pairs[1][0]
    if low is None or high is None:
        return True
    if low is -oo or high is oo:
        return True
    return low is not oo and high is not -oo and strict_sign(high - low, known) != -1


def _has_slope(slope: Expr, variable: Symbol, end: Expr, known: Domain) -> bool:
    at = slope.subs(variable, end)
    return not at.has(nan, zoo, oo, -oo) and strict_sign(at, known) != 0
