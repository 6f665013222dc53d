"""Why the estimate is the global maximum: identity of divergences, monotone ends, or concavity; else not proved."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, Tuple, oo

from .algebra.concave_terms import shape_of
from .algebra.regions import is_concave, is_strictly_concave, regions
from .bounded_location import bounded_location_scale
from .curvature import ConcaveSum, Curvature, concave_scale, domain_inside
from .derivation import Label, Optimality, Section
from .family import Family
from .group_steps import group_step
from .half_plane_steps import half_plane_step
from .harmonic import harmonic
from .identity_steps import density_steps, identity
from .induced_loss import induced_loss
from .location import LocationScale, Z, location_scale
from .recession import predictor_step
from .ridge_steps import ridge_steps
from .routes import DivergenceRoute, LikelihoodRoute
from .scales import Scale
from .trail import Trail
from .turning import turning_steps

_OPTIMAL = Section.OPTIMALITY


def optimality_steps(family: Family, route: LikelihoodRoute, kl: DivergenceRoute, trail: Trail) -> Optimality:
    """Record the argument that applies, and return what it proves."""
    density_steps(family, route, kl, trail)
    if route.ends.failure:
        return Optimality(False, route.ends.failure, False)
    if route.ends.unbounded:
        return Optimality(False, "there is none: the likelihood is unbounded", False)
    if route.searched:
        return Optimality(True, "convex between neighbouring observations and monotone beyond them", False)
    structure = location_scale(family) or (bounded_location_scale(family) if route.ends.confined else None)
    found = (
        identity(family, route, kl, trail)
        or _ends_only(route)
        or _concave(family, route, structure, trail)
        or _along_a_predictor(family, route, trail)
        or _concave_throughout(family, route, trail)
        or (None if route.ends.placed else group_step(family, trail))
        or _wave(family, route, trail)
        or ridge_steps(family, route, trail)
        or turning_steps(family, route, trail)
    )
    if structure is not None and family.beside:
        _loss_step(family, structure.location, trail)
    return found or Optimality(False, "stationary; that no other point is higher is not proved", False)


def _loss_step(family: Family, location: Expr, trail: Trail) -> None:
    """The loss of the residuals from a location with covariates, where it holds no parameter beside the location."""
    induced = induced_loss(family)
    if induced is None or induced.role != "location" or induced.observed != family.observation or not induced.name:
        return
    if induced.loss.free_symbols != {family.observation, induced.prediction}:
        return
    parameters = tuple(p for p in family.symbols if p in location.free_symbols)
    verb = "enters" if len(parameters) == 1 else "enter"
    trail.add(
        "loss",
        _OPTIMAL,
        f"Loss: {' and '.join(f'`{p}`' for p in parameters)} {verb} the likelihood only through a negative multiple of "
        f"the mean loss, so that maximising the likelihood is minimising the mean {induced.name}.",
        induced.loss.subs(induced.prediction, location),
        Label("loss", r"\text{loss}"),
        given=(0,),
        using=(
            ("weight", induced.factor),
            ("residual", family.observation - location),
            ("parameters", Tuple(*parameters)),
        ),
    )


def _ends_only(route: LikelihoodRoute) -> Optimality | None:
    if route.regular:
        return None
    return Optimality(True, "monotone in the ends of the support", not route.ends.free)


def _concave(
    family: Family, route: LikelihoodRoute, structure: LocationScale | None, trail: Trail
) -> Optimality | None:
    """Log-concave kernel: the likelihood is concave in ``(1 / scale, location / scale)``; or along other lines."""
    if structure is None or route.ends.placed:
        return None
    at = trail.add(
        "kernel",
        _OPTIMAL,
        "Location and scale: the density of `z` is free of parameters.",
        structure.kernel,
        Label("g(z)", "g(z)"),
        using=(
            ("location", structure.location),
            ("scale", structure.scale),
            ("observation", structure.observation),
            ("z", Z),
        ),
    )
    inside = structure.lo, structure.hi
    if not is_concave(structure.kernel, Z, *inside):
        return half_plane_step(family, structure, at, trail)
    strict = is_strictly_concave(structure.kernel, Z, *inside)
    kinked = len(regions(structure.kernel, Z, *inside) or ()) != 1
    where = " where the data lie in the support" * (structure.hi is not oo)
    trail.add(
        "concave",
        _OPTIMAL,
        f"Concave: the kernel is {'strictly ' * strict}log-concave, so the likelihood is {'strictly ' * strict}concave "
        f"in 1/scale and location/scale{where}, and every stationary point is a global maximum.",
        structure.kernel if kinked else structure.kernel.diff(Z, 2),
        Label("g(z)", "g(z)") if kinked else Label("g''(z)", "g''(z)"),
        given=(at,),
        subject=Z,
        using=(("strict", Integer(strict)), ("lo", structure.lo), ("hi", structure.hi)),
    )
    return Optimality(True, "log-concave kernel, so concave in (1/scale, location/scale)", strict, concave=True)


def _along_a_predictor(family: Family, route: LikelihoodRoute, trail: Trail) -> Optimality | None:
    """Every observation's log-density is a concave function of one linear combination of the parameters."""
    return None if route.ends.placed or route.ends.growths else predictor_step(family, trail)


