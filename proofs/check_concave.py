"""Re-proves what makes a log-density concave, or one wave, and what loss it amounts to."""

from __future__ import annotations

from sympy import Add, Expr, Symbol, atan2, cancel, cos, exp, expand_trig, log, oo, pi, sin

from .algebra.atoms import Mean, plain
from .algebra.concave_terms import shape_of
from .algebra.derivatives import derivative
from .algebra.logs import normal_form
from .algebra.regions import is_concave, is_strictly_concave
from .algebra.signs import is_positive
from .check_context import Context, confirmed_zero, subject_of, unless_zero
from .curvature import (
    domain_inside,
    has_corners,
    in_coordinates,
    is_definite,
    is_semidefinite,
    leaves_an_interval,
    minus_second,
    strict_domain,
)
from .derivation import Evidence, Finding, Step, by_sign
from .half_plane import covers_half_plane, falls_along_lines
from .location import Z, is_regular
from .scales import Scale, scales
from .zero import prove_zero


def kernel(step: Step, context: Context) -> Finding:
    """Moving and scaling the kernel gives back the declared log-density."""
    family = context.family
    z, shown = step.named("z"), step.named("observation")
    location, scale = step.named("location"), step.named("scale")
    if not is_regular(location, scale, family):
        return Finding(Evidence.UNDECIDED, "that location and scale are coordinates of the family is not proved")
    slope = derivative(shown, family.observation)
    if not is_positive(slope, family.domain):
        return Finding(Evidence.UNDECIDED, "that what is located grows with the observation is not proved")
    back = step.value.subs(z, (shown - location) / scale) - log(scale)
    difference = family.log_density - back - log(slope)
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    found = confirmed_zero(difference, family.domain, lambda: points)
    if found.evidence is Evidence.BALL:
        # On the logarithmic scale powers of products come apart, and the two sides become the same exponentials.
        moved = difference.subs(family.observation, exp(z)) if shown == log(family.observation) else difference
        again = prove_zero(moved.expand(), {}, list)
        return again if again.evidence is Evidence.ALGEBRA else found
    return found


def concave(step: Step, context: Context) -> Finding:
    """The kernel is concave on every piece, no slope rises at a kink, and the second derivative shown is its own."""
    before, z, inside = context.given(step), subject_of(step), (step.named("lo"), step.named("hi"))
    if not _fits(before, inside, context):
        return Finding(Evidence.REFUTED, "the kernel lives on another interval than the support, moved and scaled")
    shape = before.value
    same = [prove_zero(one - step.value, {}, list).evidence for one in (shape, derivative(shape, z, z))]
    if Evidence.ALGEBRA not in same:
        return Finding(Evidence.REFUTED, "what is shown is neither the kernel nor its second derivative")
    holds = is_strictly_concave(shape, z, *inside) if int(step.named("strict")) else is_concave(shape, z, *inside)
    return by_sign(holds, "the kernel is concave")


def _fits(kernel: Step, inside: tuple[Expr, Expr], context: Context) -> bool:
    """Whether place and scale take the interval to the support of what is located: to its ends, where these are finite.

    Data then keep 1/scale and location/scale in a convex set, if in any.
    """
    family, shown = context.family, kernel.named("observation")
    ends = (family.bounds.lo, family.bounds.hi)
    if shown != family.observation:  # a logarithm, or in units of a function of covariates
        return inside == (-oo, oo) and all(not end.free_symbols for end in ends)
    places = [kernel.named("location") + kernel.named("scale") * end for end in inside]
    return all(
        end is away if z is away else (place - end).expand() == 0
        for end, place, z, away in zip(ends, places, inside, (-oo, oo), strict=True)
    )


def half_plane(step: Step, context: Context) -> Finding:
    """The second covariant derivatives of the log-density, from its own in place and scale, and their signs."""
    before, family, ratio = context.given(step), context.family, step.named("ratio")
    if before.rule != "kernel" or not is_positive(ratio, family.domain):
        return Finding(Evidence.REFUTED, "there is no kernel, or the metric is none")
    if not covers_half_plane(family, before.named("location"), before.named("scale"), -oo):
        return Finding(Evidence.UNDECIDED, "that all places and scales are those of members")
    place, size, shape = Symbol("_place", real=True), Symbol("_size", positive=True), before.value
    height = shape.subs(Z, (Z - place) / size) - log(size)
    down, across = derivative(height, size), derivative(height, place)
    bends = (
        size**2 * derivative(across, place) / ratio - size * down,
        size**2 * derivative(across, size) + size * across,
        size**2 * derivative(down, size) + size * down,
    )
    first, mixed, last = (bend.subs(Z, place + size * Z) for bend in bends)
    along, determinant = step.value.args
    zeros = (last - along, first * last - mixed**2 / ratio - determinant)
    if any(prove_zero(zero, {}, list).evidence is not Evidence.ALGEBRA for zero in zeros):
        return Finding(Evidence.REFUTED, "these are not the second covariant derivatives")
    return by_sign(falls_along_lines(shape, along, determinant, family.domain), "it is concave along every line")


