"""Re-proves that a likelihood grows without bound along a path on which several parameters move."""

from __future__ import annotations

from flint import arb
from sympy import Expr, S, Symbol, oo

from .algebra.along import APART, LARGE, U, first_place, near_and_far
from .algebra.signs import is_nonnegative, is_positive
from .ball_data import evaluate
from .balls import precision
from .check_context import Context, pairs, subject_of
from .derivation import Evidence, Finding, Step, by_sign

_BITS = 256


def path_growth(step: Step, context: Context) -> Finding:
    """On the path the log-densities are what is claimed, in the declaration's own terms, and the path may be walked."""
    family, p, path, level = context.family, subject_of(step), pairs(step, "path"), int(step.named("level"))
    if family.discrete or family.beside or set(path) != set(family.symbols) - {p}:
        return Finding(Evidence.REFUTED, "that is no path of the parameters of a density")
    found = near_and_far(family.log_density, family.observation, p, level, path, context.domain)
    if found is None:
        return Finding(Evidence.UNDECIDED, "the log-density on that path is no multiple of L and of log(L)")
    near, far = found
    claimed = (step.value, *step.named("far").args)
    if any((a.whole - b).expand() != 0 for a, b in zip((near, *far), claimed, strict=True)):
        return Finding(Evidence.REFUTED, "the log-density on that path is another")
    if _contradicted(step, context):
        return Finding(Evidence.REFUTED, "balls show another log-density on that path")
    walked = _leads_there(context, p, level) and all(_is_inside(context, *pair) for pair in path.items())
    outgrows = is_positive(near.rate, context.domain) and all(is_nonnegative(one.rate, context.domain) for one in far)
    return by_sign(walked and outgrows, "the log-density at one observation outgrows what all others lose")


def _is_inside(context: Context, symbol: Symbol, value: Expr) -> bool:
    """Whether a value on the path lies inside the space of its parameter for every small ``u``."""
    ends = context.family.domain[symbol]
    if ends.discrete or not value.free_symbols <= {U, LARGE}:
        return False
    low = ends.lo is -oo or is_positive(value - ends.lo, {})
    return bool(value.is_real) and low and (ends.hi is oo or is_positive(ends.hi - value, {}))


def _leads_there(context: Context, p: Symbol, level: int) -> bool:
    """Whether the parameter may come as close to that observation as one likes, and keeps all data in the support."""
    space, ends = context.domain[p], context.family.bounds
    moved = ends.free_symbols & set(context.family.symbols)
    if level == -1:
        return space.lo is -oo and space.hi is oo and not moved
    end, other, beyond = ((ends.lo, ends.hi, space.hi), (ends.hi, ends.lo, space.lo))[level]
    return bool(end == p and other.is_infinite and beyond.is_infinite)


def _contradicted(step: Step, context: Context) -> bool:
    """Whether at a small ``u`` the log-density is certainly not what is claimed, or at another place below that."""
    family, level, path = context.family, int(step.named("level")), pairs(step, "path")
    place = first_place(family.observation)
    moved = family.log_density.subs(path).subs(subject_of(step), place + {0: -U, 1: U, -1: S.Zero}[level])
    sides = {0: (1,), 1: (-1,), -1: (1, -1)}[level]
    with precision(_BITS):
        for values, sample in context.points()[:2]:
            small = {U: arb(2) ** -20, APART: arb(3) / 7, place: sample[0][family.observation]}
            known = {**values, **small, LARGE: 20 * arb(2).log()}
            here = evaluate(moved.subs(family.observation, place) - step.value, known)
            if here.is_finite() and not here.contains(0):
                return True
            for side, floor in zip(sides, step.named("far").args, strict=True):
                there = evaluate(moved.subs(family.observation, place + side * APART) - floor, known)
                if there < 0:
                    return True
    return False
