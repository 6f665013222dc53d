"""Re-proves how a family of places and scales is slanted, and what its likelihood tends to as the slant grows."""

from __future__ import annotations

from sympy import Dummy, Expr, S, log, oo

from .algebra.atoms import Mean, Quantile, atoms_of
from .algebra.averages import averaged
from .algebra.derivatives import derivative
from .algebra.distribution_functions import risen_to
from .algebra.regions import is_bounded_inside
from .algebra.signs import is_nonnegative, is_positive
from .algebra.size import factored
from .algebra.spreads import falls_where_zero
from .check_context import Context, confirmed_zero, subject_of, unless_zero
from .derivation import Evidence, Finding, Step, by_sign
from .location import Z
from .reach import reaching
from .tails import falls_on_both_sides, tail_exponent


def slant(step: Step, context: Context) -> Finding:
    """Kernel, scale and what the slant adds give back the declared log-density, and have the shapes that are claimed.

    The unit is the scale or one, so that the slanting factor runs over all numbers with the slant.
    """
    family, p, v, shape = context.family, subject_of(step), step.named("v"), step.value
    place, scale, unit = step.named("location"), step.named("scale"), step.named("unit")
    if unit not in (scale, S.One) or p not in family.symbols or family.beside or family.discrete:
        return Finding(Evidence.REFUTED, "that is no slant of a density")
    line, x = step.named("observation"), family.observation
    if line not in (x, log(x)) or (line != x and not x.is_positive):
        return Finding(Evidence.REFUTED, "neither the observation nor its logarithm is placed")
    away = line - place
    whole = step.named("kernel").subs(step.named("z"), away / scale) - log(scale) + shape.subs(v, p * away / unit)
    whole += log(derivative(line, x))
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    same = confirmed_zero(family.log_density - whole, family.domain, lambda: points)
    if same.evidence is not Evidence.ALGEBRA:
        return same
    wanted = [(place, Dummy("m", real=True)), (scale, Dummy("c", positive=True)), (p, Dummy("a", real=True))]
    if shape.free_symbols != {v} or reaching(family, wanted) is None:
        return Finding(Evidence.UNDECIDED, "that all places, scales and slants are those of members")
    if risen_to(shape, v) != step.named("ceiling"):
        return Finding(Evidence.UNDECIDED, "that what the slant adds rises from minus infinity to the ceiling")
    kernel = step.named("kernel")
    exponent = tail_exponent(kernel)
    vanishes = exponent is not None and (exponent is oo or is_positive(exponent - 1, family.domain))
    return by_sign(
        vanishes and is_bounded_inside(kernel, Z) and falls_on_both_sides(kernel),
        "the kernel is bounded, falls on both sides, and its tails vanish",
    )


def edges(step: Step, context: Context) -> Finding:
    """Without slant, and with the place at an end of the data, the likelihood has one maximum over the scale: there.

    Below the least observation every distance shrinks as the place moves up, and with it what the kernel loses, at
    whatever scale. What the slant adds is below its ceiling.
    """
    before, likelihood, x = context.given(step), context.given(step, 1), context.family.observation
    if before.rule != "slant" or before.subject != step.subject or likelihood.rule != "mean-log-likelihood":
        return Finding(Evidence.REFUTED, "it is about no slant and no likelihood")
    place, ceiling = before.named("location"), before.named("ceiling")
    moved, root = step.named("scale"), step.named("best")
    height = context.unfolded(likelihood.value).subs(step.subject, 0) - before.value.subs(before.named("v"), 0)
    if any(place in atom.free_symbols for atom in atoms_of(height)):
        return Finding(Evidence.UNDECIDED, f"averages depend on {place}")
    slope = derivative(height, moved)
    if moved not in before.named("scale").free_symbols or context.zero(slope.subs(moved, root)).evidence is not (
        Evidence.ALGEBRA
    ):
        return Finding(Evidence.REFUTED, "the likelihood without slant is not level at that scale")
    claimed = ceiling + height.subs(moved, root)
    for level, value in zip((S.Zero, S.One), step.value.args, strict=True):
        end = before.named("observation").subs(x, Quantile(level, x))
        if wrong := unless_zero([context.zero(claimed.subs(place, end) - value)], "these are not the limits"):
            return wrong
    averages = [atom.integrand for atom in atoms_of(slope) if isinstance(atom, Mean)]
    domain = context.family.domain
    turns = any(falls_where_zero(slope, moved, average, (), x, domain) for average in averages)
    return by_sign(turns and _is_scale(root, context), "the likelihood without slant turns once in the scale")


def _is_scale(root: Expr, context: Context) -> bool:
    """Whether it is a power of an average of what is not negative: on data with an average of zero there is none."""
    whole, power = root.as_base_exp()
    if not power.is_Rational:
        return False
    each = averaged(whole) if atoms_of(whole) else None
    return each is not None and is_nonnegative(factored(each), context.family.domain)
