"""Projections of a target on a family, in both directions: in closed form where there is one, else numerically.

Forward, the nodes of a quadrature of the target are weighted data, whose maximum-likelihood estimate is certified. In
reverse, the divergence is minimised from many starts, and every local minimum that is found is reported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from sympy import Expr, oo

from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family, Parameter
from ..proofs.forward_projection import forward
from ..proofs.projected import Projected
from ..proofs.reverse_projection import reverse
from ..proofs.targets import Table, Target
from .certify import Certificate, certify
from .density import density
from .drawn import feasible
from .ends import support_ends
from .fitting import fit
from .nodes import Nodes, nodes_of

Array = NDArray[np.float64]
_BLOCKS = (1, 2, 3, 4)
"""A reverse search starts from the estimates for so many parts of the target, from the lowest values to the highest."""
_APART, _FLAT, _HELD, _UNKNOWN = 1e-4, 1e-4, 1e-5, 1e300
_SEARCH = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 4000}


@dataclass(frozen=True)
class Projection:
    """The member of a family nearest to a target, in one direction of the divergence.

    Attributes
    ----------
    direction
        ``forward`` for KL(target || member), ``reverse`` for KL(member || target).
    theta
        Each parameter, by name: an expression, or a double where it was found numerically. Empty where the divergence
        is infinite for every member.
    divergence
        In nats; ``None`` where it is not known.
    how
        How it was found, and why no member is nearer, if that is known.
    minima
        Of a numerical reverse projection, every local minimum that was found: parameters and divergence, lowest first.
    certificate
        Of a numerical forward projection, that of the quadrature's nodes; for a table, of the table itself.
    """

    family: Family
    direction: str
    theta: Mapping[str, Expr | float]
    divergence: Expr | float | None
    how: str
    minima: tuple[tuple[Mapping[str, float], float], ...] = ()
    certificate: Certificate | None = field(default=None, repr=False)

    def __str__(self) -> str:
        """Return the projection as a few lines."""
        lines = [f"{self.family.name}, {self.direction}: {self.how}"]
        lines += [f"  {name} = {value}" for name, value in self.theta.items()]
        lines += [] if self.divergence is None else [f"  divergence = {self.divergence}"]
        for theta, height in self.minima[1:]:
            at = ", ".join(f"{name} = {value:.6g}" for name, value in theta.items())
            lines.append(f"  another local minimum: {at}, divergence {height:.6g}")
        return "\n".join(lines)


def m_projection(target: Target, family: Family) -> Projection:
    """Return the member nearest to ``target`` in KL(target || member): the limit of maximum likelihood.

    Parameters
    ----------
    target
        A ``Member`` of any family, a ``Mixture`` of members, or a ``Table`` of probabilities, such as weighted data.

    Raises
    ------
    UnsolvedError
        Where there is no closed form and the target contains symbols, or has no quadrature.
    ExistenceError
        Where no member is nearest.

    Examples
    --------
    >>> from thetahat import Member, family, m_projection
    >>> found = m_projection(Member.of(family("uniform"), a=0, b=1), family("exponential"))
    >>> found.theta, found.divergence
    ({'lambda': 2}, 1 - log(2))
    """
    exact = forward(target, family)
    if exact is not None and not exact.left:
        certificate = _of_table(target, family) if isinstance(target, Table) and exact.theta else None
        found = _closed(family, "forward", exact, certificate)
        if found.divergence is not None or not target.is_numeric:
            return found
        numbers = {name: float(value) for name, value in found.theta.items()}
        return replace(found, divergence=_distance(nodes_of(target), family, numbers))
    nodes = _nodes(target, family)
    certificate = certify(family, nodes.x, nodes.w)
    if not certificate.theta:
        why = certificate.why or certificate.argument
        raise ExistenceError(f"{family.name}: no member is nearest to the target: {why}")
    theta = {name: held.rounded() for name, held in certificate.theta.items()}
    _require_settled(family, nodes, certificate)
    how = (
        f"certified on {len(nodes.x)} nodes of the target ({certificate.verdict.value}), "
        f"{nodes.error:.1g} of its probability left out"
    )
    return Projection(family, "forward", theta, _distance(nodes, family, theta), how, certificate=certificate)


def _require_settled(family: Family, nodes: Nodes, found: Certificate) -> None:
    """Refuse what the outermost points decide: an expectation that they carry may be infinite."""
    if isinstance(nodes.target, Table):
        return
    inner = nodes.narrowed()
    again = certify(family, inner.x, inner.w)
    moved = [
        name
        for name, held in found.theta.items()
        if not (
            again.theta and math.isclose(held.rounded(), again.theta[name].rounded(), rel_tol=_APART, abs_tol=_APART)
        )
    ]
    if moved:
        raise UnsolvedError(
            f"{family.name}: the estimate of {moved[0]} is decided by the last 1e-11 of the target's probability; an "
            "expectation that it needs is infinite, or its tails are too heavy for this quadrature"
        )


def _distance(nodes: Nodes, family: Family, theta: Mapping[str, float]) -> float:
    """KL(target || member), by the points of the target; infinite from atoms to a density."""
    if isinstance(nodes.target, Table) and not family.discrete:
        return math.inf
    with np.errstate(all="ignore"):
        heights = density(family)(nodes.x, *theta.values())
        return float(np.sum(np.where(nodes.w > 0, nodes.w * (nodes.log_p - heights), 0.0)))


def i_projection(target: Target, family: Family) -> Projection:
    """Return the member nearest to ``target`` in KL(member || target), with all local minima that are found.

    Arguments and errors as for ``m_projection``. Of a table, the divergence is infinite for every member unless the
    table has every value that members charge.

    Source: Csiszar 1975, *I-divergence geometry*; Bishop 2006, *Pattern Recognition*, section 10.1.2.

    Examples
    --------
    >>> from thetahat import Table, family, i_projection
    >>> i_projection(Table.of({0: 1, 3: 2}), family("poisson")).divergence
    oo
    """
    exact = reverse(target, family)
    if exact is not None and not exact.left:
        return _closed(family, "reverse", exact, None)
    return _searched(target, family)


def _closed(family: Family, direction: str, found: Projected, certificate: Certificate | None) -> Projection:
    theta = {symbol.name: value for symbol, value in found.theta.items()}
    how = "closed form" if theta else found.argument
    if theta:
        how += f"; {found.argument}" if found.argument else "; that no member is nearer is not proved"
    return Projection(family, direction, theta, found.divergence, how, certificate=certificate)


def _of_table(target: Table, family: Family) -> Certificate:
    return certify(family, [float(value) for value, _ in target.shares], [float(share) for _, share in target.shares])


def _nodes(target: Target, family: Family) -> Nodes:
    if not target.is_numeric:
        raise UnsolvedError(
            f"{family.name}: there is no closed form of the projection; give the target numbers, not symbols"
        )
    return nodes_of(target)


def _searched(target: Target, family: Family) -> Projection:
    """Local minima of the divergence from starts spread over the target, by the density's values on a fixed grid."""
    nodes = _nodes(target, family)
    if nodes.discrete != family.discrete or _charges_more(family, target):
        why = "every member gives probability to a set to which the target gives none: the divergence is infinite"
        return Projection(family, "reverse", {}, oo, why)
    p, wide = family.parameters, nodes.widened

    def divergence(point: Array) -> float:
        return _reversed(wide, family, _inside(p, point))

    minima: list[tuple[dict[str, float], float]] = []
    for start in _starts(nodes, family):
        rough = optimize.minimize(divergence, start, method="Nelder-Mead", options=_SEARCH)
        if rough.fun >= _UNKNOWN:
            continue
        theta = dict(zip(family.parameter_names, _inside(p, rough.x).tolist(), strict=True))
        if all(_differ(theta, other) for other, _ in minima) and _is_flat(divergence, rough.x):
            minima.append((theta, float(rough.fun)))
    if not minima:
        raise UnsolvedError(f"{family.name}: no minimum of the divergence from a member to the target was found")
    minima.sort(key=lambda one: one[1])
    how = f"lowest of {len(minima)} local minima that searches from {sum(_BLOCKS)} starts found; not proved"
    return Projection(family, "reverse", minima[0][0], minima[0][1], how, tuple(minima))


