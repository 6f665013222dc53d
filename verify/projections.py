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
from sympy import Expr, oo

from ..proofs.errors import ExistenceError, UnsolvedError
from ..proofs.family import Family
from ..proofs.forward_projection import forward
from ..proofs.projected import Projected
from ..proofs.reverse_projection import reverse
from ..proofs.targets import Table, Target, require_target
from .certify import Certificate, certify
from .density import density
from .drawn import feasible
from .known_values import require_family
from .nodes import Nodes, nodes_of
from .reverse_search import APART, STARTS, UNKNOWN, local_minima, reversed_divergence


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
    _require(target, family)
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
        if not (again.theta and math.isclose(held.rounded(), again.theta[name].rounded(), rel_tol=APART, abs_tol=APART))
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
    _require(target, family)
    exact = reverse(target, family)
    if exact is not None and not exact.left:
        return _closed(family, "reverse", exact, None)
    return _searched(target, family)


def _require(target: Target, family: Family) -> None:
    """Raise ``DeclarationError`` or ``ParameterError`` for what is no target, or no family of single numbers."""
    require_family(family)
    require_target(target)
    family.require_one_column("a projection")


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
    """The lowest local minimum that a search finds, with all others."""
    nodes = _nodes(target, family)
    if nodes.discrete != family.discrete or _charges_more(family, target):
        why = "every member gives probability to a set to which the target gives none: the divergence is infinite"
        return Projection(family, "reverse", {}, oo, why)
    minima = local_minima(nodes, family)
    if not minima:
        raise UnsolvedError(f"{family.name}: no minimum of the divergence from a member to the target was found")
    how = f"lowest of {len(minima)} local minima that searches from {STARTS} starts found; not proved"
    return Projection(family, "reverse", minima[0][0], minima[0][1], how, tuple(minima))


def _charges_more(family: Family, target: Target) -> bool:
    """Whether the support that all members share goes beyond that of the target."""
    ends, held = family.bounds, target.support
    below = ends.lo.is_number and bool(ends.lo < held.lo)
    return below or (ends.hi.is_number and bool(ends.hi > held.hi))


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
    back = reversed_divergence(nodes.widened, family, np.array([*values.values()]))
    return _distance(nodes, family, values), back if back < UNKNOWN else math.nan
