"""Coordinates in which a log-likelihood is proved to be concave, and on which side of a face of the space they lie."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from sympy import Dummy, Expr, Matrix, Symbol, cancel, factor

from ..proofs.algebra.signs import is_nonzero, strict_sign
from ..proofs.bounds import Bounds
from ..proofs.curvature import has_corners
from ..proofs.derivation import Finding, Step, Verdict
from ..proofs.family import Family, Parameter
from ..proofs.scales import scales

Maps = tuple[Expr, ...]


def concave_coordinates(family: Family, steps: Sequence[Step], findings: Sequence[Finding]) -> Iterator[Maps]:
    """Return functions of the parameters in which steps that are proved say that the log-likelihood is concave.

    Natural parameters, since the log-partition is convex by Hoelder's inequality; 1/scale and location/scale of a
    log-concave kernel; the coordinates in which the log-density of every observation bends down.

    >>> from thetahat import derive, family
    >>> found = derive(family("gamma"))
    >>> list(concave_coordinates(found.family, found.steps, found.findings))
    [(-1/theta, k)]
    """
    moving = family.bounds.free_symbols & set(family.symbols)
    if moving or has_corners(family):
        return
    proved = [f.evidence.verdict is Verdict.AGREE for f in findings]
    normalised = any(step.rule == "normalised" and holds for step, holds in zip(steps, proved, strict=True))
    for step, holds in zip(steps, proved, strict=True):
        if not holds or step.held or step.parametrisation is not None:
            continue
        for maps in _told(step, steps, proved, normalised, family):
            used = set().union(*(one.free_symbols for one in maps))
            if len(maps) == len(family.symbols) and not used & set(family.columns):
                yield maps


def is_strictly_concave(steps: Sequence[Step], findings: Sequence[Finding]) -> bool:
    """Return whether a proved step says that every observation's log-density bends down in all parameters together.

    >>> from thetahat import derive, family
    >>> found = derive(family("yule_simon"))
    >>> is_strictly_concave(found.steps, found.findings)
    True
    """
    pairs = zip(steps, findings, strict=True)
    proved = [step for step, f in pairs if f.evidence.verdict is Verdict.AGREE and step.rule == "curvature"]
    return any(not step.held and step.parametrisation is None and step.named("strict") == 1 for step in proved)


def _told(
    step: Step, steps: Sequence[Step], proved: Sequence[bool], normalised: bool, family: Family
) -> Iterator[Maps]:
    """What one step says, as functions of the parameters."""
    estimated = set(family.symbols)
    if step.rule == "exponential-form" and normalised and not family.given:
        yield tuple(step.named("eta").args)
    if step.rule == "concave" and all(proved[at] for at in step.given):
        kernel = steps[step.given[0]]
        yield _of_kernel(kernel.named("location"), kernel.named("scale"), estimated)
    if step.rule in ("curvature", "concave-terms"):
        for one in scales(family):
            if one.coordinates == step.named("coordinates").args and one.maps == step.named("maps").args:
                yield one.back


def _of_kernel(location: Expr, scale: Expr, estimated: set[Symbol]) -> Maps:
    """1/scale and location/scale; of a location that is linear in some parameters each of these over the scale."""
    places = sorted(location.free_symbols & estimated, key=lambda symbol: symbol.sort_key())
    linear = all(location.diff(p, q) == 0 for p in places for q in places)
    over = [p / scale for p in places] if linear else [location / scale]
    return tuple(one for one in (1 / scale, *over) if one.free_symbols & estimated)


@lru_cache(maxsize=512)
def lie_on_one_side(family: Family, maps: Maps, item: Parameter, end: Expr) -> bool:
    """Return whether coordinates of all members lie on the inner side of every tangent to a face of the space.

    The face is where ``item`` stands on ``end``. The step from a member on it to any other, in the coordinates, is
    taken back to the parameters by the inverse of the Jacobian at the former: it has to move ``item`` away from the
    end, and the Jacobian has to have an inverse.

    >>> from sympy import Interval, Reals, log, oo
    >>> x, m, s = Symbol("x", real=True), Symbol("m", real=True), Symbol("s", positive=True)
    >>> spaces = Parameter(m, Reals), Parameter(s, Interval(1, oo))
    >>> wide = Family("wide", x, Reals, spaces, -(((x - m) / s) ** 2) / 2 - log(s))
    >>> lie_on_one_side(wide, (m / s**2, -1 / (2 * s**2)), spaces[1], spaces[1].bounds.lo)
    True
    >>> lie_on_one_side(wide, (m, s - m**2), spaces[1], spaces[1].bounds.lo)
    False
    """
    symbols, inwards = family.symbols, 1 if end == item.bounds.lo else -1
    there = {s: end if s is item.symbol else Dummy(s.name, **s.assumptions0) for s in symbols}
    here = {one.symbol: one.bounds for one in family.parameters}
    if any(ends.free_symbols or ends.discrete for ends in here.values()):
        return False
    jacobian = Matrix([[one.diff(s) for s in symbols] for one in maps])
    volume = factor(cancel(jacobian.det()))
    inside = {s: Bounds(ends.lo, ends.hi, False, False, False) for s, ends in here.items()}
    if len(symbols) == 1:
        # A function whose slope is zero nowhere moves away from its value at an end.
        return is_nonzero(volume, inside) and is_nonzero(volume.subs(there), {})
    if not is_nonzero(volume.subs(there), {there[s]: ends for s, ends in here.items() if s is not item.symbol}):
        return False
    step = Matrix([one - one.subs(there) for one in maps])
    moved = jacobian.subs(there).adjugate() * step
    share = factor(cancel(moved[symbols.index(item.symbol)] / volume.subs(there)))
    # Both sides of the tangent's inequality are continuous: what holds of members inside holds of those on ends.
    domain = inside | {there[s]: ends for s, ends in inside.items() if s is not item.symbol}
    return strict_sign(share, domain) == inwards