def _reversed(wide: Nodes, family: Family, theta: Array) -> float:
    """KL(member || target) on a wide grid; a large number where the grid does not hold the member, or is too coarse."""
    low, high = (end.at(theta.tolist()) for end in (support_ends(family).lo, support_ends(family).hi))
    with np.errstate(all="ignore"):
        heights = np.where((wide.x >= low) & (wide.x <= high), density(family)(wide.x, *theta), -np.inf)
        q = np.exp(heights) * wide.step
        terms = np.where(q > 0, q * (heights - wide.log_p), 0.0)
    held = abs(float(q.sum()) - 1) < _HELD and wide.is_settled(terms)
    return float(terms.sum()) if held and np.isfinite(terms).all() else _UNKNOWN


def divergences(target: Target, family: Family, theta: Mapping[str, Any]) -> tuple[float, float]:
    """Return KL(target || member) and KL(member || target) by quadrature, in nats; ``nan`` where it is not known.

    >>> from thetahat import Member, family
    >>> normal = family("normal")
    >>> there, back = divergences(Member.of(normal, mu=0, sigma=1), normal, {"mu": 1, "sigma": 1})
    >>> round(there, 9), round(back, 9)
    (0.5, 0.5)
    """
    nodes = nodes_of(target)
    values = {name: float(theta[name]) for name in family.parameter_names}
    if not feasible(family, np.array([*values.values()])):
        return math.nan, math.nan
    back = _reversed(nodes.widened, family, np.array([*values.values()]))
    return _distance(nodes, family, values), back if back < _UNKNOWN else math.nan