def _concave_throughout(family: Family, route: LikelihoodRoute, trail: Trail) -> Optimality | None:
    """Every observation's log-density is concave in the parameters, on some scale: so is the sum.

    Parameters of the support that the data stop count as known: where they stand does not depend on the others.
    """
    placed = tuple(at.parameter for at in route.ends.placed)
    if any(at.value.free_symbols & set(route.regular) for at in route.ends.placed):
        return None
    held = family.holding(*placed)
    curvature = concave_scale(held)
    if curvature is None:
        return None
    strict = isinstance(curvature, Curvature) and curvature.strict
    known = f", whatever {' and '.join(f'`{p}`' for p in placed)} may be" if placed else ""
    if isinstance(curvature, Curvature):
        _bend_step(curvature, held, known, placed, trail)
    else:
        _shape_step(curvature, held, known, placed, trail)
    if placed:
        # The only root of a concave likelihood is its only maximum.
        only = not route.elimination.unknowns and all(item.root.only for item in route.elimination.solved)
        unique = strict or only
        return Optimality(True, "monotone in the ends of the support, then concave in the rest", unique)
    return Optimality(True, "concave in the parameters at every observation", strict, concave=True)


def _bend_step(curvature: Curvature, held: Family, known: str, placed: tuple[Symbol, ...], trail: Trail) -> None:
    scale = curvature.scale
    trail.add(
        "curvature",
        _OPTIMAL,
        f"Concave: the log-density of every observation is {'strictly ' * curvature.strict}concave in the parameters"
        f"{_written(scale)}{known}{_on_ends(held, scale)}, and so is the likelihood; every stationary point is a "
        "global maximum. Minus the second derivatives:",
        Tuple(*curvature.matrix),
        Label("-d2 log p", r"-\partial^2 \log p"),
        using=(
            ("coordinates", Tuple(*scale.coordinates)),
            ("maps", Tuple(*scale.maps)),
            ("strict", Integer(curvature.strict)),
        ),
        held=placed,
    )


def _shape_step(found: ConcaveSum, held: Family, known: str, placed: tuple[Symbol, ...], trail: Trail) -> None:
    scale, domain = found.scale, domain_inside(held, found.scale)
    shapes = dict.fromkeys(shape_of(term, scale.coordinates, domain) for term in found.terms)
    trail.add(
        "concave-terms",
        _OPTIMAL,
        f"Concave: the log-density of every observation is, in the parameters{_written(scale)}{known}"
        f"{_on_ends(held, scale)}, beside what is "
        f"free of them, a sum of concave terms: each is {' or '.join(shapes)}. So the likelihood is concave, and "
        "every stationary point is a global maximum. The terms:",
        Tuple(*found.terms),
        Label("terms of log p", r"\text{terms of } \log p"),
        using=(("coordinates", Tuple(*scale.coordinates)), ("maps", Tuple(*scale.maps))),
        held=placed,
    )


def _written(scale: Scale) -> str:
    pairs = zip(scale.symbols, scale.maps, strict=True)
    scaled = ", ".join(f"`{p}` = `{how}`" for p, how in pairs if not how.is_Symbol)
    return f", written as {scaled}" if scaled else ""


def _on_ends(held: Family, scale: Scale) -> str:
    """That ends of the space, where second derivatives may have no value, are no exception."""
    opened = domain_inside(held, scale) != scale.domain(held)
    return ", also on ends of its space, where it is its limit from inside" if opened else ""


def _wave(family: Family, route: LikelihoodRoute, trail: Trail) -> Optimality | None:
    """The likelihood is one wave over a full turn: it is highest at the angle of its two multiples."""
    found = None if route.elimination.unknowns or route.ends.growths else harmonic(family)
    if found is None:
        return None
    trail.add(
        "harmonic",
        _OPTIMAL,
        f"One wave: the log-density of every observation, as a function of `{found.parameter}`, is a constant plus "
        "multiples of its cosine and its sine, and so is the likelihood, with the averages of these. Its "
        "space is one turn, and the root is the angle of both averages, where such a wave is highest.",
        Tuple(found.cosine, found.sine),
        Label("cosine, sine", r"\text{cosine, sine}"),
        subject=found.parameter,
        using=(("root", route.elimination.closed()[found.parameter]),),
    )
    return Optimality(True, "one wave over a full turn, at the angle where it is highest", False)