def curvature(step: Step, context: Context) -> Finding:
    """Minus the second derivatives are what is claimed, and have no negative eigenvalue wherever data and theta lie."""
    scale = _scale_of(step, context)
    if isinstance(scale, Finding):
        return scale
    matrix = minus_second(context.family, scale)
    if any((one - claimed).expand() != 0 for one, claimed in zip(matrix, step.value.args, strict=True)):
        return Finding(Evidence.REFUTED, "these are not the second derivatives")
    inside, strictly = domain_inside(context.family, scale), strict_domain(context.family, scale)
    holds = is_definite(matrix, strictly) if int(step.named("strict")) else is_semidefinite(matrix, inside)
    return by_sign(holds, "the log-density is concave at every observation")


def concave_terms(step: Step, context: Context) -> Finding:
    """The terms differ from the log-density by what is free of the coordinates, and each is of a concave shape."""
    scale = _scale_of(step, context)
    if isinstance(scale, Finding):
        return scale
    domain = domain_inside(context.family, scale)
    rest = in_coordinates(context.family, scale) - Add(*step.value.args)
    places = dict(zip(scale.coordinates, context.family.symbols, strict=True))
    points = [
        ({**theta, **{phi: theta[p] for phi, p in places.items()}, **row}, ())
        for theta, sample in context.points()
        for row in sample[:2]
    ]
    found = [prove_zero(derivative(rest, phi), domain, lambda: points) for phi in scale.coordinates]
    if wrong := unless_zero(found, "the terms do not add up to the log-density"):
        return wrong
    holds = all(shape_of(term, scale.coordinates, domain) for term in step.value.args)
    return by_sign(holds, "every term is concave at every observation")


def _scale_of(step: Step, context: Context) -> Scale | Finding:
    """The scale that a step names, or why the log-density may not be bent by second derivatives and shapes in it."""
    coordinates, maps = step.named("coordinates").args, step.named("maps").args
    known = [one for one in scales(context.family) if (one.coordinates, one.maps) == (coordinates, maps)]
    if not known:
        return Finding(Evidence.REFUTED, "a parameter is no monotone function of its coordinate")
    if any(one.rule == "support-end" and one.value.has(*context.family.symbols) for one in context.steps):
        return Finding(Evidence.REFUTED, "a parameter of the support moves with these where the data stop it")
    if not leaves_an_interval(context.family):
        return Finding(Evidence.REFUTED, "an observation may have a density at two places and none between them")
    if has_corners(context.family):
        return Finding(Evidence.REFUTED, "the log-density has corners, where it has no second derivatives")
    return known[0]


def harmonic(step: Step, context: Context) -> Finding:
    """The rest of the log-density is free of the parameter, its space is one turn, the root the angle of averages."""
    p, family, (cosine, sine) = subject_of(step), context.family, step.value.args
    ends, root = family.domain[p], context.unfolded(step.named("root"))
    if family.symbols != (p,) or (ends.lo, ends.hi) != (-pi, pi) or ends.lo_closed or not ends.hi_closed:
        return Finding(Evidence.REFUTED, f"the space of {p} is not one turn")
    if step.value.has(p) or family.bounds.free_symbols & {p}:
        return Finding(Evidence.REFUTED, f"the multiples of the waves depend on {p}")
    east, north = (plain(Mean(part, *family.columns)) for part in (cosine, sine))
    if not isinstance(root, atan2) or not is_positive(cancel(root.args[0] / north), context.domain):
        return Finding(Evidence.REFUTED, "the root is not the angle of the averages")
    if (root.args[0] * east - root.args[1] * north).expand() != 0:
        return Finding(Evidence.REFUTED, "the root is not the angle of the averages")
    rest = family.log_density - cosine * cos(p) - sine * sin(p)
    slope = expand_trig(derivative(rest, p))
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    return confirmed_zero(slope.expand(), family.domain, lambda: points)


def loss(step: Step, context: Context) -> Finding:
    """Log-density plus weight times loss is free of the location's parameters, and the weight is positive."""
    family, weight = context.family, step.named("weight")
    whole = normal_form(family.log_density + weight * step.value, (), family.domain).expand()
    positive = by_sign(is_positive(weight, family.domain), "the weight is positive")
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    # Equal fractions may be written in two ways, so that a symbol stays of which nothing depends.
    for p in sorted(whole.free_symbols & set(step.named("parameters").args), key=str):
        found = confirmed_zero(derivative(whole, p), family.domain, lambda: points)
        if found.evidence is Evidence.REFUTED:
            return Finding(Evidence.REFUTED, f"what is left changes with {p}: {found.detail}")
        if found.evidence is not Evidence.ALGEBRA and positive.evidence is Evidence.SIGN:
            return found
    return positive