def _charges_more(family: Family, target: Target) -> bool:
    """Whether the support that all members share goes beyond that of the target."""
    ends, held = family.bounds, target.support
    below = ends.lo.is_number and bool(ends.lo < held.lo)
    return below or (ends.hi.is_number and bool(ends.hi > held.hi))


def _starts(nodes: Nodes, family: Family) -> list[Array]:
    """Estimates for parts of the target of equal probability, from one part, the whole, to a few."""
    found = []
    share = np.cumsum(nodes.w)
    ends = family.bounds
    low = float(ends.lo) if ends.lo.is_number else -math.inf
    high = float(ends.hi) if ends.hi.is_number else math.inf
    inside = (nodes.x > low if not ends.lo_closed else nodes.x >= low) & (
        nodes.x < high if not ends.hi_closed else nodes.x <= high
    )
    for blocks in _BLOCKS:
        for block in range(blocks):
            chosen = inside & (share > block / blocks) & (share <= (block + 1) / blocks + 1e-12)
            if not chosen.any():
                continue
            try:
                theta = fit(family, nodes.x[chosen], nodes.w[chosen]).theta
            except (ExistenceError, UnsolvedError):
                continue
            found.append(_outside(family.parameters, theta))
    return found


def _differ(first: Mapping[str, float], second: Mapping[str, float]) -> bool:
    return any(abs(value - second[name]) > _APART * (1 + abs(value)) for name, value in first.items())


def _is_flat(function: Any, point: Array) -> bool:
    slope = optimize.approx_fprime(point, function, 1e-6)
    return bool(np.all(np.isfinite(slope)) and np.abs(slope).max() < _FLAT)


def _inside(items: tuple[Parameter, ...], point: Array) -> Array:
    """Real numbers mapped into the spaces: by exponentials from one end, by the logistic function between two."""
    values: list[float] = []
    known: dict[Any, Any] = {}
    for item, u in zip(items, point, strict=True):
        low, high = (float(end.xreplace(known)) for end in (item.bounds.lo, item.bounds.hi))
        if math.isfinite(low) and math.isfinite(high):
            value = low + (high - low) / (1 + math.exp(-min(max(u, -700), 700)))
        elif math.isfinite(low):
            value = low + math.exp(min(u, 700))
        else:
            value = high - math.exp(min(u, 700)) if math.isfinite(high) else float(u)
        values.append(value)
        known[item.symbol] = value
    return np.array(values)


def _outside(items: tuple[Parameter, ...], theta: Array) -> Array:
    """The inverse of ``_inside``."""
    found: list[float] = []
    known: dict[Any, Any] = {}
    for item, value in zip(items, theta.tolist(), strict=True):
        low, high = (float(end.xreplace(known)) for end in (item.bounds.lo, item.bounds.hi))
        if math.isfinite(low) and math.isfinite(high):
            found.append(math.log((value - low) / (high - value)))
        elif math.isfinite(low) or math.isfinite(high):
            found.append(math.log(value - low if math.isfinite(low) else high - value))
        else:
            found.append(value)
        known[item.symbol] = value
    return np.array(found)
